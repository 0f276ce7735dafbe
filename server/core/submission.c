/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/submission.h"

#include <stddef.h>
#include <string.h>

#include "common/log.h"
#include "server/hsmc/hsmc.h"
#include "server/metrics.h"

/* Parses, and says in the act what the frame is about. */
static enum hufu_err submission_open(struct act *act, enum frame_op op, const struct submission_in *in,
                                     struct submission *out)
{
    const struct frame_head *head = &out->frame.head;
    memset(out, 0, offsetof(struct submission, situation));
    out->in = in;
    out->situation.has_turn = false;
    if (frame_parse(&out->frame, in->frame) != HUFU_OK)
        return act_refuse(act, REFUSAL_FRAME_MALFORMED);
    if (head->op != op)
        return act_refuse_reason(act, REFUSAL_FRAME_MALFORMED, "the frame is for another operation");
    if (memcmp(head->key_id, in->key_id, FRAME_ID_SIZE) != 0)
        return act_refuse_reason(act, REFUSAL_FRAME_MALFORMED, "the frame is for another key");
    act_set_key(act, head->key_id);
    act->has_binding = act->has_request = true;
    memcpy(act->binding_id, head->binding_id, UUID_SIZE);
    memcpy(act->request_id, head->request_id, UUID_SIZE);
    hash_sha256(out->frame_hash, in->frame);
    memcpy(out->token_hash, act->principal.token_hash, HASH_SIZE);
    return HUFU_OK;
}

static struct operation_query submission_query(struct submission *submission, bool take_turn)
{
    const struct frame_head *head = &submission->frame.head;
    return (struct operation_query){
        .token_hash = submission->token_hash,
        .key_id = head->key_id,
        .binding_id = head->binding_id,
        .request_id = head->request_id,
        .generation = head->generation,
        .take_turn = take_turn,
        .situation = &submission->situation,
    };
}

/* What the query found. */
static enum hufu_err submission_found(struct worker *worker, struct act *act,
                                      const struct submission *submission, enum hufu_err err)
{
    if (err == HUFU_ERR_UNAUTHENTICATED) {
        metrics_add(worker->metrics, METRICS_SESSIONS_REFUSED, 1);
        return act_refuse(act, REFUSAL_UNAUTHENTICATED);
    }
    if (err != HUFU_OK)
        return err;
    act_set_session(act, &submission->situation.session);
    if (submission->situation.has_party)
        act_set_party(act, submission->situation.party_id);
    return submission->situation.found ? HUFU_OK : act_refuse(act, REFUSAL_NOT_FOUND);
}

void submission_read_all(struct worker *worker, enum frame_op op, struct submission_reading *readings,
                         size_t count, bool take_turn)
{
    struct operation_query queries[OPERATION_TOGETHER_MAX];
    struct submission_reading *asked[OPERATION_TOGETHER_MAX];
    size_t asked_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct submission_reading *reading = &readings[i];
        reading->err = submission_open(reading->act, op, reading->in, reading->submission);
        if (reading->err != HUFU_OK)
            continue;
        queries[asked_count] = submission_query(reading->submission, take_turn);
        asked[asked_count++] = reading;
    }
    if (asked_count > 0)
        operation_read(worker->store, queries, asked_count);
    for (size_t i = 0; i < asked_count; i++)
        asked[i]->err = submission_found(worker, asked[i]->act, asked[i]->submission, queries[i].err);
}

enum hufu_err submission_read(struct worker *worker, struct act *act, enum frame_op op,
                              const struct submission_in *in, struct submission *out)
{
    struct submission_reading one = {.act = act, .in = in, .submission = out};
    submission_read_all(worker, op, &one, 1, false);
    return one.err;
}

enum hufu_err submission_read_again(struct worker *worker, struct act *act, struct submission *submission)
{
    struct operation_query query = submission_query(submission, false);
    operation_read(worker->store, &query, 1);
    return submission_found(worker, act, submission, query.err);
}

void submission_tell_window(const struct submission *submission, struct submission_out *out)
{
    const struct standing *standing = &submission->situation.standing;
    if (submission->situation.authorized == 0)
        return;
    out->valid_until_ms = standing->valid_until_ms;
    out->uses_counted = standing->uses_counted;
    out->uses_left = standing->uses_left;
}

