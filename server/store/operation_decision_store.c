/* SPDX-License-Identifier: Apache-2.0 */
/* The statements that decide. Each runs as one transaction of its own; what it does not say "ok" to has changed nothing.
 *
 *   judged     locks the two rows, gives their newest versions, and reads the clock now that both are held
 *   v          says (verdict) "ok", or the first reason against
 *   recorded   takes the request id; when it is taken, the whole statement fails as a conflict and has changed nothing
 *   the rest   happens where the verdict is "ok"
 *
 * The time of such a statement goes to starting it, by the number of its nodes and of the columns that each passes on: so
 * every part reads `v` alone, and that is narrow. */
#include <string.h>

#include "server/identifier.h"
#include "server/store/connection.h"
#include "server/store/operation_store.h"
#include "server/store/standing.h"
#include "server/store/turn.h"

const char *const operation_verdict_names[VERDICT_COUNT] = {
    [VERDICT_OK] = "ok",           [VERDICT_ACCOUNT] = "account",       [VERDICT_DEVICE] = "device",
    [VERDICT_BINDING] = "binding", [VERDICT_LOCKED] = "locked",         [VERDICT_WINDOW] = "window",
    [VERDICT_USES] = "uses",       [VERDICT_GENERATION] = "generation", [VERDICT_REFRESH] = "refresh",
};

#define DECISION_INPUTS(stands)                                                                              \
    "d.account_id, d.state as device_state, d.account_state as user_state, d.locked, "                       \
    "d.pin_failures, d.pin_failures_life, least(d.pin_limit - d.pin_failures, d.pin_life_limit - "           \
    "d.pin_failures_life) as tries_left, d.pin_life_limit - d.pin_failures_life as life_left, d.pin_limit, " \
    "nullif(b.account_id, d.account_id) as party_id, "                                                       \
    "b.key_id, b.key_state, b.generation, b.policy_number, b.next_request_time, " stands ", b.uses_left"

/* stands: the binding's state, its holder's, the window of what decides, and for a waiting binding whether there is anything
 * yet. A half that was handed over is refreshed at once, whenever its authorization's window begins; and the upkeep of
 * somebody else's half depends on the device that has it alone. */
#define DECISION_STANDS_ACTIVE STANDING_STATE " as state, b.account_state, b.valid_from, b.valid_until"
#define DECISION_STANDS_WAITING                                                    \
    STANDING_STATE " as state, b.account_state, null::timestamptz as valid_from, " \
                   "b.handover_until as valid_until, b.record is not null as handed_over"
#define DECISION_STANDS_UPKEEP                                                                        \
    "case b.state when 'frozen' then 'active' else b.state end as state, 'active' as account_state, " \
    "null::timestamptz as valid_from, null::timestamptz as valid_until"

/* Who is let in: the ordinary request, and upkeep; and one of a binding that was handed over and waits for its first refresh, on a device
 * that may be waiting itself. */
#define DECISION_ADMITS_ACTIVE                     \
    " when device_state <> 'active' then 'device'" \
    " when state <> 'active' then 'binding'"
#define DECISION_ADMITS_WAITING                                     \
    " when device_state not in ('waiting', 'active') then 'device'" \
    " when state <> 'waiting' or not handed_over then 'binding'"

/* $4 request id, $5 frame hash, $6 operation, $7 generation of the head, $8 the pending generation that was used, by its
 * refresh's time, $9 digests or points, $10 time of the frame, $11 the next record, $12 event id, $13 trace.
 * otherwise: one more reason, the last. in_the_way is the state that the first three reasons speak of.
 * A signature costs nothing until the key has its certificate: the request for it is such a signature. */
#define DECISION_VERDICT(stands, columns, admission, otherwise)                                     \
    "with v as materialized (select moment, account_id, party_id, key_id, pin_failures, "           \
    "tries_left, " columns ", case"                                                                 \
    " when user_state <> 'active' or account_state <> 'active' then 'account'" admission            \
    " when locked then 'locked'"                                                                    \
    " when moment < valid_from or moment >= valid_until then 'window'"                              \
    " when uses_left < cost then 'uses'"                                                            \
    " when $7::int8 <> generation"                                                                  \
    "  and ($7::int8 <> generation + 1 or (next_request_time = $8::timestamptz) is not true) then " \
    "'generation'"                                                                                  \
    " when $11::bytea is not null and not promotes and next_request_time >= $10::timestamptz then " \
    "'refresh'" otherwise " else 'ok' end as verdict, case"                                         \
    " when user_state <> 'active' then user_state"                                                  \
    " when account_state <> 'active' then account_state"                                            \
    " when device_state <> 'active' then device_state else state end as in_the_way"                 \
    " from (select judged.*, $7::int8 > generation as promotes,"                                    \
    "  case when $6::text = 'sm2/sign' and key_state <> 'usable' then 0 else $9::int4 end as cost"  \
    "  from " STANDING_JUDGED(DECISION_INPUTS(stands)) " judged) priced)"

