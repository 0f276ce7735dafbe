/* SPDX-License-Identifier: Apache-2.0 */
/* The field of the SM2 curve: integers modulo p = 2^256 - 2^224 - 2^96 + 2^64 - 1 (GB/T 32918.5).
 *
 * An element x is held as x·2^256 mod p (P. L. Montgomery, "Modular multiplication without trial division", Math. Comp.
 * 44, 1985), always fully reduced: below p, so that equal elements have equal words. The form of p makes Montgomery's
 * method nearly free here: -p⁻¹ mod 2^64 (and mod 2^32) is 1, so the factor of each step is the lowest word itself, and a
 * multiple of p is shifts and additions (docs/arithmetic.md §2).
 *
 * Everything is constant-time, and an output may be the same object as an input. These are inline functions: each file
 * that is compiled for one kind of processor (engine.h) has its own. */
#ifndef HUFU_COSIGN_ARITHMETIC_FIELD_H
#define HUFU_COSIGN_ARITHMETIC_FIELD_H

#include "cosign/arithmetic/word.h"

struct field {
    word limb[WORDS];
};

static const struct field field_prime = {{WORDS_OF(0xffffffffffffffff), WORDS_OF(0xffffffff00000000),
                                          WORDS_OF(0xffffffffffffffff), WORDS_OF(0xfffffffeffffffff)}};

static const struct field field_zero;
/* 1, that is 2^256 mod p = 2^256 - p. */
static const struct field field_one = {{WORDS_OF(0x0000000000000001), WORDS_OF(0x00000000ffffffff),
                                        WORDS_OF(0x0000000000000000), WORDS_OF(0x0000000100000000)}};

static inline bool field_is_zero(const struct field *a)
{
    return integer_is_zero(a->limb);
}

static inline bool field_equal(const struct field *a, const struct field *b)
{
    return integer_equal(a->limb, b->limb);
}

/* out = ones where mask is all ones, zeros where it is 0. */
static inline void field_select(struct field *out, word mask, const struct field *ones,
                                const struct field *zeros)
{
    integer_select(out->limb, mask, ones->limb, zeros->limb);
}

/* out = carry·2^256 + t, less p once when that is p or more. For values below 2p. */
static inline void field_reduce_once(word out[WORDS], word carry, const word t[WORDS])
{
    word less[WORDS];
    word borrow = integer_sub(less, t, field_prime.limb);
    /* Below p only when the subtraction borrowed and no carry pays for it. */
    integer_select(out, word_mask(borrow & (carry ^ 1)), t, less);
}

#if WORD_BITS == 64
/* window = (window + m·p) / 2^64 with m = window[0]. Of m·p = m·(2^256 - 2^224 - 2^96 + 2^64 - 1) the last term cancels
 * window[0]; what is left, divided by 2^64, is m·2^192 - m·2^160 - m·2^32 + m. The result is below 2^192 + p < 2^256. */
static inline void field_reduce_step(word window[4])
{
    const word m = window[0];
    const word low = m << 32;
    const word high = m >> 32;
    word borrow = 0;
    /* m·2^32 - m in two words, so that there is one chain of subtractions. */
    window[0] = word_sub(window[1], low - m, &borrow);
    window[1] = word_sub(window[2], high - (low < m), &borrow);
    window[2] = word_sub(window[3], low, &borrow);
    window[3] = m - high - borrow;
}
#else
/* The same by words of 32 bits: window = (window + m·p) / 2^32, which adds m·2^224 - m·2^192 - m·2^64 + m·2^32. */
static inline void field_reduce_step(word window[8])
{
    const wide m = window[0];
    signed_wide sum = (signed_wide)window[2] + (signed_wide)m;
    word second = (word)sum;
    window[0] = window[1];
    sum = (signed_wide)window[3] - (signed_wide)m + (sum >> 32);
    window[1] = second;
    for (int i = 2; i < 6; i++) {
        word next = (word)sum;
        sum = (signed_wide)window[i + 2] + (sum >> 32) - (i == 5 ? (signed_wide)m : 0);
        window[i] = next;
    }
    window[6] = (word)sum;
    window[7] = (word)((signed_wide)m + (sum >> 32));
}
#endif

