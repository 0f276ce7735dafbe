/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of identity documents, each in one form. */
#ifndef HUFU_SERVER_CORE_IDENTITY_NUMBER_H
#define HUFU_SERVER_CORE_IDENTITY_NUMBER_H

#include "common/err.h"
#include "server/store/account_store.h"

#define IDENTITY_NUMBER_SIZE 33 /* with the final NUL */

/* Blanks go, letters become capitals. Of a resident identity card (GB 11643): 17 digits and the check character that
 * follows from them, with a day of birth that exists. Of any other kind: 5 to 32 letters, digits, hyphens and parentheses.
 * HUFU_ERR_FORM. */
enum hufu_err identity_number_normalise(char out[IDENTITY_NUMBER_SIZE], enum identity_kind kind,
                                        const char *text) HUFU_MUST_CHECK;

#endif
