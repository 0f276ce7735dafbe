/* SPDX-License-Identifier: Apache-2.0 */
/* The field of Curve25519, p = 2^255 - 19, eight elements at a time: five limbs of 52 bits (lanes_limbs.h), in plain form, as
 * 2^260 = 608 mod p makes a reduction cheaper than Montgomery's. For x25519_lanes.c and its tests alone.
 *
 * The limbs of a sum are from 0 to 2^58 here.
 *
 * A value is a multiple of p away from what it stands for. An element is below 2^255 + 2^163, and element_of makes one of any
 * sum. No limb of a sum is ever negative: a sum from which another is subtracted was made with 1024·p more, in limbs that are
 * larger than any limb of a sum made without (sum_of_p): limbs of the one that sum_sub takes away are below 2^56. A multiplication
 * adds them where it starts, where it is free. */
#ifndef HUFU_HSM_X25519_FIELD_H
#define HUFU_HSM_X25519_FIELD_H

#include "cosign/arithmetic/lanes_limbs.h"

#define TOP_BITS (255 - 4 * LIMB_BITS)
#define TOP_MASK ((UINT64_C(1) << TOP_BITS) - 1)
#define FOLD_255 19  /* 2^255 mod p */
#define FOLD_260 608 /* 2^260 mod p */
#define BIAS 1024

/* ---- sums ---- */

/* k·p, for a k that 32 divides, in limbs of k·2^47 less a little: each but the highest has k·2^47 = (k/32)·2^52 too much, which
 * the next one gives back. */
static inline struct lanes_sum sum_of_p(uint64_t k)
{
    const v8 limb = v_set1((k << TOP_BITS) - k / 32);
    return (struct lanes_sum){{v_set1((k << TOP_BITS) - k * FOLD_255), limb, limb, limb, limb}};
}

/* ---- sums to elements ---- */

/* q·p less, where q is the sum's bits from 2^255 on but for what the three lowest limbs carry; the highest limb loses q·2^47 by
 * adding q·(2^52 - 2^47), as bits from 2^52 on are rubbish. What is left is
 *
 *     below 2^255 - 2^156 in the 255 bits, and limb[2]·2^104 + limb[1]·2^52 + limb[0] + 19q < 2^163
 *
 * so it is not negative and below 2^255 + 2^163. q < 2^12. */
