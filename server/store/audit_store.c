/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/audit_store.h"

#include "server/identifier.h"
#include "server/store/connection.h"

static const struct statement audit_insert_statement = {
    .name = "audit_insert",
    .sql = "insert into audit_event (project_id, at, event_id, actor, action, outcome, account_id, "
           "device_id, key_id,"
           " binding_id, request_id, trace, detail, session_id, target_id, party_id)"
           " values ($1::uuid, clock_timestamp(), $2::uuid, $3::text, $4::text, $5::text, $6::uuid, "
           "$7::uuid, $8::uuid,"
           " $9::uuid, $10::uuid, $11::text, $12::text, $13::uuid, $14::uuid, $15::uuid)",
};

#define AUDIT_COLUMNS                                                                                       \
    "select (extract(epoch from e.at) * 1000000)::int8, e.at, e.event_id, e.project_id, e.actor, e.action," \
    " e.outcome, e.account_id, e.party_id, e.device_id, e.target_id, e.key_id, e.binding_id, e.request_id," \
    " e.generation::int8, e.count::int8, coalesce(e.trace, ''), coalesce(e.detail, '') from "
#define AUDIT_MOMENT "'epoch'::timestamptz + $2::int8 * interval '1 microsecond'"
/* The moment by itself keeps months on the other side of it closed. */
#define AUDIT_FORWARD                                                                     \
    " and e.at >= " AUDIT_MOMENT " and (e.at, e.event_id) > (" AUDIT_MOMENT ", $3::uuid)" \
    " order by e.at, e.event_id limit $4::int4"
#define AUDIT_BACKWARD                                                                    \
    " and e.at <= " AUDIT_MOMENT " and (e.at, e.event_id) < (" AUDIT_MOMENT ", $3::uuid)" \
    " order by e.at desc, e.event_id desc limit $4::int4"
#define AUDIT_OF_PROJECT AUDIT_COLUMNS "audit_event e where e.project_id = $1::uuid"
#define AUDIT_OF_ACCOUNT                                                                           \
    AUDIT_COLUMNS "audit_event e where ($1::uuid is null or e.project_id = $1) and e.account_id =" \
                  " $5::uuid"
/* Of all projects: a page of each, and of those the page. An index over time alone would cost each signature one more entry. Every event
 * is of a project that there is. */
#define AUDIT_OF_ALL(page, order)                                                                  \
    AUDIT_COLUMNS "project p cross join lateral (select * from audit_event e where e.project_id =" \
                  " p.project_id" page ") e where $1::uuid is null order by " order " limit $4::int4"

static const struct statement audit_list_forward = {
    .name = "audit_list_forward",
    .sql = AUDIT_OF_ALL(AUDIT_FORWARD, "e.at, e.event_id"),
    .repeatable = true,
};
static const struct statement audit_list_backward = {
    .name = "audit_list_backward",
    .sql = AUDIT_OF_ALL(AUDIT_BACKWARD, "e.at desc, e.event_id desc"),
    .repeatable = true,
};
static const struct statement audit_list_project_forward = {
    .name = "audit_list_project_forward",
    .sql = AUDIT_OF_PROJECT AUDIT_FORWARD,
    .repeatable = true,
};
static const struct statement audit_list_project_backward = {
    .name = "audit_list_project_backward",
    .sql = AUDIT_OF_PROJECT AUDIT_BACKWARD,
    .repeatable = true,
};
static const struct statement audit_list_account_forward = {
    .name = "audit_list_account_forward",
    .sql = AUDIT_OF_ACCOUNT AUDIT_FORWARD,
    .repeatable = true,
};
static const struct statement audit_list_account_backward = {
    .name = "audit_list_account_backward",
    .sql = AUDIT_OF_ACCOUNT AUDIT_BACKWARD,
    .repeatable = true,
};

enum hufu_err audit_insert(struct store *store, const struct audit_entry *entry)
{
    uint8_t event_id[UUID_SIZE];
    identifier_new(event_id);
    struct parameters parameters = {0};
    parameter_uuid(&parameters, entry->project_id);
    parameter_uuid(&parameters, event_id);
    parameter_text(&parameters, entry->actor);
    parameter_text(&parameters, entry->action);
    parameter_text(&parameters, entry->outcome);
    parameter_uuid(&parameters, entry->account_id);
    parameter_uuid(&parameters, entry->device_id);
    parameter_uuid(&parameters, entry->key_id);
    parameter_uuid(&parameters, entry->binding_id);
    parameter_uuid(&parameters, entry->request_id);
    parameter_text(&parameters, entry->trace);
    parameter_text(&parameters, entry->detail);
    parameter_uuid(&parameters, entry->session_id);
    parameter_uuid(&parameters, entry->target_id);
    parameter_uuid(&parameters, entry->party_id);
    return store_change(store, &audit_insert_statement, &parameters, NULL);
}

static enum hufu_err audit_read(struct row *row, struct audit_event *out)
{
    *out = (struct audit_event){0};
    out->at_us = row_i64(row);
    out->at_ms = row_time(row);
    row_uuid(row, out->event_id);
    row_uuid(row, out->project_id);
    row_text(row, out->actor, sizeof out->actor);
    row_text(row, out->action, sizeof out->action);
    row_text(row, out->outcome, sizeof out->outcome);
    out->has_account = row_optional_uuid(row, out->account_id);
    out->has_party = row_optional_uuid(row, out->party_id);
    out->has_device = row_optional_uuid(row, out->device_id);
    out->has_target = row_optional_uuid(row, out->target_id);
    out->has_key = row_optional_uuid(row, out->key_id);
    out->has_binding = row_optional_uuid(row, out->binding_id);
    out->has_request = row_optional_uuid(row, out->request_id);
    out->has_count = row_optional_i64(row, &out->generation);
    row_optional_i64(row, &out->count);
    row_text(row, out->trace, sizeof out->trace);
    row_text(row, out->detail, sizeof out->detail);
    return row_finish(row);
}

static const struct statement *audit_statement(const struct audit_query *query)
{
    if (query->account_id != NULL)
        return query->newest_first ? &audit_list_account_backward : &audit_list_account_forward;
    if (query->project_id != NULL)
        return query->newest_first ? &audit_list_project_backward : &audit_list_project_forward;
    return query->newest_first ? &audit_list_backward : &audit_list_forward;
}

enum hufu_err audit_list(struct store *store, const struct audit_query *query, struct audit_event *events,
                         size_t *count)
{
    *count = 0;
    /* 'epoch' + INT64_MAX µs lies beyond what a timestamp holds; the year 9999 is as good an end. */
    const int64_t latest_us = INT64_C(253402300799000000);
    struct parameters parameters = {0};
    parameter_uuid(&parameters, query->project_id);
    parameter_i64(&parameters, query->after_us < latest_us ? query->after_us : latest_us);
    parameter_uuid(&parameters, query->after_id);
    parameter_limit(&parameters, query->limit, AUDIT_PAGE_MAX);
    if (query->account_id != NULL)
        parameter_uuid(&parameters, query->account_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, audit_statement(query), &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = audit_read(&row, &events[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
