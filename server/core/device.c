/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/device.h"

#include <string.h>

#include "server/core/authentication.h"
#include "server/core/binding.h"
#include "server/core/contact.h"
#include "server/core/machine.h"
#include "server/identifier.h"
#include "server/store/handover_store.h"
#include "server/store/project_store.h"
#include "server/store/session_store.h"

/* A device that is known may enrol again, with a new code: sessions end, and there is no other way to a new one. */
static const uint8_t device_table[DEVICE_STATE_COUNT][DEVICE_EVENT_COUNT] = {
    [DEVICE_WAITING] =
        {
            [DEVICE_ENROL] = MACHINE_TO(DEVICE_WAITING),
            [DEVICE_CONFIRM] = MACHINE_TO(DEVICE_ACTIVE),
            [DEVICE_REMOVE] = MACHINE_TO(DEVICE_REMOVED),
        },
    [DEVICE_ACTIVE] =
        {
            [DEVICE_ENROL] = MACHINE_TO(DEVICE_ACTIVE),
            [DEVICE_CONFIRM] = MACHINE_TO(DEVICE_ACTIVE), /* of another key */
            [DEVICE_FREEZE] = MACHINE_TO(DEVICE_FROZEN),
            [DEVICE_REMOVE] = MACHINE_TO(DEVICE_REMOVED),
        },
    [DEVICE_FROZEN] =
        {
            [DEVICE_UNFREEZE] = MACHINE_TO(DEVICE_ACTIVE),
            [DEVICE_REMOVE] = MACHINE_TO(DEVICE_REMOVED),
        },
};
static const struct machine device_machine = MACHINE_OF(device_table);

bool device_step(enum device_state state, enum device_event event, enum device_state *next)
{
    unsigned to;
    bool may = machine_step(&device_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum device_state)to;
    return may;
}

/* Which place a new device of the locked account gets. */
static enum hufu_err device_place(struct worker *worker, struct act *act, const struct account *account,
                                  struct device_new *device)
{
    struct project project;
    struct device_count count;
    enum hufu_err err = project_read(worker->store, account->project_id, &project);
    if (err == HUFU_OK)
        err = device_count_of(worker->store, account->account_id, &count);
    if (err != HUFU_OK)
        return err;
    device->role = count.all == 0 ? DEVICE_PRIMARY : DEVICE_SECONDARY;
    device->state = count.all == 0 ? DEVICE_ACTIVE : DEVICE_WAITING;
    if (count.all == 0)
        return HUFU_OK;
    if (project.rules.device_mode == PROJECT_DEVICES_SINGLE ||
        count.secondary >= project.rules.secondary_limit)
        return act_refuse(act, REFUSAL_DEVICE_LIMIT);
    return HUFU_OK;
}

static enum hufu_err device_make(struct worker *worker, struct act *act, const struct account *account,
                                 const struct device_in *in, struct device *out)
{
    uint8_t device_id[UUID_SIZE];
    struct device_new device = {
        .account = account,
        .device_id = device_id,
        .device_key = in->device_key,
        .name = in->name,
        .model = in->model,
    };
    identifier_new(device_id);
    enum hufu_err err = device_place(worker, act, account, &device);
    if (err == HUFU_OK)
        err = device_insert(worker->store, &device);
    /* Somebody else's activation with the same key was faster. */
    if (err == HUFU_ERR_CONFLICT && act->refusal == REFUSAL_NONE)
        return act_refuse(act, REFUSAL_CONFLICT);
    return err == HUFU_OK ? device_read(worker->store, device_id, out) : err;
}

enum hufu_err device_enrol(struct worker *worker, struct act *act, const struct account *account,
                           const struct device_in *in, struct device *out)
{
    enum device_state next;
    enum hufu_err err = device_read_keyed(worker->store, in->device_key, out);
    if (err == HUFU_ERR_NOT_FOUND)
        return device_make(worker, act, account, in, out);
    if (err != HUFU_OK)
        return err;
    if (memcmp(out->account_id, account->account_id, UUID_SIZE) != 0)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device key is registered for another account");
    if (!device_step(out->state, DEVICE_ENROL, &next))
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[out->state]);
    return HUFU_OK;
}

