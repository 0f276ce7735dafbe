/* SPDX-License-Identifier: Apache-2.0 */
/* `hufu-hsm rewind` (docs/operations.md): the last resort where rows of the destruction log are lost for good. The owner of the
 * token sets its head back to a row that is there, and gives up what the rows behind it had destroyed. */
#ifndef HUFU_HSM_REWIND_H
#define HUFU_HSM_REWIND_H

#include "common/buf.h"
#include "hsm/settings.h"

/* to: "NUMBER:HASH" of that row; giving_up: how many orders that are, as a check that whoever does it has seen it. Prints what is
 * given up, and why it did nothing. No process may run on the token. HUFU_ERR_FORM, HUFU_ERR_STATE: not that many. */
enum hufu_err rewind_run(const struct settings *settings, struct bytes pin, const char *to,
                         const char *giving_up) HUFU_MUST_CHECK;

#endif
