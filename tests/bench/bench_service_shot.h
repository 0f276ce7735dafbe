/* SPDX-License-Identifier: Apache-2.0 */
/* One co-signature request of a load, from the prepared frame to the verified signatures. All that costs CPU happens
 * before and after the measured part; firing it only sends bytes and keeps the answer's.
 *
 * Caller-owned, all zero at first, released by shot_done. Distinct shots are independent of each other. */
#ifndef HUFU_TESTS_BENCH_SERVICE_SHOT_H
#define HUFU_TESTS_BENCH_SERVICE_SHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "tests/bench/bench_service_wire.h"
#include "tests/client/device_request.h"

#define SHOT_TOKEN_TEXT_MAX 64

/* Who sends it. */
struct shot_sender {
    struct device_binding binding;
    char token[SHOT_TOKEN_TEXT_MAX]; /* of the session */
};

struct shot {
    struct device_request request; /* with the nonces; small for small batches */
    uint8_t *http;
    size_t http_len;
    uint64_t planned_ms; /* what the frame is stamped with */

    uint64_t sent_us;     /* monotonic; 0: never sent */
    uint64_t answered_us; /* monotonic */
    uint64_t sent_ms;     /* wall clock, to compare with planned_ms */
    enum hufu_err err;    /* of the exchange */
    unsigned status;
    uint8_t *answer; /* the body */
    size_t answer_len;
};

/* Digests at random, `batch` of them (1 to FRAME_BATCH_MAX); the frame is stamped with planned_ms. */
enum hufu_err shot_prepare(struct shot *shot, const struct shot_sender *sender, uint32_t batch,
                           uint64_t planned_ms) HUFU_MUST_CHECK;
/* Sends it; may be sent again, the same bytes, and the last answer is kept. False: it could not be, and has failed. */
bool shot_send(struct shot *shot, struct wire *wire);
/* After shot_send: reads what is there of the answer, without waiting. True: the outcome is in the shot; false: there is
 * more to come. */
bool shot_take(struct shot *shot, struct wire *wire);
/* The answer to what was sent did not come in time: HUFU_ERR_AWAY in the shot. The connection is of no more use. */
void shot_give_up(struct shot *shot);
/* Sends it and waits for the answer; the outcome is in the shot. */
void shot_fire(struct shot *shot, struct wire *wire);
/* The sealed answer out of the JSON body: appends to sealed. HUFU_ERR_FORM when it is not there. */
enum hufu_err shot_answer(const struct shot *shot, struct buf *sealed) HUFU_MUST_CHECK;
/* Finishes the signatures, which also needs the answer to be right, and lets the stock SM2 verification of OpenSSL
 * judge each under the public key P. HUFU_ERR_STATE: not answered with 200; HUFU_ERR_PEER: the answer does not hold;
 * HUFU_ERR_SIGNATURE: OpenSSL refuses one. signatures: batch of them, or NULL when the caller has no use for them. */
enum hufu_err shot_verify(struct shot *shot, const uint8_t P[COSIGN_POINT_SIZE],
                          uint8_t (*signatures)[COSIGN_SIGNATURE_SIZE]) HUFU_MUST_CHECK;
void shot_done(struct shot *shot);

uint64_t shot_monotonic_us(void);

#endif
