/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists: signed by the private-key process, kept in the database, made anew when half their time has passed or a
 * certificate was revoked. */
#ifndef HUFU_SERVER_CORE_CRL_H
#define HUFU_SERVER_CORE_CRL_H

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/hsmc/hsmc.h"
#include "server/worker.h"

#define CRL_HOURS 24

/* Appends the current list, DER; der needs HSMC_CRL_MAX. With the private-key process away the last one, if it is not over.
 * Refusal: not found (no such CA). */
enum hufu_err crl_current(struct worker *worker, struct act *act, const char *ca,
                          struct buf *der) HUFU_MUST_CHECK;

#endif
