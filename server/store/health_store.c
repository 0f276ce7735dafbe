/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/connection.h"

static const struct statement health_clock = {
    .name = "health_clock",
    .sql = "select clock_timestamp()",
    .repeatable = true,
};

enum hufu_err store_healthy(struct store *store, uint64_t *database_ms)
{
    return store_query_time(store, &health_clock, &(struct parameters){0}, database_ms);
}
