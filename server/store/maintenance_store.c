/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/maintenance_store.h"

#include "server/store/connection.h"

static const struct statement maintenance_partitions = {
    .name = "maintenance_partitions",
    .sql = "select make_partitions($1::int4)",
};

enum hufu_err maintenance_make_partitions(struct store *store, int32_t months_ahead, int32_t *made)
{
    struct parameters parameters = {0};
    parameter_i32(&parameters, months_ahead);
    return store_query_i32(store, &maintenance_partitions, &parameters, made);
}
