/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/handover.h"

#include <string.h>

#include "server/core/authorization_policy.h"
#include "server/core/binding.h"
#include "server/identifier.h"
#include "server/store/project_store.h"

#define HANDOVER_EXPIRE_STEPS 100 /* in one round of the maintenance */

static const char handover_over[] = "the binding does not wait for a hand-over any more";

/* The act's device, locked after its account, may ask for keys of others. */
static enum hufu_err handover_hold_device(struct worker *worker, struct act *act)
{
    struct account account;
    struct device device;
    struct project project;
    enum hufu_err err = account_lock(worker->store, act->principal.account_id, &account);
    if (err == HUFU_OK)
        err = device_lock(worker->store, act->principal.device_id, &device);
    if (err == HUFU_OK)
        err = project_read(worker->store, account.project_id, &project);
    if (err != HUFU_OK)
        return err;
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (device.state != DEVICE_WAITING && device.state != DEVICE_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[device.state]);
    if (device.role != DEVICE_SECONDARY)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the primary device makes its keys itself");
    if (project.rules.device_mode == PROJECT_DEVICES_SINGLE)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the project has no secondary devices");
    return HUFU_OK;
}

/* Ends the binding of a hand-over, whose device is locked. */
static enum hufu_err handover_end(struct worker *worker, const struct act *act,
                                  const struct handover *handover)
{
    struct binding_entry entries[BINDING_PER_KEY_MAX];
    size_t count;
    enum hufu_err err = binding_hold_device(worker->store, handover->device_id, entries, &count);
    for (size_t i = 0; err == HUFU_OK && i < count; i++)
        if (memcmp(entries[i].binding_id, handover->binding_id, UUID_SIZE) == 0)
            return entries[i].state == BINDING_WAITING ? binding_remove(worker, act, &entries[i])
                                                       : HUFU_ERR_INTERNAL;
    return err;
}

/* The binding that waits already: the answer, when it was asked for with the same key and its time is not over; else it ends. */
static enum hufu_err handover_take_up(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                      const uint8_t x25519_key[FRAME_X25519_SIZE], struct handover_offer *out,
                                      bool *same)
{
    struct handover waiting;
    *same = false;
    enum hufu_err err = handover_read_of_device(worker->store, act->principal.device_id, key_id, &waiting);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? HUFU_OK : err;
    *same = !waiting.expired && memcmp(waiting.x25519_key, x25519_key, FRAME_X25519_SIZE) == 0;
    if (*same) {
        memcpy(out->binding_id, waiting.binding_id, UUID_SIZE);
        out->expires_ms = waiting.expires_ms;
        return HUFU_OK;
    }
    return handover_end(worker, act, &waiting);
}

/* Each other X25519 key leaves a row and two events. */
static enum hufu_err handover_check_asked(struct worker *worker, struct act *act,
                                          const uint8_t key_id[UUID_SIZE])
{
    int64_t count;
    enum hufu_err err = handover_count_asked(worker->store, act->principal.device_id, key_id, &count);
    return err == HUFU_OK && count >= HANDOVER_ASKS_MAX ? act_refuse(act, REFUSAL_TOO_MANY_TRIES) : err;
}

static enum hufu_err handover_insert_for(struct worker *worker, const struct handover_new *handover,
                                         const struct authorization *authorization, uint64_t *expires_ms)
{
    enum hufu_err err = key_check_room(worker->store, handover->device_id);
    if (err != HUFU_OK)
        return err;
    if (authorization == NULL)
        return handover_insert(worker->store, handover, expires_ms);
    err = authorization_bind(worker->store, authorization, handover->device_id, handover->binding_id,
                             HANDOVER_HOURS);
    return err == HUFU_OK ? handover_begin(worker->store, handover, expires_ms) : err;
}

