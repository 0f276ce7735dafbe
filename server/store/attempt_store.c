/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/attempt_store.h"

#include "server/store/connection.h"

const char *const attempt_kind_names[ATTEMPT_KIND_COUNT] = {
    [ATTEMPT_AUTHENTICATION] = "authentication",
    [ATTEMPT_CODE_ACCOUNT] = "code-account",
    [ATTEMPT_CODE_MOBILE] = "code-mobile",
    [ATTEMPT_UNPROVED] = "unproved",
    [ATTEMPT_AUTHORIZATION_ASK] = "authorization-ask",
    [ATTEMPT_AUTHORIZATION_SEARCH] = "authorization-search",
    [ATTEMPT_AUTHORIZATION_CHANGE] = "authorization-change",
};

#define ATTEMPT_NOW "(extract(epoch from clock_timestamp()) * 1000000)::int8"

/* The conditions are judged with the row's lock held, and so is the clock. The last `limit` moments are enough to know the
 * next verdict. */
static const struct statement attempt_take_statement = {
    .name = "attempt_take",
    .sql = "insert into attempt as a (project_id, kind, subject, times)"
           " values ($1::uuid, $2::text, $3::bytea, array[" ATTEMPT_NOW "])"
           " on conflict (project_id, kind, subject) do update"
           " set times = (a.times || " ATTEMPT_NOW ")[greatest(1, cardinality(a.times) + 2 - $4::int4):]"
           " where (cardinality(a.times) < $4"
           "  or a.times[cardinality(a.times) - $4 + 1] <= " ATTEMPT_NOW " - $5::int8 * 1000000)"
           " and coalesce(a.times[cardinality(a.times)] <= " ATTEMPT_NOW " - $6::int8 * 1000000, true)"
           " returning times[cardinality(times)]",
};
static const struct statement attempt_give_back_statement = {
    .name = "attempt_give_back",
    .sql = "update attempt set times = array_remove(times, $4::int8)"
           " where project_id = $1::uuid and kind = $2::text and subject = $3::bytea",
};
/* Each takes 3600 s / limit; who is ahead by an hour has to wait. */
static const struct statement attempt_take_address_statement = {
    .name = "attempt_take_address",
    .sql = "insert into address_attempt as a (address, ahead)"
           " values ($1::bytea, clock_timestamp() + interval '1 hour' / $2::int4)"
           " on conflict (address) do update"
           " set ahead = greatest(a.ahead, clock_timestamp()) + interval '1 hour' / $2"
           " where a.ahead <= clock_timestamp() + interval '1 hour' - interval '1 hour' / $2"
           " returning true",
};
/* Whole days and whole hours, and now(): with these an index finds what is due (schema/0043). The longest window is a day. */
static const struct statement attempt_prune_statement = {
    .name = "attempt_prune",
    .sql = "with due as materialized (select project_id, kind, subject from attempt"
           " where last_day < trunc(extract(epoch from now()) / 86400)::int - 2"
           " order by last_day limit $1::int4 for update skip locked)"
           " delete from attempt a using due where a.project_id = due.project_id and a.kind = due.kind"
           " and a.subject = due.subject",
};
/* A statement of its own: nobody waits for rows of the one table with rows of the other. */
static const struct statement attempt_prune_address_statement = {
    .name = "attempt_prune_address",
    .sql = "with due as materialized (select address from address_attempt"
           " where ahead_hour < date_trunc('hour', now() at time zone 'UTC')"
           " order by ahead_hour limit $1::int4 for update skip locked)"
           " delete from address_attempt a using due where a.address = due.address",
};

static void attempt_parameters(struct parameters *parameters, const struct attempt *attempt)
{
    parameter_uuid(parameters, attempt->project_id);
    parameter_text(parameters, attempt_kind_names[attempt->kind]);
    parameter_fixed(parameters, attempt->subject, HASH_SIZE);
}

enum hufu_err attempt_take(struct store *store, const struct attempt *attempt,
                           const struct attempt_limit *limit, bool *taken, int64_t *moment_us)
{
    *taken = false;
    *moment_us = 0;
    struct parameters parameters = {0};
    attempt_parameters(&parameters, attempt);
    parameter_i32(&parameters, limit->limit);
    parameter_i64(&parameters, limit->window_seconds);
    parameter_i64(&parameters, limit->gap_seconds);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &attempt_take_statement, &parameters, &rows);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    struct row row = row_at(&rows, 0);
    *moment_us = row_i64(&row);
    *taken = true;
    return row_finish(&row);
}

enum hufu_err attempt_give_back(struct store *store, const struct attempt *attempt, int64_t moment_us)
{
    struct parameters parameters = {0};
    attempt_parameters(&parameters, attempt);
    parameter_i64(&parameters, moment_us);
    return store_change(store, &attempt_give_back_statement, &parameters, NULL);
}

enum hufu_err attempt_take_address(struct store *store, const uint8_t address[ATTEMPT_ADDRESS_SIZE],
                                   int32_t limit, bool *taken)
{
    *taken = false;
    struct parameters parameters = {0};
    parameter_fixed(&parameters, address, ATTEMPT_ADDRESS_SIZE);
    parameter_i32(&parameters, limit);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &attempt_take_address_statement, &parameters, &rows);
    *taken = err == HUFU_OK && rows.count == 1;
    return err;
}

enum hufu_err attempt_prune(struct store *store)
{
    enum hufu_err err = store_prune(store, &attempt_prune_statement);
    return err == HUFU_OK ? store_prune(store, &attempt_prune_address_statement) : err;
}
