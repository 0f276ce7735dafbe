/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health.h"

#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/hsmc/hsmc.h"
#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/metrics.h"
#include "server/store/store.h"
#include "server/worker.h"

struct health {
    bool database, key_process;
    int64_t difference_ms; /* between the two clocks, when both answered */
};

/* Each clock is compared with this host's at the moment of its answer: what passes between the two answers does not
 * count as a difference. */
static struct health examine(struct worker *worker)
{
    struct health health = {0};
    struct hsmc_status status;
    uint64_t database_ms = 0;
    health.database = store_healthy(worker->store, &database_ms) == HUFU_OK;
    int64_t database_ahead = (int64_t)database_ms - (int64_t)clock_wall_ms();
    health.key_process = hsmc_status(worker->hsmc, worker->trace, &status) == HUFU_OK;
    int64_t key_process_ahead = (int64_t)hsmc_now_ms(worker->hsmc) - (int64_t)clock_wall_ms();
    if (health.database && health.key_process)
        health.difference_ms = llabs(database_ahead - key_process_ahead);
    return health;
}

static json_t *describe(const struct health *health, bool clocks)
{
    bool both = health->database && health->key_process;
    return json_pack("{ss, ss, ss, sI}", "database", health->database ? "ok" : "away", "key_process",
                     health->key_process ? "ok" : "away", "clock",
                     !both    ? "unknown"
                     : clocks ? "ok"
                              : "differs",
                     "clock_difference_ms", (json_int_t)health->difference_ms);
}

static void get_ready(struct http_request *request, struct worker *worker)
{
    struct health health = examine(worker);
    bool clocks = health.difference_ms <= HEALTH_CLOCK_DIFFERENCE_MAX_MS;
    bool ready = health.database && health.key_process && clocks;
    metrics_set(worker->metrics, METRICS_READY, ready);
    if (ready)
        reply_json(request, 200, describe(&health, clocks));
    else
        problem_reply(request, PROBLEM_SERVICE_UNAVAILABLE, NULL, describe(&health, clocks));
}

static void get_alive(struct http_request *request, struct worker *worker)
{
    (void)worker;
    reply_json(request, 200, json_pack("{ss}", "status", "alive"));
}

static void get_metrics(struct http_request *request, struct worker *worker)
{
    char *report = metrics_report(worker->metrics);
    if (report)
        reply_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", bytes_of_text(report));
    else
        problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
    free(report);
}

const struct http_route health_routes[] = {
    {"GET", "/healthz", ROUTE_PUBLIC, ROUTE_NETWORK, get_alive},
    {"GET", "/readyz", ROUTE_PUBLIC, ROUTE_WORKER, get_ready},
    {.method = NULL},
};

const struct http_route health_admin_routes[] = {
    {"GET", "/healthz", ROUTE_OPERATOR, ROUTE_NETWORK, get_alive},
    {"GET", "/readyz", ROUTE_OPERATOR, ROUTE_WORKER, get_ready},
    {"GET", "/metrics", ROUTE_OPERATOR, ROUTE_NETWORK, get_metrics},
    {.method = NULL},
};
