/* SPDX-License-Identifier: Apache-2.0 */
/* A client that asks for one signature after another and takes a refusal for an answer. What is lost, or turned away because the service
 * is away or the device has another request under way, it sends again, the same bytes. */
#ifndef HUFU_TESTS_KILL_CALLER_H
#define HUFU_TESTS_KILL_CALLER_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/kill/insistent.h"

#define CALLER_SIGNED_MAX 16 /* kept of each */
#define CALLER_PATIENCE_SECONDS 90

struct caller {
    const struct shot_sender *sender;   /* borrowed */
    const struct wire_service *service; /* borrowed */
    size_t limit;                       /* so many requests; 0: until caller_end */
    const char *refusal;                /* the slug that may come; any other is a violation */
    pthread_barrier_t *gate; /* where the first request, ready to leave, waits for others; or NULL */
    pthread_t thread;
    atomic_bool stop;
    struct wire *wire;

    atomic_size_t signatures, refusals, sent_again;
    struct held held[CALLER_SIGNED_MAX]; /* the first signatures */
    char violation[512];                 /* empty: none */
};

/* The first five members are set. HUFU_ERR_INTERNAL: no thread. */
enum hufu_err caller_start(struct caller *caller) HUFU_MUST_CHECK;
/* Waits until it has made its requests, or lets it finish the one in hand. */
void caller_end(struct caller *caller);

#endif
