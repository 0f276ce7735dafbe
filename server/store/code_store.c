/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/code_store.h"

#include "server/store/connection.h"

const char *const code_state_names[CODE_STATE_COUNT] = {
    [CODE_SENT] = "sent",
    [CODE_USED] = "used",
    [CODE_EXHAUSTED] = "exhausted",
    [CODE_REPLACED] = "replaced",
};
const char *const code_scope_names[CODE_SCOPE_COUNT] = {
    [CODE_AUTHENTICATION] = "authentication",
    [CODE_MOBILE] = "mobile",
};

static const struct statement code_replace_statement = {
    .name = "code_replace",
    .sql = "update code set state = 'replaced'"
           " where project_id = $1::uuid and scope = $2::text and subject = $3::bytea and state = 'sent'",
};
static const struct statement code_insert_statement = {
    .name = "code_insert",
    .sql = "insert into code (project_id, code_id, scope, subject, code_hash, state, expires_at)"
           " values ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::bytea, 'sent',"
           " clock_timestamp() + make_interval(secs => $6::int4)) returning expires_at",
};
/* The clock is read above the lock, not beside it: a wait is counted. */
static const struct statement code_lock_statement = {
    .name = "code_lock",
    .sql = "with held as materialized (select * from code"
           " where project_id = $1::uuid and scope = $2::text and subject = $3::bytea and state = 'sent'"
           " for no key update)"
           " select project_id, code_id, code_hash, state, tries::int4, expires_at <= clock_timestamp()"
           " from held",
};
static const struct statement code_count_statement = {
    .name = "code_count",
    .sql = "update code set state = $2::text, tries = tries + 1 where code_id = $1::uuid",
};
static const struct statement code_prune_statement = {
    .name = "code_prune",
    .sql = "with due as materialized (select code_id from code"
           " where expires_at < now() - interval '1 day' order by expires_at limit $1::int4"
           " for update skip locked) delete from code c using due where c.code_id = due.code_id",
};

static enum hufu_err code_replace(struct store *store, const uint8_t project_id[UUID_SIZE],
                                  enum code_scope scope, const uint8_t subject[HASH_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, code_scope_names[scope]);
    parameter_fixed(&parameters, subject, HASH_SIZE);
    return store_change(store, &code_replace_statement, &parameters, NULL);
}

enum hufu_err code_insert(struct store *store, const struct code_row *row, enum code_scope scope,
                          const uint8_t subject[HASH_SIZE], int32_t seconds, uint64_t *expires_ms)
{
    *expires_ms = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, row->project_id);
    parameter_uuid(&parameters, row->code_id);
    parameter_text(&parameters, code_scope_names[scope]);
    parameter_fixed(&parameters, subject, HASH_SIZE);
    parameter_fixed(&parameters, row->code_hash, HASH_SIZE);
    parameter_i32(&parameters, seconds);
    enum hufu_err err = code_replace(store, row->project_id, scope, subject);
    return err == HUFU_OK ? store_query_time(store, &code_insert_statement, &parameters, expires_ms) : err;
}

enum hufu_err code_lock(struct store *store, const uint8_t project_id[UUID_SIZE], enum code_scope scope,
                        const uint8_t subject[HASH_SIZE], struct code_row *out)
{
    *out = (struct code_row){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, code_scope_names[scope]);
    parameter_fixed(&parameters, subject, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &code_lock_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->code_id);
    row_fixed(&row, out->code_hash, HASH_SIZE);
    out->state = (enum code_state)row_name(&row, code_state_names, CODE_STATE_COUNT);
    out->tries = row_i32(&row);
    out->expired = row_bool(&row);
    return row_finish(&row);
}

enum hufu_err code_count(struct store *store, const struct code_row *row, enum code_state state)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, row->code_id);
    parameter_text(&parameters, code_state_names[state]);
    return store_change(store, &code_count_statement, &parameters, NULL);
}

enum hufu_err code_prune(struct store *store)
{
    return store_prune(store, &code_prune_statement);
}
