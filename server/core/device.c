/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/device.h"

#include <string.h>

#include "server/core/device_hold.h"
#include "server/core/machine.h"
#include "server/core/methods.h"
#include "server/identifier.h"
#include "server/store/project_store.h"

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