static inline struct lanes_element element_of(struct lanes_sum a)
{
    const v8 q = v_shr(v_add(a.limb[4], v_shr(a.limb[3], LIMB_BITS)), TOP_BITS);
    a.limb[0] = v_madd52lo(a.limb[0], q, v_set1(FOLD_255));
    a.limb[4] = v_madd52lo(a.limb[4], q, v_set1((UINT64_C(1) << LIMB_BITS) - (UINT64_C(1) << TOP_BITS)));
    for (int i = 1; i < LIMBS; i++)
        a.limb[i] = v_add(a.limb[i], v_shr(a.limb[i - 1], LIMB_BITS));
    return (struct lanes_element){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

/* ---- products ---- */

/* t + t'·2^260 becomes t + 608·t', where t' is carried first; t has limbs of up to 9·2^52 and k·p. t' is below 2^250 + 2^160
 * for a product of elements, so its highest limb is at most 2^42, and 608 times that has no upper half: 9 multiplications. A
 * limb gets at most 2^52 + 608, so that all are below 11·2^52 and k·2^47. */
static inline struct lanes_sum sum_fold(v8 t[2 * LIMBS])
{
    const v8 fold = v_set1(FOLD_260);
    for (int i = LIMBS + 1; i < 2 * LIMBS; i++)
        t[i] = v_add(t[i], v_shr(t[i - 1], LIMB_BITS));
    for (int i = 0; i < LIMBS; i++)
        t[i] = v_madd52lo(t[i], t[i + LIMBS], fold);
    for (int i = 1; i < LIMBS; i++)
        t[i] = v_madd52hi(t[i], t[i + LIMBS - 1], fold);
    return (struct lanes_sum){{t[0], t[1], t[2], t[3], t[4]}};
}

/* The accumulators of a product that is to be k·p more, for a constant k. */
static inline void product_begin(v8 t[2 * LIMBS], uint64_t k)
{
    const struct lanes_sum more = sum_of_p(k);
    for (int i = 0; i < LIMBS; i++) {
        t[i] = more.limb[i];
        t[LIMBS + i] = v_set1(0);
    }
}

/* a·b + k·p: 59 multiplications. */
static inline struct lanes_sum sum_of_product(struct lanes_element a, struct lanes_element b, uint64_t k)
{
    v8 t[2 * LIMBS];
    product_begin(t, k);
    for (int i = 0; i < LIMBS; i++)
        product_row(t, &a, &b, i);
    return sum_fold(t);
}

/* a² + 2·half_k·p: 39 multiplications. */
static inline struct lanes_sum sum_of_square(struct lanes_element a, uint64_t half_k)
{
    v8 t[2 * LIMBS];
    product_begin(t, half_k);
    product_square(t, &a);
    return sum_fold(t);
}

/* sum + a·small, for a small number below 2^18: 10 multiplications, and one for the upper half of the highest, which is below
 * 2^14 as that limb is at most 2^47. A limb gets at most 2^52 + 2^24. */
static inline struct lanes_sum sum_add_small(struct lanes_sum sum, struct lanes_element a, uint64_t small)
{
    const v8 times = v_set1(small);
    for (int i = 0; i < LIMBS; i++)
        sum.limb[i] = v_madd52lo(sum.limb[i], a.limb[i], times);
    for (int i = 1; i < LIMBS; i++)
        sum.limb[i] = v_madd52hi(sum.limb[i], a.limb[i - 1], times);
    const v8 above = v_madd52hi(v_set1(0), a.limb[LIMBS - 1], times);
    sum.limb[0] = v_madd52lo(sum.limb[0], above, v_set1(FOLD_260));
    return sum;
}

/* ---- values ---- */

static inline struct lanes_sum sum_of_small(uint64_t value)
{
    const v8 zero = v_set1(0);
    return (struct lanes_sum){{v_set1(value), zero, zero, zero, zero}};
}

/* The one below p, with clean limbs: an element is below 2p, and at least p if 19 more reach 2^255, which is taken away then, so
 * that p less is left. */
static inline struct lanes_sum sum_canonical(struct lanes_element a)
{
    struct lanes_sum exact = sum_of(a);
    v8 carry = v_shr(v_add(exact.limb[0], v_set1(FOLD_255)), LIMB_BITS);
    for (int i = 1; i < LIMBS - 1; i++)
        carry = v_shr(v_add(exact.limb[i], carry), LIMB_BITS);
    const v8 q = v_shr(v_add(exact.limb[LIMBS - 1], carry), TOP_BITS);
    exact.limb[0] = v_madd52lo(exact.limb[0], q, v_set1(FOLD_255));
    for (int i = 1; i < LIMBS; i++) {
        exact.limb[i] = v_add(exact.limb[i], v_shr(exact.limb[i - 1], LIMB_BITS));
        exact.limb[i - 1] = v_and(exact.limb[i - 1], v_set1(LIMB_MASK));
    }
    exact.limb[LIMBS - 1] = v_and(exact.limb[LIMBS - 1], v_set1(TOP_MASK));
    return exact;
}

/* ---- bytes ---- */

/* Eight numbers of five clean limbs; a row holds the same limb of all. */
struct field_limbs {
    uint64_t row[LIMBS][VECTOR_LANES];
};

/* 255 bits, the least significant byte first; the highest bit is not looked at (RFC 7748 §5, decodeUCoordinate). What lies
 * from p on is taken as it is. */
static inline void limbs_set(struct field_limbs *limbs, int lane, const uint8_t bytes[32])
{
    for (int i = 0; i < LIMBS; i++)
        limbs->row[i][lane] = 0;
    for (int at = 0; at < 256; at += 8) {
        const uint64_t byte = bytes[at / 8];
        limbs->row[at / LIMB_BITS][lane] |= byte << at % LIMB_BITS & LIMB_MASK;
        if (at % LIMB_BITS > LIMB_BITS - 8)
            limbs->row[at / LIMB_BITS + 1][lane] = byte >> (LIMB_BITS - at % LIMB_BITS);
    }
    limbs->row[LIMBS - 1][lane] &= TOP_MASK;
}

static inline void limbs_get(uint8_t bytes[32], const struct field_limbs *limbs, int lane)
{
    for (int at = 0; at < 256; at += 8) {
        uint64_t byte = limbs->row[at / LIMB_BITS][lane] >> at % LIMB_BITS;
        if (at % LIMB_BITS > LIMB_BITS - 8)
            byte |= limbs->row[at / LIMB_BITS + 1][lane] << (LIMB_BITS - at % LIMB_BITS);
        bytes[at / 8] = (uint8_t)byte;
    }
}

static inline struct lanes_sum sum_load(const struct field_limbs *limbs)
{
    return (struct lanes_sum){{v_load(limbs->row[0]), v_load(limbs->row[1]), v_load(limbs->row[2]),
                               v_load(limbs->row[3]), v_load(limbs->row[4])}};
}

static inline void sum_store(struct field_limbs *limbs, struct lanes_sum a)
{
    for (int i = 0; i < LIMBS; i++)
        v_store(limbs->row[i], a.limb[i]);
}

#endif
