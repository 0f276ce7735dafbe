/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/notice_store.h"

#include <string.h>

#include "server/store/connection.h"

const char *const notice_state_names[NOTICE_STATE_COUNT] = {
    [NOTICE_WAITING] = "waiting",
    [NOTICE_DELIVERED] = "delivered",
    [NOTICE_REFUSED] = "refused",
    [NOTICE_EXPIRED] = "expired",
};
const char *const notice_kind_names[NOTICE_KIND_COUNT + 1] = {
    [NOTICE_SMS] = "sms",
    [NOTICE_EMAIL] = "email",
    [NOTICE_KIND_COUNT] = NULL,
};

#define NOTICE_COLUMNS                                                                                     \
    " n.project_id, n.notice_id, n.account_id, n.kind, n.text_name, n.state, n.attempts, "                 \
    "coalesce(n.failure, ''), n.created_at, n.next_attempt_at, n.expires_at, n.ended_at, n.expires_at <= " \
    "clock_timestamp()"

static const struct statement notice_insert_statement = {
    .name = "notice_insert",
    .sql = "insert into notice (project_id, notice_id, account_id, kind, text_name, sealed, expires_at)"
           " values ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::bytea,"
           " clock_timestamp() + $7::int8 * interval '1 second')",
};
/* now() and not clock_timestamp() is compared with the index: only what is the same for the whole statement bounds its scan. */
static const struct statement notice_claim_statement = {
    .name = "notice_claim",
    .sql =
        "with due as materialized (select notice_id from notice where state = 'waiting' and next_attempt_at"
        " <= now() and (($1::bool and kind = 'sms') or ($2::bool and kind = 'email') or expires_at <= now())"
        " order by next_attempt_at limit 1 for update skip locked)"
        " update notice n set attempts = n.attempts + 1,"
        " next_attempt_at = clock_timestamp() + $3::int8 * interval '1 millisecond'"
        " from due where n.notice_id = due.notice_id returning n.sealed," NOTICE_COLUMNS,
};
static const struct statement notice_postpone_statement = {
    .name = "notice_postpone",
    .sql = "update notice set failure = $3::text, next_attempt_at = least(expires_at,"
           " clock_timestamp() + $2::int8 * interval '1 millisecond')"
           " where notice_id = $1::uuid and state = 'waiting'",
};
static const struct statement notice_end_statement = {
    .name = "notice_end",
    .sql = "update notice set state ="
           " case when $2::text = 'refused' and expires_at <= clock_timestamp() then 'expired' else $2 end,"
           " failure = coalesce($3::text, failure), sealed = null, ended_at = clock_timestamp()"
           " where notice_id = $1::uuid and state = 'waiting' returning state",
};
static const struct statement notice_read_statement = {
    .name = "notice_read",
    .sql = "select" NOTICE_COLUMNS " from notice n where notice_id = $1::uuid",
    .repeatable = true,
};
/* As STORE_OF_PROJECT_AFTER, backwards. */
static const struct statement notice_list_of_project = {
    .name = "notice_list_of_project",
    .sql = "select" NOTICE_COLUMNS " from notice n where (project_id, notice_id) < ($1::uuid, $2::uuid)"
           " and project_id >= $1 order by project_id desc, notice_id desc limit $3::int4",
    .repeatable = true,
};
static const struct statement notice_list_all = {
    .name = "notice_list_all",
    .sql = "select" NOTICE_COLUMNS " from notice n where $1::uuid is null and notice_id < $2::uuid"
           " order by notice_id desc limit $3::int4",
    .repeatable = true,
};
static const struct statement notice_count_statement = {
    .name = "notice_count",
    .sql = "select count(*) from notice where state = 'waiting'",
    .repeatable = true,
};
static const struct statement notice_prune_statement = {
    .name = "notice_prune",
    .sql = "select prune_notices($1::int4, $2::int4)",
};

enum hufu_err notice_insert(struct store *store, const struct notice_row *row, struct bytes sealed,
                            uint32_t lifetime_seconds)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, row->project_id);
    parameter_uuid(&parameters, row->notice_id);
    parameter_uuid(&parameters, row->has_account ? row->account_id : NULL);
    parameter_text(&parameters, notice_kind_names[row->kind]);
    parameter_text(&parameters, row->text_name);
    parameter_bytes(&parameters, sealed);
    parameter_i64(&parameters, lifetime_seconds);
    return store_change(store, &notice_insert_statement, &parameters, NULL);
}

