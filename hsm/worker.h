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

/* Everything secret that a request opens. Locked; wiped after each request. */
struct workspace {
    struct record_binding record;
    struct record_binding other; /* the record that the request makes */
    struct record_pending pending;
    struct record_service service;
    struct record_data data;
    uint8_t box_key[BOX_KEY_SIZE]; /* the private half of the one in hand */
    struct box_session box;
    uint8_t plain[RECORD_SEALED_MAX]; /* a record's encoding, on its way in or out */
    uint8_t body[COSIGN_BODY_MAX];
    uint8_t answer[COSIGN_ANSWER_MAX];
};

struct worker {
    const struct hsm *hsm;
    unsigned session;
    uint64_t now_ms; /* the host's clock when the request began */
    struct entropy entropy;
    struct workspace *secret;
    /* Public: the bytes that a device signed, and what an operation reports to the database. */
    uint8_t message[FRAME_MAX + 32];
    uint8_t results[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
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
