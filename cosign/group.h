/* SPDX-License-Identifier: Apache-2.0 */
/* The group of the SM2 curve (GB/T 32918.5), as the protocol needs it and no wider: another arithmetic can be put
 * behind this header. This is the whole seam: a back end defines the functions below, and nothing outside it looks
 * into a struct point.
 *
 * A `struct group` is the workspace of one protocol step. Failures of the back end (memory) are remembered in it:
 * later operations give the point at infinity, and group_finish, which must be called before a result is used,
 * says so. The code between stays free of checks.
 *
 * Time does not depend on scalars or points, except in functions that end in _var: those are for public values. */
#ifndef HUFU_COSIGN_GROUP_H
#define HUFU_COSIGN_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "cosign/scalar.h"

#define POINT_BYTES 65

struct group {
    struct ec_group_st *curve;
    struct bignum_ctx *work;
    bool failed;
};

void group_init(struct group *g);
void group_done(struct group *g);
#define GROUP_DONE __attribute__((cleanup(group_done)))
/* HUFU_OK, or HUFU_ERR_INTERNAL when an operation failed. */
enum hufu_err group_finish(const struct group *g) HUFU_MUST_CHECK;

/* A point of the curve, or infinity: a plain value, freely copied. All zero is not a point. */
struct point {
    uint8_t octets[POINT_BYTES];
    bool infinite;
};
void point_wipe(struct point *p);
#define POINT_WIPED __attribute__((cleanup(point_wipe)))

/* False, and infinity, unless the bytes are 04 ‖ x ‖ y of a point of the curve, both coordinates below p. */
bool point_decode_var(struct group *g, struct point *p, const uint8_t bytes[POINT_BYTES]);
/* 65 zero bytes for infinity, which has no encoding: ask point_is_infinite first. */
void point_encode(uint8_t bytes[POINT_BYTES], const struct point *p);
/* The verdict is public: for an honest peer infinity has no practical probability, and it is refused everywhere. */
bool point_is_infinite(const struct point *p);
bool point_equal(const struct point *a, const struct point *b);
/* x as an integer mod n. p is not infinity. */
void point_x_mod_n(struct scalar *x, const struct point *p);

void point_generator(struct group *g, struct point *out);
void point_add(struct group *g, struct point *out, const struct point *a, const struct point *b);
void point_sub(struct group *g, struct point *out, const struct point *a, const struct point *b);
/* k·G and k·p. */
void point_mul_base(struct group *g, struct point *out, const struct scalar *k);
void point_mul(struct group *g, struct point *out, const struct scalar *k, const struct point *p);
/* base·G + Σ scalars[i]·points[i]; base may be NULL, for 0. */
void point_multi_var(struct group *g, struct point *out, const struct scalar *base,
                     const struct scalar *scalars, const struct point *points, size_t count);

#endif
