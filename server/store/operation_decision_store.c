/* SPDX-License-Identifier: Apache-2.0 */
/* The statements that decide. Each runs as one transaction of its own; what it does not say "ok" to has changed nothing.
 *
 *   held_device, held   lock the two rows (always in this order) and give their newest versions
 *   judged              reads the clock, now that both are held
 *   verdict             says "ok", or the first reason against
 *   recorded            takes the request id; nothing, when it is taken
 *   the rest            happens for the row that `recorded` (or `told`) gave, and not at all without one */
#include <string.h>

#include "server/identifier.h"
#include "server/store/connection.h"
#include "server/store/operation_store.h"
#include "server/store/standing.h"

const char *const operation_verdict_names[VERDICT_COUNT] = {
    [VERDICT_OK] = "ok",           [VERDICT_ACCOUNT] = "account",       [VERDICT_DEVICE] = "device",
    [VERDICT_BINDING] = "binding", [VERDICT_LOCKED] = "locked",         [VERDICT_WINDOW] = "window",
    [VERDICT_USES] = "uses",       [VERDICT_GENERATION] = "generation", [VERDICT_REFRESH] = "refresh",
};

/* $4 request id, $5 frame hash, $6 operation, $7 generation of the head, $8 the pending generation that was used, by its
 * refresh's time, $9 digests or points, $10 time of the frame, $11 the next record, $12 event id, $13 trace.
 * A signature costs nothing until the key has its certificate: the request for it is such a signature. */
#define DECISION_VERDICT                                                                                     \
    "priced as materialized (select judged.*, $7::int8 > generation as promotes,"                            \
    " case when $6::text = 'sm2/sign' and key_state <> 'usable' then 0 else $9::int4 end as cost from "      \
    "judged"                                                                                                 \
    "), verdict as materialized (select priced.*, case"                                                      \
    " when device_account_state <> 'active' or account_state <> 'active' then 'account'"                     \
    " when device_state <> 'active' then 'device'"                                                           \
    " when state <> 'active' then 'binding'"                                                                 \
    " when locked then 'locked'"                                                                             \
    " when moment < valid_from or moment >= valid_until then 'window'"                                       \
    " when uses_left < cost then 'uses'"                                                                     \
    " when $7::int8 <> generation"                                                                           \
    "  and ($7::int8 <> generation + 1 or (next_request_time = $8::timestamptz) is not true) then "          \
    "'generation'"                                                                                           \
    " when $11::bytea is not null and not promotes and next_request_time >= $10::timestamptz then 'refresh'" \
    " else 'ok' end as verdict from priced)"

#define DECISION_REQUEST                                                                        \
    "insert into request (project_id, binding_id, request_id, operation, frame_hash, outcome, " \
    "pin_failures_before,"                                                                      \
    " tries_left, answer, at) "
#define DECISION_TAKEN " on conflict (binding_id, request_id) do nothing returning at"
#define DECISION_AUDIT                                                                                   \
    "insert into audit_event (project_id, at, event_id, actor, action, outcome, account_id, device_id, " \
    "key_id,"                                                                                            \
    " binding_id, request_id, trace, generation, count) "

/* $14 answer, $15 purpose, $16 digests, $17 results. A right PIN ends the row of wrong ones; of the device's life's count
 * nothing is ever forgiven. The first valid proof at the pending generation makes it the current one. */
static const struct statement decision_success = {
    .name = "operation_decide",
    .sql = "with " STANDING_HELD ", " DECISION_VERDICT ", recorded as (" DECISION_REQUEST
           "select $1, $3, $4::uuid, $6, $5::bytea, 0, pin_failures,"
           " least(pin_limit, pin_life_limit - pin_failures_life), $14::bytea, moment from verdict where "
           "verdict = 'ok'" DECISION_TAKEN "), forgiven as ("
           " update device d set pin_failures = 0 from verdict v, recorded"
           " where d.project_id = $1 and d.device_id = $2 and v.pin_failures > 0"
           "), used as ("
           " update binding b set uses_left = v.uses_left - v.cost, generation = $7::int4,"
           "  record = case when v.promotes then b.next_record else b.record end,"
           "  next_record = case when $11 is not null then $11 when not v.promotes then b.next_record end,"
           "  next_request_time = case when $11 is not null then $10 when not v.promotes then "
           "b.next_request_time end"
           " from verdict v, recorded where b.project_id = $1 and b.binding_id = $3"
           "  and (v.promotes or $11 is not null or v.uses_left is not null and v.cost > 0)"
           "), signed as ("
           " insert into signature (project_id, at, account_id, device_id, key_id, binding_id, request_id, "
           "generation,"
           "  operation, purpose, digests, results)"
           " select $1, v.moment, v.account_id, $2, v.key_id, $3, $4, $7::int4, $6, $15::bytea, $16::bytea, "
           "$17::bytea"
           " from verdict v, recorded where $17::bytea is not null"
           "), audited as (" DECISION_AUDIT " select $1, v.moment, $12::uuid, 'device', $6, 'ok', "
           "v.account_id, $2, v.key_id, $3, $4, $13::text, $7::int4, $9"
           " from verdict v, recorded"
           ") select verdict, exists (select from recorded), " STANDING_COLUMNS " from verdict",
};

