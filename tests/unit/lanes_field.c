/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled for AVX-512 and with LANES_EMULATED, for the SM2 curve and with FIELD_P256. */
#include "tests/unit/lanes_field.h"

#ifdef FIELD_P256
#include "hsm/p256/lanes_p256.h"
#else
#include "cosign/arithmetic/lanes_sm2.h"
#endif

static struct lanes_sum sum_from(const struct field_limbs *a)
{
    return (struct lanes_sum){
        {v_load(a->limb[0]), v_load(a->limb[1]), v_load(a->limb[2]), v_load(a->limb[3]), v_load(a->limb[4])}};
}

static struct lanes_element element_from(const struct field_limbs *a)
{
    const struct lanes_sum s = sum_from(a);
    return (struct lanes_element){{s.limb[0], s.limb[1], s.limb[2], s.limb[3], s.limb[4]}};
}

static void put(struct field_limbs *out, const v8 limb[LIMBS])
{
    for (int i = 0; i < LIMBS; i++)
        v_store(out->limb[i], limb[i]);
}

static void product(struct field_limbs *sum, const struct field_limbs *a, const struct field_limbs *b,
                    uint64_t k)
{
    put(sum, sum_of_product(element_from(a), element_from(b), k).limb);
}

static void square(struct field_limbs *sum, const struct field_limbs *a, uint64_t half_k)
{
    put(sum, sum_of_square(element_from(a), half_k).limb);
}

static void element(struct field_limbs *out, const struct field_limbs *sum)
{
    put(out, element_of(sum_from(sum)).limb);
}

static void reduced(struct field_limbs *out, const struct field_limbs *sum)
{
    put(out, element_reduced(sum_from(sum)).limb);
}

static void canonical(struct field_limbs *sum, const struct field_limbs *a)
{
    put(sum, sum_canonical(element_from(a)).limb);
}

static void is_zero(uint64_t lanes[8], const struct field_limbs *a)
{
    v_store(lanes, v_blend(element_is_zero(element_from(a)), v_set1(0), v_set1(1)));
}

static void constants(struct field_limbs *one, struct field_limbs *order)
{
    put(one, sum_of(element_one()).limb);
    put(order, sum_of_order().limb);
}

static void words(struct field_words *out, struct field_limbs *loaded, const struct field_words *in)
{
    struct lanes_words w;
    uint64_t number[4];
    for (int i = 0; i < VECTOR_LANES; i++) {
        for (int j = 0; j < 4; j++)
            number[j] = in->row[j][i];
        words_set(&w, i, number);
    }
    const struct lanes_sum sum = sum_load(&w);
    put(loaded, sum.limb);
    sum_store(&w, sum);
    for (int i = 0; i < VECTOR_LANES; i++) {
        words_get(number, &w, i);
        for (int j = 0; j < 4; j++)
            out->row[j][i] = number[j];
    }
}

#ifdef LANES_EMULATED
#define FORM field_emulated
#define NAME "emulated"
#else
#define FORM field_avx512
#define NAME "AVX-512"
#endif

const struct field_form FORM = {NAME,      product, square,    element, reduced,
                                canonical, is_zero, constants, words};
