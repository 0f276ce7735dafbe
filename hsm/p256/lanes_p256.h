/* SPDX-License-Identifier: Apache-2.0 */
/* What lanes_field.h and lanes_point.h must know of P-256 (SEC 2 §2.4.2): its prime, for which reductions are made, its order,
 * and two more values of the field. */
#ifndef HUFU_HSM_P256_LANES_P256_H
#define HUFU_HSM_P256_LANES_P256_H

#include "cosign/arithmetic/lanes_field.h"

/* p = 2^256 - 2^224 + 2^192 + 2^96 - 1 = P_4·2^208 + P_3·2^156 + P_1·2^52 - 1. */
#define P_1_BITS 44
#define P_1 (UINT64_C(1) << P_1_BITS)
#define P_3_BITS 36
#define P_3 (UINT64_C(1) << P_3_BITS)
#define P_4 ((UINT64_C(1) << 48) - (UINT64_C(1) << 16))

static inline struct lanes_sum sum_of_p(uint64_t k)
{
    return (struct lanes_sum){{v_set1(0 - k), v_set1(k * P_1), v_set1(0), v_set1(k * P_3), v_set1(k * P_4)}};
}

/* q·p less, where q is the sum's bits from 2^256 on, rounded up if they are within 2^-48 of the next number. So q is at most
 * 16, and the sum is between q·2^256 - 2^209 and (q + 1)·2^256, or 2^260. As q·p is q·(2^224 - 2^192 - 2^96 + 1) less than
 * q·2^256, and 2^224 - 2^192 - 2^96 is above 2^209, it gets not negative, and it stays below 2^256 + 15·2^224, which is below
 * p + 16·2^224. The highest limb loses q·P_4 by adding q·(2^52 - P_4), as bits from 2^52 on are rubbish. */
static inline struct lanes_element element_reduced(struct lanes_sum a)
{
    const v8 top = v_add(v_add(a.limb[4], v_set1(1)), v_sar(a.limb[3], LIMB_BITS));
    const v8 q = v_sar(top, 256 - 4 * LIMB_BITS);
    a.limb[0] = v_add(a.limb[0], q);
    a.limb[1] = v_sub(a.limb[1], v_shl(q, P_1_BITS));
    a.limb[3] = v_sub(a.limb[3], v_shl(q, P_3_BITS));
    a.limb[4] = v_madd52lo(a.limb[4], q, v_set1((UINT64_C(1) << LIMB_BITS) - P_4));
    return element_of(a);
}

/* p is -1 mod 2^52, so each digit of m is the lowest limb that is left, and m·p = m·(P_4·2^208 + P_3·2^156 + P_1·2^52) - m
 * takes that limb away. 30 multiplications, 10 for each of P_1, P_3 and P_4: so 80 for a product, 60 for a square. As shifts,
 * which P_1 and P_3 would allow, they would be three instructions for each one. */
static inline struct lanes_sum sum_montgomery(v8 t[2 * LIMBS])
{
    const v8 p1 = v_set1(P_1), p3 = v_set1(P_3), p4 = v_set1(P_4);
    for (int i = 0; i < LIMBS; i++) {
        const v8 m = t[i];
        t[i + 1] = v_madd52lo(v_add(t[i + 1], v_sar(m, LIMB_BITS)), m, p1);
        t[i + 2] = v_madd52hi(t[i + 2], m, p1);
        t[i + 3] = v_madd52lo(t[i + 3], m, p3);
        t[i + 4] = v_madd52lo(v_madd52hi(t[i + 4], m, p3), m, p4);
        t[i + 5] = v_madd52hi(t[i + 5], m, p4);
    }
    return (struct lanes_sum){{t[5], t[6], t[7], t[8], t[9]}};
}

static inline struct lanes_element element_of_limbs(const uint64_t limbs[LIMBS])
{
    return (struct lanes_element){
        {v_set1(limbs[0]), v_set1(limbs[1]), v_set1(limbs[2]), v_set1(limbs[3]), v_set1(limbs[4])}};
}

/* 2^260 mod p = 2^228 - 2^196 - 2^100 + 2^4. */
static inline struct lanes_element element_one(void)
{
    static const uint64_t limbs[LIMBS] = {0x10, 0xf000000000000, 0xfffffffffffff, 0xffeffffffffff, 0xfffff};
    return element_of_limbs(limbs);
}

/* 2^520 mod p: what brings a number into Montgomery form. */
static inline struct lanes_element element_into(void)
{
    static const uint64_t limbs[LIMBS] = {0x300, 0xffffffff00000, 0xffffefffffffb, 0xfdfffffffffff,
                                          0x4ffffff};
    return element_of_limbs(limbs);
}

/* b of the curve y² = x³ - 3x + b. */
static inline struct lanes_element element_b(void)
{
    static const uint64_t limbs[LIMBS] = {0xdf6229c4bddfd, 0xca8843090d89c, 0x212ed6acf005c, 0x83415a220abf7,
                                          0xc30061dd4874};
    return element_of_limbs(limbs);
}

static inline struct lanes_sum sum_of_order(void)
{
    static const uint64_t limbs[LIMBS] = {0x9cac2fc632551, 0xada7179e84f3b, 0xfffffffbce6fa, 0xfffffffff,
                                          0xffffffff0000};
    return sum_of(element_of_limbs(limbs));
}

#endif
