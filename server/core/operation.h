/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path: signing, decrypting, refreshing, checking the PIN, and handing a key over to another device. Read, ask the
 * private-key process, decide by one statement; nothing is answered, not even "wrong PIN", before that statement has
 * committed. */
#ifndef HUFU_SERVER_CORE_OPERATION_H
#define HUFU_SERVER_CORE_OPERATION_H

#include "common/err.h"
#include "common/frame.h"
#include "server/core/act.h"
#include "server/core/submission.h"
#include "server/worker.h"

/* op: FRAME_OP_SIGN, FRAME_OP_DECRYPT, FRAME_OP_REFRESH, FRAME_OP_PIN_CHECK or FRAME_OP_HANDOVER. The act's principal is a
 * token. out is zero unless it says HUFU_OK. */
enum hufu_err operation_run(struct worker *worker, struct act *act, enum frame_op op,
                            const struct submission_in *in, struct submission_out *out) HUFU_MUST_CHECK;

#endif
