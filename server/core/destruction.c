/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/destruction.h"

#include <stdlib.h>

#include "server/config.h"
#include "server/hsmc/hsmc.h"
#include "server/store/destruction_store.h"

#define DESTRUCTION_BATCHES \
    8 /* numbered in one round: some seconds of work, when a migration noted very many */
#define DESTRUCTION_TRIES 4 /* somebody else feeds the same process meanwhile, or it begins anew */

static void destruction_free_batch(struct destruction_batch **batch)
{
    free(*batch);
}

/* What follows what the process knows; *more: it was something. */
static enum hufu_err destruction_feed_batch(struct worker *worker, const struct hsmc_destruction *state,
                                            struct destruction_batch *batch, bool *more)
{
    *more = false;
    enum hufu_err err = destruction_read(worker->store, state->known.number, batch);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? HUFU_ERR_STATE : err;
    if (batch->count == 0) {
        bool same = state->known.number == 0 || destruction_same(&batch->before, &state->known);
        return !same ? HUFU_ERR_CONFLICT : state->behind ? HUFU_ERR_BEHIND : HUFU_OK;
    }
    *more = true;
    struct bytes orders = bytes_of(batch->orders, batch->count * DESTRUCTION_ORDER_SIZE);
    return hsmc_destruction_add(worker->hsmc, worker->trace, &batch->before, orders);
}

/* Feeds the process that the worker's calls go to, to the end of the log; *known gets how far it is then. */
static enum hufu_err destruction_feed(struct worker *worker, uint64_t *known)
{
    struct destruction_batch *batch __attribute__((cleanup(destruction_free_batch))) = malloc(sizeof *batch);
    struct hsmc_destruction state;
    enum hufu_err err = batch == NULL ? HUFU_ERR_INTERNAL : HUFU_OK;
    bool more = true;
    for (int tries = 0; err == HUFU_OK && more;) {
        err = hsmc_destruction_state(worker->hsmc, worker->trace, &state);
        if (err != HUFU_OK)
            break;
        *known = state.known.number;
        err = destruction_feed_batch(worker, &state, batch, &more);
        bool again = more && (err == HUFU_ERR_STATE || err == HUFU_ERR_CONFLICT);
        if (again && ++tries < DESTRUCTION_TRIES)
            err = HUFU_OK;
    }
    return err;
}

/* How far each process has it, as recorded. All are known before any of them has it: without those that are away nothing is
 * done. */
static enum hufu_err destruction_register(struct worker *worker, uint64_t recorded[SERVER_HSM_SOCKETS_MAX])
{
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; err == HUFU_OK && i < worker->config->hsm_count; i++) {
        const char *process = worker->config->hsm_names[i];
        err = destruction_acknowledged(worker->store, process, &recorded[i]);
        if (err == HUFU_ERR_NOT_FOUND)
            err = destruction_acknowledge(worker->store, process, 0, worker->trace);
    }
    return err;
}

/* *recorded: how far it has it, as recorded before, and then. */
static enum hufu_err destruction_deliver(struct worker *worker, size_t place, uint64_t *recorded)
{
    uint64_t known = 0;
    hsmc_use(worker->hsmc, place);
    enum hufu_err err = destruction_feed(worker, &known);
    if (err != HUFU_OK || known <= *recorded)
        return err;
    *recorded = known;
    return destruction_acknowledge(worker->store, worker->config->hsm_names[place], known, worker->trace);
}

/* Rows are gone, or are others than a key process or its token knows. */
static bool destruction_log_is_wrong(enum hufu_err err)
{
    return err == HUFU_ERR_STATE || err == HUFU_ERR_BEHIND || err == HUFU_ERR_CONFLICT;
}

/* Every process has its turn; *told: so many have the log to its end. A wrong log is worth more to be told than one that is away. */
static enum hufu_err destruction_deliver_all(struct worker *worker, uint64_t recorded[SERVER_HSM_SOCKETS_MAX],
                                             size_t *told)
{
    enum hufu_err first = HUFU_OK;
    *told = 0;
    for (size_t i = 0; i < worker->config->hsm_count; i++) {
        enum hufu_err err = destruction_deliver(worker, i, &recorded[i]);
        *told += err == HUFU_OK;
        if (first == HUFU_OK || (destruction_log_is_wrong(err) && !destruction_log_is_wrong(first)))
            first = err;
    }
    hsmc_use_any(worker->hsmc);
    return first;
}

/* Nothing is numbered while the log is wrong, or nobody says that it is right: it would take the place of rows that are to be
 * put back. */
static enum hufu_err destruction_run(struct worker *worker, int32_t gather_seconds)
{
    uint64_t recorded[SERVER_HSM_SOCKETS_MAX];
    int32_t numbered = DESTRUCTION_BATCH_MAX;
    size_t told;
    bool more = false;
    enum hufu_err err = destruction_register(worker, recorded);
    if (err != HUFU_OK)
        return err;
    enum hufu_err delivered = destruction_deliver_all(worker, recorded, &told);
    if (told == 0 || destruction_log_is_wrong(delivered))
        return delivered;
    for (int i = 0; err == HUFU_OK && numbered == DESTRUCTION_BATCH_MAX && i < DESTRUCTION_BATCHES; i++) {
        err = destruction_number(worker->store, gather_seconds, DESTRUCTION_BATCH_MAX, &numbered);
        more = more || (err == HUFU_OK && numbered > 0);
    }
    if (more)
        delivered = destruction_deliver_all(worker, recorded, &told);
    return err == HUFU_OK ? delivered : err;
}

enum hufu_err destruction_maintain(struct worker *worker)
{
    return destruction_run(worker, DESTRUCTION_GATHER_SECONDS);
}

void destruction_carry_out(struct worker *worker)
{
    (void)!destruction_run(worker, 0);
}

enum hufu_err destruction_catch_up(struct worker *worker)
{
    uint64_t known;
    return destruction_feed(worker, &known);
}
