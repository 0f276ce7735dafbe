/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/face_store.h"

#include "server/store/connection.h"

static const struct statement face_put_statement = {
    .name = "face_put",
    .sql = "insert into face (project_id, account_id, picture_sealed) values ($1::uuid, $2::uuid, $3::bytea)"
           " on conflict (account_id) do update"
           " set picture_sealed = excluded.picture_sealed, enrolled_at = clock_timestamp()",
};
static const struct statement face_read_statement = {
    .name = "face_read",
    .sql = "select picture_sealed from face where account_id = $1::uuid",
    .repeatable = true,
};

enum hufu_err face_put(struct store *store, const uint8_t project_id[UUID_SIZE],
                       const uint8_t account_id[UUID_SIZE], struct bytes sealed)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, account_id);
    parameter_bytes(&parameters, sealed);
    return store_change(store, &face_put_statement, &parameters, NULL);
}

enum hufu_err face_read(struct store *store, const uint8_t account_id[UUID_SIZE], struct buf *sealed)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &face_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_append(&row, sealed);
    err = row_finish(&row);
    return err == HUFU_OK ? buf_finish(sealed) : err;
}
