/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled once for AVX-512, once with LANES_EMULATED. */
#include "tests/unit/x25519_field.h"

#include "hsm/x25519_field.h"

static struct lanes_sum sum_from(const struct x25519_limbs *a)
{
    return (struct lanes_sum){
        {v_load(a->limb[0]), v_load(a->limb[1]), v_load(a->limb[2]), v_load(a->limb[3]), v_load(a->limb[4])}};
}

static struct lanes_element element_from(const struct x25519_limbs *a)
{
    const struct lanes_sum s = sum_from(a);
    return (struct lanes_element){{s.limb[0], s.limb[1], s.limb[2], s.limb[3], s.limb[4]}};
}

static void put(struct x25519_limbs *out, const v8 limb[LIMBS])
{
    for (int i = 0; i < LIMBS; i++)
        v_store(out->limb[i], limb[i]);
}

static void product(struct x25519_limbs *sum, const struct x25519_limbs *a, const struct x25519_limbs *b,
                    uint64_t k)
{
    put(sum, sum_of_product(element_from(a), element_from(b), k).limb);
}

static void square(struct x25519_limbs *sum, const struct x25519_limbs *a, uint64_t half_k)
{
    put(sum, sum_of_square(element_from(a), half_k).limb);
}

static void add_small(struct x25519_limbs *out, const struct x25519_limbs *sum, const struct x25519_limbs *a,
                      uint64_t small)
{
    put(out, sum_add_small(sum_from(sum), element_from(a), small).limb);
}

static void element(struct x25519_limbs *out, const struct x25519_limbs *sum)
{
    put(out, element_of(sum_from(sum)).limb);
}

static void canonical(struct x25519_limbs *sum, const struct x25519_limbs *a)
{
    put(sum, sum_canonical(element_from(a)).limb);
}

static void load(struct x25519_limbs *sum, const uint8_t bytes[8][32])
{
    struct field_limbs limbs;
    for (int i = 0; i < VECTOR_LANES; i++)
        limbs_set(&limbs, i, bytes[i]);
    put(sum, sum_load(&limbs).limb);
}

static void store(uint8_t bytes[8][32], const struct x25519_limbs *sum)
{
    struct field_limbs limbs;
    sum_store(&limbs, sum_from(sum));
    for (int i = 0; i < VECTOR_LANES; i++)
        limbs_get(bytes[i], &limbs, i);
}

#ifdef LANES_EMULATED
#define FORM x25519_field_emulated
#define NAME "emulated"
#else
#define FORM x25519_field_avx512
#define NAME "AVX-512"
#endif

const struct x25519_field_form FORM = {NAME, product, square, add_small, element, canonical, load, store};
