/* SPDX-License-Identifier: Apache-2.0 */
/* Products k·P, each to be added to a point of the caller's. Eight are gathered before they are computed, whichever points they
 * belong to, because eight cost as much as two where the processor has lanes. */
#ifndef HUFU_COSIGN_SUMS_H
#define HUFU_COSIGN_SUMS_H

#include <stddef.h>

#include "cosign/arithmetic/group.h"

struct sums {
    struct scalar k[POINT_MUL_TOGETHER];
    struct affine p[POINT_MUL_TOGETHER];
    struct point *to[POINT_MUL_TOGETHER];
    size_t count; /* that wait; never eight between two calls */
};
void sums_wipe(struct sums *sums);
#define SUMS_WIPED __attribute__((cleanup(sums_wipe)))

/* *to becomes *to + k·p, by now or by the next sums_finish; p is not infinite. */
void sums_add(struct sums *sums, const struct scalar *k, const struct affine *p, struct point *to);
/* Computes what waits. */
void sums_finish(struct sums *sums);

#endif
