/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/use_record_store.h"

#include "server/store/connection.h"

#define MICROSECONDS(moment) "(extract(epoch from " moment ") * 1000000)::int8"
#define MOMENT(parameter) "'epoch'::timestamptz + " parameter "::int8 * interval '1 microsecond'"

/* $1 time zone, $2 first and $3 last day. */
static const struct statement use_period_statement = {
    .name = "use_period",
    .sql = "select to_char(first, 'YYYY-MM-DD'), to_char(last, 'YYYY-MM-DD'), " MICROSECONDS(
        "first::timestamp at time zone $1::text") ", " MICROSECONDS("(last + 1)::timestamp at time zone "
                                                                    "$1") " from (select"
                                                                          " coalesce($2::text::date, "
                                                                          "today) as first, "
                                                                          "coalesce($3::text::date, "
                                                                          "today) as last"
                                                                          " from (select "
                                                                          "(clock_timestamp() at time "
                                                                          "zone $1)::date as today) now) "
                                                                          "days",
    .repeatable = true,
};
static const struct statement use_is_primary_statement = {
    .name = "use_is_primary",
    .sql = "select exists (select from device where device_id = $1::uuid and role = 'primary'"
           " and state <> 'removed')",
    .repeatable = true,
};
#define USE_COLUMNS                                                                                  \
    "e.project_id, e.at, e.event_id, e.action, e.outcome, e.account_id, e.device_id, e.session_id, " \
    "e.key_id, e.count"
#define USE_PAGE                                                                                            \
    " and e.actor = 'device' and e.at >= " MOMENT("$2") " and e.at < " MOMENT(                              \
        "$3") " and (e.at, e.event_id) < (" MOMENT("$4") ", $5::uuid) order by e.at desc, e.event_id desc " \
                                                         "limit $6::int4"
/* $1 account, $2 since, $3 until, $4 and $5 before, $6 limit. What its own devices did, and what others did with its keys. The bounds
 * are values, so that months outside of them are not opened, and a page costs what its rows cost by the indexes over account or party
 * and time. */
static const struct statement use_list_statement = {
    .name = "use_record_list",
    .sql = "select e.at, " MICROSECONDS(
        "e.at") ", e.event_id, e.action, e.outcome, e.device_id, e.key_id, e.count::int8,"
                " coalesce(d.name, ''), coalesce(s.application, ''), coalesce(p.name, ''), "
                "coalesce(p.work_number, '') from ("
                "(select " USE_COLUMNS " from audit_event e where e.account_id = $1::uuid" USE_PAGE
                ") union all"
                " (select " USE_COLUMNS
                " from audit_event e where e.party_id = $1 and exists (select from key k"
                " where k.project_id = e.project_id and k.key_id = e.key_id and k.account_id = $1)" USE_PAGE
                ")) e"
                " left join device d on d.project_id = e.project_id and d.device_id = e.device_id and "
                "d.account_id = $1"
                " left join session s on s.project_id = e.project_id and s.session_id = e.session_id"
                " left join account p on p.project_id = e.project_id and p.account_id = e.account_id and "
                "p.account_id <> $1"
                " order by e.at desc, e.event_id desc limit $6",
    .repeatable = true,
};

enum hufu_err use_period_read(struct store *store, const char *time_zone, const char *from, const char *to,
                              struct use_period *out)
{
    *out = (struct use_period){.since_us = 0};
    struct parameters parameters = {0};
    parameter_text(&parameters, time_zone);
    parameter_text(&parameters, from);
    parameter_text(&parameters, to);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &use_period_statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    row_text(&row, out->from, sizeof out->from);
    row_text(&row, out->to, sizeof out->to);
    out->since_us = row_i64(&row);
    out->until_us = row_i64(&row);
    return row_finish(&row);
}

enum hufu_err use_is_primary(struct store *store, const uint8_t device_id[UUID_SIZE], bool *primary)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    return store_query_bool(store, &use_is_primary_statement, &parameters, primary);
}

static enum hufu_err use_record_fill(struct row *row, struct use_record *out)
{
    *out = (struct use_record){.at_ms = 0};
    out->at_ms = row_time(row);
    out->at_us = row_i64(row);
    row_uuid(row, out->event_id);
    row_text(row, out->operation, sizeof out->operation);
    row_text(row, out->outcome, sizeof out->outcome);
    out->has_device = row_optional_uuid(row, out->device_id);
    out->has_key = row_optional_uuid(row, out->key_id);
    out->has_count = row_optional_i64(row, &out->count);
    row_text(row, out->device_name, sizeof out->device_name);
    row_text(row, out->application, sizeof out->application);
    row_text(row, out->person_name, sizeof out->person_name);
    row_text(row, out->work_number, sizeof out->work_number);
    return row_finish(row);
}

enum hufu_err use_record_list(struct store *store, const struct use_query *query, struct use_record *records,
                              size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, query->account_id);
    parameter_i64(&parameters, query->since_us);
    parameter_i64(&parameters, query->until_us);
    parameter_i64(&parameters, query->before_us);
    parameter_uuid(&parameters, query->before_id);
    parameter_limit(&parameters, query->limit, USE_RECORD_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &use_list_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = use_record_fill(&row, &records[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
