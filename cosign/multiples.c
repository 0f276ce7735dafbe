/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/multiples.h"

#include "common/secret.h"

void multiples_wipe(struct multiples *multiples)
{
    secret_wipe(multiples, sizeof(*multiples));
}

static void add(struct multiples *multiples, const struct scalar *k, uint8_t *to, struct point *to_point)
{
    if (multiples->count == MULTIPLES_MAX)
        multiples_write(multiples);
    multiples->k[multiples->count] = *k;
    multiples->to[multiples->count] = to;
    multiples->to_point[multiples->count++] = to_point;
}

void multiples_add(struct multiples *multiples, const struct scalar *k, uint8_t to[POINT_BYTES])
{
    add(multiples, k, to, NULL);
}

void multiples_add_point(struct multiples *multiples, const struct scalar *k, struct point *to)
{
    add(multiples, k, NULL, to);
}

/* A point can be as secret as its k. */
struct products {
    struct point points[MULTIPLES_MAX];
    struct affine affines[MULTIPLES_MAX];
};

static void products_wipe(struct products *products)
{
    secret_wipe(products, sizeof(*products));
}
#define PRODUCTS_WIPED __attribute__((cleanup(products_wipe)))

void multiples_write(struct multiples *multiples)
{
    struct products products PRODUCTS_WIPED;
    point_mul_base(products.points, multiples->k, multiples->count);
    point_to_affine(products.affines, products.points, multiples->count);
    for (size_t i = 0; i < multiples->count; i++) {
        if (multiples->to[i])
            affine_encode(multiples->to[i], &products.affines[i]);
        else
            *multiples->to_point[i] = products.points[i];
    }
    multiples->count = 0;
}

void multiple_encode(uint8_t to[POINT_BYTES], const struct scalar *k)
{
    struct multiples one MULTIPLES_WIPED = {0};
    multiples_add(&one, k, to);
    multiples_write(&one);
}
