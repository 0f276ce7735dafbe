/* SPDX-License-Identifier: Apache-2.0 */
#include "server/keeper.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/condition.h"
#include "common/log.h"
#include "server/core/data_key.h"
#include "server/core/destruction.h"
#include "server/core/maintenance.h"
#include "server/core/service_key.h"
#include "server/store/schema.h"
#include "server/worker.h"

#define INTERVAL_SECONDS 60
#define RETRY_SECONDS 2
#define DESTRUCTION_SECONDS \
    1 /* how soon a process that comes back, or missed something, is told what was destroyed */

struct keeper {
    struct worker *worker;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    bool schema_checked; /* the thread's own, after the first round */
    enum hufu_err last;  /* likewise: what the log knows */
    enum hufu_err last_destruction;
    atomic_bool failed;
};

static enum hufu_err check_schema(struct keeper *keeper)
{
    char message[256] = "";
    if (keeper->schema_checked)
        return HUFU_OK;
    enum hufu_err err = schema_check(keeper->worker->store, message, sizeof(message));
    keeper->schema_checked = err == HUFU_OK;
    if (err == HUFU_ERR_STATE)
        log_event(LOG_ERROR, "schema.mismatch", "detail", message, NULL);
    return err;
}

static const char *destruction_fault(enum hufu_err err)
{
    if (err == HUFU_ERR_STATE)
        return "a key process knows of more than the database's log has: rows of it are gone";
    if (err == HUFU_ERR_BEHIND)
        return "the database's log ends before the token's head: rows of it are gone";
    if (err == HUFU_ERR_CONFLICT)
        return "the database's log is not the one that a key process or its token knows";
    return hufu_err_name(err);
}

static void tell_destruction(struct keeper *keeper)
{
    if (!keeper->schema_checked)
        return;
    enum hufu_err err = destruction_maintain(keeper->worker);
    if (err != keeper->last_destruction)
        log_event(err ? LOG_ERROR : LOG_INFO, err ? "destruction.failed" : "destruction.works", "detail",
                  err ? destruction_fault(err) : NULL, NULL);
    keeper->last_destruction = err;
}

static enum hufu_err look_after(struct keeper *keeper)
{
    enum hufu_err err = check_schema(keeper);
    tell_destruction(keeper);
    if (!err)
        err = service_key_maintain(keeper->worker);
    enum hufu_err data_key = err ? HUFU_OK : data_key_maintain(keeper->worker);
    if (!err)
        err = maintenance_run(keeper->worker);
    /* Without its key nothing personal is read or written; all else goes on. */
    if (!err)
        err = data_key;
    if (err != keeper->last)
        log_event(err ? LOG_WARNING : LOG_INFO, err ? "maintenance.failed" : "maintenance.works", "detail",
                  err ? hufu_err_name(err) : NULL, NULL);
    keeper->last = err;
    return err;
}

/* False: the keeper shall stop. */
static bool wait_seconds(struct keeper *keeper, time_t seconds)
{
    const struct timespec until = condition_deadline((uint64_t)seconds * 1000);
    (void)pthread_mutex_lock(&keeper->lock);
    while (!keeper->stopping && pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until) == 0)
        ;
    bool go_on = !keeper->stopping;
    (void)pthread_mutex_unlock(&keeper->lock);
    return go_on;
}

/* The same, and looks after what was destroyed meanwhile. */
static bool wait_for_next_round(struct keeper *keeper)
{
    bool go_on = true;
    time_t seconds = keeper->last ? RETRY_SECONDS : INTERVAL_SECONDS;
    for (time_t waited = 0; go_on && waited < seconds; waited += DESTRUCTION_SECONDS) {
        go_on = wait_seconds(keeper, DESTRUCTION_SECONDS);
        if (go_on)
            tell_destruction(keeper);
    }
    return go_on;
}

static void *keep(void *argument)
{
    struct keeper *keeper = argument;
    while (wait_for_next_round(keeper)) {
        if (look_after(keeper) != HUFU_ERR_STATE || keeper->schema_checked)
            continue;
        atomic_store(&keeper->failed, true);
        (void)kill(getpid(), SIGTERM);
        break;
    }
    return NULL;
}

enum hufu_err keeper_start(struct keeper **keeper, struct worker *worker)
{
    *keeper = NULL;
    struct keeper *k = calloc(1, sizeof(*k));
    if (!k)
        return HUFU_ERR_INTERNAL;
    k->worker = worker;
    (void)snprintf(worker->trace, sizeof(worker->trace), "maintenance");
    if (look_after(k) == HUFU_ERR_STATE && !k->schema_checked) {
        free(k);
        return HUFU_ERR_STATE;
    }
    (void)pthread_mutex_init(&k->lock, NULL);
    condition_init(&k->changed);
    if (pthread_create(&k->thread, NULL, keep, k) != 0) {
        free(k);
        return HUFU_ERR_INTERNAL;
    }
    *keeper = k;
    return HUFU_OK;
}

bool keeper_failed(const struct keeper *keeper)
{
    return atomic_load(&keeper->failed);
}

void keeper_free(struct keeper *keeper)
{
    if (!keeper)
        return;
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->stopping = true;
    (void)pthread_cond_signal(&keeper->changed);
    (void)pthread_mutex_unlock(&keeper->lock);
    (void)pthread_join(keeper->thread, NULL);
    (void)pthread_cond_destroy(&keeper->changed);
    (void)pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}
