/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its reply on a connection to hufu-hsm; hsmc/'s own. */
#ifndef HUFU_SERVER_HSMC_CALL_H
#define HUFU_SERVER_HSMC_CALL_H

#include "common/buf.h"
#include "common/err.h"
#include "server/hsmc/hsmc.h"

/* Begins a request in the connection's own memory: magic, operation and trace are written. */
struct buf *call_begin(struct hsmc *hsmc, const char *operation, const char *trace);
/* Sends what was written and waits. On HUFU_OK the reply stands behind its head (magic, error, time); read the
 * fields and end with call_end. */
enum hufu_err call_send(struct hsmc *hsmc, struct cursor **reply) HUFU_MUST_CHECK;
/* HUFU_OK when the fields read were of their form and none is left; else HUFU_ERR_AWAY, and the connection is closed:
 * whoever answers like that is not hufu-hsm as we know it. */
enum hufu_err call_end(struct hsmc *hsmc) HUFU_MUST_CHECK;
/* Wipes the reply, which was secret. */
void call_forget(struct hsmc *hsmc);

#endif
