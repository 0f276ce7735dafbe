/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/problem.h"

#include <assert.h>
#include <stdio.h>

#include "server/http/reply.h"
#include "server/http/request.h"

#define RETRY_AFTER_SECONDS "1"

static const struct {
    const char *slug;
    unsigned status;
    const char *title;
} problems[] = {
    [PROBLEM_BAD_JSON] = {"bad-json", 400, "The body is not a JSON object"},
    [PROBLEM_UNKNOWN_FIELD] = {"unknown-field", 400, "There is no such field"},
    [PROBLEM_MISSING_FIELD] = {"missing-field", 400, "A field is missing"},
    [PROBLEM_BAD_FIELD] = {"bad-field", 400, "A field is not of its form"},
    [PROBLEM_BODY_TOO_LARGE] = {"body-too-large", 413, "The body is too large"},
    [PROBLEM_UNSUPPORTED_MEDIA_TYPE] = {"unsupported-media-type", 415, "The body must be application/json"},
    [PROBLEM_NOT_FOUND] = {"not-found", 404, "There is no such thing"},
    [PROBLEM_METHOD_NOT_ALLOWED] = {"method-not-allowed", 405, "This method is not offered here"},
    [PROBLEM_UNAUTHENTICATED] = {"unauthenticated", 401, "A valid session is needed"},
    [PROBLEM_FRAME_MALFORMED] = {"frame-malformed", 400, "The frame is malformed"},
    [PROBLEM_RECORD_INVALID] = {"record-invalid", 500, "The key's record is not authentic"},
    [PROBLEM_RECORD_DESTROYED] = {"record-destroyed", 409, "The key's record was destroyed"},
    [PROBLEM_DEVICE_SIGNATURE_INVALID] = {"device-signature-invalid", 403,
                                          "The device's signature does not verify"},
    [PROBLEM_FRAME_TIME] = {"frame-time", 403, "The frame is too old or too early"},
    [PROBLEM_NO_SUCH_GENERATION] = {"no-such-generation", 409, "The key has no such generation"},
    [PROBLEM_PIN_WRONG] = {"pin-wrong", 403, "The PIN is wrong"},
    [PROBLEM_PIN_LOCKED] = {"pin-locked", 403, "Locked after too many wrong PINs"},
    [PROBLEM_NOT_ALLOWED] = {"not-allowed", 403, "This is not allowed"},
    [PROBLEM_BINDING_NOT_ACTIVE] = {"binding-not-active", 403, "The key is not active on this device"},
    [PROBLEM_ACCOUNT_NOT_ACTIVE] = {"account-not-active", 403, "The account is not active"},
    [PROBLEM_WINDOW_CLOSED] = {"window-closed", 403, "Outside the time for which this was granted"},
    [PROBLEM_USES_EXHAUSTED] = {"uses-exhausted", 403, "No uses are left"},
    [PROBLEM_REQUEST_CONFLICT] = {"request-conflict", 409, "This request id was used for another request"},
    [PROBLEM_CONFLICT] = {"conflict", 409, "This conflicts with what is there"},
    [PROBLEM_SERVICE_UNAVAILABLE] = {"service-unavailable", 503, "The service is not available at present"},
    [PROBLEM_BUSY] = {"busy", 503, "Too many requests are in flight"},
    [PROBLEM_INTERNAL] = {"internal", 500, "The service failed"},
    [PROBLEM_ACTIVATION_INVALID] = {"activation-invalid", 401, "The activation code is not valid"},
    [PROBLEM_SUBJECT_MISMATCH] = {"subject-mismatch", 403, "The subject is not the approved one"},
    [PROBLEM_CSR_INVALID] = {"csr-invalid", 400, "The certificate request is not valid"},
    [PROBLEM_DPOP_PROOF_INVALID] = {"dpop-proof-invalid", 401,
                                    "The proof that the device holds its key does not hold"},
    [PROBLEM_DPOP_PROOF_TIME] = {"dpop-proof-time", 401,
                                 "The proof that the device holds its key is too old or too early"},
    [PROBLEM_DEVICE_LIMIT] = {"device-limit", 409, "The account has as many devices as its project allows"},
    [PROBLEM_HANDOVER_NEEDED] = {"handover-needed", 403,
                                 "This device gets its keys by hand-over from the primary device"},
    [PROBLEM_CSV_INVALID] = {"csv-invalid", 400, "The CSV file is not of its form"},
    [PROBLEM_AUTHENTICATION_FAILED] = {"authentication-failed", 403, "This does not prove who you are"},
    [PROBLEM_AUTHENTICATION_NEEDED] = {"authentication-needed", 403, "An authentication is needed first"},
    [PROBLEM_TOO_MANY_TRIES] = {"too-many-tries", 429, "Too many tries; try again later"},
    [PROBLEM_CAPTCHA_NEEDED] = {"captcha-needed", 403, "A fresh captcha must be answered first"},
    [PROBLEM_CODE_INVALID] = {"code-invalid", 403, "The code is not valid"},
    [PROBLEM_PASSWORD_CHANGE_NEEDED] = {"password-change-needed", 403,
                                        "The one-time password must be changed at once"},
};
static_assert(sizeof(problems) / sizeof(problems[0]) == PROBLEM_COUNT, "one row a problem");