static void notice_fill(struct row *row, struct notice_row *out)
{
    *out = (struct notice_row){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->notice_id);
    out->has_account = row_optional_uuid(row, out->account_id);
    out->kind = (enum notice_kind)row_name(row, notice_kind_names, NOTICE_KIND_COUNT);
    row_text(row, out->text_name, sizeof out->text_name);
    out->state = (enum notice_state)row_name(row, notice_state_names, NOTICE_STATE_COUNT);
    out->attempts = row_i32(row);
    row_text(row, out->failure, sizeof out->failure);
    out->created_ms = row_time(row);
    out->next_attempt_ms = row_time(row);
    out->expires_ms = row_time(row);
    out->ended_ms = row_optional_time(row);
    out->expired = row_bool(row);
}

enum hufu_err notice_claim(struct store *store, const bool kinds[NOTICE_KIND_COUNT], uint32_t lease_ms,
                           struct notice_row *row, struct buf *sealed, bool *found)
{
    *found = false;
    *row = (struct notice_row){0};
    struct parameters parameters = {0};
    parameter_bool(&parameters, kinds[NOTICE_SMS]);
    parameter_bool(&parameters, kinds[NOTICE_EMAIL]);
    parameter_i64(&parameters, lease_ms);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &notice_claim_statement, &parameters, &rows);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    struct row first = row_at(&rows, 0);
    row_append(&first, sealed);
    notice_fill(&first, row);
    err = row_finish(&first);
    *found = err == HUFU_OK;
    return err;
}

enum hufu_err notice_postpone(struct store *store, const uint8_t notice_id[UUID_SIZE], uint64_t delay_ms,
                              const char *failure)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, notice_id);
    parameter_i64(&parameters, (int64_t)delay_ms);
    parameter_text(&parameters, failure);
    return store_change(store, &notice_postpone_statement, &parameters, NULL);
}

enum hufu_err notice_end(struct store *store, const uint8_t notice_id[UUID_SIZE], enum notice_state *state,
                         const char *failure, bool *ended)
{
    *ended = false;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, notice_id);
    parameter_text(&parameters, notice_state_names[*state]);
    parameter_text(&parameters, failure);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &notice_end_statement, &parameters, &rows);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    struct row first = row_at(&rows, 0);
    *state = (enum notice_state)row_name(&first, notice_state_names, NOTICE_STATE_COUNT);
    err = row_finish(&first);
    *ended = err == HUFU_OK;
    return err;
}

enum hufu_err notice_read(struct store *store, const uint8_t notice_id[UUID_SIZE], struct notice_row *row)
{
    *row = (struct notice_row){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, notice_id);
    struct rows rows ROWS_OWNED = {0};
    struct row first;
    enum hufu_err err = store_query_one(store, &notice_read_statement, &parameters, &rows, &first);
    if (err != HUFU_OK)
        return err;
    notice_fill(&first, row);
    return row_finish(&first);
}

enum hufu_err notice_list(struct store *store, const uint8_t *project_id, const uint8_t before[UUID_SIZE],
                          size_t limit, struct notice_row *notices, size_t *count)
{
    static const uint8_t none[UUID_SIZE] = {0};
    uint8_t newest[UUID_SIZE];
    memset(newest, 0xff, sizeof newest);
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, memcmp(before, none, UUID_SIZE) == 0 ? newest : before);
    parameter_limit(&parameters, limit, NOTICE_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, project_id != NULL ? &notice_list_of_project : &notice_list_all,
                                    &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        notice_fill(&row, &notices[i]);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

enum hufu_err notice_count_waiting(struct store *store, int64_t *count)
{
    return store_query_i64(store, &notice_count_statement, &(struct parameters){0}, count);
}

enum hufu_err notice_prune(struct store *store, int32_t keep_days, int32_t at_most, int32_t *removed)
{
    struct parameters parameters = {0};
    parameter_i32(&parameters, keep_days);
    parameter_i32(&parameters, at_most);
    return store_query_i32(store, &notice_prune_statement, &parameters, removed);
}
