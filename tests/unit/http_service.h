/* SPDX-License-Identifier: Apache-2.0 */
/* A whole HTTP service on a free port, with handlers that echo, wait, and forget to reply. */
#ifndef HUFU_TESTS_UNIT_HTTP_SERVICE_H
#define HUFU_TESTS_UNIT_HTTP_SERVICE_H

#include <semaphore.h>

#include "server/http/server.h"
#include "server/metrics.h"
#include "server/worker.h"
#include "tests/unit/http_client.h"
#include "tests/unit/unit.h"

#define HOST "Host: x\r\n"
#define JSON "Content-Type: application/json\r\n"

/* GET /wait and the groups post the first and wait for the second. */
extern sem_t entered, released;

struct fixture {
    struct worker workers[4], group_worker, network;
    struct worker *list[4], *group_list;
    struct metrics *metrics;
    struct http_server *server;
    char folder[32], socket[64];
    uint16_t port;
};

void start(struct fixture *f, size_t workers, size_t queue_limit);
/* Of the settings, worker_count, queue_limit, per_address_limit, idle_seconds (0: one) and request_seconds are taken. */
void start_with(struct fixture *f, const struct http_settings *own);
/* Everything in flight must finish. */
void stop(struct fixture *f);

void get(const struct fixture *f, const char *path, const char *headers, struct http_answer *answer);
/* Also that it has a request id. */
void assert_answer(const struct http_answer *answer, int status, const char *part);
/* Sends GET /wait; the answer is still to come. */
int begin_wait(const struct fixture *f);
/* Until a worker has taken one of them. */
void wait_entered(void);
/* Until the line stands in the metrics' report. */
void await_reported(const struct fixture *f, const char *line);

#endif