static void device_set_act(struct act *act, const struct device *device)
{
    act_set_account(act, device->project_id, device->account_id);
    act_set_device(act, device->device_id);
}

/* Who may do something with a device, besides an operator. */
enum device_right {
    DEVICE_BY_PRIMARY, /* its account's primary, and not with itself */
    DEVICE_BY_PRIMARY_OR_ITSELF, /* its account's primary, also with itself, and every device with itself, unless it is frozen */
    DEVICE_BY_ANOTHER /* every other device of the account whose own PIN is not locked */
};

/* Whether the device that asks has the right. Its account is locked. */
static enum hufu_err device_permit(struct worker *worker, struct act *act, const struct device *device,
                                   enum device_right right)
{
    struct device own;
    if (act->principal.kind == PRINCIPAL_OPERATOR)
        return HUFU_OK;
    if (memcmp(act->principal.account_id, device->account_id, UUID_SIZE) != 0)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    enum hufu_err err = device_read(worker->store, act->principal.device_id, &own);
    if (err != HUFU_OK)
        return err;
    bool is_own = memcmp(own.device_id, device->device_id, UUID_SIZE) == 0;
    bool itself = is_own && right == DEVICE_BY_PRIMARY_OR_ITSELF;
    if (own.state != DEVICE_ACTIVE && !(itself && own.state == DEVICE_WAITING))
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[own.state]);
    if (own.locked && right == DEVICE_BY_ANOTHER)
        return act_refuse(act, REFUSAL_PIN_LOCKED);
    if (is_own ? itself : own.role == DEVICE_PRIMARY || right == DEVICE_BY_ANOTHER)
        return HUFU_OK;
    return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                             is_own ? "a device does not do this with itself"
                                    : "the account's primary device alone may do this");
}