/* t / 2^256 mod p. The low half, reduced word by word, gives (low + M·p) / 2^256 <= p; with the high half, which is at most
 * (p-1)²/2^256 < p, the sum is below 2p. */
static inline void field_reduce(struct field *out, const word t[2 * WORDS])
{
    word window[WORDS];
    for (int i = 0; i < WORDS; i++)
        window[i] = t[i];
    for (int i = 0; i < WORDS; i++)
        field_reduce_step(window);
    word carry = integer_add(window, window, t + WORDS);
    field_reduce_once(out->limb, carry, window);
}

/* Called and not inlined: a formula's worth of these in one function leaves the compiler no registers. */
#define FIELD_CALLED __attribute__((noinline, unused))

#if HUFU_FIELD_ADX
#include "cosign/arithmetic/field_adx.h"
#else
static inline void field_add(struct field *out, const struct field *a, const struct field *b)
{
    word sum[WORDS];
    word carry = integer_add(sum, a->limb, b->limb);
    field_reduce_once(out->limb, carry, sum);
}

/* a - b, and p more when that is negative. The words of p that are not all ones or zeros are made of the mask. */
static inline void field_sub(struct field *out, const struct field *a, const struct field *b)
{
    word correction[WORDS];
    word mask = word_mask(integer_sub(out->limb, a->limb, b->limb));
    for (int i = 0; i < WORDS; i++)
        correction[i] = field_prime.limb[i] & mask;
    (void)integer_add(out->limb, out->limb, correction);
}

/* a/2: a or a + p, whichever is even, shifted down with the carry of the addition as its top bit. */
static inline void field_halve(struct field *out, const struct field *a)
{
    word even[WORDS];
    word correction[WORDS];
    word mask = word_mask(a->limb[0] & 1);
    for (int i = 0; i < WORDS; i++)
        correction[i] = field_prime.limb[i] & mask;
    word carry = integer_add(even, a->limb, correction);
    for (int i = 0; i < WORDS - 1; i++)
        out->limb[i] = even[i] >> 1 | even[i + 1] << (WORD_BITS - 1);
    out->limb[WORDS - 1] = even[WORDS - 1] >> 1 | carry << (WORD_BITS - 1);
}

static FIELD_CALLED void field_mul(struct field *out, const struct field *a, const struct field *b)
{
    word t[2 * WORDS];
    integer_mul(t, a->limb, b->limb);
    field_reduce(out, t);
}

static FIELD_CALLED void field_square(struct field *out, const struct field *a)
{
    word t[2 * WORDS];
    integer_square(t, a->limb);
    field_reduce(out, t);
}
#endif

static inline void field_triple(struct field *out, const struct field *a)
{
    struct field twice;
    field_add(&twice, a, a);
    field_add(out, &twice, a);
}

static inline void field_negate(struct field *out, const struct field *a)
{
    field_sub(out, &field_zero, a);
}

/* out = -a where mask is all ones, a where it is 0. */
static inline void field_negate_if(struct field *out, word mask, const struct field *a)
{
    struct field negative;
    field_negate(&negative, a);
    field_select(out, mask, &negative, a);
}

/* Between plain integers and elements, without a temporary in which either would stay. */
static inline void field_from_integer(struct field *out, const word a[WORDS])
{
    /* 2^512 mod p */
    static const struct field radix_squared = {{WORDS_OF(0x0000000200000003), WORDS_OF(0x00000002ffffffff),
                                                WORDS_OF(0x0000000100000001), WORDS_OF(0x0000000400000002)}};
    for (int i = 0; i < WORDS; i++)
        out->limb[i] = a[i];
    field_mul(out, out, &radix_squared);
}

/* A reduction of a alone, where it lies: the result is at most p, as in field_reduce. */
static inline void field_to_integer(word out[WORDS], const struct field *a)
{
    for (int i = 0; i < WORDS; i++)
        out[i] = a->limb[i];
    for (int i = 0; i < WORDS; i++)
        field_reduce_step(out);
    field_reduce_once(out, 0, out);
}

#endif
