/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of five limbs of 52 bits, eight at a time, as the 52-bit multiplications of AVX-512 want them (S. Gueron, V. Krasnov,
 * "Software implementation of modular exponentiation, using advanced vector instructions architectures", WAIFI 2012): what is
 * the same whatever they are reduced by. lanes_field.h makes the field of a curve of it, hsm/x25519_field.h that of Curve25519.
 *
 * Two types keep the carries apart:
 *
 *   struct lanes_sum      what additions and multiplications give: limbs of any size, whose value Σ limb[i]·2^(52i) is exact
 *   struct lanes_element  what multiplications take: value mod 2^52 of each limb, where the bits from 2^52 on are rubbish,
 *                         because the instructions do not look at them. So a carry costs no mask. */
#ifndef HUFU_COSIGN_ARITHMETIC_LANES_LIMBS_H
#define HUFU_COSIGN_ARITHMETIC_LANES_LIMBS_H

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

static inline struct lanes_sum sum_select(v8_mask mask, struct lanes_sum zeros, struct lanes_sum ones)
{
    for (int i = 0; i < LIMBS; i++)
        zeros.limb[i] = v_blend(mask, zeros.limb[i], ones.limb[i]);
    return zeros;
}

static inline struct lanes_sum sum_of(struct lanes_element a)
{
    const v8 mask = v_set1(LIMB_MASK);
    return (struct lanes_sum){{v_and(a.limb[0], mask), v_and(a.limb[1], mask), v_and(a.limb[2], mask),
                               v_and(a.limb[3], mask), v_and(a.limb[4], mask)}};
}

/* t becomes t + a·b, for one limb of b: 10 multiplications. */
static inline void product_row(v8 t[2 * LIMBS], const struct lanes_element *a, const struct lanes_element *b,
                               int i)
{
    for (int j = 0; j < LIMBS; j++)
        t[i + j] = v_madd52lo(t[i + j], a->limb[j], b->limb[i]);
    for (int j = 0; j < LIMBS; j++)
        t[i + j + 1] = v_madd52hi(t[i + j + 1], a->limb[j], b->limb[i]);
}

/* t becomes 2t + a²: what stands twice in the square is computed once and doubled. 30 multiplications. */
static inline void product_square(v8 t[2 * LIMBS], const struct lanes_element *a)
{
    for (int i = 0; i < LIMBS; i++) {
        for (int j = i + 1; j < LIMBS; j++)
            t[i + j] = v_madd52lo(t[i + j], a->limb[i], a->limb[j]);
        for (int j = i + 1; j < LIMBS; j++)
            t[i + j + 1] = v_madd52hi(t[i + j + 1], a->limb[i], a->limb[j]);
    }
    for (int i = 0; i < 2 * LIMBS; i++)
        t[i] = v_add(t[i], t[i]);
    for (int i = 0; i < LIMBS; i++) {
        t[2 * i] = v_madd52lo(t[2 * i], a->limb[i], a->limb[i]);
        t[2 * i + 1] = v_madd52hi(t[2 * i + 1], a->limb[i], a->limb[i]);
    }
}

#endif
