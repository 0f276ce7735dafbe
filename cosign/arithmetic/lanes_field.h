/* SPDX-License-Identifier: Apache-2.0 */
/* The field of the SM2 curve, eight elements at a time: five limbs of 52 bits, in Montgomery form with R = 2^260 (P. L.
 * Montgomery, "Modular multiplication without trial division", Math. Comp. 44, 1985), reduced as late as possible. For
 * lanes.c and its tests alone.
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

/* p = 2^256 - 2^224 - 2^96 + 2^64 - 1 = P_4·2^208 - P_1·2^52 - 1. */
#define P_1 ((UINT64_C(1) << 44) - (UINT64_C(1) << 12))
#define P_4 ((UINT64_C(1) << 48) - (UINT64_C(1) << 16))

struct lanes_sum {
    v8 limb[LIMBS];
};

struct lanes_element {
    v8 limb[LIMBS];
};

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

/* k·p, for a constant k. */
static inline struct lanes_sum sum_of_p(uint64_t k)
{
    const v8 zero = v_set1(0);
    return (struct lanes_sum){{v_set1(0 - k), v_set1(0 - k * P_1), zero, zero, v_set1(k * P_4)}};
}

/* ---- sums to elements, and back ---- */

static inline struct lanes_element element_of(struct lanes_sum a)
{
    for (int i = 1; i < LIMBS; i++)
        a.limb[i] = v_add(a.limb[i], v_sar(a.limb[i - 1], LIMB_BITS));
    return (struct lanes_element){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

/* The same, below 1 + 2^-27, for a sum from 0 to 2^260: q·p less, where q is the sum's bits from 2^256 on, rounded up if
 * they are within 2^-48 of the next number. For q > 0, a sum of q·2^256 - 2^209 is still above q·p, for q = 0 nothing is
 * subtracted: so it gets not negative. The highest limb loses q·P_4 by adding q·(2^52 - P_4), as bits from 2^52 on are
 * rubbish. */
static inline struct lanes_element element_reduced(struct lanes_sum a)
{
    const v8 top = v_add(v_add(a.limb[4], v_set1(1)), v_sar(a.limb[3], LIMB_BITS));
    const v8 q = v_sar(top, 256 - 4 * LIMB_BITS);
    a.limb[0] = v_add(a.limb[0], q);
    a.limb[1] = v_madd52lo(a.limb[1], q, v_set1(P_1));
    a.limb[4] = v_madd52lo(a.limb[4], q, v_set1((UINT64_C(1) << LIMB_BITS) - P_4));
    return element_of(a);
}

static inline struct lanes_sum sum_of(struct lanes_element a)
{
    const v8 mask = v_set1(LIMB_MASK);
    return (struct lanes_sum){{v_and(a.limb[0], mask), v_and(a.limb[1], mask), v_and(a.limb[2], mask),
                               v_and(a.limb[3], mask), v_and(a.limb[4], mask)}};
}

/* ---- products ---- */

/* t + t'·2^260 becomes (t + m·p)/2^260 for the m below 2^260 that makes it whole. p is -1 mod 2^52, so each digit of m is
 * the lowest limb that is left, and m·p = m·(P_4·2^208 - P_1·2^52) - m takes that limb away. What P_1 gives is summed up
 * apart, as there is no multiplication that subtracts. 20 multiplications, 10 for each of P_1 and P_4. */
static inline struct lanes_sum sum_montgomery(v8 t[2 * LIMBS])
{
    const v8 p1 = v_set1(P_1), p4 = v_set1(P_4);
    v8 less = v_set1(0);
    for (int i = 0; i < LIMBS; i++) {
        const v8 m = t[i];
        less = v_madd52lo(less, m, p1);
        t[i + 4] = v_madd52lo(t[i + 4], m, p4);
        t[i + 1] = v_sub(v_add(t[i + 1], v_sar(m, LIMB_BITS)), less);
        t[i + 5] = v_madd52hi(t[i + 5], m, p4);
        less = v_madd52hi(v_set1(0), m, p1);
    }
    t[6] = v_sub(t[6], less);
    return (struct lanes_sum){{t[5], t[6], t[7], t[8], t[9]}};
}

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

/* a·b/2^260 + k·p: 70 multiplications. */
static inline struct lanes_sum sum_of_product(struct lanes_element a, struct lanes_element b, uint64_t k)
{
    v8 t[2 * LIMBS];
    product_begin(t, k);
    for (int i = 0; i < LIMBS; i++)
        product_row(t, &a, &b, i);
    return sum_montgomery(t);
}

/* a²/2^260 + 2·half_k·p: what stands twice in the square is computed once and doubled. 50 multiplications. */
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

/* 1, that is 2^260 mod p = 2^228 + 2^100 - 2^68 + 2^4. */
static inline struct lanes_element element_one(void)
{
    const v8 zero = v_set1(0);
    return (struct lanes_element){{v_set1(16), v_set1((UINT64_C(1) << 48) - (UINT64_C(1) << 16)), zero, zero,
                                   v_set1(UINT64_C(1) << 20)}};
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
