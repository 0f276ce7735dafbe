/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/result.h"

#include <string.h>

static const char *const keys[] = {
    [HUFU_RESULT_OK] = "ok",
    [HUFU_RESULT_ARGUMENT] = "argument",
    [HUFU_RESULT_LIMIT] = "limit",
    [HUFU_RESULT_PIN_FORM] = "pin-form",
    [HUFU_RESULT_CODE_FORM] = "code-form",
    [HUFU_RESULT_ADDRESS] = "address",
    [HUFU_RESULT_NOT_ENROLLED] = "not-enrolled",
    [HUFU_RESULT_ALREADY] = "already-enrolled",
    [HUFU_RESULT_NOT_FOUND] = "not-found",
    [HUFU_RESULT_NOT_READY] = "not-ready",
    [HUFU_RESULT_FORM] = "form",
    [HUFU_RESULT_SIGNATURE] = "signature-invalid",
    [HUFU_RESULT_PIN_WRONG] = "pin-wrong",
    [HUFU_RESULT_PIN_LOCKED] = "pin-locked",
    [HUFU_RESULT_PIN_UNCHANGED] = "pin-unchanged",
    [HUFU_RESULT_ACTIVATION] = "activation-invalid",
    [HUFU_RESULT_SESSION] = "unauthenticated",
    [HUFU_RESULT_DEVICE] = "device-signature-invalid",
    [HUFU_RESULT_CLOCK] = "frame-time",
    [HUFU_RESULT_GENERATION] = "no-such-generation",
    [HUFU_RESULT_NOT_ALLOWED] = "not-allowed",
    [HUFU_RESULT_NOT_ACTIVE] = "not-active",
    [HUFU_RESULT_CONFLICT] = "conflict",
    [HUFU_RESULT_CERTIFICATE] = "certificate-refused",
    [HUFU_RESULT_REFUSED] = "refused",
    [HUFU_RESULT_AWAY] = "service-unavailable",
    [HUFU_RESULT_BUSY] = "busy",
    [HUFU_RESULT_FAULT] = "service-fault",
    [HUFU_RESULT_IDENTITY] = "service-identity",
    [HUFU_RESULT_STORAGE] = "storage",
    [HUFU_RESULT_DAMAGED] = "storage-damaged",
    [HUFU_RESULT_PLATFORM] = "platform",
    [HUFU_RESULT_INTERNAL] = "internal",
    [HUFU_RESULT_PASSWORD_FORM] = "password-form",
    [HUFU_RESULT_AUTHENTICATION] = "authentication-failed",
    [HUFU_RESULT_AUTHENTICATION_NEEDED] = "authentication-needed",
    [HUFU_RESULT_TOO_MANY] = "too-many-tries",
    [HUFU_RESULT_PASSWORD_CHANGE] = "password-change-needed",
    [HUFU_RESULT_BINDING_UNFINISHED] = "binding-unfinished",
    [HUFU_RESULT_BIOMETRIC_NONE] = "biometric-none",
    [HUFU_RESULT_BIOMETRIC_CANCELLED] = "biometric-cancelled",
    [HUFU_RESULT_BIOMETRIC_CHANGED] = "biometric-changed",
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) == HUFU_RESULT_COUNT, "every result has a key");

const char *hufu_result_key(enum hufu_result result)
{
    size_t index = (size_t)result;
    return index < HUFU_RESULT_COUNT ? keys[index] : "unknown";
}

