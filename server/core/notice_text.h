/* SPDX-License-Identifier: Apache-2.0 */
/* Every text that the service sends to people, in each language. */
#ifndef HUFU_SERVER_CORE_NOTICE_TEXT_H
#define HUFU_SERVER_CORE_NOTICE_TEXT_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/store/project_rules.h"

enum notice_text {
    NOTICE_TEXT_TEST, /* an operator tries whether messages arrive */
    /* Codes: code, minutes. Each says what it is for, so that who is asked for one notices what it would give away. */
    NOTICE_TEXT_CODE_BIND_DEVICE,
    NOTICE_TEXT_CODE_SIGN_IN,
    NOTICE_TEXT_CODE_CONFIRM,
    NOTICE_TEXT_CODE_RECOVER,
    NOTICE_TEXT_CODE_REQUEST,     /* an account is asked for */
    NOTICE_TEXT_ACCOUNT_APPROVED, /* work number */
    NOTICE_TEXT_ACCOUNT_REFUSED,  /* work number, reason */
    NOTICE_TEXT_DEVICE_BOUND,
    NOTICE_TEXT_DEVICE_REMOVED,
    NOTICE_TEXT_DEVICE_PROMOTED,
    NOTICE_TEXT_PASSWORD_CHANGED,
    NOTICE_TEXT_FACE_CHANGED,
    NOTICE_TEXT_AUTHORIZATION_APPLIED, /* the other one's work number, as those that follow */
    NOTICE_TEXT_AUTHORIZATION_GRANTED,
    NOTICE_TEXT_AUTHORIZATION_CONFIRMED,
    NOTICE_TEXT_AUTHORIZATION_REFUSED,
    NOTICE_TEXT_AUTHORIZATION_FROZEN,
    NOTICE_TEXT_AUTHORIZATION_UNFROZEN,
    NOTICE_TEXT_AUTHORIZATION_MODIFIED,
    NOTICE_TEXT_AUTHORIZATION_RENEWED,
    NOTICE_TEXT_AUTHORIZATION_DELETED,
    NOTICE_TEXT_AUTHORIZATION_ENDING,
    NOTICE_TEXT_AUTHORIZATION_USES_LOW,
    NOTICE_TEXT_AUTHORIZATION_PASSWORD, /* the one-time password */
    NOTICE_TEXT_COUNT
};

#define NOTICE_VALUES_MAX 4

/* "code-sign-in", "account-approved", …: what an outside service knows the text by. */
const char *notice_text_name(enum notice_text text);
/* How many values stand in it. */
size_t notice_text_values(enum notice_text text);
/* "zh-CN", "en". */
const char *notice_text_language(enum project_language language);

/* Append the subject, and the whole text with the values and the project's name in it. HUFU_ERR_LIMIT: out is too small.
 * HUFU_ERR_INTERNAL: a value is missing. */
enum hufu_err notice_text_subject(struct buf *out, enum notice_text text, enum project_language language,
                                  const char *project) HUFU_MUST_CHECK;
enum hufu_err notice_text_body(struct buf *out, enum notice_text text, enum project_language language,
                               const char *project,
                               const char *const values[NOTICE_VALUES_MAX]) HUFU_MUST_CHECK;

#endif
