/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/maintenance.h"

#include <stdlib.h>

#include "server/core/authorization_reminder.h"
#include "server/core/crl.h"
#include "server/core/handover.h"
#include "server/core/notice.h"
#include "server/core/service_key.h"
#include "server/core/session.h"
#include "server/store/attempt_store.h"
#include "server/store/authentication_store.h"
#include "server/store/captcha_store.h"
#include "server/store/code_store.h"
#include "server/store/maintenance_store.h"
#include "server/store/request_store.h"
#include "server/store/session_store.h"

/* Half a minute of requests each: one hour's are gone within one round. */
#define MAINTENANCE_PRUNE_STEPS 120
#define MAINTENANCE_AT_ONCE 10000

static enum hufu_err maintenance_partition(struct worker *worker)
{
    int32_t made;
    return maintenance_make_partitions(worker->store, MAINTENANCE_MONTHS_AHEAD, &made);
}

/* What is removed step by step; *more: there may be another. */
static enum hufu_err maintenance_prune_request(struct worker *worker, bool *more)
{
    return request_prune(worker->store, more);
}

static enum hufu_err maintenance_prune_proof(struct worker *worker, bool *more)
{
    int32_t pruned;
    enum hufu_err err = session_prune_proofs(worker->store, &pruned);
    *more = pruned > 0;
    return err;
}

static enum hufu_err maintenance_prune_notice(struct worker *worker, bool *more)
{
    int32_t removed;
    enum hufu_err err = notice_prune(worker->store, NOTICE_KEEP_DAYS, MAINTENANCE_AT_ONCE, &removed);
    *more = removed == MAINTENANCE_AT_ONCE;
    return err;
}

static enum hufu_err maintenance_prune_session(struct worker *worker, bool *more)
{
    int32_t removed;
    enum hufu_err err = session_prune(worker->store, SESSION_KEEP_DAYS, MAINTENANCE_AT_ONCE, &removed);
    *more = removed == MAINTENANCE_AT_ONCE;
    return err;
}

static void maintenance_keep_first(enum hufu_err *first, enum hufu_err err)
{
    if (*first == HUFU_OK)
        *first = err;
}

static void maintenance_free(uint8_t **memory)
{
    free(*memory);
}

static enum hufu_err maintenance_renew_crls(struct worker *worker)
{
    uint8_t *memory __attribute__((cleanup(maintenance_free))) = malloc(HSMC_CRL_MAX);
    if (memory == NULL)
        return HUFU_ERR_INTERNAL;
    enum hufu_err first = HUFU_OK;
    for (size_t i = 0; service_ca_names[i] != NULL; i++) {
        struct act act = {.action = "crl.renew"};
        struct buf der;
        buf_init(&der, memory, HSMC_CRL_MAX);
        enum hufu_err err = crl_current(worker, &act, service_ca_names[i], &der);
        if (err != HUFU_ERR_NOT_FOUND)
            maintenance_keep_first(&first, err);
    }
    return first;
}

/* What is over and was never more than a means. */
static enum hufu_err maintenance_prune_authentications(struct worker *worker)
{
    enum hufu_err err = authentication_prune(worker->store);
    if (err == HUFU_OK)
        err = code_prune(worker->store);
    if (err == HUFU_OK)
        err = captcha_prune(worker->store);
    return err == HUFU_OK ? attempt_prune(worker->store) : err;
}

typedef enum hufu_err maintenance_step(struct worker *worker, bool *more);

static enum hufu_err maintenance_repeat(struct worker *worker, maintenance_step *step)
{
    bool more = true;
    enum hufu_err err = HUFU_OK;
    for (int i = 0; err == HUFU_OK && more && i < MAINTENANCE_PRUNE_STEPS; i++)
        err = step(worker, &more);
    return err;
}

enum hufu_err maintenance_run(struct worker *worker)
{
    static maintenance_step *const steps[] = {
        maintenance_prune_request,
        maintenance_prune_proof,
        maintenance_prune_notice,
        maintenance_prune_session,
    };
    static enum hufu_err (*const tasks[])(struct worker *) = {
        maintenance_partition,  maintenance_prune_authentications, handover_expire, authorization_remind_ends,
        maintenance_renew_crls,
    };
    enum hufu_err first = HUFU_OK;
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        maintenance_keep_first(&first, tasks[i](worker));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        maintenance_keep_first(&first, maintenance_repeat(worker, steps[i]));
    return first;
}