enum hufu_err submission_recall(struct worker *worker, struct act *act, const struct submission *submission,
                                struct submission_out *out, bool *known)
{
    const struct operation_stored *stored = &submission->situation.stored;
    *known = stored->exists;
    if (!stored->exists)
        return HUFU_OK;
    if (memcmp(stored->frame_hash, submission->frame_hash, HASH_SIZE) != 0)
        return act_refuse(act, REFUSAL_REQUEST_CONFLICT);
    if (!stored->fresh || (stored->outcome == HUFU_OK && stored->answer.len == 0))
        return act_refuse_reason(act, REFUSAL_REQUEST_CONFLICT, "the answer is no longer kept");
    metrics_add(worker->metrics, METRICS_REPLAYS, 1);
    if (stored->outcome != HUFU_OK) {
        act->recorded = true; /* when it was given first */
        act->tries_left = stored->tries_left;
        enum refusal refusal = refusal_of_key_process((enum hufu_err)stored->outcome);
        return refusal == REFUSAL_NONE ? HUFU_ERR_INTERNAL : act_refuse(act, refusal);
    }
    memcpy(out->memory, stored->answer.data, stored->answer.len);
    out->answer = bytes_of(out->memory, stored->answer.len);
    out->pin_failures_before = stored->pin_failures_before;
    submission_tell_window(submission, out);
    out->has_public_key = submission->situation.has_public_key;
    memcpy(out->public_key, submission->situation.public_key, sizeof out->public_key);
    return HUFU_OK;
}

enum operation_path submission_path(const struct submission *submission)
{
    const struct operation_situation *situation = &submission->situation;
    enum frame_op op = submission->frame.head.op;
    if (op != FRAME_OP_REFRESH && op != FRAME_OP_PIN_CHECK)
        return OPERATION_USUAL;
    /* A waiting binding of a key that has its halves holds no record but the one that was handed over. */
    bool handed_over = situation->standing.state == BINDING_WAITING && situation->record.len > 0 &&
                       situation->standing.key_state >= KEY_GENERATED;
    if (handed_over)
        return OPERATION_WAITING;
    return situation->authorized != 0 ? OPERATION_UPKEEP : OPERATION_USUAL;
}

static enum operation_change submission_change(const struct standing *standing, const struct frame_head *head)
{
    if (standing->state != BINDING_ACTIVE || standing->pin_failures > 0 ||
        head->generation != standing->generation || head->op == FRAME_OP_REFRESH)
        return CHANGE_ANY;
    return standing->uses_counted ? CHANGE_USES : CHANGE_NONE;
}

void submission_subject(const struct submission *submission, const char *trace,
                        struct operation_subject *subject)
{
    const struct frame_head *head = &submission->frame.head;
    const struct standing *standing = &submission->situation.standing;
    *subject = (struct operation_subject){
        .project_id = submission->situation.session.project_id,
        .device_id = submission->situation.session.device_id,
        .session_id = submission->situation.session.session_id,
        .binding_id = head->binding_id,
        .request_id = head->request_id,
        .frame_hash = submission->frame_hash,
        .op = head->op,
        .generation = head->generation,
        .next_time_ms = standing->next_time_ms,
        .policy_number = submission->situation.policy_number,
        .frame_time_ms = head->time_ms,
        .count = frame_head_count(head),
        .purpose = head->purpose,
        .trace = trace,
        .path = submission_path(submission),
        .change = submission_change(standing, head),
    };
}

enum hufu_err submission_refused(struct worker *worker, struct act *act, enum hufu_err err)
{
    enum refusal refusal = refusal_of_key_process(err);
    /* A reply that fits no buffer, or an answer that is none of the protocol's, is a fault of ours. */
    if (refusal == REFUSAL_NONE)
        return err == HUFU_ERR_AWAY || err == HUFU_ERR_BUSY || err == HUFU_ERR_RETRY || err == HUFU_ERR_BEHIND
                   ? err
                   : HUFU_ERR_INTERNAL;
    if (refusal == REFUSAL_FRAME_TIME)
        act->service_time_ms = hsmc_now_ms(worker->hsmc);
    if (refusal == REFUSAL_RECORD_INVALID)
        log_event(LOG_ERROR, "record.invalid", "request_id", worker->trace, "action", act->action, NULL);
    if (refusal == REFUSAL_RECORD_DESTROYED)
        log_event(LOG_ERROR, "record.destroyed", "request_id", worker->trace, "action", act->action, NULL);
    return act_refuse(act, refusal);
}
