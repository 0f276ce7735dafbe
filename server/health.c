/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "server/config.h"
#include "server/hsmc/hsmc.h"
#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/metrics.h"
#include "server/store/destruction_store.h"
#include "server/store/store.h"
#include "server/worker.h"

/* What a key process, or all of them at their best, can be asked. */
enum key_process_health {
    KEY_PROCESS_AWAY,
    KEY_PROCESS_BEHIND, /* it refuses every record until it knows all that was destroyed */
    KEY_PROCESS_OK
};
static const char *const key_process_names[] = {"away", "behind", "ok"};

struct health {
    bool database;
    enum key_process_health key_process;
    unsigned key_processes_out; /* of those registered: that are away or behind */
    bool log_short; /* one of them knows of something that was destroyed which the database's log has not */
    int64_t key_process_ahead_ms; /* of this host's clock; of several, the one that differs most */
    int64_t difference_ms;        /* between the database's clock and that, when both answered */
};

/* The log is read after the process: what that knows was committed there before. */
static bool log_is_short(struct worker *worker, const struct hsmc_destruction *destruction)
{
    uint64_t last;
    bool has;
    if (destruction_has(worker->store, &destruction->known, &has) != HUFU_OK ||
        destruction_last(worker->store, &last) != HUFU_OK)
        return false;
    return !has || last < destruction->token_number;
}

static enum key_process_health examine_key_process(struct worker *worker, struct health *health)
{
    struct hsmc_status status;
    struct hsmc_destruction destruction;
    if (hsmc_status(worker->hsmc, worker->trace, &status) != HUFU_OK)
        return KEY_PROCESS_AWAY;
    int64_t ahead_ms = (int64_t)hsmc_now_ms(worker->hsmc) - (int64_t)clock_wall_ms();
    if (llabs(ahead_ms) > llabs(health->key_process_ahead_ms))
        health->key_process_ahead_ms = ahead_ms;
    if (hsmc_destruction_state(worker->hsmc, worker->trace, &destruction) != HUFU_OK)
        return KEY_PROCESS_AWAY;
    health->log_short = health->log_short || (health->database && log_is_short(worker, &destruction));
    return destruction.behind ? KEY_PROCESS_BEHIND : KEY_PROCESS_OK;
}

static void examine_key_processes(struct worker *worker, struct health *health)
{
    for (size_t i = 0; i < worker->config->hsm_count; i++) {
        hsmc_use(worker->hsmc, i);
        enum key_process_health one = examine_key_process(worker, health);
        if (health->key_process < one)
            health->key_process = one;
        health->key_processes_out += one != KEY_PROCESS_OK;
    }
    hsmc_use_any(worker->hsmc);
}

/* Each clock is compared with this host's at the moment of its answer: what passes between the two answers does not
 * count as a difference. */
static struct health examine(struct worker *worker)
{
    struct health health = {0};
    uint64_t database_ms = 0;
    health.database = store_healthy(worker->store, &database_ms) == HUFU_OK;
    int64_t database_ahead = (int64_t)database_ms - (int64_t)clock_wall_ms();
    examine_key_processes(worker, &health);
    if (health.database && health.key_process != KEY_PROCESS_AWAY)
        health.difference_ms = llabs(database_ahead - health.key_process_ahead_ms);
    return health;
}

static json_t *describe(const struct health *health, bool clocks)
{
    bool both = health->database && health->key_process != KEY_PROCESS_AWAY;
    return json_pack("{ss, ss, sI, ss, ss, sI}", "database", health->database ? "ok" : "away", "key_process",
                     key_process_names[health->key_process], "key_processes_out",
                     (json_int_t)health->key_processes_out, "destruction_log",
                     !both               ? "unknown"
                     : health->log_short ? "short"
                                         : "ok",
                     "clock",
                     !both    ? "unknown"
                     : clocks ? "ok"
                              : "differs",
                     "clock_difference_ms", (json_int_t)health->difference_ms);
}

static void get_ready(struct http_request *request, struct worker *worker)
{
    struct health health = examine(worker);
    bool clocks = health.difference_ms <= HEALTH_CLOCK_DIFFERENCE_MAX_MS;
    bool ready = health.database && health.key_process == KEY_PROCESS_OK && !health.log_short && clocks;
    metrics_set(worker->metrics, METRICS_READY, ready);
    metrics_set(worker->metrics, METRICS_KEY_PROCESSES_OUT, health.key_processes_out);
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
