/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplication of lanes.h: that of lanes_point.h on the SM2 curve. Compiled twice: as lanes_mul, and with
 * LANES_EMULATED as lanes_mul_emulated. */
#include "cosign/arithmetic/lanes.h"

#include "common/secret.h"
#include "cosign/arithmetic/lanes_point.h"
#include "cosign/arithmetic/lanes_sm2.h"

#ifdef LANES_EMULATED
#define lanes_mul lanes_mul_emulated
#define lanes_mul_base lanes_mul_base_emulated
#endif

_Static_assert(LANES == VECTOR_LANES && LANES_BASE_ROWS == BASE_ROWS && LANES_BASE_ENTRIES == BASE_ENTRIES,
               "what lanes.h says of the lanes and of the table");

static void work_wipe(struct work *w)
{
    secret_wipe(w, sizeof(*w));
}

/* From R = 2^256 to 2^260. */
static struct lanes_element element_load(const struct work *w)
{
    return element_reduced(sum_shift(sum_load(&w->words), 4));
}

/* From R = 2^260 to 2^256, and divided by 2^halvings. */
static void element_store(struct work *w, struct lanes_element a, unsigned int halvings)
{
    const struct lanes_sum moved = sum_of_product(a, element_of_power(256 - halvings), 0);
    sum_store(&w->words, sum_canonical(element_reduced(moved)));
}

static void scalars_load(struct work *w, const uint64_t k[LANES][4])
{
    for (int i = 0; i < LANES; i++)
        words_set(&w->words, i, k[i]);
    scalar_recode(w);
}

/* The sum, on the curve itself and with k' turned into k. */
static void sum_result(struct lanes_jacobian out[LANES], struct work *w)
{
    const struct lanes_sum v = sum_of(w->sum.v);
    element_store(w, w->sum.x, 0);
    for (int i = 0; i < LANES; i++)
        words_get(out[i].x, &w->words, i);
    element_store(w, element_of(sum_select(w->negate, v, sum_sub(sum_of_p(5), v))), 1);
    for (int i = 0; i < LANES; i++)
        words_get(out[i].y, &w->words, i);
    element_store(w, product(w->sum.z, w->z), 0);
    for (int i = 0; i < LANES; i++)
        words_get(out[i].z, &w->words, i);
}

void lanes_mul(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
               const struct lanes_affine p[LANES])
{
    struct work w __attribute__((cleanup(work_wipe)));
    for (int i = 0; i < LANES; i++)
        words_set(&w.words, i, p[i].x);
    const struct lanes_element x = element_load(&w);
    for (int i = 0; i < LANES; i++)
        words_set(&w.words, i, p[i].y);
    table_build(&w, x, element_of(sum_double(sum_of(element_load(&w)))));
    scalars_load(&w, k);
    multiply(&w);
    sum_result(out, &w);
}

void lanes_mul_base(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
                    const uint64_t table[LANES_BASE_ROWS][LANES_BASE_ENTRIES][8])
{
    struct work w __attribute__((cleanup(work_wipe)));
    scalars_load(&w, k);
    multiply_base(&w, table);
    sum_result(out, &w);
}
