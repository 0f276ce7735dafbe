/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/authentication_store.h"

#include <string.h>

#include "server/store/connection.h"

const char *const authentication_purpose_names[AUTHENTICATION_PURPOSE_COUNT + 1] = {
    [AUTHENTICATION_BIND_DEVICE] = "bind-device",
    [AUTHENTICATION_SIGN_IN] = "sign-in",
    [AUTHENTICATION_CONFIRM] = "confirm",
    [AUTHENTICATION_RECOVER] = "recover",
};
const char *const authentication_state_names[AUTHENTICATION_STATE_COUNT] = {
    [AUTHENTICATION_OPEN] = "open",       [AUTHENTICATION_PASSED] = "passed",
    [AUTHENTICATION_SPENT] = "spent",     [AUTHENTICATION_FAILED] = "failed",
    [AUTHENTICATION_EXPIRED] = "expired",
};

/* An account that is not active is none here. */
#define AUTHENTICATION_COLUMNS                                                                        \
    "a.project_id, a.authentication_id, a.subject,"                                                   \
    " (select c.account_id from account c where c.account_id = a.account_id and c.state = 'active')," \
    " a.purpose, a.session_id, a.device_key,"                                                         \
    " case when a.state in ('open', 'passed') and a.expires_at <= clock_timestamp() then 'expired'"   \
    " else a.state end, a.passed::int4, a.tries::int4"

#define AUTHENTICATION_NOW "(extract(epoch from clock_timestamp()) * 1000000)::int8"

static const struct statement authentication_find_statement = {
    .name = "authentication_find_account",
    .sql = "select account_id from account"
           " where project_id = $1::uuid and work_number = $2::text and state = 'active'",
    .repeatable = true,
};
static const struct statement authentication_insert_statement = {
    .name = "authentication_insert",
    .sql =
        "insert into authentication (project_id, authentication_id, token_hash, subject, account_id,"
        " purpose, session_id, device_key, state, expires_at)"
        " values ($1::uuid, $2::uuid, $3::bytea, $4::bytea, $5::uuid, $6::text, $7::uuid, $8::bytea, 'open',"
        " clock_timestamp() + make_interval(secs => $9::int4)) returning expires_at",
};
/* The two counts are looked at without their locks: what is over stays over. Who passes here is counted under them. */
static const struct statement authentication_read_statement = {
    .name = "authentication_read",
    .sql =
        "select " AUTHENTICATION_COLUMNS ","
        " case a.purpose when 'bind-device' then p.methods_bind_device"
        "  when 'sign-in' then p.methods_sign_in when 'confirm' then p.methods_confirm"
        "  else p.methods_recover end::int4,"
        " p.lock_out_tries::int4, p.lock_out_minutes::int8 * 60,"
        " coalesce(t.times[cardinality(t.times) - p.lock_out_tries::int4 + 1]"
        "  > " AUTHENTICATION_NOW " - p.lock_out_minutes * 60 * 1000000, false)"
        " or coalesce(d.ahead > clock_timestamp() + interval '1 hour' - interval '1 hour' / $3::int4, false),"
        " case when w.initial_until <= clock_timestamp() then null else w.hash end,"
        " w.initial_until is not null"
        " from authentication a join project p on p.project_id = a.project_id"
        " left join password w on w.account_id = a.account_id"
        " left join attempt t on t.project_id = a.project_id and t.kind = 'authentication'"
        "  and t.subject = a.subject"
        " left join address_attempt d on d.address = $2::bytea"
        " where a.token_hash = $1::bytea",
    .repeatable = true,
};
static const struct statement authentication_account_statement = {
    .name = "authentication_account",
    .sql = "select account_id from authentication where token_hash = $1::bytea and account_id is not null",
    .repeatable = true,
};
/* The clock is read above the lock, not beside it: a wait is counted. */
static const struct statement authentication_lock_statement = {
    .name = "authentication_lock",
    .sql = "with a as materialized (select * from authentication where token_hash = $1::bytea"
           " for no key update) select " AUTHENTICATION_COLUMNS " from a",
};
/* The first method's moment is everybody's: a later one makes none of those before it younger. */
static const struct statement authentication_set_statement = {
    .name = "authentication_set",
    .sql = "update authentication set state = $2::text, passed = $3::int4, tries = $4::int4,"
           " passed_at = case when $5::bool then coalesce(passed_at, clock_timestamp()) else passed_at end"
           " where authentication_id = $1::uuid",
};
static const struct statement authentication_set_qr_statement = {
    .name = "authentication_set_qr",
    .sql = "update authentication set qr_hash = $2::bytea where authentication_id = $1::uuid",
};
static const struct statement authentication_lock_qr_statement = {
    .name = "authentication_lock_qr",
    .sql = "with a as materialized (select * from authentication where qr_hash = $1::bytea"
           " for no key update) select " AUTHENTICATION_COLUMNS ", a.created_at, a.expires_at,"
           " exists (select from binding b join device d on d.device_id = b.device_id"
           "  where b.device_id = $2::uuid and b.state = 'active' and d.state = 'active'),"
           " exists (select from session s where s.session_id = a.session_id and s.device_id = $2)"
           " or exists (select from device d where d.device_id = $2 and d.device_key = a.device_key)"
           " from a",
};
static const struct statement authentication_session_statement = {
    .name = "authentication_set_session",
    .sql = "update authentication set session_id = $2::uuid where authentication_id = $1::uuid",
};
static const struct statement authentication_held_statement = {
    .name = "authentication_held",
    .sql = "select coalesce(bit_or(a.passed), 0)::int4 from authentication a"
           " join project p on p.project_id = a.project_id"
           " where a.session_id = $1::uuid and a.state in ('passed', 'spent')"
           " and a.passed_at > clock_timestamp() - make_interval(secs => p.hold_seconds)",
    .repeatable = true,
};
static const struct statement authentication_count_statement = {
    .name = "authentication_count_open",
    .sql = "select count(*) from authentication"
           " where session_id = $1::uuid and state in ('open', 'passed') and expires_at > clock_timestamp()",
    .repeatable = true,
};
static const struct statement authentication_end_all_statement = {
    .name = "authentication_end_all",
    .sql = "update authentication set state = 'failed'"
           " where account_id = $1::uuid and state in ('open', 'passed') and expires_at > clock_timestamp()",
};
static const struct statement authentication_prune_statement = {
    .name = "authentication_prune",
    .sql = "with due as materialized (select authentication_id from authentication"
           " where expires_at < now() - interval '2 days' order by expires_at limit $1::int4"
           " for update skip locked) delete from authentication a using due"
           " where a.authentication_id = due.authentication_id",
};

