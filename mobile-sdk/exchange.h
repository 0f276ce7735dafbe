/* SPDX-License-Identifier: Apache-2.0 */
/* One request to the private-key process and its answer (§7): head, body, box, device signature, and what to do when an
 * answer is lost or the clock is wrong. Requests and answers live in memory alone and are wiped. */
#ifndef HUFU_SDK_EXCHANGE_H
#define HUFU_SDK_EXCHANGE_H

#include "common/buf.h"
#include "common/frame.h"
#include "mobile-sdk/key_record.h"

struct exchange {
    enum frame_op op;
    const struct key_record *key;
    uint32_t generation;
    struct bytes purpose;
    struct bytes public_part;
    const char *path; /* below the key: "/signatures" */
    /* Makes the body for this head, with fresh nonces. Called again, for a new head with a new request id, when the
     * service refused the first for its time. */
    enum hufu_err (*make)(void *context, struct buf *body, struct bytes head);
    /* Takes the answer that opened; called once at most. */
    enum hufu_err (*take)(void *context, struct bytes head, struct bytes answer);
    void *context;
};

/* HUFU_RESULT_FAULT when the answer does not open, or `take` says that it does not hold. */
enum hufu_result exchange_run(struct hufu *hufu, const struct exchange *exchange) HUFU_CHECKED;

/* The answer T(operation) of an operation that answers nothing: HUFU_ERR_PEER when it is anything else. */
enum hufu_err exchange_empty_answer(enum frame_op op, struct bytes answer) HUFU_MUST_CHECK;

#endif
