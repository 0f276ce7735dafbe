/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/session.h"

#include <string.h>
#include <sys/random.h>

#include "server/core/confirm.h"
#include "server/core/device_key.h"
#include "server/core/machine.h"
#include "server/identifier.h"
#include "server/metrics.h"
#include "server/store/project_store.h"
#include "server/store/remembered_store.h"

static const uint8_t session_table[SESSION_STATE_COUNT][SESSION_EVENT_COUNT] = {
    [SESSION_OPEN] = {[SESSION_USE] = MACHINE_TO(SESSION_OPEN), [SESSION_END] = MACHINE_TO(SESSION_ENDED)},
};
static const struct machine session_machine = MACHINE_OF(session_table);

bool session_step(enum session_state state, enum session_event event, enum session_state *next)
{
    unsigned to;
    bool may = machine_step(&session_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum session_state)to;
    return may;
}

static enum hufu_err session_find(struct worker *worker, const uint8_t token_hash[HASH_SIZE],
                                  struct session *session)
{
    enum session_state next;
    enum hufu_err err = session_read(worker->store, token_hash, session);
    if (err == HUFU_OK && (session->expired || !session_step(session->state, SESSION_USE, &next)))
        err = HUFU_ERR_NOT_FOUND;
    if (err == HUFU_ERR_NOT_FOUND) {
        metrics_add(worker->metrics, METRICS_SESSIONS_REFUSED, 1);
        err = HUFU_ERR_UNAUTHENTICATED;
    }
    return err;
}

enum hufu_err session_identify(struct worker *worker, struct principal *principal,
                               const uint8_t token_hash[HASH_SIZE])
{
    struct session session;
    struct act act = {.refusal = REFUSAL_NONE};
    enum hufu_err err = session_find(worker, token_hash, &session);
    if (err != HUFU_OK)
        return err;
    act_set_session(&act, &session);
    *principal = act.principal;
    return HUFU_OK;
}

static bool session_proof_is_near(const struct dpop_proof *proof, uint64_t now_ms)
{
    const int64_t now_s = (int64_t)(now_ms / 1000), most_s = SESSION_PROOF_TIME_MAX_MS / 1000;
    return proof->issued_s >= now_s - most_s && proof->issued_s <= now_s + most_s;
}

/* The device's key, and its signature. */
static bool session_proof_holds(const struct session *session, const struct dpop_proof *proof)
{
    return proof != NULL && memcmp(proof->key, session->device_key, sizeof proof->key) == 0 &&
           device_key_verify_var(session->device_key, proof->signed_part, proof->signature) == HUFU_OK;
}

/* A device that waits for its first half asks for it by its session. */
static bool session_stands(const struct session *session)
{
    return session->account_state == ACCOUNT_ACTIVE &&
           (session->device_state == DEVICE_ACTIVE || session->device_state == DEVICE_WAITING);
}

static enum hufu_err session_refuse_standing(struct act *act, const struct session *session)
{
    if (session->account_state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[session->account_state]);
    return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[session->device_state]);
}

enum hufu_err session_authenticate(struct worker *worker, struct act *act, enum session_need need,
                                   const uint8_t token_hash[HASH_SIZE], const struct dpop_proof *proof)
{
    struct session session;
    bool fresh;
    enum hufu_err err = session_find(worker, token_hash, &session);
    if (err != HUFU_OK)
        return err == HUFU_ERR_UNAUTHENTICATED ? act_refuse(act, REFUSAL_UNAUTHENTICATED) : err;
    act_set_session(act, &session);
    if (!session_proof_holds(&session, proof))
        return act_refuse(act, REFUSAL_DPOP_PROOF_INVALID);
    if (!session_proof_is_near(proof, session.now_ms)) {
        act->service_time_ms = session.now_ms;
        return act_refuse(act, REFUSAL_DPOP_PROOF_TIME);
    }
    err = session_spend(worker->store, &session, proof->jti_hash, &fresh);
    if (err == HUFU_OK && !fresh)
        return act_refuse_reason(act, REFUSAL_DPOP_PROOF_INVALID, "a proof of this jti was used before");
    if (err != HUFU_OK)
        return err;
    act->principal.restricted = !session_stands(&session);
    bool suffices = !act->principal.restricted || need == SESSION_NEED_NOTHING;
    return suffices ? HUFU_OK : session_refuse_standing(act, &session);
}

