/* SPDX-License-Identifier: Apache-2.0 */
/* One-time activation codes, by the SHA-256 of the code. */
#ifndef HUFU_SERVER_STORE_ACTIVATION_STORE_H
#define HUFU_SERVER_STORE_ACTIVATION_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/store/store.h"

enum activation_state {
    ACTIVATION_ISSUED,
    ACTIVATION_REDEEMED,
    ACTIVATION_EXHAUSTED,
    ACTIVATION_REPLACED,
    ACTIVATION_STATE_COUNT
};
extern const char *const activation_state_names[ACTIVATION_STATE_COUNT];

struct activation_row {
    uint8_t project_id[UUID_SIZE];
    uint8_t activation_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    enum activation_state state;
    bool expired; /* by the database's clock, after the lock was taken */
    int32_t tries, tries_limit;
    uint8_t device_id[UUID_SIZE]; /* that redeemed it; zeros: none */
};

/* expires after hours, by the database's clock; expires_ms gets the moment. */
enum hufu_err activation_insert(struct store *store, const uint8_t project_id[UUID_SIZE],
                                const uint8_t account_id[UUID_SIZE], const uint8_t code_hash[HASH_SIZE],
                                int32_t hours, uint64_t *expires_ms) HUFU_MUST_CHECK;
/* Codes of the account that could still be redeemed become replaced. */
enum hufu_err activation_replace(struct store *store, const uint8_t account_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err activation_read(struct store *store, const uint8_t code_hash[HASH_SIZE],
                              struct activation_row *out) HUFU_MUST_CHECK;
/* The same, and nobody else changes the row until the transaction ends. The account must be locked before. */
enum hufu_err activation_lock(struct store *store, const uint8_t code_hash[HASH_SIZE],
                              struct activation_row *out) HUFU_MUST_CHECK;
/* Counts one wrong proof on the locked row. state: what it is afterwards. */
enum hufu_err activation_fail(struct store *store, const struct activation_row *row,
                              enum activation_state state) HUFU_MUST_CHECK;
enum hufu_err activation_redeem(struct store *store, const struct activation_row *row,
                                const uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;

#endif