/* $14 outcome, $15 counted, $16 stored, $17 slug, $18 event id of the lock. The record $11 is never there, so that the
 * conditions are those of a success that changes nothing. */
static const struct statement decision_refusal = {
    .name = "operation_refuse",
    .sql =
        "with " STANDING_HELD ", " DECISION_VERDICT ", failed as materialized ("
        " select verdict.*, case when $15::bool then 1 else 0 end as failure from verdict"
        "), counted as materialized ("
        " select failed.*, pin_failures + failure >= pin_limit or pin_failures_life + failure >= "
        "pin_life_limit"
        "  as locks from failed"
        "), recorded as (" DECISION_REQUEST "select $1, $3, $4::uuid, $6, $5::bytea, $14::int4, pin_failures,"
        " least(pin_limit - pin_failures, pin_life_limit - pin_failures_life) - failure, null, moment"
        " from counted where verdict = 'ok' and $16::bool" DECISION_TAKEN "), told as materialized ("
        " select counted.* from counted where verdict = 'ok' and (not $16 or exists (select from recorded))"
        "), raised as ("
        " update device d set pin_failures = t.pin_failures + 1, pin_failures_life = t.pin_failures_life + 1,"
        "  locked = t.locks from told t where d.project_id = $1 and d.device_id = $2 and t.failure = 1"
        "), audited as (" DECISION_AUDIT
        " select $1, moment, $12::uuid, 'device', $6, $17::text, account_id, $2, key_id, $3, $4, $13::text,"
        "  generation, $9 from told"
        " union all"
        " select $1, moment, $18::uuid, 'service', 'device.lock', 'ok', account_id, $2, null, null, $4, "
        "$13::text,"
        "  null, null from told where failure = 1 and locks"
        ") select verdict, exists (select from told), " STANDING_COLUMNS ","
        " coalesce((select t.locks from told t), locked),"
        " coalesce((select least(t.pin_limit - t.pin_failures, t.pin_life_limit - t.pin_failures_life) - "
        "t.failure"
        "  from told t), 0)::int4 from verdict",
};

static void decision_parameters(struct parameters *parameters, const struct operation_subject *subject,
                                struct bytes next_record, const uint8_t event_id[UUID_SIZE])
{
    parameter_uuid(parameters, subject->project_id);
    parameter_uuid(parameters, subject->device_id);
    parameter_uuid(parameters, subject->binding_id);
    parameter_uuid(parameters, subject->request_id);
    parameter_fixed(parameters, subject->frame_hash, HASH_SIZE);
    parameter_text(parameters, frame_op_name(subject->op));
    parameter_i64(parameters, subject->generation);
    parameter_optional_time(parameters, subject->next_time_ms);
    parameter_i32(parameters, (int32_t)subject->count);
    parameter_time(parameters, subject->frame_time_ms);
    parameter_optional_bytes(parameters, next_record);
    parameter_uuid(parameters, event_id);
    parameter_text(parameters, subject->trace);
}

/* No row: the binding is gone, or was never this device's. */
static enum hufu_err decision_result(struct row *row, struct operation_result *result)
{
    if (row->rows->count == 0)
        return HUFU_ERR_NOT_FOUND;
    result->verdict = (enum operation_verdict)row_name(row, operation_verdict_names, VERDICT_COUNT);
    result->recorded = row_bool(row);
    standing_read(row, &result->standing);
    result->pin_failures_before = result->standing.pin_failures;
    result->tries_left = result->standing.tries_left;
    result->locked = result->standing.locked;
    return HUFU_OK;
}

enum hufu_err operation_decide(struct store *store, const struct operation_subject *subject,
                               const struct operation_outcome *outcome, struct operation_result *result)
{
    *result = (struct operation_result){0};
    uint8_t event_id[UUID_SIZE];
    identifier_new(event_id);
    struct parameters parameters = {0};
    decision_parameters(&parameters, subject, outcome->next_record, event_id);
    parameter_bytes(&parameters, outcome->answer);
    parameter_optional_bytes(&parameters, subject->purpose);
    parameter_optional_bytes(&parameters, outcome->digests);
    parameter_optional_bytes(&parameters, outcome->results);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &decision_success, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    err = decision_result(&row, result);
    return err == HUFU_OK ? row_finish(&row) : err;
}

enum hufu_err operation_refuse(struct store *store, const struct operation_subject *subject,
                               const struct operation_refusal *refusal, struct operation_result *result)
{
    *result = (struct operation_result){0};
    uint8_t event_id[UUID_SIZE], lock_id[UUID_SIZE];
    identifier_new(event_id);
    identifier_new(lock_id);
    struct parameters parameters = {0};
    decision_parameters(&parameters, subject, (struct bytes){NULL, 0}, event_id);
    parameter_i32(&parameters, (int32_t)refusal->outcome);
    parameter_bool(&parameters, refusal->counted);
    parameter_bool(&parameters, refusal->stored);
    parameter_text(&parameters, refusal->slug);
    parameter_uuid(&parameters, lock_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &decision_refusal, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    err = decision_result(&row, result);
    if (err != HUFU_OK)
        return err;
    result->locked = row_bool(&row);
    int32_t tries_left = row_i32(&row);
    if (result->recorded)
        result->tries_left = tries_left;
    return row_finish(&row);
}
