/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of multiples of public points, in variable time: interleaved signed windows (E. G. Straus, "Addition chains of
 * vectors", Amer. Math. Monthly 71, 1964; B. Möller, "Algorithms for multi-exponentiation", SAC 2001, §3.2). */
#include "common/secret.h"
#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/generator_table.h"

/* Terms that share one run of doublings. More save little: with 16 the doublings are a fifth of the work. */
#define TOGETHER 16
#define WIDTH 5
#define ODD (1 << (WIDTH - 2)) /* P, 3P, … 15P */
#define BASE_WIDTH (GENERATOR_WINDOW + 1)

struct terms {
    size_t count;
    struct point jacobian[TOGETHER][ODD]; /* what odd is made of */
    struct affine odd[TOGETHER][ODD];
    int8_t digits[TOGETHER][SCALAR_DIGITS];
    int8_t base_digits[SCALAR_DIGITS];
};

/* The points may be public to whoever sums them and still be worth keeping from thieves. */
static void terms_wipe(struct terms *terms)
{
    secret_wipe(terms, sizeof(*terms));
}
#define TERMS_WIPED __attribute__((cleanup(terms_wipe)))

/* sum += p for every case, by looking at which it is. */
static void add_affine_var(struct point *sum, const struct affine *p)
{
    struct field zz, h, r;
    if (field_is_zero(&sum->z)) {
        point_set_affine(sum, p);
        return;
    }
    field_square(&zz, &sum->z);
    field_mul(&h, &p->x, &zz);
    field_sub(&h, &h, &sum->x);
    field_mul(&r, &zz, &sum->z);
    field_mul(&r, &r, &p->y);
    field_sub(&r, &r, &sum->y);
    if (field_is_zero(&h) && field_is_zero(&r)) {
        point_double(sum, sum);
        return;
    }
    point_join(sum, &sum->x, &sum->y, &h, &r, &sum->z);
}

static void add_digit_var(struct point *sum, const struct affine *odd, int digit)
{
    if (digit > 0) {
        add_affine_var(sum, &odd[digit / 2]);
    } else if (digit < 0) {
        struct affine negative = odd[-digit / 2];
        field_negate(&negative.y, &negative.y);
        add_affine_var(sum, &negative);
    }
}

/* P, 3P, … 15P of every term, all made affine by one inversion. On the image of the curve on which 2P is affine, as in
 * multiply.c: 8M + 3S for each, and one multiplication to come back. */
static void make_odd_var(struct terms *terms, const struct affine *points)
{
    for (size_t i = 0; i < terms->count; i++) {
        struct point twice, sum;
        struct field power;
        point_set_affine(&sum, &points[i]);
        terms->jacobian[i][0] = sum;
        point_double(&twice, &sum);
        const struct affine step = {twice.x, twice.y};
        field_square(&power, &twice.z);
        field_mul(&sum.x, &sum.x, &power);
        field_mul(&power, &power, &twice.z);
        field_mul(&sum.y, &sum.y, &power);
        for (size_t j = 1; j < ODD; j++) {
            point_add_affine(&sum, &sum, &step);
            terms->jacobian[i][j] = sum;
            field_mul(&terms->jacobian[i][j].z, &sum.z, &twice.z);
        }
    }
    ENGINE(to_affine_var)(terms->odd[0], terms->jacobian[0], terms->count * ODD);
}

static void sum_terms_var(struct point *sum, const struct terms *terms, bool base)
{
    *sum = (struct point){0};
    for (int at = SCALAR_DIGITS - 1; at >= 0; at--) {
        point_double(sum, sum);
        if (base)
            add_digit_var(sum, generator_table[0], terms->base_digits[at]);
        for (size_t i = 0; i < terms->count; i++)
            add_digit_var(sum, terms->odd[i], terms->digits[i][at]);
    }
}

void ENGINE(multi_var)(struct point *out, const struct scalar *base, const struct scalar *scalars,
                       const struct affine *points, size_t count)
{
    struct terms terms TERMS_WIPED;
    struct point total = {0}, sum;
    if (base)
        scalar_digits_var(terms.base_digits, base, BASE_WIDTH);
    size_t at = 0;
    do {
        terms.count = count - at < TOGETHER ? count - at : TOGETHER;
        for (size_t i = 0; i < terms.count; i++)
            scalar_digits_var(terms.digits[i], &scalars[at + i], WIDTH);
        make_odd_var(&terms, points + at);
        sum_terms_var(&sum, &terms, base && at == 0);
        ENGINE(add)(&total, &total, &sum);
        at += terms.count;
    } while (at < count);
    *out = total;
}
