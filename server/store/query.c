/* SPDX-License-Identifier: Apache-2.0 */
/* What statements of one row have in common (connection.h). */
#include "server/store/connection.h"

#define STORE_PRUNE_ROWS 10000
#define STORE_PRUNE_STEPS 100

enum hufu_err store_query_one(struct store *store, const struct statement *statement,
                              const struct parameters *parameters, struct rows *rows, struct row *row)
{
    enum hufu_err err = store_query(store, statement, parameters, rows);
    *row = row_at(rows, 0);
    return err == HUFU_OK && rows->count == 0 ? HUFU_ERR_NOT_FOUND : err;
}

enum hufu_err store_query_bool(struct store *store, const struct statement *statement,
                               const struct parameters *parameters, bool *value)
{
    *value = false;
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *value = row_bool(&row);
    return row_finish(&row);
}

enum hufu_err store_query_i32(struct store *store, const struct statement *statement,
                              const struct parameters *parameters, int32_t *value)
{
    *value = 0;
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *value = row_i32(&row);
    return row_finish(&row);
}

enum hufu_err store_query_i64(struct store *store, const struct statement *statement,
                              const struct parameters *parameters, int64_t *value)
{
    *value = 0;
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *value = row_i64(&row);
    return row_finish(&row);
}

enum hufu_err store_query_time(struct store *store, const struct statement *statement,
                               const struct parameters *parameters, uint64_t *time_ms)
{
    *time_ms = 0;
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *time_ms = row_time(&row);
    return row_finish(&row);
}

enum hufu_err store_change_one(struct store *store, const struct statement *statement,
                               const struct parameters *parameters)
{
    uint64_t changed;
    enum hufu_err err = store_change(store, statement, parameters, &changed);
    return err == HUFU_OK && changed != 1 ? HUFU_ERR_INTERNAL : err;
}

enum hufu_err store_prune(struct store *store, const struct statement *statement)
{
    uint64_t pruned = STORE_PRUNE_ROWS;
    struct parameters parameters = {0};
    parameter_i32(&parameters, STORE_PRUNE_ROWS);
    enum hufu_err err = HUFU_OK;
    for (int i = 0; err == HUFU_OK && pruned == STORE_PRUNE_ROWS && i < STORE_PRUNE_STEPS; i++)
        err = store_change(store, statement, &parameters, &pruned);
    return err;
}
