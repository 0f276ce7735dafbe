/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/remembered.h"

#include <sys/random.h>

#include "common/secret.h"
#include "server/core/authentication.h"
#include "server/store/account_store.h"
#include "server/store/project_store.h"
#include "server/store/remembered_store.h"
#include "server/store/session_store.h"

void remembered_out_wipe(struct remembered_out *out)
{
    secret_wipe(out, sizeof *out);
}

enum hufu_err remembered_signed_message(struct buf *message, const uint8_t *authentication,
                                        const uint8_t *remembered)
{
    buf_put_field_text(message, "hufu/remembered-password");
    buf_put_field(message, authentication, AUTHENTICATION_TOKEN_SIZE);
    buf_put_field(message, remembered, REMEMBERED_TOKEN_SIZE);
    return buf_finish(message);
}

static enum hufu_err remembered_insert_new(struct worker *worker, const struct act *act, int64_t days,
                                           struct remembered_out *out)
{
    uint8_t token_hash[HASH_SIZE];
    const struct principal *principal = &act->principal;
    if (getrandom(out->token, sizeof out->token, 0) != (ssize_t)sizeof out->token)
        return HUFU_ERR_INTERNAL;
    hash_sha256(token_hash, bytes_of(out->token, sizeof out->token));
    return remembered_insert(worker->store, principal->project_id, principal->account_id,
                             principal->device_id, token_hash, (int32_t)days, &out->expires_ms);
}

/* With the account and the session locked (store.h): a change of the password, or the session's end, comes before or after, and
 * then revokes what is made here. */
static enum hufu_err remembered_permit(struct worker *worker, struct act *act)
{
    struct account account;
    struct session_view session;
    enum hufu_err err = account_lock(worker->store, act->principal.account_id, &account);
    if (err == HUFU_OK && account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (err == HUFU_OK)
        err = session_lock(worker->store, act->principal.session_id, &session);
    if (err == HUFU_OK && (session.expired || session.state != SESSION_OPEN))
        return act_refuse(act, REFUSAL_UNAUTHENTICATED);
    return err == HUFU_OK ? authentication_held(worker, act, METHOD_BIT(AUTHENTICATION_PASSWORD)) : err;
}

enum hufu_err remembered_create(struct worker *worker, struct act *act, struct remembered_out *out)
{
    struct project project;
    *out = (struct remembered_out){.expires_ms = 0};
    enum hufu_err err = project_read(worker->store, act->principal.project_id, &project);
    if (err == HUFU_OK && project.rules.remember_days == 0)
        err = act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the project does not have passwords remembered");
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = remembered_permit(worker, act);
    if (err == HUFU_OK)
        err = remembered_insert_new(worker, act, project.rules.remember_days, out);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err remembered_forget(struct worker *worker, struct act *act)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = remembered_revoke_device(worker->store, act->principal.device_id);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
