/* SPDX-License-Identifier: Apache-2.0 */
/* Box keys of the private-key process: sealed, with their signed statements. */
#ifndef HUFU_SERVER_STORE_SERVICE_KEY_STORE_H
#define HUFU_SERVER_STORE_SERVICE_KEY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "server/store/store.h"

#define SERVICE_KEY_SEALED_MAX 2048

struct service_key {
    uint8_t service_key_id[UUID_SIZE];
    uint8_t sealed[SERVICE_KEY_SEALED_MAX];
    size_t sealed_len;
    uint8_t statement[FRAME_STATEMENT_SIZE];
    uint8_t signature[FRAME_SIGNATURE_SIZE];
    uint64_t from_ms, until_ms;
};

/* Keys that are not over, the newest first, at most limit; now_ms gets the database's clock. */
enum hufu_err service_key_list(struct store *store, struct service_key *keys, size_t limit, size_t *count,
                               uint64_t *now_ms) HUFU_MUST_CHECK;
/* The newest of those that have begun: what devices are told to use. HUFU_ERR_NOT_FOUND. */
enum hufu_err service_key_current(struct store *store, struct service_key *out) HUFU_MUST_CHECK;
/* Stores a key unless there is one that lasts longer than until_ms - spare_ms already (*inserted: false), under a lock,
 * so that of several servers one makes it. */
enum hufu_err service_key_insert(struct store *store, const struct service_key *key, uint64_t spare_ms,
                                 bool *inserted) HUFU_MUST_CHECK;

#endif
