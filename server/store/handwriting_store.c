/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/handwriting_store.h"

#include "server/store/connection.h"

static const struct statement handwriting_write_statement = {
    .name = "handwriting_write",
    .sql = "insert into handwriting (project_id, account_id, sealed) values ($1::uuid, $2::uuid, $3::bytea)"
           " on conflict (account_id) do update set sealed = excluded.sealed, created_at = clock_timestamp()",
};
static const struct statement handwriting_read_statement = {
    .name = "handwriting_read",
    .sql = "select sealed, created_at from handwriting where project_id = $1::uuid and account_id = $2::uuid",
    .repeatable = true,
};
static const struct statement handwriting_erase_statement = {
    .name = "handwriting_erase",
    .sql = "delete from handwriting where project_id = $1::uuid and account_id = $2::uuid",
};

enum hufu_err handwriting_write(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE], struct bytes sealed)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, account_id);
    parameter_bytes(&parameters, sealed);
    return store_change(store, &handwriting_write_statement, &parameters, NULL);
}

enum hufu_err handwriting_read(struct store *store, const uint8_t project_id[UUID_SIZE],
                               const uint8_t account_id[UUID_SIZE], struct buf *sealed, uint64_t *created_ms)
{
    *created_ms = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, account_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &handwriting_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_append(&row, sealed);
    *created_ms = row_time(&row);
    return row_finish(&row);
}

enum hufu_err handwriting_erase(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE])
{
    uint64_t erased;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, account_id);
    enum hufu_err err = store_change(store, &handwriting_erase_statement, &parameters, &erased);
    return err == HUFU_OK && erased == 0 ? HUFU_ERR_NOT_FOUND : err;
}
