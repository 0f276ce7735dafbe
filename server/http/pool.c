/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/secret.h"
#include "server/http/problem.h"
#include "server/http/queue.h"
#include "server/http/reply.h"
#include "server/http/request.h"
#include "server/metrics.h"
#include "server/worker.h"

struct pool_thread {
    struct pool *pool;
    struct worker *worker;
    pthread_t thread;
};

struct pool {
    struct pool_settings settings;
    struct queue *queue;
    size_t started;
    struct pool_thread threads[];
};

static bool go_together(void *const *taken, size_t count, const void *next)
{
    const struct http_request *first = taken[0], *request = next;
    size_t bytes = request->body_len;
    for (size_t i = 0; i < count; i++)
        bytes += ((const struct http_request *)taken[i])->body_len;
    return request->match.route == first->match.route && bytes <= HTTP_TOGETHER_BODY_MAX;
}

struct pool *pool_new(const struct pool_settings *settings)
{
    struct pool *pool = calloc(1, sizeof(*pool) + settings->worker_count * sizeof(pool->threads[0]));
    if (!pool)
        return NULL;
    pool->settings = *settings;
    pool->queue = queue_new(&(struct queue_settings){.limit = settings->queue_limit,
                                                     .most = settings->together,
                                                     .together = go_together,
                                                     .takers = settings->worker_count,
                                                     .gather_ms = HTTP_GATHER_MS});
    if (!pool->queue) {
        free(pool);
        return NULL;
    }
    for (size_t i = 0; i < settings->worker_count; i++)
        pool->threads[i] = (struct pool_thread){.pool = pool, .worker = settings->workers[i]};
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    queue_free(pool->queue);
    free(pool);
}

/* Fills the principal; afterwards the token is gone. */
static enum hufu_err identify(struct http_request *request, struct worker *worker,
                              const struct pool_settings *settings)
{
    enum route_access access = request->match.route->access;
    enum hufu_err err = HUFU_OK;
    if (access == ROUTE_SESSION || access == ROUTE_SESSION_ANY)
        err = settings->authenticate(request, worker);
    if (access == ROUTE_TOKEN) {
        request->principal.kind = PRINCIPAL_TOKEN;
        hash_sha256(request->principal.token_hash, bytes_of(request->token, sizeof(request->token)));
    }
    secret_wipe(request->token, sizeof(request->token));
    if (err == HUFU_ERR_UNAUTHENTICATED)
        metrics_add(settings->metrics, METRICS_SESSIONS_REFUSED, 1);
    return err;
}

/* Whether the request is to be handled; else it has its reply. */
static bool admit(struct http_request *request, struct worker *worker, const struct pool_settings *settings)
{
    worker_take_up(worker, request->id_text, request->peer);
    enum hufu_err err = identify(request, worker, settings);
    if (err && !request->reply.given)
        problem_reply_error(request, err);
    return !err;
}

/* Whoever is sent is taken no longer. */
static void handle(void **taken, size_t count, struct worker *worker, const struct pool_settings *settings)
{
    struct http_request *admitted = NULL, **end = &admitted;
    for (size_t i = 0; i < count; i++) {
        struct http_request *request = taken[i];
        request->place = &taken[i];
        request->done = settings->done;
        if (admit(request, worker, settings)) {
            *end = request;
            end = &request->next;
        } else {
            reply_send(request);
        }
    }
    if (admitted)
        admitted->match.route->handler(admitted, worker);
}

static void *pool_run(void *argument)
{
    struct pool_thread *self = argument;
    const struct pool_settings *settings = &self->pool->settings;
    void *taken[HTTP_TOGETHER_MAX];
    size_t count = 0;
    if (settings->prepare)
        settings->prepare(self->worker);
    while ((count = queue_take(self->pool->queue, taken, count)) > 0) {
        metrics_move(settings->metrics, METRICS_QUEUE_DEPTH, -(int)count);
        if (settings->together > 1)
            metrics_add(settings->metrics, METRICS_GROUPS, 1);
        metrics_move(settings->metrics, METRICS_WORKERS_BUSY, 1);
        handle(taken, count, self->worker, settings);
        metrics_move(settings->metrics, METRICS_WORKERS_BUSY, -1);
        for (size_t i = 0; i < count; i++)
            if (taken[i])
                reply_send(taken[i]);
    }
    return NULL;
}

enum hufu_err pool_start(struct pool *pool)
{
    for (; pool->started < pool->settings.worker_count; pool->started++) {
        struct pool_thread *next = &pool->threads[pool->started];
        if (pthread_create(&next->thread, NULL, pool_run, next) != 0)
            return HUFU_ERR_AWAY;
    }
    return HUFU_OK;
}

bool pool_reserve(struct pool *pool, struct http_request *request)
{
    if (queue_reserve(pool->queue)) {
        metrics_move(pool->settings.metrics, METRICS_QUEUE_DEPTH, 1);
        return true;
    }
    metrics_add(pool->settings.metrics, METRICS_QUEUE_REFUSED, 1);
    problem_reply(request, PROBLEM_BUSY, NULL, NULL);
    return false;
}

void pool_put(struct pool *pool, struct http_request *request)
{
    queue_put(pool->queue, request);
}

void pool_stop(struct pool *pool)
{
    queue_close(pool->queue);
    for (; pool->started > 0; pool->started--)
        (void)pthread_join(pool->threads[pool->started - 1].thread, NULL);
}
