/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/authorization_policy.h"

#include <string.h>

#include "server/core/authorization.h"
#include "server/core/authorization_hold.h"
#include "server/core/destruction.h"

static const char other_terms[] = "the policy is not what was agreed";

/* ---- the authorized user's device asks ---- */

static enum hufu_err authorization_hold_device(struct worker *worker, struct act *act,
                                               const struct authorization *authorization)
{
    struct device device;
    bool another = authorization->has_binding &&
                   memcmp(authorization->device_id, act->principal.device_id, UUID_SIZE) != 0;
    if (another)
        return act_refuse_reason(act, REFUSAL_CONFLICT,
                                 "another device of the authorized user has its binding");
    enum hufu_err err = device_lock(worker->store, act->principal.device_id, &device);
    if (err == HUFU_OK && device.state != DEVICE_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[device.state]);
    return err;
}

enum hufu_err authorization_ask_binding(struct worker *worker, struct act *act,
                                        const uint8_t authorization_id[UUID_SIZE],
                                        const uint8_t x25519_key[FRAME_X25519_SIZE],
                                        uint8_t key_id[UUID_SIZE], struct handover_offer *out)
{
    struct authorization authorization;
    *out = (struct handover_offer){0};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authorization_hold(worker, act, authorization_id, AUTHORIZATION_BIND, &authorization);
    if (err == HUFU_OK)
        err = authorization_hold_device(worker, act, &authorization);
    if (err != HUFU_OK)
        return err;
    memcpy(key_id, authorization.key_id, UUID_SIZE);
    err = handover_offer_binding(worker, act, authorization.key_id, x25519_key, &authorization, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* ---- the holder's device agrees ---- */

static uint32_t authorization_allows(const struct authorization *authorization)
{
    return authorization->usage == KEY_DECRYPT ? FRAME_ALLOW_DECRYPT : FRAME_ALLOW_SIGN;
}

static bool policy_is_agreed(const struct frame_policy *policy, const struct authorization *authorization)
{
    const struct authorization_terms *terms = &authorization->terms;
    return memcmp(policy->authorization_id, authorization->authorization_id, UUID_SIZE) == 0 &&
           policy->from_ms == terms->from_ms && policy->until_ms == terms->until_ms &&
           policy->operations == authorization_allows(authorization) && policy->uses == (uint64_t)terms->uses;
}

static enum hufu_err authorization_refuse_state(struct act *act, const struct authorization *authorization)
{
    act->has_possible = true;
    act->possible = authorization_possible(act, authorization);
    return act_refuse_state(act, REFUSAL_CONFLICT, authorization_state_names[authorization->state]);
}

enum hufu_err authorization_check_handover(struct worker *worker, struct act *act,
                                           const struct handover *handover, struct bytes encoded)
{
    struct frame_policy policy;
    struct authorization authorization;
    if (frame_policy_parse(&policy, encoded) != HUFU_OK)
        return act_refuse(act, REFUSAL_FRAME_MALFORMED);
    enum hufu_err err = authorization_read(worker->store, handover->authorization_id, &authorization);
    if (err != HUFU_OK)
        return err;
    if (authorization.state != AUTHORIZATION_AWAITING_DEVICE)
        return authorization_refuse_state(act, &authorization);
    return policy_is_agreed(&policy, &authorization) ? HUFU_OK
                                                     : act_refuse_reason(act, REFUSAL_CONFLICT, other_terms);
}

static enum hufu_err policy_parse(struct act *act, const struct submission *submission,
                                  struct frame_policy_for *named, struct frame_policy *policy)
{
    bool parsed = frame_policy_for_parse(named, submission->frame.head.public_part) == HUFU_OK &&
                  frame_policy_parse(policy, named->policy) == HUFU_OK;
    return parsed ? HUFU_OK : act_refuse(act, REFUSAL_FRAME_MALFORMED);
}

enum hufu_err authorization_find_record(struct worker *worker, struct act *act,
                                        const struct submission *submission, struct authorization_record *out)
{
    struct frame_policy policy;
    struct frame_policy_for named;
    struct authorization authorization;
    const uint8_t *holder_id = submission->situation.session.account_id;
    enum hufu_err err = policy_parse(act, submission, &named, &policy);
    if (err == HUFU_OK)
        err = authorization_read_record(worker->store, named.binding_id, out);
    if (err == HUFU_OK)
        err = authorization_read(worker->store, out->authorization_id, &authorization);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    bool own = memcmp(authorization.people[PARTY_HOLDER].account_id, holder_id, UUID_SIZE) == 0 &&
               memcmp(authorization.key_id, submission->frame.head.key_id, UUID_SIZE) == 0;
    if (!own)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (authorization.state == AUTHORIZATION_EXPIRED || authorization.state == AUTHORIZATION_DELETED)
        return authorization_refuse_state(act, &authorization);
    return policy_is_agreed(&policy, &authorization) ? HUFU_OK
                                                     : act_refuse_reason(act, REFUSAL_CONFLICT, other_terms);
}

/* The event of the authorized user's binding; the primary's own is the deciding statement's. */
static enum hufu_err policy_record(struct worker *worker, const struct act *act,
                                   const uint8_t binding_id[UUID_SIZE],
                                   const struct authorization_record *record)
{
    struct act event = *act;
    struct authorization authorization;
    enum hufu_err err = authorization_read(worker->store, record->authorization_id, &authorization);
    event.action = "authorization.policy";
    event.has_binding = true;
    memcpy(event.binding_id, binding_id, UUID_SIZE);
    act_set_party(&event, authorization.people[PARTY_AUTHORIZED].account_id);
    return err == HUFU_OK ? act_record(worker, &event, authorization_state_names[authorization.state]) : err;
}

enum hufu_err authorization_decide_policy(struct worker *worker, struct act *act,
                                          const struct authorization_record *record,
                                          const struct submission *submission,
                                          const struct operation_subject *subject,
                                          const struct operation_outcome *outcome, struct bytes sealed,
                                          struct operation_result *result)
{
    struct frame_policy policy;
    struct frame_policy_for named;
    *result = (struct operation_result){0};
    enum hufu_err err = policy_parse(act, submission, &named, &policy);
    /* The primary's rows first, then the other binding's: the order of everybody who takes both. */
    struct store_transaction transaction STORE_TRANSACTION = {0};
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = operation_decide(worker->store, subject, outcome, result);
    if (err != HUFU_OK || !result->recorded)
        return err;
    err = authorization_put_record(worker->store, named.binding_id, record, sealed);
    if (err == HUFU_OK)
        err = authorization_seal(worker->store, named.binding_id, &policy);
    if (err == HUFU_ERR_STATE)
        return act_refuse_reason(act, REFUSAL_CONFLICT, other_terms);
    if (err == HUFU_OK)
        err = policy_record(worker, act, named.binding_id, record);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err == HUFU_OK)
        destruction_carry_out(worker); /* of the one that was replaced */
    return err;
}