static void authentication_fill(struct row *row, struct authentication *out)
{
    row_uuid(row, out->project_id);
    row_uuid(row, out->authentication_id);
    row_fixed(row, out->subject, HASH_SIZE);
    out->has_account = row_optional_uuid(row, out->account_id);
    out->purpose = (enum authentication_purpose)row_name(row, authentication_purpose_names,
                                                         AUTHENTICATION_PURPOSE_COUNT);
    out->has_session = row_optional_uuid(row, out->session_id);
    out->has_device_key = row_optional_fixed(row, out->device_key, sizeof out->device_key);
    out->state =
        (enum authentication_state)row_name(row, authentication_state_names, AUTHENTICATION_STATE_COUNT);
    out->passed = (unsigned)row_i32(row);
    out->tries = row_i32(row);
}

enum hufu_err authentication_find_account(struct store *store, const char *work_number,
                                          struct authentication *authentication)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authentication->project_id);
    parameter_text(&parameters, work_number);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &authentication_find_statement, &parameters, &rows);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    struct row row = row_at(&rows, 0);
    row_uuid(&row, authentication->account_id);
    authentication->has_account = !row.failed;
    return row_finish(&row);
}

enum hufu_err authentication_insert(struct store *store, const struct authentication *authentication,
                                    const uint8_t token_hash[HASH_SIZE], int32_t seconds,
                                    uint64_t *expires_ms)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authentication->project_id);
    parameter_uuid(&parameters, authentication->authentication_id);
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    parameter_fixed(&parameters, authentication->subject, HASH_SIZE);
    parameter_uuid(&parameters, authentication->has_account ? authentication->account_id : NULL);
    parameter_text(&parameters, authentication_purpose_names[authentication->purpose]);
    parameter_uuid(&parameters, authentication->has_session ? authentication->session_id : NULL);
    parameter_optional_bytes(&parameters,
                             authentication->has_device_key
                                 ? bytes_of(authentication->device_key, sizeof authentication->device_key)
                                 : bytes_of(NULL, 0));
    parameter_i32(&parameters, seconds);
    return store_query_time(store, &authentication_insert_statement, &parameters, expires_ms);
}

