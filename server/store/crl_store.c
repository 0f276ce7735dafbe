/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/crl_store.h"

#include "server/store/connection.h"

static const struct statement crl_read_statement = {
    .name = "crl_read",
    .sql = "select number, this_update, next_update,"
           " clock_timestamp() > this_update + (next_update - this_update) / 2"
           "  or exists (select from certificate c where c.ca = $1::text and c.state = 'revoked'"
           "   and c.revoked_at >= crl.this_update), crl"
           " from crl where ca = $1::text order by number desc limit 1",
    .repeatable = true,
};
static const struct statement crl_insert_statement = {
    .name = "crl_insert",
    .sql = "insert into crl (ca, number, this_update, next_update, crl)"
           " values ($1::text, $2::int8, $3::timestamptz, $4::timestamptz, $5::bytea)",
};

enum hufu_err crl_read(struct store *store, const char *ca, struct crl *out, struct buf *der)
{
    *out = (struct crl){0};
    struct parameters parameters = {0};
    parameter_text(&parameters, ca);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &crl_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    out->number = row_i64(&row);
    out->this_update_ms = row_time(&row);
    out->next_update_ms = row_time(&row);
    out->stale = row_bool(&row);
    if (der != NULL)
        row_append(&row, der);
    else
        row_skip(&row);
    return row_finish(&row);
}

enum hufu_err crl_insert(struct store *store, const char *ca, const struct crl *crl, struct bytes der)
{
    struct parameters parameters = {0};
    parameter_text(&parameters, ca);
    parameter_i64(&parameters, crl->number);
    parameter_time(&parameters, crl->this_update_ms);
    parameter_time(&parameters, crl->next_update_ms);
    parameter_bytes(&parameters, der);
    return store_change(store, &crl_insert_statement, &parameters, NULL);
}
