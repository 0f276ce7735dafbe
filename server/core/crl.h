/* SPDX-License-Identifier: Apache-2.0 */
/* The CAs' revocation lists: made by hufu-hsm, kept in the database, renewed before they end. */
#ifndef HUFU_SERVER_CORE_CRL_H
#define HUFU_SERVER_CORE_CRL_H

#include "common/buf.h"
#include "common/err.h"

struct worker;

#define CRL_DAYS 7 /* from this update to the next */

/* Appends the newest list of the CA (DER, at most HSMC_CRL_MAX), after making a new one when that is due. With hufu-hsm away
 * a list that is still valid is given all the same. HUFU_ERR_NOT_FOUND: no such CA. */
enum hufu_err crl_current(struct worker *worker, const char *ca, struct buf *der) HUFU_MUST_CHECK;

#endif
