/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/act.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "server/core/session.h"
#include "server/metrics.h"
#include "server/store/attempt_store.h"
#include "server/store/audit_store.h"

enum hufu_err act_refuse(struct act *act, enum refusal refusal)
{
    act->refusal = refusal;
    return refusal_error(refusal);
}

enum hufu_err act_refuse_state(struct act *act, enum refusal refusal, const char *state)
{
    act->state = state;
    return act_refuse(act, refusal);
}

enum hufu_err act_refuse_reason(struct act *act, enum refusal refusal, const char *reason)
{
    act->reason = reason;
    return act_refuse(act, refusal);
}

enum hufu_err act_refuse_field(struct act *act, const char *field, const char *reason)
{
    act->field = field;
    return act_refuse_reason(act, REFUSAL_BAD_FIELD, reason);
}

void act_set_key(struct act *act, const uint8_t key_id[UUID_SIZE])
{
    act->has_key = true;
    memcpy(act->key_id, key_id, UUID_SIZE);
}

void act_set_project(struct act *act, const uint8_t project_id[UUID_SIZE])
{
    act->has_project = true;
    memcpy(act->project_id, project_id, UUID_SIZE);
}

void act_set_account(struct act *act, const uint8_t project_id[UUID_SIZE],
                     const uint8_t account_id[UUID_SIZE])
{
    act_set_project(act, project_id);
    act->has_account = true;
    memcpy(act->account_id, account_id, UUID_SIZE);
}

void act_set_party(struct act *act, const uint8_t account_id[UUID_SIZE])
{
    act->has_party = true;
    memcpy(act->party_id, account_id, UUID_SIZE);
}

void act_set_device(struct act *act, const uint8_t device_id[UUID_SIZE])
{
    act->has_device = true;
    memcpy(act->device_id, device_id, UUID_SIZE);
}

void act_set_session(struct act *act, const struct session *session)
{
    act->principal.kind = PRINCIPAL_DEVICE;
    memset(act->principal.token_hash, 0, sizeof act->principal.token_hash);
    memcpy(act->principal.project_id, session->project_id, UUID_SIZE);
    memcpy(act->principal.account_id, session->account_id, UUID_SIZE);
    memcpy(act->principal.device_id, session->device_id, UUID_SIZE);
    memcpy(act->principal.session_id, session->session_id, UUID_SIZE);
}

static const uint8_t *act_project(const struct act *act)
{
    static const uint8_t service[UUID_SIZE] = {0};
    if (act->has_project)
        return act->project_id;
    return act->principal.kind == PRINCIPAL_DEVICE ? act->principal.project_id : service;
}

/* The device that did it, or that an operator did it to. */
static const uint8_t *act_device(const struct act *act)
{
    if (act->principal.kind == PRINCIPAL_DEVICE)
        return act->principal.device_id;
    return act->has_device ? act->device_id : NULL;
}

/* The device that another one did it to. */
static const uint8_t *act_target(const struct act *act)
{
    bool another = act->principal.kind == PRINCIPAL_DEVICE && act->has_device &&
                   memcmp(act->principal.device_id, act->device_id, UUID_SIZE) != 0;
    return another ? act->device_id : NULL;
}

static enum hufu_err act_insert(struct worker *worker, const struct act *act, const char *outcome,
                                const char *detail)
{
    bool device = act->principal.kind == PRINCIPAL_DEVICE;
    char actor[AUDIT_ACTOR_MAX + 1] = "service"; /* its own threads */
    /* Who has no session yet is a device once its key has proved it, and else somebody or other. */
    if (device || (act->principal.kind == PRINCIPAL_NONE && act->has_device))
        snprintf(actor, sizeof actor, "device");
    else if (act->principal.kind == PRINCIPAL_NONE)
        snprintf(actor, sizeof actor, "anonymous");
    else if (act->principal.kind == PRINCIPAL_OPERATOR)
        snprintf(actor, sizeof actor, "operator:%lu", (unsigned long)act->principal.uid);
    const struct audit_entry entry = {
        .project_id = act_project(act),
        .actor = actor,
        .action = act->action,
        .outcome = outcome,
        .account_id = act->has_account ? act->account_id
                      : device         ? act->principal.account_id
                                       : NULL,
        .device_id = act_device(act),
        .target_id = act_target(act),
        .party_id = act->has_party ? act->party_id : NULL,
        .key_id = act->has_key ? act->key_id : NULL,
        .binding_id = act->has_binding ? act->binding_id : NULL,
        .request_id = act->has_request ? act->request_id : NULL,
        .session_id = act->has_session ? act->session_id
                      : device         ? act->principal.session_id
                                       : NULL,
        .trace = worker->trace,
        .detail = detail,
    };
    return audit_insert(worker->store, &entry);
}

enum hufu_err act_record(struct worker *worker, const struct act *act, const char *detail)
{
    return act_insert(worker, act, refusal_slug(REFUSAL_NONE), detail);
}

enum hufu_err act_record_refusal(struct worker *worker, struct act *act, enum refusal refusal)
{
    act->recorded = true;
    return act_insert(worker, act, refusal_slug(refusal), NULL);
}

/* Whether the sender has shown no more than a token: whose it is, not who sends it. */
static bool act_is_unproved(const struct act *act)
{
    return act->principal.kind == PRINCIPAL_TOKEN || act->refusal == REFUSAL_DPOP_PROOF_INVALID ||
           act->refusal == REFUSAL_DPOP_PROOF_TIME || act->refusal == REFUSAL_DEVICE_SIGNATURE_INVALID;
}

/* Counts one more of those of the principal's session; written: it is one of the first. */
static enum hufu_err act_count_unproved(struct worker *worker, const struct act *act, bool *written)
{
    uint8_t subject[HASH_SIZE];
    int64_t moment_us;
    hash_sha256(subject, bytes_of(act->principal.session_id, UUID_SIZE));
    const struct attempt attempt = {
        .project_id = act->principal.project_id, .kind = ATTEMPT_UNPROVED, .subject = subject};
    const struct attempt_limit limit = {.limit = ACT_UNPROVED_PER_HOUR, .window_seconds = 3600};
    enum hufu_err err = attempt_take(worker->store, &attempt, &limit, written, &moment_us);
    if (err == HUFU_OK && !*written)
        metrics_add(worker->metrics, METRICS_REFUSALS_UNWRITTEN, 1);
    return err;
}

enum hufu_err act_close(struct worker *worker, struct act *act, const char *slug)
{
    bool unproved = act_is_unproved(act), written = true;
    if (act->recorded)
        return HUFU_OK;
    if (act->principal.kind == PRINCIPAL_TOKEN) {
        enum hufu_err err = session_identify(worker, &act->principal, act->principal.token_hash);
        if (err != HUFU_OK)
            return err;
    }
    if (act->principal.kind == PRINCIPAL_NONE && !act->has_account) {
        /* Anonymous garbage is counted and logged, not written to the database. (Who shows a code that exists has an
         * account.) */
        log_event(LOG_INFO, "act.refused", "request_id", worker->trace, "action", act->action, "outcome",
                  slug, NULL);
        return HUFU_OK;
    }
    if (unproved && act->principal.kind == PRINCIPAL_DEVICE) {
        enum hufu_err err = act_count_unproved(worker, act, &written);
        if (err != HUFU_OK)
            return err;
    }
    act->recorded = true;
    return written ? act_insert(worker, act, slug, act->state) : HUFU_OK;
}