enum hufu_err session_open(struct worker *worker, struct act *act, const struct account *account,
                           const uint8_t device_id[UUID_SIZE], const char *application,
                           uint8_t token[SESSION_TOKEN_SIZE], uint64_t *expires_ms)
{
    uint8_t token_hash[HASH_SIZE];
    struct project project;
    act->has_session = true;
    identifier_new(act->session_id);
    if (getrandom(token, SESSION_TOKEN_SIZE, 0) != SESSION_TOKEN_SIZE)
        return HUFU_ERR_INTERNAL;
    hash_sha256(token_hash, bytes_of(token, SESSION_TOKEN_SIZE));
    enum hufu_err err = project_read(worker->store, account->project_id, &project);
    if (err != HUFU_OK)
        return err;
    const struct session_entry entry = {
        .project_id = account->project_id,
        .session_id = act->session_id,
        .account_id = account->account_id,
        .device_id = device_id,
        .application = application != NULL ? application : SESSION_APPLICATION_DEFAULT,
        .token_hash = token_hash,
        .days = (int32_t)project.rules.session_days,
    };
    err = session_end_application(worker->store, device_id, entry.application);
    return err == HUFU_OK ? session_insert(worker->store, &entry, expires_ms) : err;
}

/* An operator's act is about the session's device; a device's own stays its own. */
static void session_set_act(struct act *act, const struct session_view *session)
{
    act_set_account(act, session->project_id, session->account_id);
    act_set_device(act, session->device_id);
}

/* Ends it, if the account may see it; NULL: any account. */
static enum hufu_err session_close(struct worker *worker, struct act *act,
                                   const uint8_t session_id[UUID_SIZE], const uint8_t *account_id)
{
    struct session_view session;
    enum session_state next;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = session_lock(worker->store, session_id, &session);
    bool visible =
        err == HUFU_OK && (account_id == NULL || memcmp(session.account_id, account_id, UUID_SIZE) == 0);
    if (err == HUFU_ERR_NOT_FOUND || (err == HUFU_OK && !visible))
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (err != HUFU_OK)
        return err;
    if (account_id == NULL)
        session_set_act(act, &session);
    if (session.expired || !session_step(session.state, SESSION_END, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, session_state_names[SESSION_ENDED]);
    err = session_end_one(worker->store, session_id);
    if (err == HUFU_OK)
        err = remembered_revoke_device(worker->store, session.device_id);
    if (err == HUFU_OK)
        err = act_record(worker, act, session.application);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err session_sign_out(struct worker *worker, struct act *act, const uint8_t session_id[UUID_SIZE])
{
    bool own = memcmp(session_id, act->principal.session_id, UUID_SIZE) == 0;
    if (act->principal.restricted && !own)
        return act_refuse_reason(
            act, REFUSAL_NOT_ALLOWED,
            "the device is frozen, or the account not active: it ends its own session alone");
    /* It could not confirm anything. */
    enum hufu_err err =
        act->principal.restricted ? HUFU_OK : confirm_check(worker, act, PROJECT_CONFIRM_SIGN_OUT);
    return err == HUFU_OK ? session_close(worker, act, session_id, act->principal.account_id) : err;
}

enum hufu_err session_end(struct worker *worker, struct act *act, const uint8_t session_id[UUID_SIZE])
{
    return session_close(worker, act, session_id, NULL);
}

enum hufu_err session_sign_out_all(struct worker *worker, struct act *act, uint64_t *ended)
{
    struct account account;
    *ended = 0;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = confirm_check(worker, act, PROJECT_CONFIRM_SIGN_OUT);
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    /* Whoever signs in meanwhile has done so now, and is ended below, or comes after. */
    if (err == HUFU_OK)
        err = account_lock(worker->store, act->principal.account_id, &account);
    if (err == HUFU_OK)
        err = session_end_account(worker->store, act->principal.account_id, ended);
    if (err == HUFU_OK)
        err = remembered_revoke_account(worker->store, act->principal.account_id);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
