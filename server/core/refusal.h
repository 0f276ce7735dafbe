/* SPDX-License-Identifier: Apache-2.0 */
/* Why something was refused, finer than enum hufu_err: what a caller decides is the error's, what people are told is the
 * refusal's. One table has both, and the slug that stands in the audit trail and in the problem document. */
#ifndef HUFU_SERVER_CORE_REFUSAL_H
#define HUFU_SERVER_CORE_REFUSAL_H

#include "common/err.h"
#include "server/store/operation_store.h"

enum refusal {
    REFUSAL_NONE,
    REFUSAL_NOT_FOUND,
    REFUSAL_UNAUTHENTICATED,
    REFUSAL_FRAME_MALFORMED,
    REFUSAL_RECORD_INVALID,
    REFUSAL_RECORD_DESTROYED, /* and a copy of it was put back: somebody writes to the database who should not */
    REFUSAL_DEVICE_SIGNATURE_INVALID,
    REFUSAL_FRAME_TIME,
    REFUSAL_NO_SUCH_GENERATION,
    REFUSAL_PIN_WRONG,
    REFUSAL_PIN_LOCKED,
    REFUSAL_NOT_ALLOWED,
    REFUSAL_BINDING_NOT_ACTIVE,
    REFUSAL_ACCOUNT_NOT_ACTIVE,
    REFUSAL_WINDOW_CLOSED,
    REFUSAL_USES_EXHAUSTED,
    REFUSAL_REQUEST_CONFLICT,
    REFUSAL_CONFLICT,
    REFUSAL_BAD_FIELD,
    REFUSAL_ACTIVATION_INVALID,
    REFUSAL_SUBJECT_MISMATCH,
    REFUSAL_CSR_INVALID,
    REFUSAL_DPOP_PROOF_INVALID,
    REFUSAL_DPOP_PROOF_TIME,
    REFUSAL_DEVICE_LIMIT,
    REFUSAL_HANDOVER_NEEDED,
    REFUSAL_CSV_INVALID,
    /* authentication */
    REFUSAL_AUTHENTICATION_FAILED,
    REFUSAL_AUTHENTICATION_NEEDED,
    REFUSAL_TOO_MANY_TRIES,
    REFUSAL_CAPTCHA_NEEDED,
    REFUSAL_CODE_INVALID,
    REFUSAL_PASSWORD_CHANGE_NEEDED,
    REFUSAL_COUNT
};

/* "pin-wrong", …; "ok" for REFUSAL_NONE. */
const char *refusal_slug(enum refusal refusal);
/* HUFU_OK for REFUSAL_NONE. */
enum hufu_err refusal_error(enum refusal refusal);
/* What the private-key process's refusal of a frame is; REFUSAL_NONE: it is a failure, not a refusal. */
enum refusal refusal_of_key_process(enum hufu_err err);
/* REFUSAL_NONE for VERDICT_OK. */
enum refusal refusal_of_verdict(enum operation_verdict verdict);

#endif
