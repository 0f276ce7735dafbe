/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, by the SHA-256 of their token. */
#ifndef HUFU_SERVER_STORE_SESSION_STORE_H
#define HUFU_SERVER_STORE_SESSION_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/store/store.h"

enum session_state {
    SESSION_OPEN,
    SESSION_ENDED,
    SESSION_STATE_COUNT
};
extern const char *const session_state_names[SESSION_STATE_COUNT];

struct session {
    uint8_t project_id[UUID_SIZE];
    uint8_t session_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    enum session_state state;
    bool expired; /* by the database's clock */
};

/* An open one. Lasts days from now, by the database's clock; expires_ms gets the moment. */
enum hufu_err session_insert(struct store *store, const struct session *session,
                             const uint8_t token_hash[HASH_SIZE], int32_t days,
                             uint64_t *expires_ms) HUFU_MUST_CHECK;
/* Ends every open session of the device. */
enum hufu_err session_end_all(struct store *store, const uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err session_read(struct store *store, const uint8_t token_hash[HASH_SIZE],
                           struct session *out) HUFU_MUST_CHECK;

#endif
