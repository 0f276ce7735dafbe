/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/operation.h"

#include <stddef.h>
#include <string.h>

#include "common/secret.h"
#include "server/core/authorization_policy.h"
#include "server/core/authorization_reminder.h"
#include "server/core/binding.h"
#include "server/core/destruction.h"
#include "server/core/handover.h"
#include "server/hsmc/hsmc.h"
#include "server/metrics.h"
#include "server/store/project_rules.h"

#define OPERATION_TARGET_MAX (BINDING_RECORD_MAX + 64)
#define OPERATION_PURPOSE_LOGIN "login"

/* What the private-key process computed, until it is either on record or forgotten. */
struct operation_work {
    struct submission submission;
    bool has_turn; /* a request that was overtaken reads its situation again, and takes no turn with it */
    uint8_t result_memory[HSMC_RESULT_MAX];
    struct buf result;
    struct buf answer; /* in the caller's memory */
    /* Of a hand-over: to whom; of a policy: into which record; and what the private-key process has to be told of it. */
    struct handover handover;
    struct authorization_record authorized;
    uint8_t target_memory[OPERATION_TARGET_MAX];
    struct buf target;
};

static void operation_work_wipe(struct operation_work *work)
{
    secret_wipe(work->result_memory, work->result.len);
}

/* What a request that goes through costs at most. */
static uint32_t operation_cost(const struct submission *submission)
{
    bool free_of_charge =
        submission->frame.head.op == FRAME_OP_SIGN && submission->situation.standing.key_state != KEY_USABLE;
    return free_of_charge ? 0 : frame_head_count(&submission->frame.head);
}

/* What an authorized user would do with the key; 0: nothing that is a use of it. */
static unsigned operation_use(const struct frame_head *head)
{
    struct cursor purpose;
    if (head->op == FRAME_OP_DECRYPT)
        return PROJECT_USE_BIT(PROJECT_USE_DECRYPT);
    if (head->op != FRAME_OP_SIGN)
        return 0;
    cursor_init(&purpose, head->purpose);
    bool login = head->purpose.len > 0 &&
                 bytes_equal_text(cursor_field(&purpose, head->purpose.len), OPERATION_PURPOSE_LOGIN);
    return PROJECT_USE_BIT(login ? PROJECT_USE_LOGIN : PROJECT_USE_SIGN);
}

/* That those whom it depends on, the device and the binding are as they have to be. */
static enum hufu_err operation_admit(struct act *act, const struct submission *submission)
{
    const struct standing *standing = &submission->situation.standing;
    switch (submission_path(submission)) {
    case OPERATION_WAITING:
        return binding_check_waiting(act, standing);
    case OPERATION_UPKEEP:
        return binding_check_upkeep(act, standing);
    case OPERATION_USUAL:
    case OPERATION_PATH_COUNT:
        break;
    }
    enum hufu_err err = binding_check_people(act, standing);
    return err == HUFU_OK ? binding_check_active(act, standing) : err;
}

/* Turns away what is plainly refused, so that the token need not work for it. */
static enum hufu_err operation_check(struct act *act, const struct submission *submission)
{
    const struct operation_situation *situation = &submission->situation;
    const struct frame_head *head = &submission->frame.head;
    enum hufu_err err = HUFU_OK;
    if (submission_path(submission) != OPERATION_UPKEEP)
        err = binding_check_use(act, &situation->standing, operation_cost(submission));
    if (err != HUFU_OK)
        return err;
    if ((head->op == FRAME_OP_SIGN && situation->usage_decrypt) ||
        (head->op == FRAME_OP_DECRYPT && !situation->usage_decrypt))
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the key is for another use");
    /* What it is for never changes, so that nothing has to be decided again. */
    if (situation->authorized != 0 && (operation_use(head) & ~situation->authorized) != 0)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the authorization is for another use");
    if (head->op == FRAME_OP_REFRESH && head->generation == situation->standing.generation &&
        situation->standing.next_time_ms >= head->time_ms)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "a refresh that is not earlier waits to be used");
    /* The private-key process relies on this. It may be decided before it is asked: no device stops being the primary but by
     * its removal, which the rows are asked about afterwards. */
    if (frame_head_asks_primary(head) && situation->device_role != DEVICE_PRIMARY)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the device was not made the primary");
    return HUFU_OK;
}

/* The rows no longer allow what they allowed before the private-key process was asked. */
static enum hufu_err operation_overtaken(struct act *act, const struct operation_result *result)
{
    return result->state != NULL ? act_refuse_state(act, refusal_of_verdict(result->verdict), result->state)
                                 : act_refuse(act, refusal_of_verdict(result->verdict));
}

