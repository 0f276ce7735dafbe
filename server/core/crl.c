/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/crl.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/certificate_store.h"
#include "server/store/crl_store.h"

/* Too large for a stack that others stand on. */
struct crl_revoked {
    struct certificate_revoked stored[HSMC_REVOCATIONS_MAX];
    struct hsmc_revocation listed[HSMC_REVOCATIONS_MAX];
};

static void crl_free_revoked(struct crl_revoked **revoked)
{
    free(*revoked);
}

static enum hufu_err crl_list_revoked(struct worker *worker, const char *ca, struct crl_revoked *revoked,
                                      size_t *count)
{
    enum hufu_err err =
        certificate_list_revoked(worker->store, ca, revoked->stored, HSMC_REVOCATIONS_MAX, count);
    for (size_t i = 0; i < *count; i++) {
        memcpy(revoked->listed[i].serial, revoked->stored[i].serial, HSMC_SERIAL_SIZE);
        revoked->listed[i].revoked_ms = revoked->stored[i].revoked_ms;
        revoked->listed[i].reason = revoked->stored[i].reason;
    }
    return err;
}

/* Makes and stores the list that follows last. der gets it. */
static enum hufu_err crl_make(struct worker *worker, const char *ca, const struct crl *last, struct buf *der)
{
    struct crl_revoked *revoked __attribute__((cleanup(crl_free_revoked))) = malloc(sizeof *revoked);
    struct crl next = {.number = last->number + 1};
    size_t count;
    if (revoked == NULL)
        return HUFU_ERR_INTERNAL;
    /* The time is read before the revocations: one that comes between makes this list stale at once. */
    enum hufu_err err = store_healthy(worker->store, &next.this_update_ms);
    if (err == HUFU_OK)
        err = crl_list_revoked(worker, ca, revoked, &count);
    if (err != HUFU_OK)
        return err;
    next.next_update_ms = next.this_update_ms + CRL_HOURS * UINT64_C(3600000);
    const struct hsmc_crl call = {
        .ca = ca,
        .number = (uint64_t)next.number,
        .this_update_ms = next.this_update_ms,
        .next_update_ms = next.next_update_ms,
        .revoked = revoked->listed,
        .revoked_count = count,
    };
    err = hsmc_crl_issue(worker->hsmc, worker->trace, &call, der);
    return err == HUFU_OK ? crl_insert(worker->store, ca, &next, buf_bytes(der)) : err;
}

enum hufu_err crl_current(struct worker *worker, struct act *act, const char *ca, struct buf *der)
{
    struct crl last;
    uint64_t now = 0;
    enum hufu_err err = crl_read(worker->store, ca, &last, der);
    if (err == HUFU_OK && !last.stale)
        return HUFU_OK;
    bool kept = err == HUFU_OK && store_healthy(worker->store, &now) == HUFU_OK && last.next_update_ms > now;
    if (err != HUFU_OK && err != HUFU_ERR_NOT_FOUND)
        return err;
    size_t kept_len = der->len;
    der->len = 0;
    err = crl_make(worker, ca, &last, der);
    if (err == HUFU_OK)
        return HUFU_OK;
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse_reason(act, REFUSAL_NOT_FOUND, "there is no such CA");
    /* Another server was faster, or the private-key process is away. */
    der->len = 0;
    if (err != HUFU_ERR_CONFLICT && !(kept && kept_len > 0))
        return err;
    return crl_read(worker->store, ca, &last, der);
}
