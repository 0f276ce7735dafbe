/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, one for each device key. */
#ifndef HUFU_SERVER_STORE_DEVICE_STORE_H
#define HUFU_SERVER_STORE_DEVICE_STORE_H

#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "server/store/account_store.h"
#include "server/store/store.h"

enum device_state {
    DEVICE_ACTIVE,
    DEVICE_FROZEN,
    DEVICE_REMOVED,
    DEVICE_STATE_COUNT
};
extern const char *const device_state_names[DEVICE_STATE_COUNT];

#define DEVICE_TEXT_MAX 100

struct device {
    uint8_t project_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    enum device_state state;
};

/* HUFU_ERR_CONFLICT: the key is registered already. name, model: NULL for none. The account must be locked. */
enum hufu_err device_insert(struct store *store, const struct account *account,
                            const uint8_t device_id[UUID_SIZE],
                            const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], const char *name,
                            const char *model) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err device_read_keyed(struct store *store, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                struct device *out) HUFU_MUST_CHECK;

#endif