enum hufu_result result_of_err(enum hufu_err err)
{
    static const enum hufu_result results[] = {
        [HUFU_OK] = HUFU_RESULT_OK,
        [HUFU_ERR_FORM] = HUFU_RESULT_FAULT,
        [HUFU_ERR_LIMIT] = HUFU_RESULT_LIMIT,
        [HUFU_ERR_RECORD] = HUFU_RESULT_FAULT,
        [HUFU_ERR_SIGNATURE] = HUFU_RESULT_SIGNATURE,
        [HUFU_ERR_TIME] = HUFU_RESULT_CLOCK,
        [HUFU_ERR_GENERATION] = HUFU_RESULT_GENERATION,
        [HUFU_ERR_PROOF] = HUFU_RESULT_FAULT,
        [HUFU_ERR_POLICY] = HUFU_RESULT_NOT_ALLOWED,
        [HUFU_ERR_STATE] = HUFU_RESULT_NOT_ACTIVE,
        [HUFU_ERR_LOCKED] = HUFU_RESULT_PIN_LOCKED,
        [HUFU_ERR_CONFLICT] = HUFU_RESULT_CONFLICT,
        [HUFU_ERR_NOT_FOUND] = HUFU_RESULT_NOT_FOUND,
        [HUFU_ERR_UNAUTHENTICATED] = HUFU_RESULT_SESSION,
        [HUFU_ERR_PEER] = HUFU_RESULT_FAULT,
        [HUFU_ERR_AWAY] = HUFU_RESULT_AWAY,
        [HUFU_ERR_BUSY] = HUFU_RESULT_BUSY,
        [HUFU_ERR_RETRY] = HUFU_RESULT_INTERNAL,
        [HUFU_ERR_INTERNAL] = HUFU_RESULT_INTERNAL,
        [HUFU_ERR_DESTROYED] = HUFU_RESULT_NOT_ACTIVE,
        [HUFU_ERR_BEHIND] = HUFU_RESULT_AWAY,
    };
    _Static_assert(sizeof(results) / sizeof(results[0]) == HUFU_ERR_COUNT, "every error has a result");
    size_t index = (size_t)err;
    return index < HUFU_ERR_COUNT ? results[index] : HUFU_RESULT_INTERNAL;
}

static enum hufu_result result_of_status(int http_status)
{
    switch (http_status) {
    case 401:
        return HUFU_RESULT_SESSION;
    case 404:
        return HUFU_RESULT_NOT_FOUND;
    case 409:
        return HUFU_RESULT_CONFLICT;
    case 429:
    case 502:
    case 503:
    case 504:
        return HUFU_RESULT_AWAY;
    default:
        return http_status >= 500 ? HUFU_RESULT_FAULT : HUFU_RESULT_REFUSED;
    }
}

enum hufu_result result_of_problem(const char *message_key, int http_status)
{
    static const struct {
        const char *key;
        enum hufu_result result;
    } problems[] = {
        {"pin-wrong", HUFU_RESULT_PIN_WRONG},
        {"pin-locked", HUFU_RESULT_PIN_LOCKED},
        {"activation-invalid", HUFU_RESULT_ACTIVATION},
        {"unauthenticated", HUFU_RESULT_SESSION},
        {"device-signature-invalid", HUFU_RESULT_DEVICE},
        {"dpop-proof-invalid", HUFU_RESULT_DEVICE},
        {"dpop-proof-time", HUFU_RESULT_CLOCK},
        {"frame-time", HUFU_RESULT_CLOCK},
        {"no-such-generation", HUFU_RESULT_GENERATION},
        {"not-allowed", HUFU_RESULT_NOT_ALLOWED},
        {"handover-needed", HUFU_RESULT_NOT_ALLOWED},
        {"device-limit", HUFU_RESULT_CONFLICT},
        {"binding-not-active", HUFU_RESULT_NOT_ACTIVE},
        {"account-not-active", HUFU_RESULT_NOT_ACTIVE},
        {"window-closed", HUFU_RESULT_NOT_ACTIVE},
        {"uses-exhausted", HUFU_RESULT_NOT_ACTIVE},
        {"request-conflict", HUFU_RESULT_CONFLICT},
        {"conflict", HUFU_RESULT_CONFLICT},
        {"subject-mismatch", HUFU_RESULT_CERTIFICATE},
        {"csr-invalid", HUFU_RESULT_CERTIFICATE},
        {"service-unavailable", HUFU_RESULT_AWAY},
        {"busy", HUFU_RESULT_BUSY},
        {"record-invalid", HUFU_RESULT_FAULT},
        {"record-destroyed", HUFU_RESULT_NOT_ACTIVE},
        {"internal", HUFU_RESULT_FAULT},
        {"not-found", HUFU_RESULT_NOT_FOUND},
        {"authentication-failed", HUFU_RESULT_AUTHENTICATION},
        {"authentication-needed", HUFU_RESULT_AUTHENTICATION_NEEDED},
        {"too-many-tries", HUFU_RESULT_TOO_MANY},
        {"captcha-needed", HUFU_RESULT_REFUSED},
        {"code-invalid", HUFU_RESULT_AUTHENTICATION},
        {"password-change-needed", HUFU_RESULT_PASSWORD_CHANGE},
    };
    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
        if (strcmp(problems[i].key, message_key) == 0)
            return problems[i].result;
    }
    return result_of_status(http_status);
}
