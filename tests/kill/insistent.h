/* SPDX-License-Identifier: Apache-2.0 */
/* A client that wants its signatures whatever happens to the service: when an answer is lost, or the service says that
 * it is away, it sends the same bytes again until it has its answer, and now and then asks once more for an answer that
 * it already has. Each holds what it got, to be compared with the service's records. */
#ifndef HUFU_TESTS_KILL_INSISTENT_H
#define HUFU_TESTS_KILL_INSISTENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "tests/bench/bench_service_shot.h"

#define INSISTENT_BATCH_MAX 3
#define INSISTENT_PATIENCE_SECONDS 60

/* A signature request that was answered, and whose signatures verified. */
struct held {
    uint8_t binding_id[FRAME_ID_SIZE];
    uint8_t request_id[FRAME_ID_SIZE];
    uint32_t count;
    uint8_t r[INSISTENT_BATCH_MAX][COSIGN_SCALAR_SIZE];
};

struct insistent {
    const struct shot_sender *sender;   /* borrowed */
    const struct wire_service *service; /* borrowed */
    pthread_t thread;
    atomic_bool stop;
    struct wire *wire;
    struct held *held;
    size_t held_room;
    atomic_size_t held_count;

    /* What it went through. */
    size_t lost;         /* answers that did not come */
    size_t away;         /* 503 answers */
    size_t compared;     /* answers that were asked for again, and were the same */
    char violation[512]; /* empty: none. Else why it gave up: what no disturbance may cause */
};

/* Starts the thread. HUFU_ERR_INTERNAL: it cannot be. */
enum hufu_err insistent_start(struct insistent *client, const struct shot_sender *sender,
                              const struct wire_service *service) HUFU_MUST_CHECK;
/* Lets it finish the request in hand, answer included. */
void insistent_finish(struct insistent *client);
void insistent_done(struct insistent *client);

#endif
