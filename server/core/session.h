/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of devices. */
#ifndef HUFU_SERVER_CORE_SESSION_H
#define HUFU_SERVER_CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/hash.h"
#include "server/principal.h"
#include "server/store/session_store.h"
#include "server/worker.h"

#define SESSION_TOKEN_SIZE 32

enum session_event {
    SESSION_USE,
    SESSION_END,
    SESSION_EVENT_COUNT
};
bool session_step(enum session_state state, enum session_event event, enum session_state *next);

/* HUFU_ERR_UNAUTHENTICATED: no open session has this token, by its SHA-256. principal may hold the hash. */
enum hufu_err session_authenticate(struct worker *worker, struct principal *principal,
                                   const uint8_t token_hash[HASH_SIZE]) HUFU_MUST_CHECK;

/* A fresh session of the device, whose other sessions end; in the transaction in hand. */
enum hufu_err session_open(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                           const uint8_t account_id[UUID_SIZE], const uint8_t device_id[UUID_SIZE],
                           uint8_t token[SESSION_TOKEN_SIZE], uint64_t *expires_ms) HUFU_MUST_CHECK;

#endif