/* Another request took the id while this one was computed: what that one left is the answer. */
static enum hufu_err operation_recall_again(struct worker *worker, struct act *act,
                                            struct submission *submission, struct submission_out *out)
{
    bool known;
    enum hufu_err err = submission_read_again(worker, act, submission);
    if (err == HUFU_OK)
        err = submission_recall(worker, act, submission, out, &known);
    return err == HUFU_OK && !known ? HUFU_ERR_INTERNAL : err;
}

static void operation_count(struct worker *worker, const struct frame_head *head)
{
    if (head->op == FRAME_OP_SIGN)
        metrics_add(worker->metrics, METRICS_COSIGNATURES, frame_head_count(head));
    if (head->op == FRAME_OP_DECRYPT)
        metrics_add(worker->metrics, METRICS_DECRYPTIONS, frame_head_count(head));
}

static enum hufu_err operation_decide_as(struct worker *worker, struct act *act, struct operation_work *work,
                                         const struct operation_subject *subject,
                                         const struct operation_outcome *outcome,
                                         struct operation_result *result)
{
    struct bytes produced = buf_bytes(&work->result);
    if (subject->op == FRAME_OP_HANDOVER)
        return handover_decide(worker, act, &work->handover, &work->submission, subject, outcome, produced,
                               result);
    if (subject->op == FRAME_OP_POLICY)
        return authorization_decide_policy(worker, act, &work->authorized, &work->submission, subject,
                                           outcome, produced, result);
    return operation_decide(worker->store, subject, outcome, result);
}

static enum hufu_err operation_succeed(struct worker *worker, struct act *act, struct operation_work *work,
                                       struct submission_out *out)
{
    const struct frame_head *head = &work->submission.frame.head;
    struct bytes none = {NULL, 0}, produced = buf_bytes(&work->result);
    bool refresh = head->op == FRAME_OP_REFRESH;
    bool used = head->op == FRAME_OP_SIGN || head->op == FRAME_OP_DECRYPT;
    const struct operation_outcome outcome = {
        .answer = buf_bytes(&work->answer),
        .next_record = refresh ? produced : none,
        .next_role = frame_head_asks_primary(head) ? binding_role_names[BINDING_PRIMARY] : NULL,
        .digests = head->op == FRAME_OP_SIGN ? head->public_part : none,
        .results = used ? produced : none,
    };
    struct operation_subject subject;
    struct operation_result result;
    submission_subject(worker, &work->submission, &subject);
    subject.has_turn = work->has_turn;
    enum hufu_err err = operation_decide_as(worker, act, work, &subject, &outcome, &result);
    work->has_turn = work->has_turn && !result.turn_given;
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    if (result.verdict != VERDICT_OK)
        return operation_overtaken(act, &result);
    if (!result.recorded)
        return operation_recall_again(worker, act, &work->submission, out);
    operation_count(worker, head);
    authorization_remind_uses(worker, &work->submission.situation, &result);
    submission_tell_window(&work->submission, out);
    if (result.uses_counted)
        out->uses_left = result.uses_left;
    out->answer = outcome.answer;
    out->pin_failures_before = result.pin_failures_before;
    return HUFU_OK;
}

/* A refusal that came after the device's signature was found good. Whatever tells something about the proof (a wrong PIN, and
 * what is refused only after a right one) is on record under the request id before it is told; a malformed body may be
 * refused before or after the proof, so that it is told under the same conditions, but a box key that was not loaded yet must
 * not spoil the request id. */
static enum hufu_err operation_fail(struct worker *worker, struct act *act, struct operation_work *work,
                                    enum hufu_err refused, struct submission_out *out)
{
    enum refusal refusal = refusal_of_key_process(refused);
    const struct operation_refusal record = {
        .outcome = refused,
        .counted = refused == HUFU_ERR_PROOF,
        .stored = refused != HUFU_ERR_FORM,
        .slug = refusal_slug(refusal),
    };
    struct operation_subject subject;
    struct operation_result result;
    submission_subject(worker, &work->submission, &subject);
    enum hufu_err err = operation_refuse(worker->store, &subject, &record, &result);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    if (result.verdict != VERDICT_OK)
        return operation_overtaken(act, &result);
    if (!result.recorded)
        return operation_recall_again(worker, act, &work->submission, out);
    if (record.counted) {
        metrics_add(worker->metrics, METRICS_PIN_FAILURES, 1);
        metrics_add(worker->metrics, METRICS_PIN_LOCKS, result.locked ? 1 : 0);
    }
    act->recorded = true;
    act->tries_left = result.tries_left;
    return act_refuse(act, refusal);
}

static bool operation_refused_at_proof(enum hufu_err err)
{
    return err == HUFU_ERR_PROOF || err == HUFU_ERR_POLICY || err == HUFU_ERR_STATE || err == HUFU_ERR_FORM;
}

