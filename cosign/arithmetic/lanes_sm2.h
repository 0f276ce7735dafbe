/* SPDX-License-Identifier: Apache-2.0 */
/* What lanes_field.h and lanes_point.h must know of the SM2 curve (GB/T 32918.5): its prime, for which reductions are made,
 * and its order. */
#ifndef HUFU_COSIGN_ARITHMETIC_LANES_SM2_H
#define HUFU_COSIGN_ARITHMETIC_LANES_SM2_H

#include "cosign/arithmetic/lanes_field.h"

/* p = 2^256 - 2^224 - 2^96 + 2^64 - 1 = P_4·2^208 - P_1·2^52 - 1. */
#define P_1 ((UINT64_C(1) << 44) - (UINT64_C(1) << 12))
#define P_4 ((UINT64_C(1) << 48) - (UINT64_C(1) << 16))

static inline struct lanes_sum sum_of_p(uint64_t k)
{
    const v8 zero = v_set1(0);
    return (struct lanes_sum){{v_set1(0 - k), v_set1(0 - k * P_1), zero, zero, v_set1(k * P_4)}};
}

/* q·p less, where q is the sum's bits from 2^256 on, rounded up if they are within 2^-48 of the next number. For q > 0, a sum
 * of q·2^256 - 2^209 is still above q·p, for q = 0 nothing is subtracted: so it gets not negative. The highest limb loses
 * q·P_4 by adding q·(2^52 - P_4), as bits from 2^52 on are rubbish. */
static inline struct lanes_element element_reduced(struct lanes_sum a)
{
    const v8 top = v_add(v_add(a.limb[4], v_set1(1)), v_sar(a.limb[3], LIMB_BITS));
    const v8 q = v_sar(top, 256 - 4 * LIMB_BITS);
    a.limb[0] = v_add(a.limb[0], q);
    a.limb[1] = v_madd52lo(a.limb[1], q, v_set1(P_1));
    a.limb[4] = v_madd52lo(a.limb[4], q, v_set1((UINT64_C(1) << LIMB_BITS) - P_4));
    return element_of(a);
}

/* p is -1 mod 2^52, so each digit of m is the lowest limb that is left, and m·p = m·(P_4·2^208 - P_1·2^52) - m takes that limb
 * away. What P_1 gives is summed up apart, as there is no multiplication that subtracts. 20 multiplications, 10 for each of
 * P_1 and P_4: so 70 for a product, 50 for a square. */
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

/* 2^260 mod p = 2^228 + 2^100 - 2^68 + 2^4. */
static inline struct lanes_element element_one(void)
{
    const v8 zero = v_set1(0);
    return (struct lanes_element){{v_set1(16), v_set1((UINT64_C(1) << 48) - (UINT64_C(1) << 16)), zero, zero,
                                   v_set1(UINT64_C(1) << 20)}};
}

static inline struct lanes_sum sum_of_order(void)
{
    return (struct lanes_sum){{v_set1(0xbf40939d54123), v_set1(0x6b21c6052b53b), v_set1(0xfffffff7203df),
                               v_set1(0xfffffffffffff), v_set1(0xfffffffeffff)}};
}

#endif
