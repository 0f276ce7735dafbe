/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and their states. */
#ifndef HUFU_SERVER_CORE_DEVICE_H
#define HUFU_SERVER_CORE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/device_store.h"
#include "server/worker.h"

enum device_event {
    DEVICE_ENROL,
    DEVICE_FREEZE,
    DEVICE_UNFREEZE,
    DEVICE_REMOVE,
    DEVICE_EVENT_COUNT
};
bool device_step(enum device_state state, enum device_event event, enum device_state *next);

/* Finds the device of this key, or makes it, for a locked account, in the transaction in hand. name, model: NULL for none.
 * Refusals: conflict (the key is another account's), binding not active (the device may not enrol any more). */
enum hufu_err device_enrol(struct worker *worker, struct act *act, const struct account *account,
                           const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], const char *name,
                           const char *model, uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;

#endif
