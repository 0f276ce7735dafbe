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

struct operation_job;
/* Called as soon as a job has its err, while others may still have to wait; the job is nobody's but the caller's from then on. */
typedef void operation_finished(struct worker *worker, struct operation_job *job);

/* One request, and what came of it. The act's principal is a token; out is zero unless it says HUFU_OK. */
struct operation_job {
    const char *
        trace; /* its HTTP request's id: UUID_TEXT_SIZE bytes, in the worker's place while it is worked for */
    struct act *act;
    const struct submission_in *in;
    struct submission_out *out;
    enum hufu_err err;
    operation_finished *finished;
    void *context; /* the caller's */
};
/* 1 to OPERATION_TOGETHER_MAX requests that came at the same time, each as if it were alone (of two of one device the second is told
 * busy): FRAME_OP_SIGN, with at most FRAME_BATCH_MAX digests in all; or one of any operation of an existing binding. Each job is
 * finished when this returns, and earlier when it need not wait for what the others have to. */
void operation_run(struct worker *worker, enum frame_op op, struct operation_job *jobs, size_t count);
#endif
