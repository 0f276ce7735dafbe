/* SPDX-License-Identifier: Apache-2.0 */
/* Integers modulo an odd number m between 2^255 and 2^256 with m·(2^WORD_BITS + 1) <= 2^(256 + WORD_BITS), in Montgomery's way with R = 2^256: for the orders of the groups, as the
 * prime of the SM2 curve has a shape of its own (field.h). All of it takes the same time for all values. */
#ifndef HUFU_COSIGN_ARITHMETIC_MODULUS_H
#define HUFU_COSIGN_ARITHMETIC_MODULUS_H

#include "cosign/arithmetic/word.h"

struct odd_modulus {
    word m[WORDS];
    word inverse; /* -m⁻¹ mod 2^WORD_BITS */
};

/* out = carry·2^256 + a, less the modulus once when that is as much or more. For values below 2m. */
static inline void modulus_reduce_once(word out[WORDS], word carry, const word a[WORDS],
                                       const struct odd_modulus *modulus)
{
    word less[WORDS];
    word borrow = integer_sub(less, a, modulus->m);
    /* Below m only when the subtraction borrowed and no carry pays for it. */
    integer_select(out, word_mask(borrow & (carry ^ 1)), a, less);
}

/* t = (t + f·m) / 2^WORD_BITS on WORDS + 1 words, with the factor f that makes the division exact. */
static inline void modulus_step(word t[WORDS + 1], const struct odd_modulus *modulus)
{
    const word f = t[0] * modulus->inverse;
    wide sum = (wide)f * modulus->m[0] + t[0];
    word carry = (word)(sum >> WORD_BITS);
    for (int i = 1; i < WORDS; i++) {
        sum = (wide)f * modulus->m[i] + t[i] + carry;
        t[i - 1] = (word)sum;
        carry = (word)(sum >> WORD_BITS);
    }
    sum = (wide)t[WORDS] + carry;
    t[WORDS - 1] = (word)sum;
    t[WORDS] = (word)(sum >> WORD_BITS);
}

/* out = a·b / 2^256 mod m, for a below m and any b: t stays below a + m < 2m, so its top word below 2. */
static inline void modulus_mul(word out[WORDS], const word a[WORDS], const word b[WORDS],
                               const struct odd_modulus *modulus)
{
    word t[WORDS + 1] = {0};
    for (int i = 0; i < WORDS; i++) {
        word carry = 0;
        for (int j = 0; j < WORDS; j++) {
            wide sum = (wide)a[j] * b[i] + t[j] + carry;
            t[j] = (word)sum;
            carry = (word)(sum >> WORD_BITS);
        }
        /* No carry gets lost: a·b[i] + t is below m·(2^WORD_BITS + 1) < 2^(256 + WORD_BITS). */
        t[WORDS] += carry;
        modulus_step(t, modulus);
    }
    modulus_reduce_once(out, t[WORDS], t, modulus);
}

#endif
