/* SPDX-License-Identifier: Apache-2.0 */
/* One frame on its way through the checks that all operations share (hsm/PROTOCOL.md, "operate"; docs/protocol.md §6,
 * §7). The caller keeps their order: parse, its record, device, generation, box, and then what the operation asks. */
#ifndef HUFU_HSM_EXCHANGE_H
#define HUFU_HSM_EXCHANGE_H

#include "hsm/worker.h"

struct exchange {
    struct worker *worker;
    struct box_session *box; /* in the workspace */
    struct bytes signature;  /* the device's, 64 bytes */
    struct frame frame;      /* empty: it is malformed */
    struct buf body;         /* opened, in the workspace */
    struct buf answer;       /* to be sealed, in the workspace */
};

/* Step 1: the form of the frame, a loaded box key. number: which one of the request it is, below WORKER_FRAMES_MAX.
 * HUFU_ERR_FORM. */
enum hufu_err exchange_begin(struct exchange *exchange, struct worker *worker, size_t number,
                             struct bytes signature, struct bytes frame) HUFU_MUST_CHECK;
/* One of several that take a step together, which costs each of them less than alone; how it went. */
struct exchange_step {
    struct exchange *exchange;
    const uint8_t *device_key; /* of exchange_check_devices */
    enum hufu_err err;
};
/* Steps 3 and 4: the device's signature of the frame (HUFU_ERR_SIGNATURE), then its age (HUFU_ERR_TIME). 1 to WORKER_FRAMES_MAX. */
void exchange_check_devices(struct exchange_step *steps, size_t count);
/* One alone. */
enum hufu_err exchange_check_device(struct exchange *exchange,
                                    const uint8_t device_key[FRAME_DEVICE_KEY_SIZE]) HUFU_MUST_CHECK;
/* Step 6: opens the boxes. Errors as below. */
void exchange_open_boxes(struct exchange_step *steps, size_t count);
/* One alone. HUFU_ERR_FORM; HUFU_ERR_LIMIT: more digests than one batch, which operate refuses before. */
enum hufu_err exchange_open_box(struct exchange *exchange) HUFU_MUST_CHECK;
/* Appends the sealed answer as one field. HUFU_ERR_AWAY: the token's randomness. */
enum hufu_err exchange_put_answer(struct exchange *exchange, struct buf *reply) HUFU_MUST_CHECK;

#endif