enum hufu_err authentication_read(struct store *store, const uint8_t token_hash[HASH_SIZE],
                                  const uint8_t address[ATTEMPT_ADDRESS_SIZE], int32_t address_limit,
                                  struct authentication_view *out)
{
    *out = (struct authentication_view){0};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    parameter_optional_bytes(&parameters,
                             address_limit > 0 ? bytes_of(address, ATTEMPT_ADDRESS_SIZE) : bytes_of(NULL, 0));
    parameter_i32(&parameters, address_limit > 0 ? address_limit : 1);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &authentication_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    authentication_fill(&row, &out->authentication);
    out->rule = (unsigned)row_i32(&row);
    out->lock_out.limit = row_i32(&row);
    out->lock_out.window_seconds = row_i64(&row);
    out->blocked = row_bool(&row);
    row_text(&row, out->password, sizeof out->password);
    out->password_initial = row_bool(&row);
    return row_finish(&row);
}

enum hufu_err authentication_read_account(struct store *store, const uint8_t token_hash[HASH_SIZE],
                                          uint8_t account_id[UUID_SIZE])
{
    memset(account_id, 0, UUID_SIZE);
    struct parameters parameters = {0};
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &authentication_account_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, account_id);
    return row_finish(&row);
}

enum hufu_err authentication_lock(struct store *store, const uint8_t token_hash[HASH_SIZE],
                                  struct authentication *out)
{
    *out = (struct authentication){0};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, token_hash, HASH_SIZE);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &authentication_lock_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    authentication_fill(&row, out);
    return row_finish(&row);
}

enum hufu_err authentication_set(struct store *store, const struct authentication *authentication,
                                 bool passed_now)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authentication->authentication_id);
    parameter_text(&parameters, authentication_state_names[authentication->state]);
    parameter_i32(&parameters, (int32_t)authentication->passed);
    parameter_i32(&parameters, authentication->tries);
    parameter_bool(&parameters, passed_now);
    return store_change(store, &authentication_set_statement, &parameters, NULL);
}

enum hufu_err authentication_set_qr(struct store *store, const uint8_t authentication_id[UUID_SIZE],
                                    const uint8_t *qr_hash)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authentication_id);
    parameter_optional_bytes(&parameters, bytes_of(qr_hash, qr_hash != NULL ? HASH_SIZE : 0));
    return store_change(store, &authentication_set_qr_statement, &parameters, NULL);
}

enum hufu_err authentication_lock_qr(struct store *store, const uint8_t qr_hash[HASH_SIZE],
                                     const uint8_t device_id[UUID_SIZE], struct authentication_scanned *out)
{
    *out = (struct authentication_scanned){.bound = false};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, qr_hash, HASH_SIZE);
    parameter_uuid(&parameters, device_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &authentication_lock_qr_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    authentication_fill(&row, &out->authentication);
    out->begun_ms = row_time(&row);
    out->expires_ms = row_time(&row);
    out->bound = row_bool(&row);
    out->same = row_bool(&row);
    return row_finish(&row);
}

enum hufu_err authentication_set_session(struct store *store, const uint8_t authentication_id[UUID_SIZE],
                                         const uint8_t session_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authentication_id);
    parameter_uuid(&parameters, session_id);
    return store_change(store, &authentication_session_statement, &parameters, NULL);
}

enum hufu_err authentication_read_held(struct store *store, const uint8_t session_id[UUID_SIZE],
                                       unsigned *methods)
{
    int32_t passed;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, session_id);
    enum hufu_err err = store_query_i32(store, &authentication_held_statement, &parameters, &passed);
    *methods = (unsigned)passed;
    return err;
}

enum hufu_err authentication_count_open(struct store *store, const uint8_t session_id[UUID_SIZE],
                                        int64_t *count)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, session_id);
    return store_query_i64(store, &authentication_count_statement, &parameters, count);
}

enum hufu_err authentication_end_all(struct store *store, const uint8_t account_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return store_change(store, &authentication_end_all_statement, &parameters, NULL);
}

enum hufu_err authentication_prune(struct store *store)
{
    return store_prune(store, &authentication_prune_statement);
}
