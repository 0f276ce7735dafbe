/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/binding.h"

#include <string.h>

#include "server/core/machine.h"
#include "server/store/authorization_store.h"
#include "server/store/handover_store.h"

static const uint8_t binding_table[BINDING_STATE_COUNT][BINDING_EVENT_COUNT] = {
    [BINDING_WAITING] =
        {
            [BINDING_ACTIVATE] = MACHINE_TO(BINDING_ACTIVE),
            [BINDING_REMOVE] = MACHINE_TO(BINDING_REMOVED),
        },
    [BINDING_ACTIVE] =
        {
            [BINDING_FREEZE] = MACHINE_TO(BINDING_FROZEN),
            [BINDING_REMOVE] = MACHINE_TO(BINDING_REMOVED),
        },
    [BINDING_FROZEN] =
        {
            [BINDING_UNFREEZE] = MACHINE_TO(BINDING_ACTIVE),
            [BINDING_REMOVE] = MACHINE_TO(BINDING_REMOVED),
        },
};
static const struct machine binding_machine = MACHINE_OF(binding_table);

bool binding_step(enum binding_state state, enum binding_event event, enum binding_state *next)
{
    unsigned to;
    bool may = machine_step(&binding_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum binding_state)to;
    return may;
}

static enum hufu_err binding_check_accounts(struct act *act, const struct standing *standing)
{
    if (standing->device_account_state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE,
                                account_state_names[standing->device_account_state]);
    if (standing->account_state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE,
                                account_state_names[standing->account_state]);
    return HUFU_OK;
}

enum hufu_err binding_check_people(struct act *act, const struct standing *standing)
{
    enum hufu_err err = binding_check_accounts(act, standing);
    if (err == HUFU_OK && standing->device_state != DEVICE_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[standing->device_state]);
    return err;
}

enum hufu_err binding_check_waiting(struct act *act, const struct standing *standing)
{
    return standing->device_state == DEVICE_WAITING ? binding_check_accounts(act, standing)
                                                    : binding_check_people(act, standing);
}

enum hufu_err binding_check_active(struct act *act, const struct standing *standing)
{
    if (standing->state != BINDING_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, binding_state_names[standing->state]);
    return HUFU_OK;
}

enum hufu_err binding_check_upkeep(struct act *act, const struct standing *standing)
{
    if (standing->device_account_state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE,
                                account_state_names[standing->device_account_state]);
    if (standing->device_state != DEVICE_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[standing->device_state]);
    if (standing->own_state != BINDING_ACTIVE && standing->own_state != BINDING_FROZEN)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, binding_state_names[standing->own_state]);
    return standing->locked ? act_refuse(act, REFUSAL_PIN_LOCKED) : HUFU_OK;
}

enum hufu_err binding_check_use(struct act *act, const struct standing *standing, uint32_t cost)
{
    if (standing->locked)
        return act_refuse(act, REFUSAL_PIN_LOCKED);
    if (!standing->in_window)
        return act_refuse(act, REFUSAL_WINDOW_CLOSED);
    if (standing->uses_counted && standing->uses_left < (int64_t)cost)
        return act_refuse(act, REFUSAL_USES_EXHAUSTED);
    return HUFU_OK;
}

/* The audit event of what happened to one binding. */
static enum hufu_err binding_record(struct worker *worker, const struct act *act,
                                    const struct binding_entry *entry, enum binding_state state)
{
    struct act event = *act;
    act_set_account(&event, entry->project_id, entry->account_id);
    act_set_device(&event, entry->device_id);
    event.has_binding = true;
    memcpy(event.binding_id, entry->binding_id, UUID_SIZE);
    act_set_key(&event, entry->key_id);
    return act_record(worker, &event, binding_state_names[state]);
}

enum hufu_err binding_remove(struct worker *worker, const struct act *act, const struct binding_entry *entry)
{
    enum binding_state next;
    if (!binding_step(entry->state, BINDING_REMOVE, &next))
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = handover_delete(worker->store, entry->binding_id);
    if (err == HUFU_OK && entry->role == BINDING_AUTHORIZED)
        err = authorization_unbind(worker->store, entry);
    if (err == HUFU_OK)
        err = binding_destroy(worker->store, entry);
    return err == HUFU_OK ? binding_record(worker, act, entry, next) : err;
}

/* Changes one of them and says so in the audit trail; *changed: it could take the step. A hand-over of a key that is frozen is
 * over: its new half would be active by the device's next two requests. */
static enum hufu_err binding_change_one(struct worker *worker, const struct act *act,
                                        const struct binding_entry *entry, enum binding_event event,
                                        bool *changed)
{
    enum binding_state next;
    *changed = event == BINDING_FREEZE && entry->state == BINDING_WAITING && entry->handover;
    if (*changed)
        return binding_remove(worker, act, entry);
    *changed = binding_step(entry->state, event, &next);
    if (!*changed)
        return HUFU_OK;
    enum hufu_err err = binding_set_state(worker->store, entry, next);
    return err == HUFU_OK ? binding_record(worker, act, entry, next) : err;
}

enum hufu_err binding_change_key(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                 enum binding_event event)
{
    act_set_key(act, key_id);
    struct binding_entry entries[BINDING_PER_KEY_MAX];
    size_t count, changed = 0;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = binding_hold_key(worker->store, key_id, entries, &count);
    if (err != HUFU_OK)
        return err;
    if (count == 0)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    act_set_project(act, entries[0].project_id);
    for (size_t i = 0; err == HUFU_OK && i < count; i++) {
        bool one;
        err = binding_change_one(worker, act, &entries[i], event, &one);
        changed += one;
    }
    if (err != HUFU_OK)
        return err;
    if (changed == 0)
        return act_refuse_state(act, REFUSAL_CONFLICT, binding_state_names[entries[0].state]);
    return store_commit(&transaction);
}
