/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/service_key_store.h"

#include "server/store/connection.h"

#define SERVICE_KEY_COLUMNS                                                                                 \
    "select service_key_id, sealed, statement, signature, valid_from, valid_until, clock_timestamp() from " \
    "service_key"

static const struct statement service_key_list_statement = {
    .name = "service_key_list",
    .sql =
        SERVICE_KEY_COLUMNS " where valid_until > clock_timestamp() order by valid_until desc limit $1::int4",
    .repeatable = true,
};
static const struct statement service_key_current_statement = {
    .name = "service_key_current",
    .sql = SERVICE_KEY_COLUMNS " where valid_until > clock_timestamp() and valid_from <= clock_timestamp()"
                               " order by valid_from desc, service_key_id limit 1",
    .repeatable = true,
};
/* Its own statement, so that the insert after it sees what the holder of the lock before had inserted. */
static const struct statement service_key_lock = {
    .name = "service_key_lock",
    .sql = "select pg_advisory_xact_lock(hashtext('hufu service_key'))",
};
static const struct statement service_key_insert_statement = {
    .name = "service_key_insert",
    .sql = "insert into service_key (service_key_id, sealed, statement, signature, valid_from, valid_until)"
           " select $1::uuid, $2::bytea, $3::bytea, $4::bytea, $5::timestamptz, $6::timestamptz"
           " where not exists (select from service_key where valid_until > $7::timestamptz)",
};

static enum hufu_err service_key_fill(struct row *row, struct service_key *out, uint64_t *now_ms)
{
    *out = (struct service_key){0};
    row_uuid(row, out->service_key_id);
    struct buf sealed;
    buf_init(&sealed, out->sealed, sizeof out->sealed);
    row_append(row, &sealed);
    out->sealed_len = sealed.len;
    row_fixed(row, out->statement, sizeof out->statement);
    row_fixed(row, out->signature, sizeof out->signature);
    out->from_ms = row_time(row);
    out->until_ms = row_time(row);
    *now_ms = row_time(row);
    return row_finish(row);
}

enum hufu_err service_key_list(struct store *store, struct service_key *keys, size_t limit, size_t *count,
                               uint64_t *now_ms)
{
    *count = 0;
    enum hufu_err err = store_healthy(store, now_ms);
    if (err != HUFU_OK)
        return err;
    struct parameters parameters = {0};
    parameter_i32(&parameters, (int32_t)limit);
    struct rows rows ROWS_OWNED = {0};
    err = store_query(store, &service_key_list_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = service_key_fill(&row, &keys[i], now_ms);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

enum hufu_err service_key_current(struct store *store, struct service_key *out)
{
    *out = (struct service_key){0};
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err =
        store_query_one(store, &service_key_current_statement, &(struct parameters){0}, &rows, &row);
    if (err != HUFU_OK)
        return err;
    uint64_t now_ms;
    return service_key_fill(&row, out, &now_ms);
}

enum hufu_err service_key_insert(struct store *store, const struct service_key *key, uint64_t spare_ms,
                                 bool *inserted)
{
    *inserted = false;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(store, &transaction);
    if (err == HUFU_OK)
        err = store_change(store, &service_key_lock, &(struct parameters){0}, NULL);
    if (err != HUFU_OK)
        return err;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, key->service_key_id);
    parameter_fixed(&parameters, key->sealed, key->sealed_len);
    parameter_fixed(&parameters, key->statement, sizeof key->statement);
    parameter_fixed(&parameters, key->signature, sizeof key->signature);
    parameter_time(&parameters, key->from_ms);
    parameter_time(&parameters, key->until_ms);
    parameter_time(&parameters, key->until_ms - spare_ms);
    uint64_t changed = 0;
    err = store_change(store, &service_key_insert_statement, &parameters, &changed);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    *inserted = err == HUFU_OK && changed == 1;
    return err;
}
