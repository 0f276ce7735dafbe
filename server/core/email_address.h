/* SPDX-License-Identifier: Apache-2.0 */
/* E-mail addresses in one form: without blanks around them, in small letters. */
#ifndef HUFU_SERVER_CORE_EMAIL_ADDRESS_H
#define HUFU_SERVER_CORE_EMAIL_ADDRESS_H

#include "common/err.h"

#define EMAIL_ADDRESS_SIZE 255 /* RFC 5321 §4.5.3.1: 254 bytes, and the final NUL */

/* ASCII alone: a local part of dots and atoms (RFC 5322, without quoting) of at most 64 bytes, and a domain of two labels or
 * more. HUFU_ERR_FORM. */
enum hufu_err email_address_normalise(char out[EMAIL_ADDRESS_SIZE], const char *text) HUFU_MUST_CHECK;

#endif
