/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code as a method of authentication: a device that is bound already says yes. */
#include <string.h>
#include <sys/random.h>

#include "server/core/authentication_try.h"
#include "server/store/project_store.h"

/* What one device is to profit from is answered by another one, which takes knowing the first. */
static bool authentication_knows_who_asks(const struct authentication *authentication)
{
    bool device = authentication->purpose == AUTHENTICATION_SIGN_IN ||
                  authentication->purpose == AUTHENTICATION_BIND_DEVICE;
    return !device || authentication->has_device_key;
}

enum hufu_err authentication_show_qr(struct worker *worker, struct act *act, const uint8_t *token,
                                     uint8_t code[AUTHENTICATION_QR_SIZE])
{
    struct authentication_try shown AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    uint8_t qr_hash[HASH_SIZE];
    memset(code, 0, AUTHENTICATION_QR_SIZE);
    enum hufu_err err = authentication_try_look(worker, act, token, AUTHENTICATION_QR, &shown);
    if (err != HUFU_OK)
        return err;
    if (!authentication_knows_who_asks(&shown.view.authentication))
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "it was begun without device_key");
    if (getrandom(code, AUTHENTICATION_QR_SIZE, 0) != AUTHENTICATION_QR_SIZE)
        return HUFU_ERR_INTERNAL;
    hash_sha256(qr_hash, bytes_of(code, AUTHENTICATION_QR_SIZE));
    return authentication_set_qr(worker->store, shown.view.authentication.authentication_id, qr_hash);
}

/* With the authentication locked, in the transaction in hand. */
static enum hufu_err authentication_scan(struct worker *worker, struct act *act, const uint8_t *code,
                                         struct authentication_scanned *out)
{
    uint8_t qr_hash[HASH_SIZE];
    const struct authentication *authentication = &out->authentication;
    hash_sha256(qr_hash, bytes_of(code, AUTHENTICATION_QR_SIZE));
    enum hufu_err err = authentication_lock_qr(worker->store, qr_hash, act->principal.device_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    bool ours = authentication->has_account &&
                memcmp(authentication->account_id, act->principal.account_id, UUID_SIZE) == 0;
    return ours && authentication_is_under_way(authentication) ? HUFU_OK : act_refuse(act, REFUSAL_NOT_FOUND);
}

enum hufu_err authentication_read_qr(struct worker *worker, struct act *act, const uint8_t *code,
                                     struct authentication_request *out)
{
    struct authentication_scanned scanned;
    *out = (struct authentication_request){.begun_ms = 0};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_scan(worker, act, code, &scanned);
    if (err == HUFU_OK)
        *out = (struct authentication_request){scanned.authentication.purpose, scanned.begun_ms,
                                               scanned.expires_ms};
    return err;
}

enum hufu_err authentication_approve_qr(struct worker *worker, struct act *act, const uint8_t *code)
{
    struct project project;
    struct authentication_scanned scanned;
    struct authentication_progress progress;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = project_read(worker->store, act->principal.project_id, &project);
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_scan(worker, act, code, &scanned);
    if (err != HUFU_OK)
        return err;
    if (scanned.same || !authentication_knows_who_asks(&scanned.authentication))
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the device that asks cannot answer itself");
    if (!scanned.bound)
        return act_refuse(act, REFUSAL_BINDING_NOT_ACTIVE);
    err = authentication_set_qr(worker->store, scanned.authentication.authentication_id, NULL);
    if (err != HUFU_OK)
        return err;
    struct authentication_try attempted AUTHENTICATION_TRY_WIPED = {
        .view = {.authentication = scanned.authentication,
                 .rule = authentication_rule(&project, scanned.authentication.purpose)},
        .passes = METHOD_BIT(AUTHENTICATION_QR)};
    return authentication_try_right(worker, act, &attempted, &transaction, &progress);
}