/* Locks the account and then the device, and asks whether the act is permitted. */
static enum hufu_err device_hold(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                                 enum device_right right, struct device *out)
{
    struct account account;
    enum hufu_err err = device_read(worker->store, device_id, out);
    if (err == HUFU_OK)
        err = account_lock(worker->store, out->account_id, &account);
    if (err == HUFU_OK)
        err = device_lock(worker->store, device_id, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    err = device_permit(worker, act, out, right);
    if (err == HUFU_OK && act->principal.kind != PRINCIPAL_OPERATOR && account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (err == HUFU_OK)
        device_set_act(act, out);
    return err;
}

enum hufu_err device_change(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            enum device_event event, struct device *out)
{
    enum device_state next;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = device_hold(worker, act, device_id, DEVICE_BY_PRIMARY, out);
    if (err != HUFU_OK)
        return err;
    if (!device_step(out->state, event, &next))
        return act_refuse_state(act, REFUSAL_CONFLICT, device_state_names[out->state]);
    bool by_operator = act->principal.kind == PRINCIPAL_OPERATOR;
    if (event == DEVICE_UNFREEZE && out->frozen_by_operator && !by_operator)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                                 "an operator froze the device, and an operator unfreezes it");
    err = device_set_state(worker->store, out, next, by_operator);
    out->state = next;
    if (err == HUFU_OK)
        err = act_record(worker, act, device_state_names[next]);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err device_rename(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            const char *name, struct device *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = device_hold(worker, act, device_id, DEVICE_BY_PRIMARY_OR_ITSELF, out);
    if (err != HUFU_OK)
        return err;
    if (out->state == DEVICE_REMOVED)
        return act_refuse_state(act, REFUSAL_CONFLICT, device_state_names[out->state]);
    err = device_set_name(worker->store, out, name);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    if (err == HUFU_OK)
        err = device_read(worker->store, device_id, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* Spends an authentication of the act's own session, whose account is locked then. */
static enum hufu_err device_confirm(struct worker *worker, struct act *act, const uint8_t *token,
                                    unsigned methods)
{
    struct authentication_grant grant;
    if (act->principal.kind == PRINCIPAL_OPERATOR)
        return HUFU_OK;
    if (token == NULL)
        return act_refuse(act, REFUSAL_AUTHENTICATION_NEEDED);
    enum hufu_err err = authentication_spend(worker, act, token, AUTHENTICATION_CONFIRM, methods, &grant);
    bool own = err == HUFU_OK && memcmp(grant.account_id, act->principal.account_id, UUID_SIZE) == 0 &&
               grant.has_session && memcmp(grant.session_id, act->principal.session_id, UUID_SIZE) == 0;
    return err == HUFU_OK && !own ? act_refuse(act, REFUSAL_AUTHENTICATION_NEEDED) : err;
}

/* By the device in hand: password and SMS code, if the project wants that at all. */
static enum hufu_err device_confirm_unlock(struct worker *worker, struct act *act, const uint8_t *token)
{
    struct project project;
    enum hufu_err err = project_read(worker->store, act->principal.project_id, &project);
    if (err != HUFU_OK)
        return err;
    if (!project.rules.pin_unlock || token == NULL)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                                 "another device of the account, or an operator, may do this");
    return device_confirm(worker, act, token,
                          METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_SMS));
}

enum hufu_err device_unlock(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            const uint8_t *token, struct device *out)
{
    bool itself = act->principal.kind == PRINCIPAL_DEVICE &&
                  memcmp(act->principal.device_id, device_id, UUID_SIZE) == 0;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK && itself)
        err = device_confirm_unlock(worker, act, token);
    if (err == HUFU_OK)
        err = device_hold(worker, act, device_id, itself ? DEVICE_BY_PRIMARY_OR_ITSELF : DEVICE_BY_ANOTHER,
                          out);
    if (err != HUFU_OK)
        return err;
    if (out->state == DEVICE_REMOVED)
        return act_refuse_state(act, REFUSAL_CONFLICT, device_state_names[out->state]);
    if (!out->locked)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device's PIN is not locked");
    err = device_unlock_pin(worker->store, out);
    if (err == HUFU_ERR_STATE)
        return act_refuse_reason(act, REFUSAL_CONFLICT,
                                 "the device has had too many wrong PINs in its life: remove it");
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    if (err == HUFU_OK)
        err = device_read(worker->store, device_id, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

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

/* Destroys what the service has of one binding, and notes its key if that was the last half of it. With the primary's binding,
 * and with the last one, the hand-overs end that wait. */
static enum hufu_err device_destroy(struct worker *worker, const struct act *act,
                                    const struct binding_entry *entry, struct device_removal *out)
{
    bool lives;
    enum hufu_err err = binding_remove(worker, act, entry);
    if (err != HUFU_OK || entry->state == BINDING_WAITING)
        return err;
    err = binding_key_lives(worker->store, entry->key_id, &lives);
    if (err == HUFU_OK && (!lives || out->device.role == DEVICE_PRIMARY))
        err = device_end_handovers(worker, act, entry->key_id);
    if (err == HUFU_OK && !lives)
        memcpy(out->dead[out->dead_count++], entry->key_id, UUID_SIZE);
    return err;
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

/* A locked device and all that hangs on it, in the transaction in hand; its holder is told. */
static enum hufu_err device_end(struct worker *worker, const struct act *act, struct device_removal *out)
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

/* Locks the account and all its devices: a removal may end bindings of others. */
static enum hufu_err device_hold_all(struct worker *worker, const uint8_t device_id[UUID_SIZE])
{
    struct account account;
    struct device device;
    enum hufu_err err = device_read(worker->store, device_id, &device);
    if (err == HUFU_OK)
        err = account_lock(worker->store, device.account_id, &account);
    if (err == HUFU_OK)
        err = device_lock_all(worker->store, device.account_id);
    return err;
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
    return err == HUFU_OK ? store_commit(&transaction) : err;
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
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
