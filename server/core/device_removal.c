/* SPDX-License-Identifier: Apache-2.0 */
/* The end of devices (device.h), and of all that hangs on them. */
#include <string.h>

#include "server/core/authorization.h"
#include "server/core/binding.h"
#include "server/core/contact.h"
#include "server/core/destruction.h"
#include "server/core/device.h"
#include "server/core/device_hold.h"
#include "server/core/device_removal.h"
#include "server/core/methods.h"
#include "server/store/session_store.h"

/* Ends all hand-overs of a key: a new half of it would come to life behind the primary's back. */
static enum hufu_err device_end_handovers(struct worker *worker, const struct act *act,
                                          const uint8_t key_id[UUID_SIZE])
{
    struct binding_entry entries[BINDING_PER_KEY_MAX];
    size_t count;
    enum hufu_err err = binding_hold_waiting(worker->store, key_id, entries, &count);
    for (size_t i = 0; err == HUFU_OK && i < count; i++)
        err = binding_remove(worker, act, &entries[i]);
    return err;
}

/* Destroys what the service has of one binding, and notes its key if that was the holder's last half of it. With the primary's
 * binding, and with the last one, the hand-overs end that wait; with the last one the key's authorizations, too. */
static enum hufu_err device_destroy(struct worker *worker, const struct act *act,
                                    const struct binding_entry *entry, struct device_removal *out)
{
    bool lives;
    enum hufu_err err = binding_remove(worker, act, entry);
    if (err != HUFU_OK || entry->state == BINDING_WAITING)
        return err;
    if (entry->role == BINDING_AUTHORIZED)
        return HUFU_OK; /* the key and its hand-overs are the holder's */
    err = binding_key_lives(worker->store, entry->key_id, &lives);
    if (err == HUFU_OK && (!lives || out->device.role == DEVICE_PRIMARY))
        err = device_end_handovers(worker, act, entry->key_id);
    if (err != HUFU_OK || lives)
        return err;
    memcpy(out->dead[out->dead_count++], entry->key_id, UUID_SIZE);
    return authorization_end_with_key(worker, act, entry->account_id, entry->key_id);
}

static enum hufu_err device_destroy_all(struct worker *worker, const struct act *act,
                                        struct device_removal *out)
{
    struct binding_entry entries[BINDING_PER_KEY_MAX];
    size_t count;
    enum hufu_err err = binding_hold_device(worker->store, out->device.device_id, entries, &count);
    for (size_t i = 0; err == HUFU_OK && i < count; i++)
        err = device_destroy(worker, act, &entries[i], out);
    return err;
}

enum hufu_err device_end(struct worker *worker, const struct act *act, struct device_removal *out)
{
    enum device_state next;
    struct device *device = &out->device;
    struct act event = *act;
    device_set_act(&event, device);
    if (!device_step(device->state, DEVICE_REMOVE, &next))
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = device_destroy_all(worker, &event, out);
    if (err == HUFU_OK)
        err = device_set_state(worker->store, device, next, false);
    device->state = next;
    if (err == HUFU_OK)
        err = session_end_all(worker->store, device->device_id);
    if (err == HUFU_OK)
        err = act_record(worker, &event, device_state_names[next]);
    if (err == HUFU_OK)
        err = contact_tell(worker, device->project_id, device->account_id, NOTICE_TEXT_DEVICE_REMOVED);
    return err;
}

void device_carry_out(struct worker *worker, struct device *device)
{
    struct device after;
    destruction_carry_out(worker);
    if (device_read(worker->store, device->device_id, &after) == HUFU_OK)
        *device = after;
}

enum hufu_err device_remove(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            const uint8_t *token, struct device_removal *out)
{
    enum device_state next;
    *out = (struct device_removal){0};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = device_confirm(worker, act, token, METHOD_BIT(AUTHENTICATION_SMS));
    if (err == HUFU_OK)
        err = device_hold_all(worker, device_id);
    if (err == HUFU_OK || err == HUFU_ERR_NOT_FOUND)
        err = device_hold(worker, act, device_id, DEVICE_BY_PRIMARY_OR_ITSELF, &out->device);
    if (err != HUFU_OK)
        return err;
    if (!device_step(out->device.state, DEVICE_REMOVE, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, device_state_names[out->device.state]);
    err = device_end(worker, act, out);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err == HUFU_OK)
        device_carry_out(worker, &out->device);
    return err;
}

/* Every secondary of the locked account. */
static enum hufu_err device_end_secondaries(struct worker *worker, const struct act *act,
                                            struct device_removals *out)
{
    uint8_t ids[DEVICE_SECONDARIES_MAX][UUID_SIZE];
    struct device_removal removal;
    enum hufu_err err = device_list_secondaries(worker->store, act->principal.account_id, ids, &out->count);
    for (size_t i = 0; err == HUFU_OK && i < out->count; i++) {
        removal = (struct device_removal){0};
        err = device_lock(worker->store, ids[i], &removal.device);
        if (err == HUFU_OK)
            err = device_end(worker, act, &removal);
        memcpy(out->dead[out->dead_count], removal.dead, removal.dead_count * UUID_SIZE);
        out->dead_count += removal.dead_count;
    }
    return err;
}

enum hufu_err device_remove_secondaries(struct worker *worker, struct act *act, const uint8_t *token,
                                        struct device_removals *out)
{
    struct account account;
    struct device own;
    out->count = out->dead_count = 0;
    out->destroyed = false;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = device_confirm(worker, act, token, METHOD_BIT(AUTHENTICATION_SMS));
    if (err == HUFU_OK)
        err = account_lock(worker->store, act->principal.account_id, &account);
    if (err == HUFU_OK)
        err = device_lock_all(worker->store, act->principal.account_id);
    if (err == HUFU_OK)
        err = device_read(worker->store, act->principal.device_id, &own);
    if (err != HUFU_OK)
        return err;
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (own.state != DEVICE_ACTIVE)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[own.state]);
    if (own.role != DEVICE_PRIMARY)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the account's primary device alone may do this");
    err = device_end_secondaries(worker, act, out);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err != HUFU_OK)
        return err;
    destruction_carry_out(worker);
    /* It is done, whether or not it can be looked at. */
    if (device_all_destroyed(worker->store, act->principal.account_id, &out->destroyed) != HUFU_OK)
        out->destroyed = false;
    return HUFU_OK;
}