static const enum problem problem_of_error[] = {
    [HUFU_OK] = PROBLEM_INTERNAL, /* no error is no problem: whoever asks has a bug */
    [HUFU_ERR_FORM] = PROBLEM_FRAME_MALFORMED,
    [HUFU_ERR_LIMIT] = PROBLEM_BODY_TOO_LARGE,
    [HUFU_ERR_RECORD] = PROBLEM_RECORD_INVALID,
    [HUFU_ERR_SIGNATURE] = PROBLEM_DEVICE_SIGNATURE_INVALID,
    [HUFU_ERR_TIME] = PROBLEM_FRAME_TIME,
    [HUFU_ERR_GENERATION] = PROBLEM_NO_SUCH_GENERATION,
    [HUFU_ERR_PROOF] = PROBLEM_PIN_WRONG,
    [HUFU_ERR_POLICY] = PROBLEM_NOT_ALLOWED,
    [HUFU_ERR_STATE] = PROBLEM_BINDING_NOT_ACTIVE,
    [HUFU_ERR_LOCKED] = PROBLEM_PIN_LOCKED,
    [HUFU_ERR_CONFLICT] = PROBLEM_CONFLICT,
    [HUFU_ERR_NOT_FOUND] = PROBLEM_NOT_FOUND,
    [HUFU_ERR_UNAUTHENTICATED] = PROBLEM_UNAUTHENTICATED,
    [HUFU_ERR_PEER] = PROBLEM_INTERNAL,
    [HUFU_ERR_AWAY] = PROBLEM_SERVICE_UNAVAILABLE,
    [HUFU_ERR_BUSY] = PROBLEM_BUSY,
    [HUFU_ERR_RETRY] = PROBLEM_BUSY, /* the same request, made anew, will do */
    [HUFU_ERR_INTERNAL] = PROBLEM_INTERNAL,
    [HUFU_ERR_DESTROYED] = PROBLEM_RECORD_DESTROYED,
    [HUFU_ERR_BEHIND] = PROBLEM_SERVICE_UNAVAILABLE,
};
static_assert(sizeof(problem_of_error) / sizeof(problem_of_error[0]) == HUFU_ERR_COUNT, "one row an error");

static bool is_problem(enum problem problem)
{
    return (unsigned)problem < PROBLEM_COUNT;
}

const char *problem_slug(enum problem problem)
{
    return problems[is_problem(problem) ? problem : PROBLEM_INTERNAL].slug;
}

unsigned problem_status(enum problem problem)
{
    return problems[is_problem(problem) ? problem : PROBLEM_INTERNAL].status;
}

const char *problem_title(enum problem problem)
{
    return problems[is_problem(problem) ? problem : PROBLEM_INTERNAL].title;
}

enum problem problem_of(enum hufu_err err)
{
    return (unsigned)err < HUFU_ERR_COUNT ? problem_of_error[err] : PROBLEM_INTERNAL;
}

/* RFC 9449 §7.1. Who showed nothing is told what to show. */
static const char *challenge_of(const struct http_request *request, enum problem problem)
{
    if (problem == PROBLEM_DPOP_PROOF_INVALID || problem == PROBLEM_DPOP_PROOF_TIME)
        return "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"";
    if (problem == PROBLEM_UNAUTHENTICATED && request->has_token)
        return "DPoP error=\"invalid_token\", algs=\"ES256\"";
    return "DPoP algs=\"ES256\"";
}

void problem_reply(struct http_request *request, enum problem problem, const char *detail, json_t *extras)
{
    char type[64];
    const char *slug = problem_slug(problem);
    unsigned status = problem_status(problem);
    (void)snprintf(type, sizeof(type), "urn:hufu:problem:%s", slug);
    json_t *body = json_pack("{ss, ss, si, ss, ss}", "type", type, "title", problem_title(problem), "status",
                             (int)status, "message_key", slug, "request_id", request->id_text);
    if (body && detail)
        (void)json_object_set_new(body, "detail", json_string(detail));
    if (body && extras)
        (void)json_object_update(body, extras);
    json_decref(extras);
    if (status == 503)
        reply_header(request, "Retry-After", RETRY_AFTER_SECONDS);
    if (status == 401)
        reply_header(request, "WWW-Authenticate", challenge_of(request, problem));
    reply_json_as(request, status, "application/problem+json", body);
    request->reply.problem = (int)problem;
}

void problem_reply_error(struct http_request *request, enum hufu_err err)
{
    problem_reply(request, problem_of(err), NULL, NULL);
}

void problem_reply_field(struct http_request *request, enum problem problem, const char *field,
                         const char *reason, int64_t limit)
{
    char detail[256];
    json_t *extras = json_pack("{ss, ss}", "field", field, "reason", reason);
    if (extras && limit >= 0)
        (void)json_object_set_new(extras, "limit", json_integer(limit));
    (void)snprintf(detail, sizeof(detail), "%s: %s", field, reason);
    problem_reply(request, problem, detail, extras);
}
