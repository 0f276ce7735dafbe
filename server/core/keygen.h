/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation in two steps (docs/protocol.md §2). Between them the service's half exists only in a sealed pending
 * record, for ten minutes. */
#ifndef HUFU_SERVER_CORE_KEYGEN_H
#define HUFU_SERVER_CORE_KEYGEN_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/submission.h"
#include "server/worker.h"

#define KEYGEN_PENDING_MINUTES 10

/* Refusals besides those of submission_read: account or binding not active, PIN locked, conflict (the key is generated
 * already), not allowed (the frame names another device's key). */
enum hufu_err keygen_begin(struct worker *worker, struct act *act, const struct submission_in *in,
                           struct submission_out *out) HUFU_MUST_CHECK;
/* out has the public key as well. Conflict: nothing is begun, it was replaced, or its ten minutes are over. */
enum hufu_err keygen_finish(struct worker *worker, struct act *act, const struct submission_in *in,
                            struct submission_out *out) HUFU_MUST_CHECK;

#endif
