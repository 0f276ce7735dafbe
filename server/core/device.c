/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/device.h"

#include <string.h>

#include "server/core/machine.h"
#include "server/identifier.h"

/* A device that is known may enrol again, with a new code: sessions end, and there is no other way to a new one. */
static const uint8_t device_table[DEVICE_STATE_COUNT][DEVICE_EVENT_COUNT] = {
    [DEVICE_ACTIVE] =
        {
            [DEVICE_ENROL] = MACHINE_TO(DEVICE_ACTIVE),
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

enum hufu_err device_enrol(struct worker *worker, struct act *act, const struct account *account,
                           const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], const char *name,
                           const char *model, uint8_t device_id[UUID_SIZE])
{
    struct device known;
    enum device_state next;
    enum hufu_err err = device_read_keyed(worker->store, device_key, &known);
    if (err == HUFU_ERR_NOT_FOUND) {
        identifier_new(device_id);
        err = device_insert(worker->store, account, device_id, device_key, name, model);
        /* Somebody else's activation with the same key was faster. */
        return err == HUFU_ERR_CONFLICT ? act_refuse(act, REFUSAL_CONFLICT) : err;
    }
    if (err != HUFU_OK)
        return err;
    if (memcmp(known.account_id, account->account_id, UUID_SIZE) != 0)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the device key is registered for another account");
    if (!device_step(known.state, DEVICE_ENROL, &next))
        return act_refuse_state(act, REFUSAL_BINDING_NOT_ACTIVE, device_state_names[known.state]);
    memcpy(device_id, known.device_id, UUID_SIZE);
    return HUFU_OK;
}
