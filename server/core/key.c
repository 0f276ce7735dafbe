/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/key.h"

#include "server/core/machine.h"
#include "server/identifier.h"

/* A begin on a pending key replaces the begin before it. That is safe: until a finish there is no key, only a sealed b that
 * this device alone could finish, for the A it committed to; each begin draws another b; and finishing the replaced one is
 * refused, because the pending record that holds it is gone. It is needed: a phone that lost its a has no other way on. */
static const uint8_t key_table[KEY_STATE_COUNT][KEY_EVENT_COUNT] = {
    [KEY_NEW] = {[KEY_BEGIN] = MACHINE_TO(KEY_PENDING)},
    [KEY_PENDING] = {[KEY_BEGIN] = MACHINE_TO(KEY_PENDING), [KEY_FINISH] = MACHINE_TO(KEY_GENERATED)},
    [KEY_GENERATED] = {[KEY_CERTIFY] = MACHINE_TO(KEY_USABLE)},
};
static const struct machine key_machine = MACHINE_OF(key_table);

bool key_step(enum key_state state, enum key_event event, enum key_state *next)
{
    unsigned to;
    bool may = machine_step(&key_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum key_state)to;
    return may;
}

/* With the account locked, so that it is not suspended meanwhile, and the device, so that it is not given another key. */
static enum hufu_err key_insert_locked(struct worker *worker, struct act *act, enum key_usage usage,
                                       const uint8_t key_id[UUID_SIZE], const uint8_t binding_id[UUID_SIZE])
{
    struct account account;
    struct device device;
    enum hufu_err err = account_lock(worker->store, act->principal.account_id, &account);
    if (err == HUFU_OK)
        err = device_lock(worker->store, act->principal.device_id, &device);
    if (err != HUFU_OK)
        return err;
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (device.role != DEVICE_PRIMARY)
        return act_refuse(act, REFUSAL_HANDOVER_NEEDED);
    err = key_insert(worker->store, &account, act->principal.device_id, key_id, binding_id, usage);
    if (err == HUFU_ERR_LIMIT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device has as many keys as it may have");
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[DEVICE_REMOVED]);
    return err;
}

enum hufu_err key_create(struct worker *worker, struct act *act, enum key_usage usage,
                         uint8_t key_id[UUID_SIZE], uint8_t binding_id[UUID_SIZE])
{
    identifier_new(key_id);
    identifier_new(binding_id);
    act_set_key(act, key_id);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = key_insert_locked(worker, act, usage, key_id, binding_id);
    if (err == HUFU_OK)
        err = act_record(worker, act, key_usage_names[usage]);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err key_view(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                       struct key_view *out)
{
    act_set_key(act, key_id);
    enum hufu_err err = key_read(worker->store, act->principal.device_id, key_id, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
}
