/* SPDX-License-Identifier: Apache-2.0 */
/* The field of a curve, eight elements at a time: five limbs of 52 bits, in Montgomery form with R = 2^260 (P. L.
 * Montgomery, "Modular multiplication without trial division", Math. Comp. 44, 1985), reduced as late as possible. What
 * depends on the prime p stands in a file of each curve: lanes_sm2.h, and hsm/p256/lanes_p256.h. Each p is below 2^256, above
 * 2^256 - 2^225, and -1 mod 2^52. For whoever includes lanes_point.h and its tests alone.
 *
 * The limbs of a sum (lanes_limbs.h) are signed here, and below 2^58 in absolute value.
 *
 * A value is a multiple of p away from what it stands for; bounds are given in units of p. An element must be at least 0
 * and below 2^260, so "below 16". A product of elements below a and b is below a·b/16 + 1. A multiple of p that keeps a
 * difference from getting negative is added at the start of a product, where it is free. */
#ifndef HUFU_COSIGN_ARITHMETIC_LANES_FIELD_H
#define HUFU_COSIGN_ARITHMETIC_LANES_FIELD_H

#include "cosign/arithmetic/lanes_limbs.h"

/* ---- what the curve's file says ---- */

/* k·p, for a constant k. */
static inline struct lanes_sum sum_of_p(uint64_t k);
/* The element of a sum from 0 to 2^260, below 1 + 2^-27. */
static inline struct lanes_element element_reduced(struct lanes_sum a);
/* t + t'·2^260 becomes (t + m·p)/2^260 for the m below 2^260 that makes it whole. */
static inline struct lanes_sum sum_montgomery(v8 t[2 * LIMBS]);
/* 1, that is 2^260 mod p. */
static inline struct lanes_element element_one(void);
/* The order n of the group: odd, with clean limbs. */
static inline struct lanes_sum sum_of_order(void);

/* ---- sums ---- */

static inline struct lanes_sum sum_double(struct lanes_sum a)
{
    return sum_add(a, a);
}

static inline struct lanes_sum sum_shift(struct lanes_sum a, unsigned int bits)
{
    for (int i = 0; i < LIMBS; i++)
        a.limb[i] = v_shl(a.limb[i], bits);
    return a;
}

/* ---- sums to elements ---- */

static inline struct lanes_element element_of(struct lanes_sum a)
{
    for (int i = 1; i < LIMBS; i++)
        a.limb[i] = v_add(a.limb[i], v_sar(a.limb[i - 1], LIMB_BITS));
    return (struct lanes_element){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

/* ---- products ---- */

/* The accumulators of a product that is to be k·p more, for a constant k. */
static inline void product_begin(v8 t[2 * LIMBS], uint64_t k)
{
    const struct lanes_sum more = sum_of_p(k);
    for (int i = 0; i < LIMBS; i++) {
        t[i] = v_set1(0);
        t[LIMBS + i] = more.limb[i];
    }
}

/* a·b/2^260 + k·p: 50 multiplications and the reduction. */
static inline struct lanes_sum sum_of_product(struct lanes_element a, struct lanes_element b, uint64_t k)
{
    v8 t[2 * LIMBS];
    product_begin(t, k);
    for (int i = 0; i < LIMBS; i++)
        product_row(t, &a, &b, i);
    return sum_montgomery(t);
}

/* a²/2^260 + 2·half_k·p: 30 multiplications and the reduction. */
static inline struct lanes_sum sum_of_square(struct lanes_element a, uint64_t half_k)
{
    v8 t[2 * LIMBS];
    product_begin(t, half_k);
    product_square(t, &a);
    return sum_montgomery(t);
}

/* ---- values ---- */

/* 2^bits as it stands, for bits from 208 on; of an element's form this is 2^(bits - 260). */
static inline struct lanes_element element_of_power(unsigned int bits)
{
    const v8 zero = v_set1(0);
    return (struct lanes_element){{zero, zero, zero, zero, v_set1(UINT64_C(1) << (bits - 4 * LIMB_BITS))}};
}

/* Which of them stand for 0: that are 0 or p, if they are below 2. */
static inline v8_mask element_is_zero(struct lanes_element a)
{
    const struct lanes_sum exact = sum_of(a), p = sum_of(element_of(sum_of_p(1)));
    v8 zero = v_set1(0), from_p = v_set1(0);
    for (int i = 0; i < LIMBS; i++) {
        zero = v_or(zero, exact.limb[i]);
        from_p = v_or(from_p, v_xor(exact.limb[i], p.limb[i]));
    }
    return v_mask_or(v_equal(zero, v_set1(0)), v_equal(from_p, v_set1(0)));
}

/* The one below p, with clean limbs, for an element below 2. */
static inline struct lanes_sum sum_canonical(struct lanes_element a)
{
    const struct lanes_sum exact = sum_of(a);
    const struct lanes_element less = element_of(sum_sub(exact, sum_of_p(1)));
    const v8_mask negative = v_equal(v_sar(less.limb[4], 63), v_set1(~UINT64_C(0)));
    return sum_select(negative, sum_of(less), exact);
}

/* ---- words ---- */

/* Eight numbers of four words, the least significant first; a row holds the same word of all. */
struct lanes_words {
    uint64_t row[4][VECTOR_LANES];
};

static inline void words_set(struct lanes_words *words, int lane, const uint64_t number[4])
{
    for (int i = 0; i < 4; i++)
        words->row[i][lane] = number[i];
}

static inline void words_get(uint64_t number[4], const struct lanes_words *words, int lane)
{
    for (int i = 0; i < 4; i++)
        number[i] = words->row[i][lane];
}

static inline struct lanes_sum sum_of_words(v8 w0, v8 w1, v8 w2, v8 w3)
{
    const v8 mask = v_set1(LIMB_MASK);
    return (struct lanes_sum){{v_and(w0, mask), v_and(v_or(v_shr(w0, 52), v_shl(w1, 12)), mask),
                               v_and(v_or(v_shr(w1, 40), v_shl(w2, 24)), mask),
                               v_and(v_or(v_shr(w2, 28), v_shl(w3, 36)), mask), v_shr(w3, 16)}};
}

static inline struct lanes_sum sum_load(const struct lanes_words *words)
{
    return sum_of_words(v_load(words->row[0]), v_load(words->row[1]), v_load(words->row[2]),
                        v_load(words->row[3]));
}

/* For a canonical sum. */
static inline void sum_store(struct lanes_words *words, struct lanes_sum a)
{
    v_store(words->row[0], v_or(a.limb[0], v_shl(a.limb[1], 52)));
    v_store(words->row[1], v_or(v_shr(a.limb[1], 12), v_shl(a.limb[2], 40)));
    v_store(words->row[2], v_or(v_shr(a.limb[2], 24), v_shl(a.limb[3], 28)));
    v_store(words->row[3], v_or(v_shr(a.limb[3], 36), v_shl(a.limb[4], 16)));
}

#endif
