/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/session_store.h"

#include "server/store/connection.h"

const char *const session_state_names[SESSION_STATE_COUNT] = {
    [SESSION_OPEN] = "open",
    [SESSION_ENDED] = "ended",
};

static const struct statement session_insert_statement = {
    .name = "session_insert",
    .sql = "insert into session (project_id, session_id, account_id, device_id, application, token_hash, "
           "state, expires_at)"
           " values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::bytea, 'open',"
           " clock_timestamp() + make_interval(days => $7::int4)) returning expires_at",
};
static const struct statement session_read_statement = {
    .name = "session_read",
    .sql = "select s.project_id, s.session_id, s.account_id, s.device_id, s.state,"
           " s.expires_at <= clock_timestamp(), d.device_key, clock_timestamp(), d.state, d.account_state"
           " from session s join device d on d.project_id = s.project_id and d.device_id = s.device_id"
           " where s.token_hash = $1::bytea and d.state <> 'removed'",
    .repeatable = true,
};
/* $1 project, $2 device, $3 hash of the proof's identifier, $4 session. Of parallel proofs with one identifier the primary key
 * lets one in. To the minute, so that a session in use does not rewrite its row all the time. */
static const struct statement session_spend_statement = {
    .name = "session_spend",
    .sql = "with spent as (insert into dpop_proof (project_id, device_id, jti_hash)"
           " values ($1::uuid, $2::uuid, $3::bytea) on conflict do nothing returning 1"
           "), used as (update session set last_used_at = clock_timestamp() where session_id = $4::uuid"
           " and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')"
           " and exists (select from spent)) select exists (select from spent)",
};
static const struct statement session_prune_proofs_statement = {
    .name = "session_prune_proofs",
    .sql = "select prune_dpop_proofs()",
};
static const struct statement session_prune_statement = {
    .name = "session_prune",
    .sql = "select prune_sessions($1::int4, $2::int4)",
};
static const struct statement session_end_all_statement = {
    .name = "session_end_all",
    .sql = "update session set state = 'ended' where device_id = $1::uuid and state = 'open'",
};
static const struct statement session_end_others_statement = {
    .name = "session_end_others",
    .sql = "update session set state = 'ended' where account_id = $1::uuid and state = 'open'"
           " and session_id is distinct from $2::uuid",
};
static const struct statement session_end_application_statement = {
    .name = "session_end_application",
    .sql = "update session set state = 'ended' where device_id = $1::uuid and application = $2::text"
           " and state = 'open'",
};
static const struct statement session_end_account_statement = {
    .name = "session_end_account",
    .sql = "update session set state = 'ended' where account_id = $1::uuid and state = 'open'",
};
static const struct statement session_end_one_statement = {
    .name = "session_end_one",
    .sql = "update session set state = 'ended' where session_id = $1::uuid",
};

#define SESSION_COLUMNS                                                                                      \
    "select s.project_id, s.session_id, s.account_id, s.device_id, a.name, a.work_number, coalesce(d.name, " \
    "''), coalesce(d.model, ''), s.application, s.state, s.expires_at <= clock_timestamp(), s.created_at, "  \
    "s.expires_at, s.last_used_at from session s"                                                            \
    " join account a on a.project_id = s.project_id and a.account_id = s.account_id"                         \
    " join device d on d.project_id = s.project_id and d.device_id = s.device_id"

static const struct statement session_lock_statement = {
    .name = "session_lock",
    .sql = SESSION_COLUMNS " where s.session_id = $1::uuid for no key update of s",
};
#define SESSION_HOLDS " where s.state = 'open' and s.expires_at > clock_timestamp() and "
static const struct statement session_list_of_project = {
    .name = "session_list_of_project",
    .sql = SESSION_COLUMNS SESSION_HOLDS STORE_OF_PROJECT_AFTER(
        "s.project_id", "s.session_id") " order by s.project_id, s.session_id limit $3::int4",
    .repeatable = true,
};
static const struct statement session_list_all = {
    .name = "session_list_all",
    .sql = SESSION_COLUMNS SESSION_HOLDS
    "$1::uuid is null and s.session_id > $2::uuid order by s.session_id limit $3::int4",
    .repeatable = true,
};
static const struct statement session_list_of_account = {
    .name = "session_list_of_account",
    .sql = SESSION_COLUMNS SESSION_HOLDS
    "s.account_id = $1::uuid and s.session_id > $2::uuid order by s.session_id limit $3::int4",
    .repeatable = true,
};

