/* SPDX-License-Identifier: Apache-2.0 */
#include "server/courier.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "common/condition.h"
#include "server/adapter/exchange.h"
#include "server/core/notice.h"
#include "server/metrics.h"
#include "server/worker.h"

/* A code is waited for by a person: the outbox is looked into often. Without an outside service there is only what expires. */
#define IDLE_MS 200
#define IDLE_WITHOUT_SERVICE_MS 5000
#define RETRY_MS 2000
#define COUNT_INTERVAL_US 5000000

struct courier {
    struct worker *worker;
    bool counts;
    uint64_t counted_us;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
};

/* False: the courier shall stop. */
static bool wait_ms(struct courier *courier, uint64_t ms)
{
    const struct timespec until = condition_deadline(ms);
    (void)pthread_mutex_lock(&courier->lock);
    while (ms > 0 && !courier->stopping &&
           pthread_cond_timedwait(&courier->changed, &courier->lock, &until) == 0)
        ;
    bool go_on = !courier->stopping;
    (void)pthread_mutex_unlock(&courier->lock);
    return go_on;
}

static void count(struct courier *courier)
{
    int64_t waiting;
    uint64_t now = clock_monotonic_us();
    if (!courier->counts || now - courier->counted_us < COUNT_INTERVAL_US)
        return;
    courier->counted_us = now;
    if (!notice_count_waiting(courier->worker->store, &waiting))
        metrics_set(courier->worker->metrics, METRICS_NOTICES_WAITING, waiting);
}

static void *carry(void *argument)
{
    struct courier *courier = argument;
    struct worker *worker = courier->worker;
    bool services = notice_offered(worker, NOTICE_SMS) || notice_offered(worker, NOTICE_EMAIL);
    uint64_t pause = 0;
    while (wait_ms(courier, pause)) {
        bool found = false;
        (void)snprintf(worker->trace, sizeof(worker->trace), "courier");
        /* What failed is logged by the room that failed. */
        enum hufu_err err = notice_deliver_next(worker, &found);
        count(courier);
        pause = err ? RETRY_MS : found ? 0 : services ? IDLE_MS : IDLE_WITHOUT_SERVICE_MS;
    }
    return NULL;
}

enum hufu_err courier_start(struct courier **courier, struct worker *worker, bool counts)
{
    *courier = NULL;
    struct courier *c = calloc(1, sizeof(*c));
    if (!c)
        return HUFU_ERR_INTERNAL;
    c->worker = worker;
    c->counts = counts;
    (void)pthread_mutex_init(&c->lock, NULL);
    condition_init(&c->changed);
    if (pthread_create(&c->thread, NULL, carry, c) != 0) {
        (void)pthread_cond_destroy(&c->changed);
        (void)pthread_mutex_destroy(&c->lock);
        free(c);
        return HUFU_ERR_INTERNAL;
    }
    *courier = c;
    return HUFU_OK;
}

void courier_free(struct courier *courier)
{
    if (!courier)
        return;
    (void)pthread_mutex_lock(&courier->lock);
    courier->stopping = true;
    (void)pthread_cond_signal(&courier->changed);
    (void)pthread_mutex_unlock(&courier->lock);
    exchange_stop(courier->worker->exchange);
    (void)pthread_join(courier->thread, NULL);
    (void)pthread_cond_destroy(&courier->changed);
    (void)pthread_mutex_destroy(&courier->lock);
    free(courier);
}
