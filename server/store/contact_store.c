/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/contact_store.h"

#include "server/store/connection.h"

static const struct statement contact_read_statement = {
    .name = "contact_read",
    .sql = "select project_id, mobile_sealed, mobile_hash from account where account_id = $1::uuid",
    .repeatable = true,
};

enum hufu_err contact_row_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                               struct contact_row *out)
{
    *out = (struct contact_row){.mobile_sealed_len = 0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &contact_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    struct buf sealed;
    row_uuid(&row, out->project_id);
    buf_init(&sealed, out->mobile_sealed, sizeof out->mobile_sealed);
    row_append(&row, &sealed);
    out->mobile_sealed_len = sealed.len;
    (void)row_optional_fixed(&row, out->mobile_hash, HASH_SIZE);
    err = row_finish(&row);
    return err == HUFU_OK ? buf_finish(&sealed) : err;
}
