/* SPDX-License-Identifier: Apache-2.0 */
/* The group of the SM2 curve (GB/T 32918.5), as the protocol needs it and no wider. Everything outside cosign/arithmetic/
 * uses this header, scalar.h and sm3.h, and looks into no struct of theirs.
 *
 * A `struct affine` is a point as it stands on the wire, a `struct point` what is computed with; functions that convert do
 * several at once, because what they cost is one inversion. Nothing here can fail.
 *
 * Time does not depend on scalars or points, except in functions that end in _var: those are for public values. What a
 * secret was computed in is wiped. An output may be the same object as an input of the same type. */
#ifndef HUFU_COSIGN_ARITHMETIC_GROUP_H
#define HUFU_COSIGN_ARITHMETIC_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cosign/arithmetic/point.h"
#include "cosign/arithmetic/scalar.h"

#define POINT_BYTES 65

void point_wipe(struct point *p);
#define POINT_WIPED __attribute__((cleanup(point_wipe)))
void affine_wipe(struct affine *p);
#define AFFINE_WIPED __attribute__((cleanup(affine_wipe)))

/* False, and infinity, unless the bytes are 04 ‖ x ‖ y of a point of the curve, both coordinates below p. */
bool affine_decode_var(struct affine *p, const uint8_t bytes[POINT_BYTES]);
/* 65 zero bytes for infinity, which has no encoding: ask affine_is_infinite first. */
void affine_encode(uint8_t bytes[POINT_BYTES], const struct affine *p);
bool affine_is_infinite(const struct affine *p);
/* x as an integer mod n; 0 for infinity. */
void affine_x_mod_n(struct scalar *x, const struct affine *p);
extern const struct affine *const affine_generator;

void point_of_affine(struct point *out, const struct affine *p);
void point_to_affine(struct affine *out, const struct point *in, size_t count);
/* The verdict is public: for an honest peer infinity has no practical probability, and it is refused everywhere. */
bool point_is_infinite(const struct point *p);
bool point_equal(const struct point *a, const struct point *b);
void point_add(struct point *out, const struct point *a, const struct point *b);
void point_sub(struct point *out, const struct point *a, const struct point *b);

/* So many products at once are what a caller should ask for who has more to compute. */
#define POINT_MUL_TOGETHER 8
/* out[i] = k[i]·G and out[i] = k[i]·p[i]; no p is infinite. */
void point_mul_base(struct point *out, const struct scalar *k, size_t count);
void point_mul(struct point *out, const struct scalar *k, const struct affine *p, size_t count);
/* How many of these products are computed at once: 1, or 8 where the processor has the lanes for it, and then two cost as
 * much as eight. */
size_t point_mul_lanes(void);
/* base·G + Σ scalars[i]·points[i]; base may be NULL, for 0. No point is infinite. */
void point_multi_var(struct point *out, const struct scalar *base, const struct scalar *scalars,
                     const struct affine *points, size_t count);

#endif
