/* SPDX-License-Identifier: Apache-2.0 */
/* Mobile numbers in one form, that of E.164: "+8613812345678". */
#ifndef HUFU_SERVER_CORE_MOBILE_NUMBER_H
#define HUFU_SERVER_CORE_MOBILE_NUMBER_H

#include "common/err.h"

#define MOBILE_NUMBER_SIZE 17 /* a plus, 15 digits, the final NUL */

/* Takes what people write: blanks, hyphens and parentheses between digits, "+" or "00" before a country's number, and
 * neither before a Chinese one. HUFU_ERR_FORM: no number; or a Chinese one that is not a mobile's. */
enum hufu_err mobile_number_normalise(char out[MOBILE_NUMBER_SIZE], const char *text) HUFU_MUST_CHECK;

#endif
