/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals as RFC 9457 problem documents. One table has slug, status and title of each; another the problem
 * that an error becomes when the handler knows nothing more precise. */
#ifndef HUFU_SERVER_HTTP_PROBLEM_H
#define HUFU_SERVER_HTTP_PROBLEM_H

#include <jansson.h>
#include <stdint.h>

#include "common/err.h"

struct http_request;

enum problem {
    PROBLEM_BAD_JSON,
    PROBLEM_UNKNOWN_FIELD,
    PROBLEM_MISSING_FIELD,
    PROBLEM_BAD_FIELD,
    PROBLEM_BODY_TOO_LARGE,
    PROBLEM_UNSUPPORTED_MEDIA_TYPE,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD_NOT_ALLOWED,
    PROBLEM_UNAUTHENTICATED,
    PROBLEM_FRAME_MALFORMED,
    PROBLEM_RECORD_INVALID,
    PROBLEM_RECORD_DESTROYED,
    PROBLEM_DEVICE_SIGNATURE_INVALID,
    PROBLEM_FRAME_TIME,
    PROBLEM_NO_SUCH_GENERATION,
    PROBLEM_PIN_WRONG,
    PROBLEM_PIN_LOCKED,
    PROBLEM_NOT_ALLOWED,
    PROBLEM_BINDING_NOT_ACTIVE,
    PROBLEM_ACCOUNT_NOT_ACTIVE,
    PROBLEM_WINDOW_CLOSED,
    PROBLEM_USES_EXHAUSTED,
    PROBLEM_REQUEST_CONFLICT,
    PROBLEM_CONFLICT,
    PROBLEM_SERVICE_UNAVAILABLE,
    PROBLEM_BUSY,
    PROBLEM_INTERNAL,
    PROBLEM_ACTIVATION_INVALID,
    PROBLEM_SUBJECT_MISMATCH,
    PROBLEM_CSR_INVALID,
    PROBLEM_DPOP_PROOF_INVALID,
    PROBLEM_DPOP_PROOF_TIME,
    PROBLEM_DEVICE_LIMIT,
    PROBLEM_HANDOVER_NEEDED,
    PROBLEM_CSV_INVALID,
    /* authentication */
    PROBLEM_AUTHENTICATION_FAILED,
    PROBLEM_AUTHENTICATION_NEEDED,
    PROBLEM_TOO_MANY_TRIES,
    PROBLEM_CAPTCHA_NEEDED,
    PROBLEM_CODE_INVALID,
    PROBLEM_PASSWORD_CHANGE_NEEDED,
    PROBLEM_COUNT
};

const char *problem_slug(enum problem problem);
unsigned problem_status(enum problem problem);
const char *problem_title(enum problem problem);
/* What an error becomes; PROBLEM_INTERNAL for HUFU_OK and unknown numbers. */
enum problem problem_of(enum hufu_err err);

/* Replies with the problem. detail (may be NULL) is one English sentence for a developer: nothing secret,
 * nothing of the input. extras (may be NULL) is an object whose members are added; the reference is taken
 * over. Problems with status 503 carry Retry-After; those with status 401 WWW-Authenticate. */
void problem_reply(struct http_request *request, enum problem problem, const char *detail, json_t *extras);
/* The problem of an error, without more. */
void problem_reply_error(struct http_request *request, enum hufu_err err);
/* A problem with a field: `limit` below 0 is left out. */
void problem_reply_field(struct http_request *request, enum problem problem, const char *field,
                         const char *reason, int64_t limit);

#endif
