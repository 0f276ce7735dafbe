/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/session_store.h"

#include "server/store/connection.h"

const char *const session_state_names[SESSION_STATE_COUNT] = {
    [SESSION_OPEN] = "open",
    [SESSION_ENDED] = "ended",
};

static const struct statement session_insert_statement = {
    .name = "session_insert",
    .sql =
        "insert into session (project_id, session_id, account_id, device_id, token_hash, state, expires_at)"
        " values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::bytea, 'open',"
        " clock_timestamp() + make_interval(days => $6::int4)) returning expires_at",
};
static const struct statement session_end_all_statement = {
    .name = "session_end_all",
    .sql = "update session set state = 'ended' where device_id = $1::uuid and state = 'open'",
};
static const struct statement session_read_statement = {
    .name = "session_read",
    .sql = "select project_id, session_id, account_id, device_id, state, expires_at <= clock_timestamp() "
           "from session"
           " where token_hash = $1::bytea",
    .repeatable = true,
};

enum hufu_err session_insert(struct store *store, const struct session *session,
                             const uint8_t token_hash[HASH_SIZE], int32_t days, uint64_t *expires_ms)
{
    *expires_ms = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, session->project_id);
    parameter_uuid(&parameters, session->session_id);
    parameter_uuid(&parameters, session->account_id);
    parameter_uuid(&parameters, session->device_id);
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    parameter_i32(&parameters, days);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &session_insert_statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    *expires_ms = row_time(&row);
    return row_finish(&row);
}

enum hufu_err session_end_all(struct store *store, const uint8_t device_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    return store_change(store, &session_end_all_statement, &parameters, NULL);
}

enum hufu_err session_read(struct store *store, const uint8_t token_hash[HASH_SIZE], struct session *out)
{
    *out = (struct session){0};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &session_read_statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    if (rows.count == 0)
        return HUFU_ERR_NOT_FOUND;
    struct row row = row_at(&rows, 0);
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->session_id);
    row_uuid(&row, out->account_id);
    row_uuid(&row, out->device_id);
    out->state = (enum session_state)row_name(&row, session_state_names, SESSION_STATE_COUNT);
    out->expired = row_bool(&row);
    return row_finish(&row);
}
