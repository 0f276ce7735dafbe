/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/maintenance.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "server/core/certificate.h"
#include "server/core/crl.h"
#include "server/hsmc/hsmc.h"
#include "server/store/maintenance_store.h"
#include "server/store/request_store.h"
#include "server/worker.h"

static void list_drop(uint8_t **list)
{
    free(*list);
}

/* A CA that was not made has no list; that is not an error. */
static enum hufu_err renew_lists(struct worker *worker)
{
    __attribute__((cleanup(list_drop))) uint8_t *memory = malloc(HSMC_CRL_MAX);
    enum hufu_err err = memory ? HUFU_OK : HUFU_ERR_INTERNAL;
    for (size_t i = 0; certificate_ca_names[i] && !err; i++) {
        struct buf der;
        buf_init(&der, memory, HSMC_CRL_MAX);
        err = crl_current(worker, certificate_ca_names[i], &der);
        if (err == HUFU_ERR_NOT_FOUND)
            err = HUFU_OK;
    }
    return err;
}

enum hufu_err maintenance_run(struct worker *worker)
{
    int32_t made = 0;
    bool more = true;
    enum hufu_err err = maintenance_make_partitions(worker->store, MAINTENANCE_MONTHS_AHEAD, &made);
    while (!err && more)
        err = request_prune(worker->store, &more);
    return err ? err : renew_lists(worker);
}