enum hufu_err handover_offer_binding(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                     const uint8_t x25519_key[FRAME_X25519_SIZE],
                                     const struct authorization *authorization, struct handover_offer *out)
{
    bool same = false;
    enum hufu_err err = handover_take_up(worker, act, key_id, x25519_key, out, &same);
    if (err != HUFU_OK || same)
        return err;
    err = handover_check_asked(worker, act, key_id);
    if (err != HUFU_OK)
        return err;
    identifier_new(out->binding_id);
    const struct handover_new handover = {
        .device_id = act->principal.device_id,
        .key_id = key_id,
        .binding_id = out->binding_id,
        .x25519_key = x25519_key,
    };
    err = handover_insert_for(worker, &handover, authorization, &out->expires_ms);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (err == HUFU_ERR_LIMIT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device has as many keys as it may have");
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device has a half of this key");
    act->has_binding = true;
    memcpy(act->binding_id, out->binding_id, UUID_SIZE);
    return err == HUFU_OK ? act_record(worker, act, binding_state_names[BINDING_WAITING]) : err;
}

enum hufu_err handover_ask(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                           const uint8_t x25519_key[FRAME_X25519_SIZE], struct handover_offer *out)
{
    *out = (struct handover_offer){0};
    act_set_key(act, key_id);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = handover_hold_device(worker, act);
    if (err == HUFU_OK)
        err = handover_offer_binding(worker, act, key_id, x25519_key, NULL, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err handover_keys(struct worker *worker, const struct act *act,
                            struct handover_key keys[HANDOVER_KEYS_MAX], size_t *count)
{
    return handover_list_keys(worker->store, act->principal.account_id, act->principal.device_id, keys,
                              count);
}

enum hufu_err handover_view(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                            const uint8_t binding_id[UUID_SIZE], struct handover *out, bool *own)
{
    act_set_key(act, key_id);
    enum hufu_err err = handover_read(worker->store, binding_id, out);
    if (err != HUFU_OK && err != HUFU_ERR_NOT_FOUND)
        return err;
    /* The key's holder, and the device that asked, which may be an authorized user's. */
    bool found = err == HUFU_OK && memcmp(out->key_id, key_id, UUID_SIZE) == 0;
    *own = found && memcmp(out->device_id, act->principal.device_id, UUID_SIZE) == 0;
    found = *own || (found && memcmp(out->account_id, act->principal.account_id, UUID_SIZE) == 0);
    if (!found)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    return out->expired ? act_refuse_reason(act, REFUSAL_CONFLICT, handover_over) : HUFU_OK;
}

enum hufu_err handover_find(struct worker *worker, struct act *act, const struct submission *submission,
                            struct handover *out)
{
    const struct frame_head *head = &submission->frame.head;
    struct frame_handover named;
    if (frame_handover_parse(&named, head->public_part) != HUFU_OK)
        return act_refuse(act, REFUSAL_FRAME_MALFORMED);
    enum hufu_err err = handover_read(worker->store, named.binding_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    if (memcmp(out->key_id, head->key_id, UUID_SIZE) != 0 ||
        memcmp(out->account_id, submission->situation.session.account_id, UUID_SIZE) != 0)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (out->state != BINDING_WAITING || out->handed_over || out->expired)
        return act_refuse_reason(act, REFUSAL_CONFLICT, handover_over);
    if ((named.policy.len > 0) != out->authorized)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                                 "an authorized user's hand-over has a policy, and no other has one");
    return out->authorized ? authorization_check_handover(worker, act, out, named.policy) : HUFU_OK;
}

/* The window that was sealed into an authorized user's record. */
static enum hufu_err handover_seal_policy(struct worker *worker, const struct handover *handover,
                                          struct bytes encoded)
{
    struct frame_policy policy;
    if (!handover->authorized)
        return HUFU_OK;
    enum hufu_err err = frame_policy_parse(&policy, encoded);
    return err == HUFU_OK ? authorization_seal(worker->store, handover->binding_id, &policy) : err;
}

/* The event of the new binding; the primary's own is the deciding statement's. */
static enum hufu_err handover_record(struct worker *worker, const struct act *act,
                                     const struct handover *handover)
{
    struct act event = *act;
    struct authorization authorization;
    enum hufu_err err = handover->authorized
                            ? authorization_read(worker->store, handover->authorization_id, &authorization)
                            : HUFU_OK;
    if (err != HUFU_OK)
        return err;
    if (handover->authorized)
        act_set_party(&event, authorization.people[PARTY_AUTHORIZED].account_id);
    event.action = "binding.handover";
    act_set_account(&event, handover->project_id, handover->account_id);
    act_set_device(&event, handover->device_id);
    event.has_binding = true;
    memcpy(event.binding_id, handover->binding_id, UUID_SIZE);
    act_set_key(&event, handover->key_id);
    return act_record(worker, &event, NULL);
}

enum hufu_err handover_decide(struct worker *worker, struct act *act, const struct handover *handover,
                              const struct submission *submission, const struct operation_subject *subject,
                              const struct operation_outcome *outcome, struct bytes record,
                              struct operation_result *result)
{
    struct frame_handover named;
    *result = (struct operation_result){0};
    if (frame_handover_parse(&named, submission->frame.head.public_part) != HUFU_OK)
        return HUFU_ERR_INTERNAL;
    /* The primary's rows first, then the new binding's: the order of everybody who takes both. */
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = operation_decide(worker->store, subject, outcome, result);
    if (err != HUFU_OK || !result->recorded)
        return err;
    err = handover_set(worker->store, handover, record, named.sealed_half);
    if (err == HUFU_OK)
        err = handover_seal_policy(worker, handover, named.policy);
    if (err == HUFU_ERR_STATE)
        return act_refuse_reason(act, REFUSAL_CONFLICT, handover_over);
    if (err == HUFU_OK)
        err = handover_record(worker, act, handover);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* One that nobody finished, unless it was finished or removed meanwhile. */
static enum hufu_err handover_expire_one(struct worker *worker, const struct handover *expired)
{
    struct account account;
    struct device device;
    struct handover handover;
    struct act act = {.action = "binding.expire", .principal = {.kind = PRINCIPAL_SERVICE}};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, expired->account_id, &account);
    if (err == HUFU_OK)
        err = device_lock(worker->store, expired->device_id, &device);
    if (err == HUFU_OK)
        err = handover_read(worker->store, expired->binding_id, &handover);
    if (err == HUFU_ERR_NOT_FOUND)
        return HUFU_OK;
    if (err == HUFU_OK)
        err = handover_end(worker, &act, &handover);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err handover_expire(struct worker *worker)
{
    struct handover expired;
    enum hufu_err err = HUFU_OK;
    for (int i = 0; err == HUFU_OK && i < HANDOVER_EXPIRE_STEPS; i++) {
        err = handover_next_expired(worker->store, &expired);
        if (err == HUFU_OK)
            err = handover_expire_one(worker, &expired);
    }
    return err == HUFU_ERR_NOT_FOUND ? HUFU_OK : err;
}
