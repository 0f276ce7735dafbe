/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: making one known, and looking at them. */
#ifndef HUFU_SERVER_CORE_KEY_H
#define HUFU_SERVER_CORE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/key_store.h"
#include "server/worker.h"

enum key_event {
    KEY_BEGIN,
    KEY_FINISH,
    KEY_CERTIFY,
    KEY_EVENT_COUNT
};
bool key_step(enum key_state state, enum key_event event, enum key_state *next);

/* A key in state new, with a waiting primary binding of the act's device. Refusals: account not active; binding not active
 * (the device is not); handover needed (the device is a secondary); conflict (the device has KEY_PER_DEVICE_MAX keys). */
enum hufu_err key_create(struct worker *worker, struct act *act, enum key_usage usage,
                         uint8_t key_id[UUID_SIZE], uint8_t binding_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* As the act's device sees it. Refusal: not found. */
enum hufu_err key_view(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                       struct key_view *out) HUFU_MUST_CHECK;

#endif
