/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/connection.h"

static const struct statement health_clock = {
    .name = "health_clock",
    .sql = "select clock_timestamp()",
    .repeatable = true,
};

enum hufu_err store_healthy(struct store *store, uint64_t *database_ms)
{
    *database_ms = 0;
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &health_clock, &(struct parameters){0}, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *database_ms = row_time(&row);
    return row_finish(&row);
}
