/* SPDX-License-Identifier: Apache-2.0 */
/* Points of the SM2 curve y² = x³ - 3x + b (GB/T 32918.5), and the formulas for them.
 *
 * A `struct point` is in Jacobian coordinates, x = X/Z² and y = Y/Z³, with Z = 0 at infinity; a `struct affine` has x and y
 * themselves, both 0 at infinity, which no point of the curve has. The formulas are the standard ones of D. J. Bernstein,
 * T. Lange, "Explicit-Formulas Database", for a = -3, from: H. Cohen, A. Miyaji, T. Ono, "Efficient elliptic curve
 * exponentiation using mixed coordinates", Asiacrypt '98. Costs: M multiplication, S squaring, a everything lighter.
 *
 * What a formula cannot do stands with it; docs/arithmetic.md §5 shows why its callers never ask for it. An output may be
 * the same object as an input. */
#ifndef HUFU_COSIGN_ARITHMETIC_POINT_H
#define HUFU_COSIGN_ARITHMETIC_POINT_H

#include "cosign/arithmetic/field.h"

struct point {
    struct field x, y, z;
};

struct affine {
    struct field x, y;
};

static inline void point_set_affine(struct point *out, const struct affine *p)
{
    /* At infinity x and y are 0 and z becomes 0. */
    word infinite = word_mask((word)field_is_zero(&p->x) & (word)field_is_zero(&p->y));
    out->x = p->x;
    out->y = p->y;
    field_select(&out->z, infinite, &field_zero, &field_one);
}

static inline void point_select(struct point *out, word mask, const struct point *ones,
                                const struct point *zeros)
{
    field_select(&out->x, mask, &ones->x, &zeros->x);
    field_select(&out->y, mask, &ones->y, &zeros->y);
    field_select(&out->z, mask, &ones->z, &zeros->z);
}

/* 2·p, for every p. 4M + 4S + 8a: dbl-1998-cmo-2 with everything divided by the powers of 2 that a smaller Z allows,
 * Z3 = YZ. Operations that do not wait for each other stand side by side. */
static inline void point_double(struct point *out, const struct point *p)
{
    struct field slope, t, yy;
    field_square(&t, &p->z);
    field_square(&yy, &p->y);
    field_sub(&slope, &p->x, &t);
    field_add(&t, &p->x, &t);
    field_mul(&slope, &slope, &t);
    field_mul(&t, &yy, &p->x);
    field_mul(&out->z, &p->y, &p->z);
    field_halve(&out->x, &slope);
    field_add(&slope, &slope, &out->x); /* 3(X - Z²)(X + Z²) / 2 */
    field_square(&out->x, &slope);
    field_square(&yy, &yy);
    field_sub(&out->x, &out->x, &t);
    field_sub(&out->x, &out->x, &t); /* slope² - 2XY² */
    field_sub(&t, &t, &out->x);
    field_mul(&t, &t, &slope);
    field_sub(&out->y, &t, &yy); /* slope·(XY² - X3) - Y⁴ */
}

/* The common part of all additions: u1 = X1·Z2², s1 = Y1·Z2³, h = X2·Z1² - u1, r = Y2·Z1³ - s1; z is Z1·Z2. 5M + 2S + 5a,
 * without the doubling case: h = 0 gives z = 0.
 * u1, s1 and z may be out's own x, y and z: each is read for the last time before it is written. */
static inline void point_join(struct point *out, const struct field *u1, const struct field *s1,
                              const struct field *h, const struct field *r, const struct field *z)
{
    struct field hh, v, t;
    field_mul(&out->z, z, h);
    field_square(&hh, h);
    field_mul(&v, u1, &hh);
    field_mul(&hh, &hh, h); /* h³ */
    field_square(&t, r);
    field_sub(&t, &t, &hh);
    field_sub(&t, &t, &v);
    field_sub(&out->x, &t, &v);
    field_sub(&v, &v, &out->x);
    field_mul(&v, &v, r);
    field_mul(&t, s1, &hh);
    field_sub(&out->y, &v, &t);
}

/* p + q. 8M + 3S + 7a (madd). Neither is infinite; p = q is not allowed, p = -q is. */
static inline void point_add_affine(struct point *out, const struct point *p, const struct affine *q)
{
    struct field zz, h, r;
    field_square(&zz, &p->z);
    field_mul(&h, &q->x, &zz);
    field_sub(&h, &h, &p->x);
    field_mul(&r, &zz, &p->z);
    field_mul(&r, &r, &q->y);
    field_sub(&r, &r, &p->y);
    point_join(out, &p->x, &p->y, &h, &r, &p->z);
}