#define DECISION_REQUEST                                                                        \
    "insert into request (project_id, binding_id, request_id, operation, frame_hash, outcome, " \
    "pin_failures_before, tries_left, answer, at) "
#define DECISION_AUDIT                                                                                   \
    "insert into audit_event (project_id, at, event_id, actor, action, outcome, account_id, device_id, " \
    "key_id, binding_id, request_id, trace, generation, count, session_id, party_id) "
#define DECISION_RESULT "verdict, in_the_way, pin_failures, tries_left"

/* $14 answer, $15 purpose, $16 digests, $17 results, $18 the device's turn ends with this, $19 session. */
#define DECISION_SUCCESS(stands, columns, admission, otherwise, changes, events, left)                 \
    DECISION_VERDICT(stands, "life_left, pin_limit" columns, admission, otherwise)                     \
    ", recorded as (" DECISION_REQUEST "select $1, $3, $4::uuid, $6, $5::bytea, 0, pin_failures, "     \
    "least(pin_limit, life_left), $14::bytea, moment"                                                  \
    " from v where verdict = 'ok'" changes "), signed as ("                                            \
    " insert into signature (project_id, at, account_id, device_id, key_id, binding_id, request_id, "  \
    "generation, operation, purpose, digests, results, party_id)"                                      \
    " select $1, moment, account_id, $2, key_id, $3, $4, $7::int4, $6, $15::bytea, $16::bytea, "       \
    "$17::bytea, party_id"                                                                             \
    " from v where verdict = 'ok' and $17::bytea is not null"                                          \
    "), audited as (" DECISION_AUDIT                                                                   \
    " select $1, moment, $12::uuid, 'device', $6, 'ok', account_id, $2, key_id, $3, $4, $13::text, "   \
    "$7::int4, $9, $19::uuid, party_id from v where verdict = 'ok'" events ") select " DECISION_RESULT \
    ", " left ", " TURN_TO_TRANSACTION("$18::bool", "$2") " from v where verdict <> 'more'"
#define DECISION_NOT_COUNTED "null::int8"

/* A right PIN ends the row of wrong ones; of the device's life's count nothing is ever forgiven. The first valid proof at
 * the pending generation makes it the current one, with the role of its record. $20 role of the next record, null: as now; $21 number of the
 * policy that is in it: a refresh that met a new policy would bring the old one back. */
#define DECISION_CHANGING(stands)                                                                     \
    DECISION_SUCCESS(                                                                                 \
        stands, ", uses_left, cost, promotes", DECISION_ADMITS_ACTIVE,                                \
        " when $11 is not null and policy_number <> $21::int4 then 'refresh'",                        \
        "), forgiven as ("                                                                            \
        " update device set pin_failures = 0 from v"                                                  \
        " where project_id = $1 and device_id = $2 and verdict = 'ok' and v.pin_failures > 0"         \
        "), used as ("                                                                                \
        " update binding set uses_left = v.uses_left - v.cost, generation = $7::int4,"                \
        " record = case when promotes then next_record else record end,"                              \
        " next_record = coalesce($11, case when not promotes then next_record end),"                  \
        " next_request_time = case when $11 is not null then $10 when not promotes then "             \
        "next_request_time end,"                                                                      \
        " role = case when promotes then coalesce(next_role, role) else role end,"                    \
        " next_role = case when $11 is not null then $20::text when not promotes then next_role end," \
        " refreshed_at = case when promotes then v.moment else refreshed_at end"                      \
        " from v where project_id = $1 and binding_id = $3 and verdict = 'ok'"                        \
        " and (promotes or $11 is not null or v.uses_left is not null and v.cost > 0)",               \
        "", "uses_left - cost")

static const struct statement decision_success = {
    .name = "operation_decide",
    .sql = DECISION_CHANGING(DECISION_STANDS_ACTIVE),
};
static const struct statement decision_success_upkeep = {
    .name = "operation_decide_upkeep",
    .sql = DECISION_CHANGING(DECISION_STANDS_UPKEEP),
};

/* The same of a binding that was handed over: its first refresh, and the first valid proof at generation 1, which makes the
 * binding and its device active and ends the hand-over. $20 event id of that. */
