/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/refusal.h"

#include <assert.h>

static const struct {
    const char *slug;
    enum hufu_err err;
} refusals[] = {
    [REFUSAL_NONE] = {"ok", HUFU_OK},
    [REFUSAL_NOT_FOUND] = {"not-found", HUFU_ERR_NOT_FOUND},
    [REFUSAL_UNAUTHENTICATED] = {"unauthenticated", HUFU_ERR_UNAUTHENTICATED},
    [REFUSAL_FRAME_MALFORMED] = {"frame-malformed", HUFU_ERR_FORM},
    [REFUSAL_RECORD_INVALID] = {"record-invalid", HUFU_ERR_RECORD},
    [REFUSAL_RECORD_DESTROYED] = {"record-destroyed", HUFU_ERR_DESTROYED},
    [REFUSAL_DEVICE_SIGNATURE_INVALID] = {"device-signature-invalid", HUFU_ERR_SIGNATURE},
    [REFUSAL_FRAME_TIME] = {"frame-time", HUFU_ERR_TIME},
    [REFUSAL_NO_SUCH_GENERATION] = {"no-such-generation", HUFU_ERR_GENERATION},
    [REFUSAL_PIN_WRONG] = {"pin-wrong", HUFU_ERR_PROOF},
    [REFUSAL_PIN_LOCKED] = {"pin-locked", HUFU_ERR_LOCKED},
    [REFUSAL_NOT_ALLOWED] = {"not-allowed", HUFU_ERR_POLICY},
    [REFUSAL_BINDING_NOT_ACTIVE] = {"binding-not-active", HUFU_ERR_STATE},
    [REFUSAL_ACCOUNT_NOT_ACTIVE] = {"account-not-active", HUFU_ERR_STATE},
    [REFUSAL_WINDOW_CLOSED] = {"window-closed", HUFU_ERR_STATE},
    [REFUSAL_USES_EXHAUSTED] = {"uses-exhausted", HUFU_ERR_STATE},
    [REFUSAL_REQUEST_CONFLICT] = {"request-conflict", HUFU_ERR_CONFLICT},
    [REFUSAL_CONFLICT] = {"conflict", HUFU_ERR_CONFLICT},
    [REFUSAL_BAD_FIELD] = {"bad-field", HUFU_ERR_FORM},
    [REFUSAL_ACTIVATION_INVALID] = {"activation-invalid", HUFU_ERR_UNAUTHENTICATED},
    [REFUSAL_SUBJECT_MISMATCH] = {"subject-mismatch", HUFU_ERR_POLICY},
    [REFUSAL_CSR_INVALID] = {"csr-invalid", HUFU_ERR_FORM},
    [REFUSAL_DPOP_PROOF_INVALID] = {"dpop-proof-invalid", HUFU_ERR_UNAUTHENTICATED},
    [REFUSAL_DPOP_PROOF_TIME] = {"dpop-proof-time", HUFU_ERR_TIME},
    [REFUSAL_DEVICE_LIMIT] = {"device-limit", HUFU_ERR_CONFLICT},
    [REFUSAL_HANDOVER_NEEDED] = {"handover-needed", HUFU_ERR_POLICY},
    [REFUSAL_CSV_INVALID] = {"csv-invalid", HUFU_ERR_FORM},
    [REFUSAL_AUTHENTICATION_FAILED] = {"authentication-failed", HUFU_ERR_POLICY},
    [REFUSAL_AUTHENTICATION_NEEDED] = {"authentication-needed", HUFU_ERR_POLICY},
    [REFUSAL_TOO_MANY_TRIES] = {"too-many-tries", HUFU_ERR_LOCKED},
    [REFUSAL_CAPTCHA_NEEDED] = {"captcha-needed", HUFU_ERR_POLICY},
    [REFUSAL_CODE_INVALID] = {"code-invalid", HUFU_ERR_POLICY},
    [REFUSAL_PASSWORD_CHANGE_NEEDED] = {"password-change-needed", HUFU_ERR_POLICY},
};
static_assert(sizeof refusals / sizeof refusals[0] == REFUSAL_COUNT, "one row a refusal");

static const enum refusal refusals_of_key_process[HUFU_ERR_COUNT] = {
    [HUFU_ERR_FORM] = REFUSAL_FRAME_MALFORMED,
    [HUFU_ERR_RECORD] = REFUSAL_RECORD_INVALID,
    [HUFU_ERR_SIGNATURE] = REFUSAL_DEVICE_SIGNATURE_INVALID,
    [HUFU_ERR_TIME] = REFUSAL_FRAME_TIME,
    [HUFU_ERR_GENERATION] = REFUSAL_NO_SUCH_GENERATION,
    [HUFU_ERR_PROOF] = REFUSAL_PIN_WRONG,
    [HUFU_ERR_POLICY] = REFUSAL_NOT_ALLOWED,
    [HUFU_ERR_STATE] = REFUSAL_CONFLICT,
    [HUFU_ERR_DESTROYED] = REFUSAL_RECORD_DESTROYED,
};

static const enum refusal refusals_of_verdict[] = {
    [VERDICT_OK] = REFUSAL_NONE,
    [VERDICT_ACCOUNT] = REFUSAL_ACCOUNT_NOT_ACTIVE,
    [VERDICT_DEVICE] = REFUSAL_BINDING_NOT_ACTIVE,
    [VERDICT_BINDING] = REFUSAL_BINDING_NOT_ACTIVE,
    [VERDICT_LOCKED] = REFUSAL_PIN_LOCKED,
    [VERDICT_WINDOW] = REFUSAL_WINDOW_CLOSED,
    [VERDICT_USES] = REFUSAL_USES_EXHAUSTED,
    [VERDICT_GENERATION] = REFUSAL_NO_SUCH_GENERATION,
    [VERDICT_REFRESH] = REFUSAL_CONFLICT,
};
static_assert(sizeof refusals_of_verdict / sizeof refusals_of_verdict[0] == VERDICT_COUNT,
              "one row a verdict");

const char *refusal_slug(enum refusal refusal)
{
    return refusals[(unsigned)refusal < REFUSAL_COUNT ? refusal : REFUSAL_NOT_ALLOWED].slug;
}

enum hufu_err refusal_error(enum refusal refusal)
{
    return (unsigned)refusal < REFUSAL_COUNT ? refusals[refusal].err : HUFU_ERR_INTERNAL;
}

enum refusal refusal_of_key_process(enum hufu_err err)
{
    return (unsigned)err < HUFU_ERR_COUNT ? refusals_of_key_process[err] : REFUSAL_NONE;
}

enum refusal refusal_of_verdict(enum operation_verdict verdict)
{
    return (unsigned)verdict < VERDICT_COUNT ? refusals_of_verdict[verdict] : REFUSAL_NOT_ALLOWED;
}
