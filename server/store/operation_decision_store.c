/* SPDX-License-Identifier: Apache-2.0 */
/* The statements that decide. Each runs as one transaction of its own; what it does not say "ok" to has changed nothing.
 *
 *   heads      numbers the requests that it is about; of each parameter they find their own by that number, nth
 *   judged     locks the two rows of each, gives their newest versions, and reads the clock now that both are held
 *   v          says (verdict) "ok", or the first reason against
 *   recorded   takes the request ids; when one is taken, the whole statement fails as a conflict and has changed nothing
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

/* What every statement is told of each request; `types` is there to say of what type the parameters are, and is not executed.
 * $6 frame hash, $8 generation of the head, $9 the pending generation that was used, by its refresh's time, $10 digests or points,
 * $13 id of the event, $14 trace. */
#define HEAD_PROJECT "$2[nth]"
#define HEAD_DEVICE "$3[nth]"
#define HEAD_BINDING "$4[nth]"
#define HEAD_REQUEST "$5[nth]"
#define HEAD_OPERATION "$7[nth]"
#define HEAD_GENERATION "$8[nth]"
#define HEAD_COUNT "$10[nth]"
#define HEAD_TIME "$11[nth]"
#define HEAD_NEXT_RECORD "$12[nth]"
#define HEAD_SESSION "$15[nth]"
#define DECISION_TYPES(more)                                                                          \
    "with types as (select $1::int4[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[], " \
    "$7::text[], $8::int8[], $9::timestamptz[], $10::int4[], $11::timestamptz[], $12::bytea[], "      \
    "$13::uuid[], "                                                                                   \
    "$14::text[], $15::uuid[], " more ")"

/* otherwise: one more reason, the last. in_the_way is the state that the first three reasons speak of.
 * A signature costs nothing until the key has its certificate: the request for it is such a signature. */
#define DECISION_VERDICT(stands, waiting, columns, admission, otherwise)                                   \
    ", v as materialized (select nth, moment, account_id, party_id, key_id, pin_failures, "                \
    "tries_left, " columns ", case"                                                                        \
    " when user_state <> 'active' or account_state <> 'active' then 'account'" admission                   \
    " when locked then 'locked'"                                                                           \
    " when moment < valid_from or moment >= valid_until then 'window'"                                     \
    " when uses_left < cost then 'uses'"                                                                   \
    " when " HEAD_GENERATION " <> generation"                                                              \
    "  and (" HEAD_GENERATION " <> generation + 1 or (next_request_time = $9[nth]) is not true)"           \
    " then 'generation'"                                                                                   \
    " when " HEAD_NEXT_RECORD " is not null and not promotes and next_request_time >= " HEAD_TIME          \
    " then 'refresh'" otherwise " else 'ok' end as verdict, case"                                          \
    " when user_state <> 'active' then user_state"                                                         \
    " when account_state <> 'active' then account_state"                                                   \
    " when device_state <> 'active' then device_state else state end as in_the_way"                        \
    " from (select nth, judged.*, " HEAD_GENERATION " > generation as promotes, case when " HEAD_OPERATION \
    " = 'sm2/sign' and key_state <> 'usable' then 0 else " HEAD_COUNT " end as cost"                       \
    " from unnest($1) as heads(nth), lateral " STANDING_JUDGED(                                            \
        DECISION_INPUTS(stands), HEAD_PROJECT, HEAD_DEVICE, HEAD_BINDING, waiting) " judged) priced)"

#define DECISION_REQUEST                                                                                    \
    "insert into request (project_id, binding_id, request_id, operation, frame_hash, outcome, "             \
    "pin_failures_before, tries_left, answer, at) select " HEAD_PROJECT ", " HEAD_BINDING ", " HEAD_REQUEST \
    ", " HEAD_OPERATION ", $6[nth], "