static const struct statement decision_success_waiting = {
    .name = "operation_decide_waiting",
    .sql = DECISION_SUCCESS(
        DECISION_STANDS_WAITING, ", promotes", DECISION_ADMITS_WAITING, "",
        "), forgiven as ("
        " update device set pin_failures = 0,"
        " state = case when promotes then 'active' else state end from v"
        " where project_id = $1 and device_id = $2 and verdict = 'ok'"
        "), used as ("
        " update binding set generation = $7::int4,"
        " record = case when promotes then next_record else record end,"
        " next_record = coalesce($11, case when not promotes then next_record end),"
        " next_request_time = case when $11 is not null then $10 when not promotes then "
        "next_request_time end, refreshed_at = v.moment,"
        " state = case when promotes then 'active' else state end,"
        " handover_until = case when not promotes then handover_until end"
        " from v where project_id = $1 and binding_id = $3 and verdict = 'ok'"
        "), over as (delete from handover using v"
        " where binding_id = $3 and verdict = 'ok' and promotes",
        " union all"
        " select $1, moment, $20::uuid, 'device', 'device.activate', 'ok', account_id, $2, key_id, $3, $4, "
        "$13, null, null, $19, party_id from v where verdict = 'ok' and promotes",
        DECISION_NOT_COUNTED),
};

/* What the next two statements leave to the first. */
#define DECISION_CHANGES_MORE "pin_failures > 0 or promotes or $11 is not null"

/* The same where neither row has to change, as of most signatures; starting the two updates would cost a fifth of the
 * statement. No row: nothing was decided, as one of them has to. */
static const struct statement decision_success_unchanged = {
    .name = "operation_decide_unchanged",
    .sql =
        DECISION_SUCCESS(DECISION_STANDS_ACTIVE, "", DECISION_ADMITS_ACTIVE,
                         " when " DECISION_CHANGES_MORE "  or uses_left is not null and cost > 0 then 'more'",
                         "", "", DECISION_NOT_COUNTED),
};

/* The same where uses are counted and nothing else changes, as of most of an authorized user's signatures. An update that names that
 * column alone starts no trigger and leaves every index as it is. */
static const struct statement decision_success_counted = {
    .name = "operation_decide_counted",
    .sql = DECISION_SUCCESS(DECISION_STANDS_ACTIVE, ", uses_left, cost", DECISION_ADMITS_ACTIVE,
                            " when " DECISION_CHANGES_MORE " then 'more'",
                            "), used as ("
                            " update binding set uses_left = v.uses_left - v.cost from v"
                            " where project_id = $1 and binding_id = $3 and verdict = 'ok' and cost > 0"
                            " and v.uses_left is not null",
                            "", "uses_left - cost"),
};

/* $14 outcome, $15 failures counted (0 or 1), $16 stored, $17 slug, $18 event id of the lock, $19 session. The record $11 is never there,
 * so that the conditions are those of a success that changes nothing. */
#define DECISION_FAILURE(stands, admission)                                                                  \
    DECISION_VERDICT(stands, "pin_failures_life, locked, generation, tries_left - $15::int4 as tries_after", \
                     admission, "")                                                                          \
    ", recorded as (" DECISION_REQUEST                                                                       \
    "select $1, $3, $4::uuid, $6, $5::bytea, $14::int4, pin_failures, tries_after, null, moment"             \
    " from v where verdict = 'ok' and $16::bool"                                                             \
    "), raised as ("                                                                                         \
    " update device set pin_failures = v.pin_failures + 1, pin_failures_life = v.pin_failures_life + 1,"     \
    "  locked = v.tries_after <= 0"                                                                          \
    " from v where project_id = $1 and device_id = $2 and verdict = 'ok' and $15 = 1"                        \
    "), audited as (" DECISION_AUDIT                                                                         \
    " select $1, moment, $12::uuid, 'device', $6, $17::text, account_id, $2, key_id, $3, $4, $13::text,"     \
    "  generation, $9, $19::uuid, party_id from v where verdict = 'ok'"                                      \
    " union all"                                                                                             \
    " select $1, moment, $18::uuid, 'service', 'device.lock', 'ok', account_id, $2, null, null, $4, "        \
    "$13::text, null, null, $19, null from v where verdict = 'ok' and $15 = 1 and tries_after <= 0"          \
    ") select " DECISION_RESULT                                                                              \
    ", tries_after, locked or verdict = 'ok' and $15 = 1 and tries_after <= 0 from v"

static const struct statement decision_refusal = {
    .name = "operation_refuse",
    .sql = DECISION_FAILURE(DECISION_STANDS_ACTIVE, DECISION_ADMITS_ACTIVE),
};
static const struct statement decision_refusal_waiting = {
    .name = "operation_refuse_waiting",
    .sql = DECISION_FAILURE(DECISION_STANDS_WAITING, DECISION_ADMITS_WAITING),
};
static const struct statement decision_refusal_upkeep = {
    .name = "operation_refuse_upkeep",
    .sql = DECISION_FAILURE(DECISION_STANDS_UPKEEP, DECISION_ADMITS_ACTIVE),
};

