/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/activation_store.h"

#include "server/identifier.h"
#include "server/store/connection.h"

const char *const activation_state_names[ACTIVATION_STATE_COUNT] = {
    [ACTIVATION_ISSUED] = "issued",
    [ACTIVATION_REDEEMED] = "redeemed",
    [ACTIVATION_EXHAUSTED] = "exhausted",
    [ACTIVATION_REPLACED] = "replaced",
};

static const struct statement activation_insert_statement = {
    .name = "activation_insert",
    .sql = "insert into activation (project_id, activation_id, account_id, code_hash, state, expires_at)"
           " values ($1::uuid, $2::uuid, $3::uuid, $4::bytea, 'issued',"
           " clock_timestamp() + make_interval(hours => $5::int4)) returning expires_at",
};
static const struct statement activation_replace_statement = {
    .name = "activation_replace",
    .sql = "update activation set state = 'replaced' where account_id = $1::uuid and state = 'issued'",
};

#define ACTIVATION_COLUMNS                                                                               \
    "select project_id, activation_id, account_id, state, expires_at <= clock_timestamp(), tries::int4," \
    " tries_limit::int4, device_id from "

static const struct statement activation_read_statement = {
    .name = "activation_read",
    .sql = ACTIVATION_COLUMNS "activation where code_hash = $1::bytea",
    .repeatable = true,
};
/* The clock is read above the lock, not beside it: a wait is counted. */
static const struct statement activation_lock_statement = {
    .name = "activation_lock",
    .sql = "with held as materialized (select * from activation where code_hash = $1::bytea for no key"
           " update) " ACTIVATION_COLUMNS "held",
};
static const struct statement activation_fail_statement = {
    .name = "activation_fail",
    .sql = "update activation set tries = tries + 1, state = $2::text where activation_id = $1::uuid",
};
static const struct statement activation_redeem_statement = {
    .name = "activation_redeem",
    .sql = "update activation set state = 'redeemed', redeemed_at = clock_timestamp(), device_id = $2::uuid"
           " where activation_id = $1::uuid",
};

enum hufu_err activation_insert(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE], const uint8_t code_hash[HASH_SIZE],
                                int32_t hours, uint64_t *expires_ms)
{
    uint8_t activation_id[UUID_SIZE];
    identifier_new(activation_id);
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, activation_id);
    parameter_uuid(&parameters, account_id);
    parameter_fixed(&parameters, code_hash, HASH_SIZE);
    parameter_i32(&parameters, hours);
    return store_query_time(store, &activation_insert_statement, &parameters, expires_ms);
}

enum hufu_err activation_replace(struct store *store, const uint8_t account_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return store_change(store, &activation_replace_statement, &parameters, NULL);
}

static enum hufu_err activation_one(struct store *store, const struct statement *statement,
                                    const uint8_t code_hash[HASH_SIZE], struct activation_row *out)
{
    *out = (struct activation_row){0};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, code_hash, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->activation_id);
    row_uuid(&row, out->account_id);
    out->state = (enum activation_state)row_name(&row, activation_state_names, ACTIVATION_STATE_COUNT);
    out->expired = row_bool(&row);
    out->tries = row_i32(&row);
    out->tries_limit = row_i32(&row);
    row_optional_uuid(&row, out->device_id);
    return row_finish(&row);
}

enum hufu_err activation_read(struct store *store, const uint8_t code_hash[HASH_SIZE],
                              struct activation_row *out)
{
    return activation_one(store, &activation_read_statement, code_hash, out);
}

enum hufu_err activation_lock(struct store *store, const uint8_t code_hash[HASH_SIZE],
                              struct activation_row *out)
{
    return activation_one(store, &activation_lock_statement, code_hash, out);
}

enum hufu_err activation_fail(struct store *store, const struct activation_row *row,
                              enum activation_state state)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, row->activation_id);
    parameter_text(&parameters, activation_state_names[state]);
    return store_change(store, &activation_fail_statement, &parameters, NULL);
}

enum hufu_err activation_redeem(struct store *store, const struct activation_row *row,
                                const uint8_t device_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, row->activation_id);
    parameter_uuid(&parameters, device_id);
    return store_change(store, &activation_redeem_statement, &parameters, NULL);
}
