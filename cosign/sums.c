/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/sums.h"

#include "common/secret.h"

void sums_wipe(struct sums *sums)
{
    secret_wipe(sums, sizeof(*sums));
}

void sums_add(struct sums *sums, const struct scalar *k, const struct affine *p, struct point *to)
{
    sums->k[sums->count] = *k;
    sums->p[sums->count] = *p;
    sums->to[sums->count++] = to;
    if (sums->count == POINT_MUL_TOGETHER)
        sums_finish(sums);
}

/* A product can be as secret as its k. */
struct products {
    struct point points[POINT_MUL_TOGETHER];
};

static void products_wipe(struct products *products)
{
    secret_wipe(products, sizeof(*products));
}
#define PRODUCTS_WIPED __attribute__((cleanup(products_wipe)))

void sums_finish(struct sums *sums)
{
    struct products products PRODUCTS_WIPED;
    if (sums->count == 0)
        return;
    point_mul(products.points, sums->k, sums->p, sums->count);
    for (size_t i = 0; i < sums->count; i++)
        point_add(sums->to[i], sums->to[i], &products.points[i]);
    sums->count = 0;
}
