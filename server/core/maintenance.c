/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/maintenance.h"

#include <stdlib.h>

#include "server/core/crl.h"
#include "server/core/handover.h"
#include "server/core/notice.h"
#include "server/core/service_key.h"
#include "server/store/attempt_store.h"
#include "server/store/authentication_store.h"
#include "server/store/captcha_store.h"
#include "server/store/code_store.h"
#include "server/store/maintenance_store.h"
#include "server/store/request_store.h"
#include "server/store/session_store.h"

/* Half a minute of requests each: one hour's are gone within one round. */
#define MAINTENANCE_PRUNE_STEPS 120
#define MAINTENANCE_NOTICES_AT_ONCE 10000

static enum hufu_err maintenance_prune(struct worker *worker)
{
    bool more = true;
    enum hufu_err err = HUFU_OK;
    for (int i = 0; err == HUFU_OK && more && i < MAINTENANCE_PRUNE_STEPS; i++)
        err = request_prune(worker->store, &more);
    return err;
}

static enum hufu_err maintenance_prune_proofs(struct worker *worker)
{
    int32_t pruned = 1;
    enum hufu_err err = HUFU_OK;
    for (int i = 0; err == HUFU_OK && pruned > 0 && i < MAINTENANCE_PRUNE_STEPS; i++)
        err = session_prune_proofs(worker->store, &pruned);
    return err;
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
        if (first == HUFU_OK && err != HUFU_ERR_NOT_FOUND)
            first = err;
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

static enum hufu_err maintenance_prune_notices(struct worker *worker)
{
    int32_t removed = MAINTENANCE_NOTICES_AT_ONCE;
    enum hufu_err err = HUFU_OK;
    while (err == HUFU_OK && removed == MAINTENANCE_NOTICES_AT_ONCE)
        err = notice_prune(worker->store, NOTICE_KEEP_DAYS, MAINTENANCE_NOTICES_AT_ONCE, &removed);
    return err;
}

enum hufu_err maintenance_run(struct worker *worker)
{
    int32_t made;
    enum hufu_err partitions = maintenance_make_partitions(worker->store, MAINTENANCE_MONTHS_AHEAD, &made);
    enum hufu_err pruned = maintenance_prune(worker);
    enum hufu_err proofs = maintenance_prune_proofs(worker);
    enum hufu_err expired = handover_expire(worker);
    if (pruned == HUFU_OK)
        pruned = maintenance_prune_authentications(worker);
    enum hufu_err notices = maintenance_prune_notices(worker);
    enum hufu_err crls = maintenance_renew_crls(worker);
    return partitions != HUFU_OK ? partitions
           : pruned != HUFU_OK   ? pruned
           : proofs != HUFU_OK   ? proofs
           : expired != HUFU_OK  ? expired
           : notices != HUFU_OK  ? notices
                                 : crls;
}
