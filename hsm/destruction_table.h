/* SPDX-License-Identifier: Apache-2.0 */
/* What was destroyed: for each binding the least generation that may still be used. A hash table in plain memory, as nothing
 * in it is secret: 20 bytes a place, between 27 and 54 bytes for each binding named. Not safe from several threads. */
#ifndef HUFU_HSM_DESTRUCTION_TABLE_H
#define HUFU_HSM_DESTRUCTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/destruction.h"
#include "common/frame.h"

/* Bindings. Beyond it no order is taken any more; the table has 640 MiB then. */
#define DESTRUCTION_TABLE_MAX ((size_t)3 << 23)

struct destruction_place {
    uint8_t binding[FRAME_ID_SIZE];
    uint32_t least_generation; /* 0: free */
};
_Static_assert(sizeof(struct destruction_place) == 20, "no padding");

struct destruction_table {
    struct destruction_place *places;
    size_t size; /* of places; a power of two, or 0 */
    size_t used;
    size_t max;                       /* of used */
    uint8_t key[HASH_TABLE_KEY_SIZE]; /* random: nobody chooses ids that meet */
};

/* max: at most DESTRUCTION_TABLE_MAX. HUFU_ERR_INTERNAL: no randomness. */
enum hufu_err destruction_table_init(struct destruction_table *table, size_t max) HUFU_MUST_CHECK;
void destruction_table_done(struct destruction_table *table);

/* A table with what is in from and room for count bindings more, without a change to from. HUFU_ERR_LIMIT: more than max;
 * HUFU_ERR_INTERNAL: no memory. */
enum hufu_err destruction_table_grow(struct destruction_table *grown, const struct destruction_table *from,
                                     size_t count) HUFU_MUST_CHECK;
/* Whether count bindings more need a larger table. */
bool destruction_table_is_full(const struct destruction_table *table, size_t count);
/* An order in its form on the wire. Of two for one binding the greater generation stays; one of 0 names nothing. There must
 * be room. */
void destruction_table_put(struct destruction_table *table, const uint8_t order[DESTRUCTION_ORDER_SIZE]);
/* The least generation that may be used; 0 for a binding that no order names. */
uint32_t destruction_table_least(const struct destruction_table *table, const uint8_t binding[FRAME_ID_SIZE]);

#endif
