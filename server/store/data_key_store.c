/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/data_key_store.h"

#include "server/store/connection.h"

static const struct statement data_key_read_statement = {
    .name = "data_key_read",
    .sql = "select data_key_id, sealed from data_key",
    .repeatable = true,
};
/* Of two that insert at once the second waits for the first, and then does nothing. */
static const struct statement data_key_insert_statement = {
    .name = "data_key_insert",
    .sql = "insert into data_key (data_key_id, sealed) values ($1::uuid, $2::bytea) on conflict do nothing",
};

enum hufu_err data_key_read(struct store *store, struct data_key_row *out)
{
    *out = (struct data_key_row){0};
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err =
        store_query_one(store, &data_key_read_statement, &(struct parameters){0}, &rows, &row);
    if (err != HUFU_OK)
        return err;
    struct buf sealed;
    row_uuid(&row, out->data_key_id);
    buf_init(&sealed, out->sealed, sizeof out->sealed);
    row_append(&row, &sealed);
    out->sealed_len = sealed.len;
    return row_finish(&row);
}

enum hufu_err data_key_insert(struct store *store, const struct data_key_row *row)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, row->data_key_id);
    parameter_fixed(&parameters, row->sealed, row->sealed_len);
    return store_change(store, &data_key_insert_statement, &parameters, NULL);
}
