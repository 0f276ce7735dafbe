/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/answer.h"

#include <assert.h>
#include <jansson.h>

#include "common/log.h"
#include "server/api/authorization_view.h"
#include "server/api/view.h"
#include "server/http/reply.h"

static const enum problem answer_problems[] = {
    [REFUSAL_NONE] = PROBLEM_INTERNAL,
    [REFUSAL_NOT_FOUND] = PROBLEM_NOT_FOUND,
    [REFUSAL_UNAUTHENTICATED] = PROBLEM_UNAUTHENTICATED,
    [REFUSAL_FRAME_MALFORMED] = PROBLEM_FRAME_MALFORMED,
    [REFUSAL_RECORD_INVALID] = PROBLEM_RECORD_INVALID,
    [REFUSAL_RECORD_DESTROYED] = PROBLEM_RECORD_DESTROYED,
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
    [REFUSAL_DPOP_PROOF_INVALID] = PROBLEM_DPOP_PROOF_INVALID,
    [REFUSAL_DPOP_PROOF_TIME] = PROBLEM_DPOP_PROOF_TIME,
    [REFUSAL_DEVICE_LIMIT] = PROBLEM_DEVICE_LIMIT,
    [REFUSAL_HANDOVER_NEEDED] = PROBLEM_HANDOVER_NEEDED,
    [REFUSAL_CSV_INVALID] = PROBLEM_CSV_INVALID,
    [REFUSAL_AUTHENTICATION_FAILED] = PROBLEM_AUTHENTICATION_FAILED,
    [REFUSAL_AUTHENTICATION_NEEDED] = PROBLEM_AUTHENTICATION_NEEDED,
    [REFUSAL_TOO_MANY_TRIES] = PROBLEM_TOO_MANY_TRIES,
    [REFUSAL_CAPTCHA_NEEDED] = PROBLEM_CAPTCHA_NEEDED,
    [REFUSAL_CODE_INVALID] = PROBLEM_CODE_INVALID,
    [REFUSAL_PASSWORD_CHANGE_NEEDED] = PROBLEM_PASSWORD_CHANGE_NEEDED,
};
static_assert(sizeof answer_problems / sizeof answer_problems[0] == REFUSAL_COUNT, "one row a refusal");

struct act answer_begin(const struct http_request *request, const char *action)
{
    return (struct act){.action = action, .principal = request->principal};
}

enum problem answer_problem_of(enum refusal refusal)
{
    return (unsigned)refusal < REFUSAL_COUNT ? answer_problems[refusal] : PROBLEM_INTERNAL;
}

static void answer_release(json_t **value)
{
    json_decref(*value);
}
#define ANSWER_OWNED __attribute__((cleanup(answer_release)))

/* A failure is no refusal: nobody is told more than that it failed, and it is in the log. */
static void answer_failed(struct http_request *request, const struct act *act, enum hufu_err err)
{
    problem_reply_error(request, err);
    if (request->reply.status == 500)
        log_event(LOG_ERROR, "request.failed", "request_id", request->id_text, "action", act->action, "error",
                  hufu_err_name(err), NULL);
}

static json_t *answer_extras(const struct act *act, json_t *extras)
{
    if (act->state != NULL)
        json_object_set_new(extras, "state", json_text(act->state));
    if (act->has_possible)
        json_object_set_new(extras, "possible", view_authorization_events(act->possible));
    if (act->refusal == REFUSAL_PIN_WRONG)
        json_object_set_new(extras, "tries_left", json_integer(act->tries_left));
    if (act->refusal == REFUSAL_FRAME_TIME || act->refusal == REFUSAL_DPOP_PROOF_TIME)
        json_object_set_new(extras, "service_time", json_time(act->service_time_ms));
    if (act->refusal == REFUSAL_AUTHENTICATION_NEEDED)
        json_object_set_new(extras, "methods", view_methods(act->methods));
    return extras;
}

void answer_form_refused(struct http_request *request, struct worker *worker, struct act *act)
{
    const char *slug = problem_slug((enum problem)request->reply.problem);
    enum hufu_err err = act_close(worker, act, slug);
    if (err != HUFU_OK)
        answer_failed(request, act, err);
}

void answer_refused(struct http_request *request, struct worker *worker, struct act *act, enum hufu_err err)
{
    answer_refused_with(request, worker, act, err, json_object());
}

void answer_refused_with(struct http_request *request, struct worker *worker, struct act *act,
                         enum hufu_err err, json_t *extras)
{
    ANSWER_OWNED json_t *owned = extras;
    if (act->refusal == REFUSAL_NONE) {
        answer_failed(request, act, err);
        return;
    }
    /* An unknown token is nobody: there is nothing to write. */
    enum hufu_err closed = act->refusal == REFUSAL_UNAUTHENTICATED
                               ? HUFU_OK
                               : act_close(worker, act, refusal_slug(act->refusal));
    if (closed != HUFU_OK)
        answer_failed(request, act, closed);
    else if (act->refusal == REFUSAL_BAD_FIELD)
        problem_reply_field(request, PROBLEM_BAD_FIELD, act->field, act->reason, -1);
    else
        problem_reply(request, answer_problem_of(act->refusal), act->reason,
                      answer_extras(act, json_incref(owned)));
}