/* Two additions of the same kind that do not wait for each other, step by step: the processor works on one while it waits for
 * the other. Costs, and what is not allowed, as above for each. */
static inline void point_add_affine_twice(struct point p[2], const struct affine q[2])
{
    struct field zz[2], h[2], r[2], v[2], t[2];
    for (int i = 0; i < 2; i++)
        field_square(&zz[i], &p[i].z);
    for (int i = 0; i < 2; i++)
        field_mul(&h[i], &q[i].x, &zz[i]);
    for (int i = 0; i < 2; i++)
        field_mul(&r[i], &zz[i], &p[i].z);
    for (int i = 0; i < 2; i++)
        field_sub(&h[i], &h[i], &p[i].x);
    for (int i = 0; i < 2; i++)
        field_mul(&r[i], &r[i], &q[i].y);
    for (int i = 0; i < 2; i++)
        field_square(&zz[i], &h[i]); /* h² */
    for (int i = 0; i < 2; i++)
        field_sub(&r[i], &r[i], &p[i].y);
    for (int i = 0; i < 2; i++)
        field_mul(&p[i].z, &p[i].z, &h[i]);
    for (int i = 0; i < 2; i++)
        field_mul(&v[i], &p[i].x, &zz[i]);
    for (int i = 0; i < 2; i++)
        field_mul(&h[i], &zz[i], &h[i]); /* h³ */
    for (int i = 0; i < 2; i++)
        field_square(&t[i], &r[i]);
    for (int i = 0; i < 2; i++) {
        field_sub(&t[i], &t[i], &h[i]);
        field_sub(&t[i], &t[i], &v[i]);
        field_sub(&p[i].x, &t[i], &v[i]);
    }
    for (int i = 0; i < 2; i++)
        field_mul(&t[i], &p[i].y, &h[i]);
    for (int i = 0; i < 2; i++)
        field_sub(&v[i], &v[i], &p[i].x);
    for (int i = 0; i < 2; i++)
        field_mul(&v[i], &v[i], &r[i]);
    for (int i = 0; i < 2; i++)
        field_sub(&p[i].y, &v[i], &t[i]);
}

/* A point with the powers of Z that additions want. */
struct cached_point {
    struct field x, y, z, zz, zzz;
};

static inline void point_cache(struct cached_point *out, const struct point *p)
{
    out->x = p->x;
    out->y = p->y;
    out->z = p->z;
    field_square(&out->zz, &p->z);
    field_mul(&out->zzz, &out->zz, &p->z);
}

/* What an addition of p and q works with; h and r are both 0 for p = q, h alone is for p = -q. */
struct addends {
    struct field u1, s1, h, r, z;
};

/* 6M + 1S + 2a. */
static inline void point_compare(struct addends *out, const struct point *p, const struct cached_point *q)
{
    struct field zz;
    field_square(&zz, &p->z);
    field_mul(&out->u1, &p->x, &q->zz);
    field_mul(&out->h, &q->x, &zz);
    field_sub(&out->h, &out->h, &out->u1);
    field_mul(&out->s1, &p->y, &q->zzz);
    field_mul(&out->r, &zz, &p->z);
    field_mul(&out->r, &out->r, &q->y);
    field_sub(&out->r, &out->r, &out->s1);
    field_mul(&out->z, &p->z, &q->z);
}

/* p + q. 11M + 3S + 7a (add-1998-cmo-2 with Z2² and Z2³ at hand). p = q is not allowed; infinity in either gives infinity,
 * which is right only when both are. */
static inline void point_add_cached(struct point *out, const struct point *p, const struct cached_point *q)
{
    struct addends a;
    point_compare(&a, p, q);
    point_join(out, &a.u1, &a.s1, &a.h, &a.r, &a.z);
}

/* p + q for every p and q. 15M + 7S + 17a: sum and double are both computed, and one is taken without a branch. */
static inline void point_add_complete(struct point *out, const struct point *p, const struct cached_point *q)
{
    struct addends a;
    struct point sum, twice;
    const struct point other = {q->x, q->y, q->z};
    point_compare(&a, p, q);
    point_join(&sum, &a.u1, &a.s1, &a.h, &a.r, &a.z);
    point_double(&twice, p);
    word p_infinite = word_mask((word)field_is_zero(&p->z));
    word q_infinite = word_mask((word)field_is_zero(&q->z));
    word same = word_mask((word)field_is_zero(&a.h) & (word)field_is_zero(&a.r));
    point_select(&sum, same, &twice, &sum);
    point_select(&sum, p_infinite, &other, &sum);
    point_select(out, q_infinite, p, &sum);
}

#endif