enum hufu_err session_insert(struct store *store, const struct session_entry *entry, uint64_t *expires_ms)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, entry->project_id);
    parameter_uuid(&parameters, entry->session_id);
    parameter_uuid(&parameters, entry->account_id);
    parameter_uuid(&parameters, entry->device_id);
    parameter_text(&parameters, entry->application);
    parameter_fixed(&parameters, entry->token_hash, HASH_SIZE);
    parameter_i32(&parameters, entry->days);
    return store_query_time(store, &session_insert_statement, &parameters, expires_ms);
}

enum hufu_err session_end_others(struct store *store, const uint8_t account_id[UUID_SIZE],
                                 const uint8_t *session_id)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    parameter_uuid(&parameters, session_id);
    return store_change(store, &session_end_others_statement, &parameters, NULL);
}

enum hufu_err session_read(struct store *store, const uint8_t token_hash[HASH_SIZE], struct session *out)
{
    *out = (struct session){0};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &session_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->session_id);
    row_uuid(&row, out->account_id);
    row_uuid(&row, out->device_id);
    out->state = (enum session_state)row_name(&row, session_state_names, SESSION_STATE_COUNT);
    out->expired = row_bool(&row);
    row_fixed(&row, out->device_key, sizeof out->device_key);
    out->now_ms = row_time(&row);
    out->device_state = (enum device_state)row_name(&row, device_state_names, DEVICE_STATE_COUNT);
    out->account_state = (enum account_state)row_name(&row, account_state_names, ACCOUNT_STATE_COUNT);
    return row_finish(&row);
}

enum hufu_err session_spend(struct store *store, const struct session *session,
                            const uint8_t jti_hash[HASH_SIZE], bool *fresh)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, session->project_id);
    parameter_uuid(&parameters, session->device_id);
    parameter_fixed(&parameters, jti_hash, HASH_SIZE);
    parameter_uuid(&parameters, session->session_id);
    return store_query_bool(store, &session_spend_statement, &parameters, fresh);
}

enum hufu_err session_prune_proofs(struct store *store, int32_t *pruned)
{
    return store_query_i32(store, &session_prune_proofs_statement, &(struct parameters){0}, pruned);
}

enum hufu_err session_prune(struct store *store, int32_t keep_days, int32_t at_most, int32_t *removed)
{
    struct parameters parameters = {0};
    parameter_i32(&parameters, keep_days);
    parameter_i32(&parameters, at_most);
    return store_query_i32(store, &session_prune_statement, &parameters, removed);
}

enum hufu_err session_end_all(struct store *store, const uint8_t device_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    return store_change(store, &session_end_all_statement, &parameters, NULL);
}

enum hufu_err session_end_application(struct store *store, const uint8_t device_id[UUID_SIZE],
                                      const char *application)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    parameter_text(&parameters, application);
    return store_change(store, &session_end_application_statement, &parameters, NULL);
}

enum hufu_err session_end_account(struct store *store, const uint8_t account_id[UUID_SIZE], uint64_t *ended)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return store_change(store, &session_end_account_statement, &parameters, ended);
}

enum hufu_err session_end_one(struct store *store, const uint8_t session_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, session_id);
    return store_change(store, &session_end_one_statement, &parameters, NULL);
}

static enum hufu_err session_fill(struct row *row, struct session_view *out)
{
    *out = (struct session_view){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->session_id);
    row_uuid(row, out->account_id);
    row_uuid(row, out->device_id);
    row_text(row, out->account_name, sizeof out->account_name);
    row_text(row, out->work_number, sizeof out->work_number);
    row_text(row, out->device_name, sizeof out->device_name);
    row_text(row, out->device_model, sizeof out->device_model);
    row_text(row, out->application, sizeof out->application);
    out->state = (enum session_state)row_name(row, session_state_names, SESSION_STATE_COUNT);
    out->expired = row_bool(row);
    out->created_ms = row_time(row);
    out->expires_ms = row_time(row);
    out->used_ms = row_optional_time(row);
    return row_finish(row);
}

enum hufu_err session_lock(struct store *store, const uint8_t session_id[UUID_SIZE], struct session_view *out)
{
    *out = (struct session_view){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, session_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &session_lock_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    return session_fill(&row, out);
}

enum hufu_err session_list(struct store *store, const uint8_t *project_id, const uint8_t *account_id,
                           const uint8_t after[UUID_SIZE], size_t limit, struct session_view *sessions,
                           size_t *count)
{
    *count = 0;
    const struct statement *statement = project_id != NULL ? &session_list_of_project : &session_list_all;
    if (account_id != NULL)
        statement = &session_list_of_account;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id != NULL ? account_id : project_id);
    parameter_uuid(&parameters, after);
    parameter_limit(&parameters, limit, SESSION_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = session_fill(&row, &sessions[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
