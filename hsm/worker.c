/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "common/condition.h"
#include "common/locked.h"
#include "common/secret.h"

struct worker_pool {
    pthread_mutex_t mutex;
    pthread_cond_t came_back;
    unsigned count;
    struct worker *workers;
    bool *busy;
    struct workspace *arena; /* one for each worker */
};

static void init_worker(struct worker *worker, const struct hsm *hsm, unsigned session,
                        struct workspace *secret)
{
    worker->hsm = hsm;
    worker->session = session;
    worker->entropy = (struct entropy){.token = hsm->token, .session = session, .ahead = secret->random};
    worker->secret = secret;
}

enum hufu_err worker_pool_new(struct worker_pool **pool, const struct hsm *hsm)
{
    void *arena = NULL;
    *pool = NULL;
    enum hufu_err err = locked_alloc(&arena, hsm->sessions * sizeof(struct workspace));
    if (err)
        return err;
    struct worker_pool *made = calloc(1, sizeof(*made));
    struct worker *workers = calloc(hsm->sessions, sizeof(*workers));
    bool *busy = calloc(hsm->sessions, sizeof(*busy));
    if (!made || !workers || !busy) {
        free(made);
        free(workers);
        free(busy);
        locked_free(arena);
        return HUFU_ERR_INTERNAL;
    }
    *made = (struct worker_pool){.count = hsm->sessions, .workers = workers, .busy = busy, .arena = arena};
    (void)pthread_mutex_init(&made->mutex, NULL);
    condition_init(&made->came_back);
    for (unsigned i = 0; i < made->count; i++)
        init_worker(&workers[i], hsm, i, &made->arena[i]);
    *pool = made;
    return HUFU_OK;
}

void worker_pool_free(struct worker_pool *pool)
{
    if (!pool)
        return;
    (void)pthread_mutex_destroy(&pool->mutex);
    (void)pthread_cond_destroy(&pool->came_back);
    locked_free(pool->arena);
    free(pool->workers);
    free(pool->busy);
    free(pool);
}

static struct worker *take_free(struct worker_pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++) {
        if (!pool->busy[i]) {
            pool->busy[i] = true;
            return &pool->workers[i];
        }
    }
    return NULL;
}

static void begin_request(struct worker *worker)
{
    worker->now_ms = clock_wall_ms();
    buf_init(&worker->bodies, worker->secret->bodies, sizeof(worker->secret->bodies));
    buf_init(&worker->answers, worker->secret->answers, sizeof(worker->secret->answers));
    buf_init(&worker->results, worker->results_memory, sizeof(worker->results_memory));
}

enum hufu_err worker_take(struct worker **worker, struct worker_pool *pool, unsigned wait_ms)
{
    const struct timespec deadline = condition_deadline(wait_ms);
    int waited = 0;
    (void)pthread_mutex_lock(&pool->mutex);
    struct worker *taken = take_free(pool);
    while (!taken && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&pool->came_back, &pool->mutex, &deadline);
        taken = take_free(pool);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    *worker = taken;
    if (!taken)
        return HUFU_ERR_BUSY;
    begin_request(taken);
    return HUFU_OK;
}

void worker_give_back(struct worker_pool *pool, struct worker *worker)
{
    secret_wipe(worker->secret, sizeof(*worker->secret));
    entropy_forget(&worker->entropy);
    (void)pthread_mutex_lock(&pool->mutex);
    pool->busy[worker->session] = false;
    (void)pthread_cond_signal(&pool->came_back);
    (void)pthread_mutex_unlock(&pool->mutex);
}
