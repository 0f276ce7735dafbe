/* SPDX-License-Identifier: Apache-2.0 */
/* The field of a curve, eight elements at a time: five limbs of 52 bits, in Montgomery form with R = 2^260 (P. L.
 * Montgomery, "Modular multiplication without trial division", Math. Comp. 44, 1985), reduced as late as possible. What
 * depends on the prime p stands in a file of each curve: lanes_sm2.h, and hsm/p256/lanes_p256.h. Each p is below 2^256, above
 * 2^256 - 2^225, and -1 mod 2^52. For whoever includes lanes_point.h and its tests alone.
 *
 * Two types keep the carries apart:
 *
 *   struct lanes_sum      what additions and multiplications give: signed limbs of any size (here below 2^58 in
 *                         absolute value), whose value Σ limb[i]·2^(52i) is exact
 *   struct lanes_element  what multiplications take: value mod 2^52 of each limb, where the bits from 2^52 on are rubbish,
 *                         because the instructions do not look at them. So a carry costs no mask.
 *
 * A value is a multiple of p away from what it stands for; bounds are given in units of p. An element must be at least 0
 * and below 2^260, so "below 16". A product of elements below a and b is below a·b/16 + 1. A multiple of p that keeps a
 * difference from getting negative is added at the start of a product, where it is free. */
#ifndef HUFU_COSIGN_ARITHMETIC_LANES_FIELD_H
#define HUFU_COSIGN_ARITHMETIC_LANES_FIELD_H

#include "cosign/arithmetic/vector.h"

#define LIMBS 5
#define LIMB_BITS 52
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

struct lanes_sum {
    v8 limb[LIMBS];
};

struct lanes_element {
    v8 limb[LIMBS];
};

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

static inline struct lanes_sum sum_add(struct lanes_sum a, struct lanes_sum b)
{
    for (int i = 0; i < LIMBS; i++)
        a.limb[i] = v_add(a.limb[i], b.limb[i]);
    return a;
}

static inline struct lanes_sum sum_sub(struct lanes_sum a, struct lanes_sum b)
{
    for (int i = 0; i < LIMBS; i++)
        a.limb[i] = v_sub(a.limb[i], b.limb[i]);
    return a;
}

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

static inline struct lanes_sum sum_select(v8_mask mask, struct lanes_sum zeros, struct lanes_sum ones)
{
    for (int i = 0; i < LIMBS; i++)
        zeros.limb[i] = v_blend(mask, zeros.limb[i], ones.limb[i]);
    return zeros;
}

/* ---- sums to elements, and back ---- */

static inline struct lanes_element element_of(struct lanes_sum a)
{
    for (int i = 1; i < LIMBS; i++)
        a.limb[i] = v_add(a.limb[i], v_sar(a.limb[i - 1], LIMB_BITS));
    return (struct lanes_element){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

static inline struct lanes_sum sum_of(struct lanes_element a)
{
    const v8 mask = v_set1(LIMB_MASK);
    return (struct lanes_sum){{v_and(a.limb[0], mask), v_and(a.limb[1], mask), v_and(a.limb[2], mask),
                               v_and(a.limb[3], mask), v_and(a.limb[4], mask)}};
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

static inline void product_row(v8 t[2 * LIMBS], const struct lanes_element *a, const struct lanes_element *b,
                               int i)
{
    for (int j = 0; j < LIMBS; j++)
        t[i + j] = v_madd52lo(t[i + j], a->limb[j], b->limb[i]);
    for (int j = 0; j < LIMBS; j++)
        t[i + j + 1] = v_madd52hi(t[i + j + 1], a->limb[j], b->limb[i]);
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

/* a²/2^260 + 2·half_k·p: what stands twice in the square is computed once and doubled. 30 multiplications and the
 * reduction. */
static inline struct lanes_sum sum_of_square(struct lanes_element a, uint64_t half_k)
{
    v8 t[2 * LIMBS];
    product_begin(t, half_k);
    for (int i = 0; i < LIMBS; i++) {
        for (int j = i + 1; j < LIMBS; j++)
            t[i + j] = v_madd52lo(t[i + j], a.limb[i], a.limb[j]);
        for (int j = i + 1; j < LIMBS; j++)
            t[i + j + 1] = v_madd52hi(t[i + j + 1], a.limb[i], a.limb[j]);
    }
    for (int i = 1; i < 2 * LIMBS; i++)
        t[i] = v_add(t[i], t[i]);
    for (int i = 0; i < LIMBS; i++) {
        t[2 * i] = v_madd52lo(t[2 * i], a.limb[i], a.limb[i]);
        t[2 * i + 1] = v_madd52hi(t[2 * i + 1], a.limb[i], a.limb[i]);
    }
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
