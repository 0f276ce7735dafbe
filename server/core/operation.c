/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/operation.h"

#include <stddef.h>
#include <stdlib.h>
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

_Static_assert(OPERATION_TOGETHER_MAX <= HSMC_OPERATE_MAX, "what is read together is asked together");

#define OPERATION_TARGET_MAX (BINDING_RECORD_MAX + 64)
#define OPERATION_PURPOSE_LOGIN "login"

/* A job while it is done: what the private-key process computed, until it is either on record or forgotten. */
struct operation_work {
    struct operation_job *job;
    struct submission submission;
    bool asks;     /* the private-key process is to be asked, or was */
    bool has_turn; /* a request that was overtaken reads its situation again, and takes no turn with it */
    uint8_t turn_device_id[UUID_SIZE];
    uint8_t result_memory[HSMC_RESULT_MAX];
    struct buf result;
    struct buf answer; /* in the caller's memory */
    struct operation_subject subject;
    struct operation_outcome outcome;
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

/* From here on the worker works for this job: its log lines and events have its id. */
static struct act *operation_take_up(struct worker *worker, const struct operation_work *work)
{
    memcpy(worker->trace, work->job->trace, sizeof worker->trace);
    return work->job->act;
}

/* The job is done, and no longer this file's. */
static void operation_end(struct worker *worker, struct operation_work *work)
{
    struct operation_job *job = work->job;
    (void)operation_take_up(worker, work);
    if (work->has_turn)
        operation_give_turn(worker->store, work->turn_device_id);
    if (job->err != HUFU_OK)
        secret_wipe(job->out, sizeof *job->out); /* what nobody may get was computed for nothing */
    operation_work_wipe(work);
    job->finished(worker, job);
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

static void operation_prepare_outcome(struct operation_work *work)
{
    const struct frame_head *head = &work->submission.frame.head;
    struct bytes none = {NULL, 0}, produced = buf_bytes(&work->result);
    bool refresh = head->op == FRAME_OP_REFRESH;
    bool used = head->op == FRAME_OP_SIGN || head->op == FRAME_OP_DECRYPT;
    work->outcome = (struct operation_outcome){
        .answer = buf_bytes(&work->answer),
        .next_record = refresh ? produced : none,
        .next_role = frame_head_asks_primary(head) ? binding_role_names[BINDING_PRIMARY] : NULL,
        .digests = head->op == FRAME_OP_SIGN ? head->public_part : none,
        .results = used ? produced : none,
    };
    submission_subject(&work->submission, work->job->trace, &work->subject);
    work->subject.has_turn = work->has_turn;
}

/* What the decision says of one that was computed. */
static enum hufu_err operation_tell(struct worker *worker, struct operation_work *work,
                                    const struct operation_decision *decision)
{
    struct act *act = operation_take_up(worker, work);
    struct submission_out *out = work->job->out;
    const struct operation_result *result = &decision->result;
    work->has_turn = work->has_turn && !result->turn_given;
    if (decision->err != HUFU_OK)
        return decision->err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : decision->err;
    if (result->verdict != VERDICT_OK)
        return operation_overtaken(act, result);
    if (!result->recorded)
        return operation_recall_again(worker, act, &work->submission, out);
    operation_count(worker, &work->submission.frame.head);
    authorization_remind_uses(worker, &work->submission.situation, result);
    submission_tell_window(&work->submission, out);
    if (result->uses_counted)
        out->uses_left = result->uses_left;
    out->answer = work->outcome.answer;
    out->pin_failures_before = result->pin_failures_before;
    return HUFU_OK;
}

static void operation_conclude(struct worker *worker, struct operation_work *work,
                               const struct operation_decision *decision)
{
    work->job->err = operation_tell(worker, work, decision);
    operation_end(worker, work);
}

/* Of a hand-over and a policy the decision is part of a transaction of their own. */
static enum hufu_err operation_decide_alone(struct worker *worker, struct operation_work *work,
                                            struct operation_result *result)
{
    struct act *act = operation_take_up(worker, work);
    struct bytes produced = buf_bytes(&work->result);
    if (work->subject.op == FRAME_OP_HANDOVER)
        return handover_decide(worker, act, &work->handover, &work->submission, &work->subject,
                               &work->outcome, produced, result);
    if (work->subject.op == FRAME_OP_POLICY)
        return authorization_decide_policy(worker, act, &work->authorized, &work->submission, &work->subject,
                                           &work->outcome, produced, result);
    return operation_decide(worker->store, &work->subject, &work->outcome, result);
}

/* Those that were computed, and what is decided of them. */
struct operation_group {
    struct operation_work *works[OPERATION_TOGETHER_MAX];
    struct operation_decision decisions[OPERATION_TOGETHER_MAX];
    bool waits[OPERATION_TOGETHER_MAX];
    size_t count;
};

static void operation_group_add(struct operation_group *group, struct operation_work *work)
{
    operation_prepare_outcome(work);
    group->decisions[group->count] =
        (struct operation_decision){.subject = &work->subject, .outcome = &work->outcome};
    group->works[group->count++] = work;
}

/* Decides as many as can be together. Whoever would have to wait for somebody's lock is left for later. */
static void operation_succeed_at_once(struct worker *worker, struct operation_group *group)
{
    if (group->count > 1) {
        (void)operation_take_up(worker, group->works[0]); /* whom the log names if all of them fail */
        operation_decide_together(worker->store, group->decisions, group->count);
    }
    for (size_t i = 0; i < group->count; i++) {
        struct operation_work *work = group->works[i];
        const struct operation_decision *decision = &group->decisions[i];
        group->waits[i] = !decision->decided ||
                          authorization_must_remind_uses(&work->submission.situation, &decision->result);
        if (!group->waits[i])
            operation_conclude(worker, work, decision);
    }
}

static void operation_succeed_later(struct worker *worker, struct operation_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct operation_decision *decision = &group->decisions[i];
        if (!group->waits[i])
            continue;
        if (!decision->decided)
            decision->err = operation_decide_alone(worker, group->works[i], &decision->result);
        operation_conclude(worker, group->works[i], decision);
    }
}

/* A refusal that came after the device's signature was found good. Whatever tells something about the proof (a wrong PIN, and
 * what is refused only after a right one) is on record under the request id before it is told; a malformed body may be
 * refused before or after the proof, so that it is told under the same conditions, but a box key that was not loaded yet must
 * not spoil the request id. */
static enum hufu_err operation_fail(struct worker *worker, struct operation_work *work, enum hufu_err refused)
{
    struct act *act = work->job->act;
    enum refusal refusal = refusal_of_key_process(refused);
    const struct operation_refusal record = {
        .outcome = refused,
        .counted = refused == HUFU_ERR_PROOF,
        .stored = refused != HUFU_ERR_FORM,
        .slug = refusal_slug(refusal),
    };
    struct operation_result result;
    submission_subject(&work->submission, work->job->trace, &work->subject);
    enum hufu_err err = operation_refuse(worker->store, &work->subject, &record, &result);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    if (result.verdict != VERDICT_OK)
        return operation_overtaken(act, &result);
    if (!result.recorded)
        return operation_recall_again(worker, act, &work->submission, work->job->out);
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

/* Asks the private-key process about several, each of which gets its error. */
static void operation_call(struct worker *worker, struct operation_work *const *works, size_t count)
{
    struct hsmc_operate calls[HSMC_OPERATE_MAX];
    for (size_t i = 0; i < count; i++) {
        struct operation_work *work = works[i];
        struct submission_out *out = work->job->out;
        const struct operation_situation *situation = &work->submission.situation;
        buf_init(&work->result, work->result_memory, sizeof work->result_memory);
        buf_init(&work->answer, out->memory, sizeof out->memory);
        calls[i] = (struct hsmc_operate){
            .trace = work->job->trace,
            .project_id = situation->session.project_id,
            .generation = situation->record_generation,
            .sealed = situation->record,
            .target = buf_bytes(&work->target),
            .signature = work->submission.in->signature,
            .frame = work->submission.in->frame,
            .result = &work->result,
            .answer = &work->answer,
        };
    }
    enum hufu_err err = hsmc_operate(worker->hsmc, calls, count);
    /* A frame that is malformed is told of by itself; a message that is, is ours. */
    if (err == HUFU_ERR_FORM)
        err = HUFU_ERR_INTERNAL;
    for (size_t i = 0; i < count; i++)
        works[i]->job->err = err != HUFU_OK ? err : calls[i].err;
}

/* The private-key process has not caught up with what was destroyed. */
static void operation_call_behind(struct worker *worker, struct operation_work *const *works, size_t count)
{
    struct operation_work *behind[OPERATION_TOGETHER_MAX];
    size_t behind_count = 0;
    for (size_t i = 0; i < count; i++)
        if (works[i]->job->err == HUFU_ERR_BEHIND)
            behind[behind_count++] = works[i];
    if (behind_count == 0)
        return;
    (void)operation_take_up(worker, behind[0]);
    if (destruction_catch_up(worker) == HUFU_OK)
        operation_call(worker, behind, behind_count);
}

/* The record that was read had a policy which was replaced meanwhile: the one that there is now is another. */
static void operation_call_anew(struct worker *worker, struct operation_work *work)
{
    struct act *act = operation_take_up(worker, work);
    int32_t before = work->submission.situation.policy_number;
    enum hufu_err err = submission_read_again(worker, act, &work->submission);
    if (err != HUFU_OK)
        work->job->err = err;
    else if (work->submission.situation.policy_number != before)
        operation_call(worker, &work, 1);
}

/* What the private-key process refused. */
static void operation_refuse_one(struct worker *worker, struct operation_work *work)
{
    const enum hufu_err err = work->job->err;
    struct act *act = operation_take_up(worker, work);
    work->job->err = operation_refused_at_proof(err) ? operation_fail(worker, work, err)
                                                     : submission_refused(worker, act, err);
    operation_end(worker, work);
}

/* Asks about those that are to be asked about, which then either were computed or have their refusal. */
static void operation_ask(struct worker *worker, struct operation_work *works, size_t count)
{
    struct operation_work *asking[OPERATION_TOGETHER_MAX];
    size_t asking_count = 0;
    for (size_t i = 0; i < count; i++)
        if (works[i].asks)
            asking[asking_count++] = &works[i];
    if (asking_count == 0)
        return;
    operation_call(worker, asking, asking_count);
    operation_call_behind(worker, asking, asking_count);
    for (size_t i = 0; i < asking_count; i++)
        if (asking[i]->job->err == HUFU_ERR_DESTROYED && asking[i]->submission.situation.authorized != 0)
            operation_call_anew(worker, asking[i]);
}

/* Ends all of them: those first that wait for nobody. A refusal is a statement, and a lock to be waited for, of its own. */
static void operation_decide_jobs(struct worker *worker, struct operation_work *works, size_t count)
{
    struct operation_group group = {.count = 0};
    struct operation_work *refused[OPERATION_TOGETHER_MAX], *unasked[OPERATION_TOGETHER_MAX];
    size_t refused_count = 0, unasked_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!works[i].asks)
            unasked[unasked_count++] = &works[i];
        else if (works[i].job->err != HUFU_OK)
            refused[refused_count++] = &works[i];
        else
            operation_group_add(&group, &works[i]);
    }
    operation_succeed_at_once(worker, &group);
    for (size_t i = 0; i < unasked_count; i++)
        operation_end(worker, unasked[i]);
    operation_succeed_later(worker, &group);
    for (size_t i = 0; i < refused_count; i++)
        operation_refuse_one(worker, refused[i]);
}

