/* SPDX-License-Identifier: Apache-2.0 */
/* Remembered passwords, by the SHA-256 of their token. */
#ifndef HUFU_SERVER_STORE_REMEMBERED_STORE_H
#define HUFU_SERVER_STORE_REMEMBERED_STORE_H

#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/hash.h"
#include "server/store/store.h"

struct remembered {
    uint8_t account_id[UUID_SIZE];
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
};

/* For so many days; the device's one before is revoked. In the transaction in hand. */
enum hufu_err remembered_insert(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE], const uint8_t device_id[UUID_SIZE],
                                const uint8_t token_hash[HASH_SIZE], int32_t days,
                                uint64_t *expires_ms) HUFU_MUST_CHECK;
/* One that is active, of a device that is. HUFU_ERR_NOT_FOUND. */
enum hufu_err remembered_read(struct store *store, const uint8_t token_hash[HASH_SIZE],
                              struct remembered *out) HUFU_MUST_CHECK;
/* Revokes what one device, or every device of an account, has. */
enum hufu_err remembered_revoke_device(struct store *store,
                                       const uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;
enum hufu_err remembered_revoke_account(struct store *store,
                                        const uint8_t account_id[UUID_SIZE]) HUFU_MUST_CHECK;

#endif
