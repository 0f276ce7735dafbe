/* SPDX-License-Identifier: Apache-2.0 */
/* The workers: threads that take requests from the queue, authenticate, and run the handler. */
#ifndef HUFU_SERVER_HTTP_POOL_H
#define HUFU_SERVER_HTTP_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "server/http/server.h"

struct metrics;
struct pool;

/* Called on the worker when the request has its reply (reply_send). */
typedef void pool_done(struct http_request *request);

struct pool_settings {
    size_t queue_limit;
    struct worker *const *workers; /* one thread each */
    size_t worker_count;
    size_t together; /* requests that a worker takes at once, at most HTTP_TOGETHER_MAX */
    http_authenticate *authenticate;
    http_prepare *prepare; /* may be NULL */
    struct metrics *metrics;
    pool_done *done;
};

/* NULL without memory. */
struct pool *pool_new(const struct pool_settings *settings);
/* HUFU_ERR_AWAY: no threads. */
enum hufu_err pool_start(struct pool *pool) HUFU_MUST_CHECK;
/* Reserves a place for a request; false: there is none, and the request has its reply. */
bool pool_reserve(struct pool *pool, struct http_request *request);
/* Fills the reserved place. From here on the request is the worker's until done is called. */
void pool_put(struct pool *pool, struct http_request *request);
/* Finishes what is queued, then ends the threads. */
void pool_stop(struct pool *pool);
/* A pool that is stopped, or never started. NULL is fine. */
void pool_free(struct pool *pool);

#endif