/* Whether the job is done without the private-key process, and how; else it asks. */
static void operation_judge(struct worker *worker, struct operation_work *work)
{
    struct operation_job *job = work->job;
    struct act *act = operation_take_up(worker, work);
    bool known = false;
    job->err = operation_admit(act, &work->submission);
    if (job->err == HUFU_OK)
        job->err = submission_recall(worker, act, &work->submission, job->out, &known);
    if (job->err == HUFU_OK && !known)
        job->err = operation_check(act, &work->submission);
    if (job->err == HUFU_OK && !known && !work->has_turn)
        job->err = HUFU_ERR_BUSY;
    if (job->err == HUFU_OK && !known)
        job->err = operation_find_target(worker, act, work);
    work->asks = job->err == HUFU_OK && !known;
}

static void operation_read_jobs(struct worker *worker, enum frame_op op, struct operation_work *works,
                                size_t count)
{
    struct submission_reading readings[OPERATION_TOGETHER_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct operation_job *job = works[i].job;
        readings[i] =
            (struct submission_reading){.act = job->act, .in = job->in, .submission = &works[i].submission};
    }
    submission_read_all(worker, op, readings, count, true);
    for (size_t i = 0; i < count; i++) {
        struct operation_work *work = &works[i];
        const struct operation_situation *situation = &work->submission.situation;
        work->job->err = readings[i].err;
        work->has_turn = situation->has_turn;
        if (work->has_turn)
            memcpy(work->turn_device_id, situation->session.device_id, UUID_SIZE);
    }
}

void operation_run(struct worker *worker, enum frame_op op, struct operation_job *jobs, size_t count)
{
    struct operation_work *works = malloc(count * sizeof *works);
    for (size_t i = 0; i < count; i++) {
        jobs[i].err = HUFU_ERR_INTERNAL;
        memset(jobs[i].out, 0, offsetof(struct submission_out, memory));
        if (works == NULL) {
            secret_wipe(jobs[i].out, sizeof *jobs[i].out);
            jobs[i].finished(worker, &jobs[i]);
            continue;
        }
        works[i].job = &jobs[i];
        works[i].asks = false;
        works[i].result.len = 0;
    }
    if (works == NULL)
        return;
    operation_read_jobs(worker, op, works, count);
    for (size_t i = 0; i < count; i++)
        if (jobs[i].err == HUFU_OK)
            operation_judge(worker, &works[i]);
    operation_ask(worker, works, count);
    operation_decide_jobs(worker, works, count);
    free(works);
}
