/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/maintenance_store.h"

#include "server/store/connection.h"

static const struct statement maintenance_partitions = {
    .name = "maintenance_partitions",
    .sql = "select make_partitions($1::int4)",
};

enum hufu_err maintenance_make_partitions(struct store *store, int32_t months_ahead, int32_t *made)
{
    *made = 0;
    struct parameters parameters = {0};
    parameter_i32(&parameters, months_ahead);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &maintenance_partitions, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *made = row_i32(&row);
    return row_finish(&row);
}
