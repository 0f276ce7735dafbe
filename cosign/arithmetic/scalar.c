/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/arithmetic/scalar.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/inverse.h"
#include "cosign/arithmetic/modulus.h"

#define ORDER                                                                                     \
    {                                                                                             \
        WORDS_OF(0x53bbf40939d54123), WORDS_OF(0x7203df6b21c6052b), WORDS_OF(0xffffffffffffffff), \
            WORDS_OF(0xfffffffeffffffff)                                                          \
    }
const struct scalar scalar_order = {ORDER};
static const struct odd_modulus order = {.m = ORDER, .inverse = (word)0x327f9e8872350975};

/* 2^512 mod n: what undoes a division by R = 2^256. */
static const struct scalar radix_squared = {{WORDS_OF(0x901192af7c114f20), WORDS_OF(0x3464504ade6fa2fa),
                                             WORDS_OF(0x620fc84c3affe0d4), WORDS_OF(0x1eb5e412a22b3d3b)}};

void scalar_wipe(struct scalar *s)
{
    secret_wipe(s, sizeof(*s));
}

/* out = carry·2^256 + a, less n once when that is n or more. For values below 2n. */
static void reduce_once(word out[WORDS], word carry, const word a[WORDS])
{
    modulus_reduce_once(out, carry, a, &order);
}

/* out = a·b / 2^256 mod n, for a below n and any b. */
static void montgomery_mul(word out[WORDS], const word a[WORDS], const word b[WORDS])
{
    modulus_mul(out, a, b, &order);
}

bool scalar_decode(struct scalar *out, const uint8_t bytes[SCALAR_BYTES])
{
    word less[WORDS];
    integer_load(out->limb, bytes);
    word below = integer_sub(less, out->limb, scalar_order.limb);
    secret_wipe(less, sizeof(less));
    secret_unmark(&below, sizeof(below));
    if (!below)
        scalar_wipe(out);
    return below;
}

bool scalar_decode_nonzero(struct scalar *out, const uint8_t bytes[SCALAR_BYTES])
{
    bool good = scalar_decode(out, bytes) && !scalar_is_zero(out);
    secret_unmark(&good, sizeof(good));
    return good;
}

void scalar_decode_mod(struct scalar *out, const uint8_t bytes[SCALAR_BYTES])
{
    struct scalar any SCALAR_WIPED;
    integer_load(any.limb, bytes);
    /* One subtraction is enough: 2^256 is less than 2n. */
    reduce_once(out->limb, 0, any.limb);
}

void scalar_decode_wide(struct scalar *out, const uint8_t bytes[SCALAR_WIDE_BYTES])
{
    struct scalar high SCALAR_WIPED;
    struct scalar low SCALAR_WIPED;
    integer_load(high.limb, bytes);
    montgomery_mul(high.limb, radix_squared.limb, high.limb); /* high·2^256 mod n */
    scalar_decode_mod(&low, bytes + SCALAR_BYTES);
    scalar_add(out, &high, &low);
}

void scalar_encode(uint8_t bytes[SCALAR_BYTES], const struct scalar *s)
{
    integer_store(bytes, s->limb);
}

bool scalar_is_zero(const struct scalar *s)
{
    return integer_is_zero(s->limb);
}

bool scalar_equal(const struct scalar *a, const struct scalar *b)
{
    return integer_equal(a->limb, b->limb);
}

void scalar_add(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar sum SCALAR_WIPED;
    word carry = integer_add(sum.limb, a->limb, b->limb);
    reduce_once(out->limb, carry, sum.limb);
}

void scalar_sub(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar difference SCALAR_WIPED;
    struct scalar wrapped SCALAR_WIPED;
    word borrow = integer_sub(difference.limb, a->limb, b->limb);
    (void)integer_add(wrapped.limb, difference.limb, scalar_order.limb);
    integer_select(out->limb, word_mask(borrow), wrapped.limb, difference.limb);
}

void scalar_negate(struct scalar *out, const struct scalar *a)
{
    static const struct scalar zero;
    scalar_sub(out, &zero, a);
}

void scalar_mul(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar product SCALAR_WIPED; /* a·b / 2^256 */
    montgomery_mul(product.limb, a->limb, b->limb);
    montgomery_mul(out->limb, product.limb, radix_squared.limb);
}

void scalar_invert(struct scalar *out, const struct scalar *a)
{
    inverse_mod_n(out->limb, a->limb);
}

/* Simultaneous inversion, as in convert.c: out[i] is first a[0]·…·a[i], which is not 0 as n is prime. */
void scalar_invert_each(struct scalar *out, const struct scalar *a, size_t count)
{
    struct scalar inverse SCALAR_WIPED; /* of a[0]·…·a[i] */
    if (count == 0)
        return;
    out[0] = a[0];
    for (size_t i = 1; i < count; i++)
        scalar_mul(&out[i], &out[i - 1], &a[i]);
    scalar_invert(&inverse, &out[count - 1]);
    for (size_t i = count - 1; i > 0; i--) {
        scalar_mul(&out[i], &inverse, &out[i - 1]);
        scalar_mul(&inverse, &inverse, &a[i]);
    }
    out[0] = inverse;
}

/* The bits at position `at`, fewer at the end. */
static int bits_at(const struct scalar *s, int at, int width)
{
    int bits = 0;
    for (int i = 0; i < width && at + i < 256; i++)
        bits |= (int)(s->limb[(at + i) / WORD_BITS] >> ((at + i) % WORD_BITS) & 1) << i;
    return bits;
}

void scalar_digits_var(int8_t digits[SCALAR_DIGITS], const struct scalar *s, int width)
{
    int carry = 0;
    memset(digits, 0, SCALAR_DIGITS);
    for (int at = 0; at < SCALAR_DIGITS;) {
        if (bits_at(s, at, 1) + carry != 1) { /* the bit is 0, or the carry makes it 0 and goes on */
            at++;
            continue;
        }
        int digit = bits_at(s, at, width) + carry;
        carry = digit >> (width - 1);
        digits[at] = (int8_t)(digit - (carry << width));
        at += width;
    }
}
