/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/remembered_store.h"

#include "server/identifier.h"
#include "server/store/connection.h"

static const struct statement remembered_insert_statement = {
    .name = "remembered_insert",
    .sql = "insert into remembered_password (project_id, remembered_id, account_id, device_id, token_hash,"
           " state, expires_at) values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::bytea, 'active',"
           " clock_timestamp() + make_interval(days => $6::int4)) returning expires_at",
};
static const struct statement remembered_read_statement = {
    .name = "remembered_read",
    .sql = "select r.account_id, d.device_key from remembered_password r"
           " join device d on d.project_id = r.project_id and d.device_id = r.device_id"
           " where r.token_hash = $1::bytea and r.state = 'active' and r.expires_at > clock_timestamp()"
           " and d.state = 'active'",
    .repeatable = true,
};
static const struct statement remembered_revoke_device_statement = {
    .name = "remembered_revoke_device",
    .sql = "update remembered_password set state = 'revoked' where device_id = $1::uuid and state = 'active'",
};
static const struct statement remembered_revoke_account_statement = {
    .name = "remembered_revoke_account",
    .sql =
        "update remembered_password set state = 'revoked' where account_id = $1::uuid and state = 'active'",
};

static enum hufu_err remembered_revoke(struct store *store, const struct statement *statement,
                                       const uint8_t id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, id);
    return store_change(store, statement, &parameters, NULL);
}

enum hufu_err remembered_revoke_device(struct store *store, const uint8_t device_id[UUID_SIZE])
{
    return remembered_revoke(store, &remembered_revoke_device_statement, device_id);
}

enum hufu_err remembered_revoke_account(struct store *store, const uint8_t account_id[UUID_SIZE])
{
    return remembered_revoke(store, &remembered_revoke_account_statement, account_id);
}

enum hufu_err remembered_insert(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE], const uint8_t device_id[UUID_SIZE],
                                const uint8_t token_hash[HASH_SIZE], int32_t days, uint64_t *expires_ms)
{
    uint8_t remembered_id[UUID_SIZE];
    struct parameters parameters = {0};
    *expires_ms = 0;
    identifier_new(remembered_id);
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, remembered_id);
    parameter_uuid(&parameters, account_id);
    parameter_uuid(&parameters, device_id);
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    parameter_i32(&parameters, days);
    enum hufu_err err = remembered_revoke_device(store, device_id);
    return err == HUFU_OK ? store_query_time(store, &remembered_insert_statement, &parameters, expires_ms)
                          : err;
}

enum hufu_err remembered_read(struct store *store, const uint8_t token_hash[HASH_SIZE],
                              struct remembered *out)
{
    *out = (struct remembered){.account_id = {0}};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &remembered_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->account_id);
    row_fixed(&row, out->device_key, sizeof out->device_key);
    return row_finish(&row);
}
