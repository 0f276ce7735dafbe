/* SPDX-License-Identifier: Apache-2.0 */
/* The destruction log (common/destruction.h) as rows, and how far each key process has taken it. What is destroyed is noted by
 * a trigger, in the transaction that removes a binding or ends a generation. */
#ifndef HUFU_SERVER_STORE_DESTRUCTION_STORE_H
#define HUFU_SERVER_STORE_DESTRUCTION_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/destruction.h"
#include "server/store/store.h"

/* Numbers what was noted, at most at_most, if a removal is among it, or an ended generation that waits for so many seconds. */
enum hufu_err destruction_number(struct store *store, int32_t gather_seconds, int32_t at_most,
                                 int32_t *numbered) HUFU_MUST_CHECK;

struct destruction_batch {
    struct destruction_head before; /* the order before the first */
    size_t count;
    uint8_t orders[DESTRUCTION_BATCH_MAX][DESTRUCTION_ORDER_SIZE];
};
/* What follows an order, up to the first gap. HUFU_ERR_NOT_FOUND: that order is not there, and is not the beginning (0). */
enum hufu_err destruction_read(struct store *store, uint64_t after,
                               struct destruction_batch *out) HUFU_MUST_CHECK;
/* The number of the last order; 0: there is none. */
enum hufu_err destruction_last(struct store *store, uint64_t *number) HUFU_MUST_CHECK;
/* Whether the log passes this order, with this hash; so it does the beginning. */
enum hufu_err destruction_has(struct store *store, const struct destruction_head *head,
                              bool *has) HUFU_MUST_CHECK;

/* How far a key process has taken the log, as it was recorded. HUFU_ERR_NOT_FOUND: it is not known. */
enum hufu_err destruction_acknowledged(struct store *store, const char *process,
                                       uint64_t *number) HUFU_MUST_CHECK;
/* Records it, also for one that is not known. What all have taken is done then: an audit event says so. */
enum hufu_err destruction_acknowledge(struct store *store, const char *process, uint64_t number,
                                      const char *trace) HUFU_MUST_CHECK;

/* SQL: whether all of a binding (its id given) is destroyed, in every key process that is known. */
#define DESTRUCTION_DONE(binding_id)                                           \
    "exists (select from destruction_order o where o.binding_id = " binding_id \
    " and o.least_generation = 4294967295 and o.number <= (select min(acknowledged) from key_process))"

#endif
