/* SPDX-License-Identifier: Apache-2.0 */
/* What works on one request: a session of the token and a locked workspace, both for this request alone. There are as
 * many workers as sessions; whoever has none waits. */
#ifndef HUFU_HSM_WORKER_H
#define HUFU_HSM_WORKER_H

#include <stdint.h>

#include "common/box.h"
#include "common/frame.h"
#include "cosign/cosign.h"
#include "hsm/box_keys.h"
#include "hsm/entropy.h"
#include "hsm/record.h"
#include "hsm/token.h"

struct authorities;
struct destruction;

/* What all requests share. */
struct hsm {
    struct token *token;
    struct box_keys *box_keys;
    struct authorities *authorities;
    struct destruction *destruction;
    unsigned sessions;
};

/* As many frames of sm2/sign as one request can carry; they share its digests. */
#define WORKER_FRAMES_MAX 16
/* What a digest takes in the answer of a signature, and what stands around the digests of one frame. */
#define WORKER_ANSWER_ITEM (2 * COSIGN_POINT_SIZE + 2 * COSIGN_SCALAR_SIZE)
#define WORKER_ANSWER_AROUND (COSIGN_ANSWER_MAX - COSIGN_BATCH_MAX * WORKER_ANSWER_ITEM)
#define WORKER_BODY_AROUND (COSIGN_BODY_MAX - COSIGN_BATCH_MAX * 2 * COSIGN_POINT_SIZE)

/* What is one frame's alone of that which a request opens. Where there is one record or frame, it is the first. */
struct opened_frame {
    struct record_binding record;
    struct box_session box;
};

/* Everything secret that a request opens. Locked; wiped after each request. */
struct workspace {
    struct opened_frame frames[WORKER_FRAMES_MAX];
    struct record_binding other; /* the record that the request makes */
    struct record_pending pending;
    struct record_service service;
    struct record_data data;
    uint8_t box_key[BOX_KEY_SIZE];                   /* the private half of the one in hand */
    uint8_t agreed[WORKER_FRAMES_MAX][BOX_KEY_SIZE]; /* what it and the key of each frame make */
    uint8_t plain[RECORD_SEALED_MAX];                /* a record's encoding, on its way in or out */
    uint8_t random[ENTROPY_AHEAD_MAX];               /* drawn and not yet taken */
    uint8_t bodies[COSIGN_BODY_MAX + (WORKER_FRAMES_MAX - 1) * WORKER_BODY_AROUND];
    uint8_t answers[COSIGN_ANSWER_MAX + (WORKER_FRAMES_MAX - 1) * WORKER_ANSWER_AROUND];
};

struct worker {
    const struct hsm *hsm;
    unsigned session;
    uint64_t now_ms; /* the host's clock when the request began */
    struct entropy entropy;
    struct workspace *secret;
    /* Each frame takes its part of them: of the workspace's bodies and answers, and of the results, which are public. */
    struct buf bodies, answers, results;
    uint8_t
        results_memory[COSIGN_BATCH_MAX * COSIGN_DIGEST_SIZE]; /* what operations report to the database */
    uint8_t message[FRAME_MAX + 32];                           /* public: the bytes that a device signed */
};

struct worker_pool;

/* hsm must outlive the pool. HUFU_ERR_LIMIT: memory cannot be locked. */
enum hufu_err worker_pool_new(struct worker_pool **pool, const struct hsm *hsm) HUFU_MUST_CHECK;
void worker_pool_free(struct worker_pool *pool); /* NULL is fine; all workers must be back */
/* HUFU_ERR_BUSY: none came free within wait_ms. */
enum hufu_err worker_take(struct worker **worker, struct worker_pool *pool, unsigned wait_ms) HUFU_MUST_CHECK;
/* Wipes its workspace. */
void worker_give_back(struct worker_pool *pool, struct worker *worker);

#endif
