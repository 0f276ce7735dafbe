/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs of possession (RFC 9449): what the session's token is worth nothing without. */
#ifndef HUFU_SDK_DPOP_H
#define HUFU_SDK_DPOP_H

#include "mobile-sdk/handle.h"

#define DPOP_TEXT_MAX (HUFU_DPOP_MAX + 1)

/* Makes the proof for one request with the handle's session, signed by its device key: a fresh one for each time that it is sent. url
 * may have a query, which the proof leaves out. HUFU_RESULT_INTERNAL: it does not fit. */
enum hufu_result dpop_make(struct hufu *hufu, const char *method, const char *url,
                           char proof[DPOP_TEXT_MAX]) HUFU_CHECKED;

#endif
