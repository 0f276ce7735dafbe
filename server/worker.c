/* SPDX-License-Identifier: Apache-2.0 */
#include "server/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/adapter/exchange.h"
#include "server/config.h"
#include "server/hsmc/hsmc.h"
#include "server/store/store.h"

struct worker *worker_new(const struct server_config *config, struct metrics *metrics, struct hsmc_keys *keys,
                          struct data_key *data_key, struct outside *outside, size_t number)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return NULL;
    worker->config = config;
    worker->metrics = metrics;
    worker->keys = keys;
    worker->data_key = data_key;
    worker->store = store_open(config->database, metrics);
    const struct hsmc_places places = {
        .paths = config->hsm_sockets, .count = config->hsm_count, .home = number % config->hsm_count};
    worker->hsmc = hsmc_new(&places, (int)config->hsm_timeout_ms, keys, metrics);
    worker->exchange = exchange_new(outside);
    if (!worker->store || !worker->hsmc || !worker->exchange) {
        worker_free(worker);
        return NULL;
    }
    store_set_trace(worker->store, worker->trace);
    return worker;
}

void worker_prepare(struct worker *worker)
{
    struct hsmc_status status;
    uint64_t database_ms;
    (void)snprintf(worker->trace, sizeof(worker->trace), "start");
    /* Who is away is logged by the room that asked. */
    enum hufu_err err = store_healthy(worker->store, &database_ms);
    if (!err)
        err = hsmc_status(worker->hsmc, worker->trace, &status);
    (void)err;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->store)
        store_close(worker->store);
    hsmc_free(worker->hsmc);
    exchange_free(worker->exchange);
    free(worker);
}
