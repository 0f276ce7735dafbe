/* SPDX-License-Identifier: Apache-2.0 */
/* Everything hufu-phone says but its usage, in English and simplified Chinese, in one catalogue. */
#ifndef HUFU_PHONE_TEXTS_H
#define HUFU_PHONE_TEXTS_H

#include <stdio.h>

#include "mobile-sdk/hufu.h"

enum language {
    LANGUAGE_EN,
    LANGUAGE_ZH,
    LANGUAGE_COUNT
};

enum text {
    TEXT_UNKNOWN_COMMAND,
    TEXT_BAD_LANGUAGE,
    TEXT_BAD_PIN_FD,
    TEXT_NO_HOME,
    TEXT_HOME_BUSY,
    TEXT_FILE_UNREADABLE,
    TEXT_FILE_UNWRITABLE,
    TEXT_FILE_TOO_LARGE,
    TEXT_ASK_PIN,
    TEXT_ASK_OLD_PIN,
    TEXT_ASK_NEW_PIN,
    TEXT_ASK_AGAIN,
    TEXT_PINS_DIFFER,
    TEXT_NO_PIN,
    TEXT_STEP_SERVICE,
    TEXT_STEP_DEVICE_KEY,
    TEXT_STEP_ACTIVATION,
    TEXT_STEP_KEY,
    TEXT_STEP_GENERATION,
    TEXT_STEP_CERTIFICATE,
    TEXT_STEP_DONE,
    TEXT_ENROLLED,
    TEXT_KEY_CREATED,
    TEXT_KEY_LINE,
    TEXT_KEY_NONE,
    TEXT_USAGE_SIGN,
    TEXT_USAGE_DECRYPT,
    TEXT_STAGE_NEW,
    TEXT_STAGE_GENERATED,
    TEXT_STAGE_CERTIFIED,
    TEXT_PIN_UNFINISHED,
    TEXT_REFRESH_UNFINISHED,
    TEXT_PINS_OF_KEYS_DIFFER,
    TEXT_SIGNED_RAW,
    TEXT_SIGNED_CMS,
    TEXT_VERIFIED,
    TEXT_DECRYPTED,
    TEXT_CERTIFICATE_SAVED,
    TEXT_CHAIN_SAVED,
    TEXT_PUBLIC_KEY_SAVED,
    TEXT_PIN_CHANGED,
    TEXT_ASK_PASSWORD,
    TEXT_ASK_OLD_PASSWORD,
    TEXT_ASK_NEW_PASSWORD,
    TEXT_ASK_CODE,
    TEXT_CODE_SENT,
    TEXT_NO_PASSWORD,
    TEXT_PASSWORD_INITIAL,
    TEXT_PASSWORD_CHANGED,
    TEXT_PASSWORD_RECOVERED,
    TEXT_PASSWORD_REMEMBERED,
    TEXT_PASSWORD_FORGOTTEN,
    TEXT_AUTHENTICATED,
    TEXT_QR_SHOW,
    TEXT_APPROVE_WHAT,
    TEXT_APPROVE_ASK,
    TEXT_APPROVED,
    TEXT_PURPOSE_BIND_DEVICE,
    TEXT_PURPOSE_SIGN_IN,
    TEXT_PURPOSE_CONFIRM,
    TEXT_PURPOSE_RECOVER,
    TEXT_PROJECT,
    TEXT_PROJECT_REQUESTS,
    TEXT_PROJECT_ORGANIZATIONS,
    TEXT_ORGANIZATION_LINE,
    TEXT_ORGANIZATION_NONE,
    TEXT_REQUEST_ASK,
    TEXT_REQUEST_FIELD,
    TEXT_REQUEST_NEEDED,
    TEXT_REQUEST_UNKNOWN,
    TEXT_REQUEST_MISSING,
    TEXT_REQUEST_RECEIVED,
    TEXT_REQUEST_STATE,
    TEXT_REQUEST_REFUSAL,
    TEXT_ASK_WORK_NUMBER,
    TEXT_BAD_WORK_NUMBER,
    TEXT_FACE_KEPT,
    TEXT_REFRESHED,
    TEXT_FAILURES_BEFORE,
    TEXT_TRIES_LEFT,
    TEXT_REFUSAL_DETAIL,
    TEXT_REFUSED_FIELD,
    TEXT_STATUS_ACCOUNT,
    TEXT_STATUS_DEVICE,
    TEXT_STATUS_SERVICE,
    TEXT_STATUS_CLOCK,
    TEXT_STATUS_KEY,
    TEXT_STATUS_CERTIFICATE,
    TEXT_STATUS_NO_CERTIFICATE,
    TEXT_STATUS_PIN,
    TEXT_STATUS_PIN_LOCKED,
    TEXT_SESSION_LINE,
    TEXT_SESSION_CURRENT,
    TEXT_NEVER,
    TEXT_SIGNED_OUT,
    TEXT_SIGNED_IN,
    TEXT_ABOUT_PHONE,
    TEXT_ABOUT_SERVICE,
    TEXT_ABOUT_COMPONENT,
    TEXT_FORGET_SURE,
    TEXT_FORGOTTEN,
    TEXT_CERTIFICATE_LINE,
    TEXT_CERTIFICATE_PART,
    TEXT_CERTIFICATE_MASKED,
    TEXT_BIND_SHOW,
    TEXT_BIND_ASK,
    TEXT_HANDED_OVER,
    TEXT_DEVICE_LINE,
    TEXT_DEVICE_THIS,
    TEXT_DEVICE_FROZEN,
    TEXT_DEVICE_UNFROZEN,
    TEXT_DEVICE_RENAMED,
    TEXT_RECORD_LINE,
    TEXT_RECORD_DONE,
    TEXT_RECORD_NONE,
    TEXT_HANDWRITING_FORM,
    TEXT_HANDWRITING_KEPT,
    TEXT_HANDWRITING_SAVED,
    TEXT_HANDWRITING_REMOVED,
    TEXT_DEVICE_UNLOCKED,
    TEXT_DEVICE_REMOVED,
    TEXT_DEVICES_REMOVED,
    TEXT_DEVICE_LOST,
    TEXT_DEVICE_PRIMARY,
    TEXT_KEY_DEAD,
    TEXT_KEYS_DEAD,
    TEXT_COUNT
};

/* From the option's value ("en", "zh-CN", "zh"), or NULL: from LC_ALL, LC_MESSAGES, LANG. -1: unknown value. */
int language_choose(const char *option);

/* Prints a text and a newline; "{1}" to "{9}" stand for the arguments, which end with NULL. */
void say(FILE *out, enum language language, enum text text, ...) __attribute__((sentinel));
/* The text itself, for one that is an argument of another. */
const char *text_of(enum language language, enum text text);
/* What a result means to the user, in one sentence. */
const char *text_of_result(enum language language, enum hufu_result result);
/* The same for a message key of the service that says more than the result; NULL when there is none. */
const char *text_of_key(enum language language, const char *message_key);
/* The same of an operation in a record of uses. */
const char *text_of_operation(enum language language, const char *operation);
/* The name of a field of a request for an account. */
const char *text_of_field(enum language language, const char *field);
/* A state of the service's; one that is not known here stays as it is. */
const char *text_of_state(enum language language, const char *state);

#endif
