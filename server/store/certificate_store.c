/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/certificate_store.h"

#include "server/identifier.h"
#include "server/store/connection.h"

static const struct statement certificate_insert_statement = {
    .name = "certificate_insert",
    .sql = "insert into certificate (project_id, certificate_id, account_id, key_id, ca, serial, "
           "certificate, state,"
           " not_before, not_after) values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::bytea, "
           "$7::bytea,"
           " 'valid', $8::timestamptz, $9::timestamptz)",
};
static const struct statement certificate_read_statement = {
    .name = "certificate_read",
    .sql = "select project_id, account_id, key_id, ca, serial, not_before, not_after, certificate from "
           "certificate"
           " where project_id = $1::uuid and key_id = $2::uuid and state = 'valid' and ($3::text is null or "
           "ca = $3)"
           " order by created_at desc limit 1",
    .repeatable = true,
};
static const struct statement certificate_list_revoked_statement = {
    .name = "certificate_list_revoked",
    .sql = "select serial, revoked_at, revocation_reason::int4 from certificate"
           " where ca = $1::text and state = 'revoked' and not_after > clock_timestamp() order by serial "
           "limit $2::int4",
    .repeatable = true,
};

enum hufu_err certificate_insert(struct store *store, const struct certificate *certificate)
{
    uint8_t certificate_id[UUID_SIZE];
    identifier_new(certificate_id);
    struct parameters parameters = {0};
    parameter_uuid(&parameters, certificate->project_id);
    parameter_uuid(&parameters, certificate_id);
    parameter_uuid(&parameters, certificate->account_id);
    parameter_uuid(&parameters, certificate->key_id);
    parameter_text(&parameters, certificate->ca);
    parameter_fixed(&parameters, certificate->serial, CERTIFICATE_SERIAL_SIZE);
    parameter_fixed(&parameters, certificate->der, certificate->der_len);
    parameter_time(&parameters, certificate->not_before_ms);
    parameter_time(&parameters, certificate->not_after_ms);
    return store_change(store, &certificate_insert_statement, &parameters, NULL);
}

enum hufu_err certificate_read(struct store *store, const uint8_t project_id[UUID_SIZE],
                               const uint8_t key_id[UUID_SIZE], const char *ca, struct certificate *out)
{
    *out = (struct certificate){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, key_id);
    parameter_text(&parameters, ca);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &certificate_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->account_id);
    row_uuid(&row, out->key_id);
    row_text(&row, out->ca, sizeof out->ca);
    row_fixed(&row, out->serial, sizeof out->serial);
    out->not_before_ms = row_time(&row);
    out->not_after_ms = row_time(&row);
    struct buf der;
    buf_init(&der, out->der, sizeof out->der);
    row_append(&row, &der);
    out->der_len = der.len;
    return row_finish(&row);
}

enum hufu_err certificate_list_revoked(struct store *store, const char *ca, struct certificate_revoked *list,
                                       size_t limit, size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_text(&parameters, ca);
    parameter_i32(&parameters, (int32_t)limit + 1);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &certificate_list_revoked_statement, &parameters, &rows);
    if (err == HUFU_OK && rows.count > limit)
        err = HUFU_ERR_LIMIT;
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        row_fixed(&row, list[i].serial, sizeof list[i].serial);
        list[i].revoked_ms = row_time(&row);
        list[i].reason = (uint32_t)row_i32(&row);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
