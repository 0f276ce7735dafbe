/* SPDX-License-Identifier: Apache-2.0 */
/* 256-bit integers as machine words, the least significant first, and the few operations that everything else is made
 * of (docs/arithmetic.md §1).
 *
 * A word has 64 bits where there is a 128-bit integer to hold a product, and 32 on 32-bit processors, which have none, and in
 * WebAssembly, where a product of 128 bits is a call into the compiler's library. HUFU_WORD_32 forces the latter. The same
 * source serves both. All of it takes the same time for all values. */
#ifndef HUFU_COSIGN_ARITHMETIC_WORD_H
#define HUFU_COSIGN_ARITHMETIC_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__SIZEOF_INT128__) && !defined(__wasm__) && !defined(HUFU_WORD_32)
#define WORD_BITS 64
typedef uint64_t word;
typedef int64_t signed_word;
__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 signed_wide;
/* 64 bits of a constant, as one word or as two. */
#define WORDS_OF(bits) (uint64_t)(bits)
#else
#define WORD_BITS 32
typedef uint32_t word;
typedef int32_t signed_word;
typedef uint64_t wide;
typedef int64_t signed_wide;
#define WORDS_OF(bits) (uint32_t)((uint64_t)(bits)&0xffffffff), (uint32_t)((uint64_t)(bits) >> 32)
#endif

#define WORDS (256 / WORD_BITS)
#define WORD_BYTES (WORD_BITS / 8)
#define INTEGER_BYTES 32

/* Keeps the optimiser from knowing anything of a variable's value. MSan would take what comes out of assembly for known; and
 * as it does not follow borrows, of the mask 0 - bit it has only bit 0 for secret. A call from elsewhere hides as well. */
#if HUFU_MSAN
#include "common/secret.h"
#define WORD_HIDE(variable) secret_spread(&(variable), sizeof(variable))
#else
#define WORD_HIDE(variable) __asm__("" : "+r"(variable))
#endif

/* Hides that a mask has only two values, so that no branch is made of it. */
static inline word word_opaque(word value)
{
    WORD_HIDE(value);
    return value;
}

/* All ones when bit is 1, zero when it is 0. */
static inline word word_mask(word bit)
{
    return word_opaque(0 - bit);
}

/* 1 for 0, 0 for everything else. */
static inline word word_is_zero(word value)
{
    return 1 ^ ((value | (0 - value)) >> (WORD_BITS - 1));
}

/* Additions and subtractions that say whether they overflowed. To MSan a builtin with two results is a use of its
 * operands, which it would report for a secret. */
#if HUFU_MSAN
static inline bool word_add_overflow(word a, word b, word *sum)
{
    *sum = a + b;
    return *sum < a;
}

static inline bool word_sub_overflow(word a, word b, word *difference)
{
    *difference = a - b;
    return a < b;
}
#else
#define word_add_overflow __builtin_add_overflow
#define word_sub_overflow __builtin_sub_overflow
#endif

/* a + b + *carry, and the new carry, 0 or 1: of the two additions at most one overflows. */
static inline word word_add(word a, word b, word *carry)
{
    word sum;
    word first = word_add_overflow(a, b, &sum);
    word second = word_add_overflow(sum, *carry, &sum);
    *carry = first | second;
    return sum;
}

/* a - b - *borrow, and the new borrow, 0 or 1. */
static inline word word_sub(word a, word b, word *borrow)
{
    word difference;
    word first = word_sub_overflow(a, b, &difference);
    word second = word_sub_overflow(difference, *borrow, &difference);
    *borrow = first | second;
    return difference;
}

/* out = a + b; returns the carry. */
static inline word integer_add(word out[WORDS], const word a[WORDS], const word b[WORDS])
{
    word carry = 0;
    for (int i = 0; i < WORDS; i++)
        out[i] = word_add(a[i], b[i], &carry);
    return carry;
}

/* out = a - b; returns the borrow. */
static inline word integer_sub(word out[WORDS], const word a[WORDS], const word b[WORDS])
{
    word borrow = 0;
    for (int i = 0; i < WORDS; i++)
        out[i] = word_sub(a[i], b[i], &borrow);
    return borrow;
}

/* out = ones where mask is all ones, zeros where it is 0. */
static inline void integer_select(word out[WORDS], word mask, const word ones[WORDS], const word zeros[WORDS])
{
    for (int i = 0; i < WORDS; i++)
        out[i] = (ones[i] & mask) | (zeros[i] & ~mask);
}

/* The whole product, by rows: each adds a·b[i], and a·b[i] + t + carry < 2^(2·WORD_BITS) in every column. */
static inline void integer_mul(word t[2 * WORDS], const word a[WORDS], const word b[WORDS])
{
    for (int i = 0; i < WORDS; i++) {
        word carry = 0;
        for (int j = 0; j < WORDS; j++) {
            wide sum = (wide)a[j] * b[i] + (i ? t[i + j] : 0) + carry;
            t[i + j] = (word)sum;
            carry = (word)(sum >> WORD_BITS);
        }
        t[i + WORDS] = carry;
    }
}

/* a², by the products of different words, doubled, and the squares of words: 10 of 16 products on four words. */
static inline void integer_square(word t[2 * WORDS], const word a[WORDS])
{
    word carry = 0;
    for (int i = 0; i < WORDS - 1; i++) {
        carry = 0;
        for (int j = i + 1; j < WORDS; j++) {
            wide sum = (wide)a[j] * a[i] + (i ? t[i + j] : 0) + carry;
            t[i + j] = (word)sum;
            carry = (word)(sum >> WORD_BITS);
        }
        t[i + WORDS] = carry;
    }
    t[0] = 0;
    t[2 * WORDS - 1] = 0;
    word top = 0;
    carry = 0;
    for (int i = 0; i < WORDS; i++) {
        const wide square = (wide)a[i] * a[i];
        const word low = t[2 * i] << 1 | top;
        const word high = t[2 * i + 1] << 1 | t[2 * i] >> (WORD_BITS - 1);
        top = t[2 * i + 1] >> (WORD_BITS - 1);
        t[2 * i] = word_add(low, (word)square, &carry);
        t[2 * i + 1] = word_add(high, (word)(square >> WORD_BITS), &carry);
    }
}

static inline bool integer_is_zero(const word a[WORDS])
{
    word any = 0;
    for (int i = 0; i < WORDS; i++)
        any |= a[i];
    return word_is_zero(any);
}

static inline bool integer_equal(const word a[WORDS], const word b[WORDS])
{
    word difference = 0;
    for (int i = 0; i < WORDS; i++)
        difference |= a[i] ^ b[i];
    return word_is_zero(difference);
}

/* Big-endian bytes. */
static inline void integer_load(word out[WORDS], const uint8_t bytes[INTEGER_BYTES])
{
    for (int i = 0; i < WORDS; i++) {
        word value = 0;
        for (int j = 0; j < WORD_BYTES; j++)
            value = (word)(value << 8) | bytes[INTEGER_BYTES - WORD_BYTES * (i + 1) + j];
        out[i] = value;
    }
}

static inline void integer_store(uint8_t bytes[INTEGER_BYTES], const word a[WORDS])
{
    for (int i = 0; i < INTEGER_BYTES; i++)
        bytes[INTEGER_BYTES - 1 - i] = (uint8_t)(a[i / WORD_BYTES] >> (8 * (i % WORD_BYTES)));
}

#endif
