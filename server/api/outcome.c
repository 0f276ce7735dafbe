/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/outcome.h"

#include <assert.h>

#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/http/request.h"

static const enum problem problems[] = {
    [REFUSAL_NONE] = PROBLEM_INTERNAL,
    [REFUSAL_NOT_FOUND] = PROBLEM_NOT_FOUND,
    [REFUSAL_UNAUTHENTICATED] = PROBLEM_UNAUTHENTICATED,
    [REFUSAL_FRAME_MALFORMED] = PROBLEM_FRAME_MALFORMED,
    [REFUSAL_RECORD_INVALID] = PROBLEM_RECORD_INVALID,
    [REFUSAL_DEVICE_SIGNATURE_INVALID] = PROBLEM_DEVICE_SIGNATURE_INVALID,
    [REFUSAL_FRAME_TIME] = PROBLEM_FRAME_TIME,
    [REFUSAL_NO_SUCH_GENERATION] = PROBLEM_NO_SUCH_GENERATION,
    [REFUSAL_PIN_WRONG] = PROBLEM_PIN_WRONG,
    [REFUSAL_PIN_LOCKED] = PROBLEM_PIN_LOCKED,
    [REFUSAL_NOT_ALLOWED] = PROBLEM_NOT_ALLOWED,
    [REFUSAL_BINDING_NOT_ACTIVE] = PROBLEM_BINDING_NOT_ACTIVE,
    [REFUSAL_ACCOUNT_NOT_ACTIVE] = PROBLEM_ACCOUNT_NOT_ACTIVE,
    [REFUSAL_WINDOW_CLOSED] = PROBLEM_WINDOW_CLOSED,
    [REFUSAL_USES_EXHAUSTED] = PROBLEM_USES_EXHAUSTED,
    [REFUSAL_REQUEST_CONFLICT] = PROBLEM_REQUEST_CONFLICT,
    [REFUSAL_CONFLICT] = PROBLEM_CONFLICT,
    [REFUSAL_BAD_FIELD] = PROBLEM_BAD_FIELD,
    [REFUSAL_ACTIVATION_INVALID] = PROBLEM_ACTIVATION_INVALID,
    [REFUSAL_SUBJECT_MISMATCH] = PROBLEM_SUBJECT_MISMATCH,
    [REFUSAL_CSR_INVALID] = PROBLEM_CSR_INVALID,
};
static_assert(sizeof problems / sizeof problems[0] == REFUSAL_COUNT, "one problem a refusal");

struct act outcome_begin(const struct http_request *request, const char *action)
{
    return (struct act){.action = action, .principal = request->principal};
}

/* What the problem says beside its slug. */
static json_t *extras_of(const struct act *act)
{
    json_t *extras = json_object();
    int failed = !extras;
    if (act->state)
        failed |= json_object_set_new(extras, "state", json_text(act->state));
    if (act->refusal == REFUSAL_PIN_WRONG)
        failed |= json_object_set_new(extras, "tries_left", json_integer(act->tries_left));
    if (act->refusal == REFUSAL_FRAME_TIME)
        failed |= json_object_set_new(extras, "service_time", json_time(act->service_time_ms));
    if (failed) {
        json_decref(extras);
        return NULL;
    }
    return extras;
}

static void reply(struct http_request *request, const struct act *act)
{
    enum problem problem = problems[act->refusal];
    if (act->field)
        problem_reply_field(request, problem, act->field, act->reason, -1);
    else
        problem_reply(request, problem, act->reason, extras_of(act));
}

void outcome_refuse(struct http_request *request, struct worker *worker, struct act *act, enum hufu_err err)
{
    if (act->refusal == REFUSAL_NONE || refusal_error(act->refusal) != err) {
        problem_reply_error(request, err);
        return;
    }
    err = act_close(worker, act, refusal_slug(act->refusal));
    if (err)
        problem_reply_error(request, err);
    else
        reply(request, act);
}

void outcome_refused_form(struct http_request *request, struct worker *worker, struct act *act)
{
    enum problem problem = (enum problem)request->reply.problem;
    enum hufu_err err = act_close(worker, act, problem < PROBLEM_COUNT ? problem_slug(problem) : "bad-field");
    if (err)
        problem_reply_error(request, err);
}
