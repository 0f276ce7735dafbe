/* SPDX-License-Identifier: Apache-2.0 */
/* A password as it is looked at: in Unicode's form NFC, so that the same characters are the same password whatever keyboard
 * made them (the PIN is treated alike), and by the rules that one must keep. */
#ifndef HUFU_SERVER_CORE_PASSWORD_TEXT_H
#define HUFU_SERVER_CORE_PASSWORD_TEXT_H

#include <stddef.h>

#include "common/err.h"

#define PASSWORD_CHARACTERS_MIN 8
#define PASSWORD_CLASSES_MIN 3 /* of capital letters, small letters, digits, everything else */
#define PASSWORD_TEXT_MAX 256  /* bytes of UTF-8, in NFC */
#define PASSWORD_GIVEN_MAX 512 /* bytes, as given */
#define PASSWORD_RULE \
    "must have 8 or more characters, of three of four classes: capital and small letters, digits, others"

/* Secret. */
struct password_text {
    char text[PASSWORD_TEXT_MAX + 1];
    size_t len;
};
void password_text_wipe(struct password_text *text);
#define PASSWORD_TEXT_WIPED __attribute__((cleanup(password_text_wipe)))

/* HUFU_ERR_FORM: not UTF-8, empty, control characters, or longer than PASSWORD_TEXT_MAX. */
enum hufu_err password_text_normalise(struct password_text *out, const char *given) HUFU_MUST_CHECK;
/* HUFU_ERR_FORM: too short, or of too few classes. */
enum hufu_err password_text_check(const struct password_text *text) HUFU_MUST_CHECK;

#endif
