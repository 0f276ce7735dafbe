/* SPDX-License-Identifier: Apache-2.0 */
/* Points k·G as they stand on the wire. Several are gathered before they are computed, because eight of them cost little
 * more than one, and a conversion costs an inversion whether it is of one point or of many. */
#ifndef HUFU_COSIGN_MULTIPLES_H
#define HUFU_COSIGN_MULTIPLES_H

#include <stddef.h>
#include <stdint.h>

#include "cosign/arithmetic/group.h"

#define MULTIPLES_MAX 16

struct multiples {
    struct scalar k[MULTIPLES_MAX];
    uint8_t *to[MULTIPLES_MAX];            /* or NULL */
    struct point *to_point[MULTIPLES_MAX]; /* where that is NULL */
    size_t count;
};
void multiples_wipe(struct multiples *multiples);
#define MULTIPLES_WIPED __attribute__((cleanup(multiples_wipe)))

/* k·G goes to `to`, by now or by the next multiples_write. */
void multiples_add(struct multiples *multiples, const struct scalar *k, uint8_t to[POINT_BYTES]);
/* The same for one that stays in the arithmetic. */
void multiples_add_point(struct multiples *multiples, const struct scalar *k, struct point *to);
/* Writes what has been added since the last time. */
void multiples_write(struct multiples *multiples);

/* One alone. */
void multiple_encode(uint8_t to[POINT_BYTES], const struct scalar *k);

#endif