static const struct {
    const struct statement *success, *refusal;
} decisions[OPERATION_PATH_COUNT] = {
    [OPERATION_USUAL] = {&decision_success, &decision_refusal},
    [OPERATION_WAITING] = {&decision_success_waiting, &decision_refusal_waiting},
    [OPERATION_UPKEEP] = {&decision_success_upkeep, &decision_refusal_upkeep},
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

/* The state that a verdict speaks of; NULL: of none. */
static const char *decision_state(struct row *row, enum operation_verdict verdict)
{
    switch (verdict) {
    case VERDICT_ACCOUNT:
        return account_state_names[row_name(row, account_state_names, ACCOUNT_STATE_COUNT)];
    case VERDICT_DEVICE:
        return device_state_names[row_name(row, device_state_names, DEVICE_STATE_COUNT)];
    case VERDICT_BINDING:
        return binding_state_names[row_name(row, binding_state_names, BINDING_STATE_COUNT)];
    case VERDICT_OK:
    case VERDICT_LOCKED:
    case VERDICT_WINDOW:
    case VERDICT_USES:
    case VERDICT_GENERATION:
    case VERDICT_REFRESH:
    case VERDICT_COUNT:
        break;
    }
    row_skip(row);
    return NULL;
}

/* Runs a statement and reads DECISION_RESULT. HUFU_ERR_NOT_FOUND, no row: the binding is gone, or was never this device's.
 * A request id that is taken leaves no row either, and is an "ok" that was not recorded. */
static enum hufu_err decision_run(struct store *store, const struct statement *statement,
                                  const struct parameters *parameters, struct rows *rows, struct row *row,
                                  struct operation_result *result)
{
    enum hufu_err err = store_query(store, statement, parameters, rows);
    *row = row_at(rows, 0);
    if (err == HUFU_ERR_CONFLICT) {
        result->verdict = VERDICT_OK;
        result->recorded = false;
        return HUFU_OK;
    }
    if (err == HUFU_OK && rows->count == 0)
        return HUFU_ERR_NOT_FOUND;
    if (err != HUFU_OK)
        return err;
    result->verdict = (enum operation_verdict)row_name(row, operation_verdict_names, VERDICT_COUNT);
    result->recorded = result->verdict == VERDICT_OK;
    result->state = decision_state(row, result->verdict);
    result->pin_failures_before = row_i32(row);
    result->tries_left = row_i32(row);
    return HUFU_OK;
}

static enum hufu_err decision_succeed(struct store *store, const struct statement *statement,
                                      const struct parameters *parameters, struct operation_result *result)
{
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = decision_run(store, statement, parameters, &rows, &row, result);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    result->uses_counted = row_optional_i64(&row, &result->uses_left);
    result->turn_given = row_bool(&row);
    return row_finish(&row);
}

enum hufu_err operation_decide(struct store *store, const struct operation_subject *subject,
                               const struct operation_outcome *outcome, struct operation_result *result)
{
    *result = (struct operation_result){0};
    uint8_t event_id[UUID_SIZE], activation_id[UUID_SIZE];
    identifier_new(event_id);
    struct parameters parameters = {0};
    decision_parameters(&parameters, subject, outcome->next_record, event_id);
    parameter_bytes(&parameters, outcome->answer);
    parameter_optional_bytes(&parameters, subject->purpose);
    parameter_optional_bytes(&parameters, outcome->digests);
    parameter_optional_bytes(&parameters, outcome->results);
    parameter_bool(&parameters, subject->has_turn);
    parameter_uuid(&parameters, subject->session_id);
    enum hufu_err err = HUFU_ERR_NOT_FOUND;
    bool usual = subject->path == OPERATION_USUAL;
    if (usual && subject->change == CHANGE_USES)
        err = decision_succeed(store, &decision_success_counted, &parameters, result);
    else if (usual && subject->change == CHANGE_NONE)
        err = decision_succeed(store, &decision_success_unchanged, &parameters, result);
    if (err != HUFU_ERR_NOT_FOUND)
        return err;
    if (subject->path == OPERATION_WAITING) {
        identifier_new(activation_id);
        parameter_uuid(&parameters, activation_id);
    } else {
        parameter_text(&parameters, outcome->next_role);
        parameter_i32(&parameters, subject->policy_number);
    }
    return decision_succeed(store, decisions[subject->path].success, &parameters, result);
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
    parameter_i32(&parameters, refusal->counted ? 1 : 0);
    parameter_bool(&parameters, refusal->stored);
    parameter_text(&parameters, refusal->slug);
    parameter_uuid(&parameters, lock_id);
    parameter_uuid(&parameters, subject->session_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err =
        decision_run(store, decisions[subject->path].refusal, &parameters, &rows, &row, result);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    int32_t tries_after = row_i32(&row);
    result->locked = row_bool(&row);
    if (result->recorded)
        result->tries_left = tries_after;
    return row_finish(&row);
}