/* What the private-key process cannot read in the frame. */
static enum hufu_err operation_find_target(struct worker *worker, struct act *act,
                                           struct operation_work *work)
{
    const struct authorization_record *authorized = &work->authorized;
    buf_init(&work->target, work->target_memory, sizeof work->target_memory);
    if (work->submission.frame.head.op == FRAME_OP_POLICY) {
        enum hufu_err found = authorization_find_record(worker, act, &work->submission, &work->authorized);
        return found != HUFU_OK
                   ? found
                   : hsmc_target_policy(&work->target, authorized->generation, authorized->record);
    }
    if (work->submission.frame.head.op != FRAME_OP_HANDOVER)
        return HUFU_OK;
    enum hufu_err err = handover_find(worker, act, &work->submission, &work->handover);
    return err != HUFU_OK
               ? err
               : hsmc_target_handover(&work->target, work->handover.device_key, work->handover.x25519_key);
}

static enum hufu_err operation_call(struct worker *worker, struct operation_work *work,
                                    struct submission_out *out)
{
    const struct operation_situation *situation = &work->submission.situation;
    struct hsmc_operate call = {
        .trace = worker->trace,
        .project_id = situation->session.project_id,
        .generation = situation->record_generation,
        .sealed = situation->record,
        .target = buf_bytes(&work->target),
        .signature = work->submission.in->signature,
        .frame = work->submission.in->frame,
        .result = &work->result,
        .answer = &work->answer,
    };
    buf_init(&work->result, work->result_memory, sizeof work->result_memory);
    buf_init(&work->answer, out->memory, sizeof out->memory);
    enum hufu_err err = hsmc_operate(worker->hsmc, &call, 1);
    return err != HUFU_OK ? err : call.err;
}

/* The record that was read had a policy which was replaced meanwhile: the one that there is now is another. */
static enum hufu_err operation_call_anew(struct worker *worker, struct act *act, struct operation_work *work,
                                         struct submission_out *out)
{
    int32_t before = work->submission.situation.policy_number;
    enum hufu_err err = submission_read_again(worker, act, &work->submission);
    if (err != HUFU_OK)
        return err;
    return work->submission.situation.policy_number != before ? operation_call(worker, work, out)
                                                              : HUFU_ERR_DESTROYED;
}

static enum hufu_err operation_ask(struct worker *worker, struct act *act, struct operation_work *work,
                                   struct submission_out *out)
{
    enum hufu_err err = operation_find_target(worker, act, work);
    if (err != HUFU_OK)
        return err;
    err = operation_call(worker, work, out);
    if (err == HUFU_ERR_BEHIND && destruction_catch_up(worker) == HUFU_OK)
        err = operation_call(worker, work, out);
    if (err == HUFU_ERR_DESTROYED && work->submission.situation.authorized != 0)
        err = operation_call_anew(worker, act, work, out);
    if (err == HUFU_OK)
        return operation_succeed(worker, act, work, out);
    return operation_refused_at_proof(err) ? operation_fail(worker, act, work, err, out)
                                           : submission_refused(worker, act, err);
}

static enum hufu_err operation_judge(struct worker *worker, struct act *act, struct operation_work *work,
                                     struct submission_out *out)
{
    const struct operation_situation *situation = &work->submission.situation;
    bool known = false;
    enum hufu_err err = operation_admit(act, &work->submission);
    if (err == HUFU_OK)
        err = submission_recall(worker, act, &work->submission, out, &known);
    if (err == HUFU_OK && !known)
        err = operation_check(act, &work->submission);
    if (err == HUFU_OK && !known && !situation->has_turn)
        err = HUFU_ERR_BUSY;
    return err == HUFU_OK && !known ? operation_ask(worker, act, work, out) : err;
}

enum hufu_err operation_run(struct worker *worker, struct act *act, enum frame_op op,
                            const struct submission_in *in, struct submission_out *out)
{
    struct operation_work work __attribute__((cleanup(operation_work_wipe)));
    uint8_t device_id[UUID_SIZE] = {0};
    work.result.len = 0;
    work.submission.situation.has_turn = false;
    memset(out, 0, offsetof(struct submission_out, memory));
    enum hufu_err err = submission_read(worker, act, op, in, true, &work.submission);
    work.has_turn = work.submission.situation.has_turn;
    if (work.has_turn)
        memcpy(device_id, work.submission.situation.session.device_id, UUID_SIZE);
    if (err == HUFU_OK)
        err = operation_judge(worker, act, &work, out);
    if (work.has_turn)
        operation_give_turn(worker->store, device_id);
    if (err != HUFU_OK)
        secret_wipe(out, sizeof *out); /* what nobody may get was computed for nothing */
    return err;
}
