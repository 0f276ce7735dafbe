/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/crl.h"

#include <stdlib.h>
#include <string.h>

#include "server/hsmc/hsmc.h"
#include "server/store/certificate_store.h"
#include "server/store/crl_store.h"
#include "server/worker.h"

#define DAY_MS UINT64_C(86400000)

static void revoked_drop(struct certificate_revoked **list)
{
    free(*list);
}

static void revocations_drop(struct hsmc_revocation **list)
{
    free(*list);
}

/* What the database knows of a CA's revoked certificates, as hufu-hsm takes it. */
static enum hufu_err list_revocations(struct worker *worker, const char *ca, struct hsmc_revocation *out,
                                      size_t *count)
{
    __attribute__((cleanup(revoked_drop))) struct certificate_revoked *revoked =
        calloc(HSMC_REVOCATIONS_MAX, sizeof *revoked);
    if (!revoked)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = certificate_list_revoked(worker->store, ca, revoked, HSMC_REVOCATIONS_MAX, count);
    for (size_t i = 0; i < *count && !err; i++) {
        memcpy(out[i].serial, revoked[i].serial, sizeof out[i].serial);
        out[i].revoked_ms = revoked[i].revoked_ms;
        out[i].reason = revoked[i].reason;
    }
    return err;
}

/* The list after `last`, stored. Of several servers that make the same number the first one's stays. */
static enum hufu_err renew(struct worker *worker, const char *ca, const struct crl *last, struct buf *der)
{
    __attribute__((cleanup(revocations_drop))) struct hsmc_revocation *revoked =
        calloc(HSMC_REVOCATIONS_MAX, sizeof *revoked);
    uint64_t now_ms = 0;
    size_t count = 0, begin = der->len;
    if (!revoked)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = store_healthy(worker->store, &now_ms);
    if (!err)
        err = list_revocations(worker, ca, revoked, &count);
    if (err)
        return err;
    struct crl next = {
        .number = last->number + 1, .this_update_ms = now_ms, .next_update_ms = now_ms + CRL_DAYS * DAY_MS};
    err = hsmc_crl_issue(worker->hsmc, worker->trace,
                         &(struct hsmc_crl){.ca = ca,
                                            .number = (uint64_t)next.number,
                                            .this_update_ms = next.this_update_ms,
                                            .next_update_ms = next.next_update_ms,
                                            .revoked = revoked,
                                            .revoked_count = count},
                         der);
    if (!err)
        err = crl_insert(worker->store, ca, &next, bytes_of(der->data + begin, der->len - begin));
    if (err)
        der->len = begin;
    return err;
}

enum hufu_err crl_current(struct worker *worker, const char *ca, struct buf *der)
{
    struct crl last = {0};
    size_t begin = der->len;
    enum hufu_err err = crl_read(worker->store, ca, &last, der);
    if (err && err != HUFU_ERR_NOT_FOUND)
        return err;
    bool exists = !err;
    if (exists && !last.stale)
        return HUFU_OK;
    der->len = begin;
    err = renew(worker, ca, &last, der);
    if (err == HUFU_ERR_CONFLICT || (err == HUFU_ERR_AWAY && exists))
        return crl_read(worker->store, ca, &last, der);
    return err;
}
