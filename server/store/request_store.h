/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that are decided in a transaction of several statements (key generation); those of the hot path are recorded
 * by operation_store.h. */
#ifndef HUFU_SERVER_STORE_REQUEST_STORE_H
#define HUFU_SERVER_STORE_REQUEST_STORE_H

#include "common/buf.h"
#include "common/err.h"
#include "server/store/operation_store.h"

/* Records a success with its answer. HUFU_ERR_CONFLICT: the request id is taken; the transaction is spoilt. */
enum hufu_err request_insert(struct store *store, const struct operation_subject *subject,
                             const struct standing *standing, struct bytes answer) HUFU_MUST_CHECK;
/* Removes answers older than ten minutes, one stretch of time after another; *more: there is more to do. */
enum hufu_err request_prune(struct store *store, bool *more) HUFU_MUST_CHECK;

#endif