#define DECISION_AUDIT                                                                                     \
    "insert into audit_event (project_id, at, event_id, actor, action, outcome, account_id, device_id, "   \
    "key_id, binding_id, request_id, trace, generation, count, session_id, party_id) select " HEAD_PROJECT \
    ", moment, "
#define DECISION_AUDIT_OF HEAD_BINDING ", " HEAD_REQUEST ", $14[nth], "
#define DECISION_RESULT "nth, verdict, in_the_way, pin_failures, tries_left"

/* $16 answer, $17 purpose, $18 digests, $19 results, $20 the device's turn ends with this; $21 role of the next record, null: as now;
 * $22 number of the policy that is in it: a refresh that met a new policy would bring the old one back; $23 id of the event of an activation. */
#define DECISION_SUCCESS(stands, waiting, columns, admission, otherwise, changes, events, left)              \
    DECISION_TYPES("$16::bytea[], $17::bytea[], $18::bytea[], $19::bytea[], $20::bool[], $21::text[], "      \
                   "$22::int4[], $23::uuid[]")                                                               \
    DECISION_VERDICT(stands, waiting, "life_left, pin_limit" columns, admission, otherwise)                  \
    ", recorded as (" DECISION_REQUEST "0, pin_failures, least(pin_limit, life_left), $16[nth], moment"      \
    " from v where verdict = 'ok'" changes "), signed as ("                                                  \
    " insert into signature (project_id, at, account_id, device_id, key_id, binding_id, request_id, "        \
    "generation, operation, purpose, digests, results, party_id)"                                            \
    " select " HEAD_PROJECT ", moment, account_id, " HEAD_DEVICE ", key_id, " HEAD_BINDING ", " HEAD_REQUEST \
    ", " HEAD_GENERATION ", " HEAD_OPERATION ", $17[nth], $18[nth], $19[nth], party_id"                      \
    " from v where verdict = 'ok' and $19[nth] is not null"                                                  \
    "), audited as (" DECISION_AUDIT "$13[nth], 'device', " HEAD_OPERATION                                   \
    ", 'ok', account_id, " HEAD_DEVICE ", key_id, " DECISION_AUDIT_OF HEAD_GENERATION ", " HEAD_COUNT        \
    ", " HEAD_SESSION ", party_id from v where verdict = 'ok'" events ") select " DECISION_RESULT ", " left  \
    ", " TURN_TO_TRANSACTION("$20[nth]", HEAD_DEVICE) " from v where verdict <> 'more'"
#define DECISION_NOT_COUNTED "null::int8"

/* A right PIN ends the row of wrong ones; of the device's life's count nothing is ever forgiven. The first valid proof at
 * the pending generation makes it the current one, with the role of its record. */
#define DECISION_CHANGING(stands)                                                                          \
    DECISION_SUCCESS(                                                                                      \
        stands, "", ", uses_left, cost, promotes", DECISION_ADMITS_ACTIVE,                                 \
        " when " HEAD_NEXT_RECORD " is not null and policy_number <> $22[nth] then 'refresh'",             \
        "), forgiven as ("                                                                                 \
        " update device set pin_failures = 0 from v"                                                       \
        " where project_id = " HEAD_PROJECT " and device_id = " HEAD_DEVICE                                \
        " and verdict = 'ok' and v.pin_failures > 0"                                                       \
        "), used as ("                                                                                     \
        " update binding set uses_left = v.uses_left - v.cost, generation = " HEAD_GENERATION ","          \
        " record = case when promotes then next_record else record end,"                                   \
        " next_record = coalesce(" HEAD_NEXT_RECORD ", case when not promotes then next_record end),"      \
        " next_request_time = case when " HEAD_NEXT_RECORD " is not null then " HEAD_TIME                  \
        " when not promotes then next_request_time end,"                                                   \
        " role = case when promotes then coalesce(next_role, role) else role end,"                         \
        " next_role = case when " HEAD_NEXT_RECORD                                                         \
        " is not null then $21[nth] when not promotes then next_role end,"                                 \
        " refreshed_at = case when promotes then v.moment else refreshed_at end"                           \
        " from v where project_id = " HEAD_PROJECT " and binding_id = " HEAD_BINDING " and verdict = 'ok'" \
        " and (promotes or " HEAD_NEXT_RECORD " is not null or v.uses_left is not null and v.cost > 0)",   \
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
 * binding and its device active and ends the hand-over, with an event of that. */
static const struct statement decision_success_waiting = {
    .name = "operation_decide_waiting",
    .sql = DECISION_SUCCESS(
        DECISION_STANDS_WAITING, "", ", promotes", DECISION_ADMITS_WAITING, "",
        "), forgiven as ("
        " update device set pin_failures = 0,"
        " state = case when promotes then 'active' else state end from v"
        " where project_id = " HEAD_PROJECT " and device_id = " HEAD_DEVICE " and verdict = 'ok'"
        "), used as ("
        " update binding set generation = " HEAD_GENERATION ","
        " record = case when promotes then next_record else record end,"
        " next_record = coalesce(" HEAD_NEXT_RECORD ", case when not promotes then next_record end),"
        " next_request_time = case when " HEAD_NEXT_RECORD " is not null then " HEAD_TIME
        " when not promotes then next_request_time end, refreshed_at = v.moment,"
        " state = case when promotes then 'active' else state end,"
        " handover_until = case when not promotes then handover_until end"
        " from v where project_id = " HEAD_PROJECT " and binding_id = " HEAD_BINDING " and verdict = 'ok'"
        "), over as (delete from handover using v"
        " where binding_id = " HEAD_BINDING " and verdict = 'ok' and promotes",
        " union all"
        " select " HEAD_PROJECT
        ", moment, $23[nth], 'device', 'device.activate', 'ok', account_id, " HEAD_DEVICE
        ", key_id, " DECISION_AUDIT_OF "null, null, " HEAD_SESSION
        ", party_id from v where verdict = 'ok' and promotes",
        DECISION_NOT_COUNTED),
};

/* The same where no more changes than what is left of the uses, if they are counted, as of most signatures; of as many requests as wait. An
 * update that names that column alone starts no trigger and leaves every index as it is. No row: nothing was decided of that
 * request, as more has to change, or somebody holds a row of it; for these the first statement is. */
static const struct statement decision_success_usual = {
    .name = "operation_decide_usual",
    .sql =
        DECISION_SUCCESS(DECISION_STANDS_ACTIVE, "skip locked", ", uses_left, cost", DECISION_ADMITS_ACTIVE,
                         " when pin_failures > 0 or promotes or " HEAD_NEXT_RECORD " is not null then 'more'",
                         "), used as ("
                         " update binding set uses_left = v.uses_left - v.cost from v"
                         " where project_id = " HEAD_PROJECT " and binding_id = " HEAD_BINDING
                         " and verdict = 'ok' and cost > 0 and v.uses_left is not null",
                         "", "uses_left - cost"),
};

/* $16 outcome, $17 failures counted (0 or 1), $18 stored, $19 slug, $20 event id of the lock. A next record is never there,
 * so that the conditions are those of a success that changes nothing. */
#define DECISION_FAILURE(stands, admission)                                                                \
    DECISION_TYPES("$16::int4[], $17::int4[], $18::bool[], $19::text[], $20::uuid[]")                      \
    DECISION_VERDICT(stands, "",                                                                           \
                     "pin_failures_life, locked, generation, tries_left - $17[nth] as tries_after",        \
                     admission, "")                                                                        \
    ", recorded as (" DECISION_REQUEST "$16[nth], pin_failures, tries_after, null, moment"                 \
    " from v where verdict = 'ok' and $18[nth]"                                                            \
    "), raised as ("                                                                                       \
    " update device set pin_failures = v.pin_failures + 1, pin_failures_life = v.pin_failures_life + 1,"   \
    "  locked = v.tries_after <= 0"                                                                        \
    " from v where project_id = " HEAD_PROJECT " and device_id = " HEAD_DEVICE                             \
    " and verdict = 'ok' and $17[nth] = 1"                                                                 \
    "), audited as (" DECISION_AUDIT "$13[nth], 'device', " HEAD_OPERATION                                 \
    ", $19[nth], account_id, " HEAD_DEVICE ", key_id, " DECISION_AUDIT_OF "generation, " HEAD_COUNT        \
    ", " HEAD_SESSION ", party_id from v where verdict = 'ok'"                                             \
    " union all"                                                                                           \
    " select " HEAD_PROJECT ", moment, $20[nth], 'service', 'device.lock', 'ok', account_id, " HEAD_DEVICE \
    ", null, null, " HEAD_REQUEST ", $14[nth], null, null, " HEAD_SESSION ", null from v"                  \
    " where verdict = 'ok' and $17[nth] = 1 and tries_after <= 0"                                          \
    ") select " DECISION_RESULT                                                                            \
    ", tries_after, locked or verdict = 'ok' and $17[nth] = 1 and tries_after <= 0 from v"

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
    parameter_uuid(parameters, subject->session_id);
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

/* Of DECISION_RESULT, behind nth. */
static void decision_read(struct row *row, struct operation_result *result)
{
    result->verdict = (enum operation_verdict)row_name(row, operation_verdict_names, VERDICT_COUNT);
    result->recorded = result->verdict == VERDICT_OK;
    result->state = decision_state(row, result->verdict);
    result->pin_failures_before = row_i32(row);
    result->tries_left = row_i32(row);
}

/* A request id that is taken leaves no row, and is an "ok" that was not recorded. */
static enum hufu_err decision_taken(struct operation_result *result)
{
    *result = (struct operation_result){.verdict = VERDICT_OK};
    return HUFU_OK;
}

/* The rows' parameters, and the ids of the events that they name. */
struct decision_heads {
    struct parameters rows[OPERATION_TOGETHER_MAX];
    uint8_t event_ids[OPERATION_TOGETHER_MAX][2][UUID_SIZE];
    size_t count;
};

/* A batch's answer, digests and results are bounded for all heads together; each has a purpose, and less than 512 bytes of other
 * values with their lengths. */
#define DECISION_EACH (FRAME_PURPOSE_MAX + 512)
#define DECISION_MEMORY                                                        \
    (FRAME_ANSWER_MAX + 2 * 32 * FRAME_BATCH_MAX + BINDING_RECORD_MAX + 1024 + \
     OPERATION_TOGETHER_MAX * DECISION_EACH)

static enum hufu_err decision_run(struct store *store, const struct statement *statement,
                                  const struct decision_heads *heads, struct rows *rows)
{
    struct parameters parameters = {0};
    uint8_t memory[DECISION_MEMORY];
    struct buf arrays;
    buf_init(&arrays, memory, sizeof memory);
    parameters_of_rows(&parameters, &arrays, heads->rows, heads->count);
    return store_query(store, statement, &parameters, rows);
}

static void decision_add(struct decision_heads *heads, const struct operation_subject *subject,
                         const struct operation_outcome *outcome)
{
    struct parameters *parameters = &heads->rows[heads->count];
    uint8_t(*event_ids)[UUID_SIZE] = heads->event_ids[heads->count++];
    *parameters = (struct parameters){0};
    bool activates = subject->path == OPERATION_WAITING;
    identifier_new(event_ids[0]);
    if (activates)
        identifier_new(event_ids[1]);
    decision_parameters(parameters, subject, outcome->next_record, event_ids[0]);
    parameter_bytes(parameters, outcome->answer);
    parameter_optional_bytes(parameters, subject->purpose);
    parameter_optional_bytes(parameters, outcome->digests);
    parameter_optional_bytes(parameters, outcome->results);
    parameter_bool(parameters, subject->has_turn);
    parameter_text(parameters, outcome->next_role);
    parameter_i32(parameters, subject->policy_number);
    parameter_uuid(parameters, activates ? event_ids[1] : NULL);
}

/* Decides those of the list by one statement; whoever gets no row is not decided. */
static enum hufu_err decision_succeed(struct store *store, const struct statement *statement,
                                      struct operation_decision *const *list, size_t count)
{
    struct decision_heads heads;
    heads.count = 0;
    for (size_t i = 0; i < count; i++)
        decision_add(&heads, list[i]->subject, list[i]->outcome);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = decision_run(store, statement, &heads, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        size_t nth = (size_t)row_i32(&row) - 1;
        if (nth >= count)
            return HUFU_ERR_INTERNAL;
        struct operation_result *result = &list[nth]->result;
        decision_read(&row, result);
        result->uses_counted = row_optional_i64(&row, &result->uses_left);
        result->turn_given = row_bool(&row);
        list[nth]->err = row_finish(&row);
        list[nth]->decided = true;
    }
    return err;
}

static bool decision_is_usual(const struct operation_subject *subject)
{
    return subject->path == OPERATION_USUAL && subject->change != CHANGE_ANY;
}

void operation_decide_together(struct store *store, struct operation_decision *list, size_t count)
{
    struct operation_decision *usual[OPERATION_TOGETHER_MAX];
    size_t usual_count = 0;
    for (size_t i = 0; i < count; i++) {
        list[i].decided = false;
        if (decision_is_usual(list[i].subject))
            usual[usual_count++] = &list[i];
    }
    if (usual_count < 2)
        return;
    enum hufu_err err = decision_succeed(store, &decision_success_usual, usual, usual_count);
    /* Any other error is one request's, and nothing was decided. */
    for (size_t i = 0; err == HUFU_ERR_AWAY && i < usual_count; i++) {
        usual[i]->err = err;
        usual[i]->decided = true;
    }
}

enum hufu_err operation_decide(struct store *store, const struct operation_subject *subject,
                               const struct operation_outcome *outcome, struct operation_result *result)
{
    struct operation_decision one = {.subject = subject, .outcome = outcome, .err = HUFU_ERR_NOT_FOUND};
    struct operation_decision *const alone = &one;
    enum hufu_err err = HUFU_OK;
    if (decision_is_usual(subject))
        err = decision_succeed(store, &decision_success_usual, &alone, 1);
    if (err == HUFU_OK && !one.decided)
        err = decision_succeed(store, decisions[subject->path].success, &alone, 1);
    *result = one.result;
    if (err == HUFU_ERR_CONFLICT)
        return decision_taken(result);
    return err != HUFU_OK ? err : one.err;
}

enum hufu_err operation_refuse(struct store *store, const struct operation_subject *subject,
                               const struct operation_refusal *refusal, struct operation_result *result)
{
    *result = (struct operation_result){0};
    struct decision_heads heads = {.count = 1};
    struct parameters *parameters = &heads.rows[0];
    identifier_new(heads.event_ids[0][0]);
    identifier_new(heads.event_ids[0][1]);
    decision_parameters(parameters, subject, (struct bytes){NULL, 0}, heads.event_ids[0][0]);
    parameter_i32(parameters, (int32_t)refusal->outcome);
    parameter_i32(parameters, refusal->counted ? 1 : 0);
    parameter_bool(parameters, refusal->stored);
    parameter_text(parameters, refusal->slug);
    parameter_uuid(parameters, heads.event_ids[0][1]);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = decision_run(store, decisions[subject->path].refusal, &heads, &rows);
    if (err == HUFU_ERR_CONFLICT)
        return decision_taken(result);
    if (err != HUFU_OK || rows.count == 0)
        return err != HUFU_OK ? err : HUFU_ERR_NOT_FOUND;
    struct row row = row_at(&rows, 0);
    row_skip(&row);
    decision_read(&row, result);
    int32_t tries_after = row_i32(&row);
    result->locked = row_bool(&row);
    if (result->recorded)
        result->tries_left = tries_after;
    return row_finish(&row);
}
