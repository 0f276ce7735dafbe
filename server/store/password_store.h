/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords, as Argon2id hashes. */
#ifndef HUFU_SERVER_STORE_PASSWORD_STORE_H
#define HUFU_SERVER_STORE_PASSWORD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

#define PASSWORD_STORED_SIZE 129 /* with its final NUL */

/* Sets an account's password, in the transaction in hand. initial_hours 0: the person's own; else one that serves for
 * choosing another within so many hours; until_ms (may be NULL) gets that moment. */
enum hufu_err password_put(struct store *store, const uint8_t project_id[UUID_SIZE],
                           const uint8_t account_id[UUID_SIZE], const char *hash, int32_t initial_hours,
                           uint64_t *until_ms) HUFU_MUST_CHECK;
/* "" when the account has none, or only an operator's one-time one. */
enum hufu_err password_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                            char hash[PASSWORD_STORED_SIZE]) HUFU_MUST_CHECK;
/* Whether it still is the one of this hash; with the account locked, until the transaction ends. */
enum hufu_err password_stands(struct store *store, const uint8_t account_id[UUID_SIZE], const char *hash,
                              bool *stands) HUFU_MUST_CHECK;
/* Sets it if it still is the one of the hash before: HUFU_ERR_CONFLICT otherwise. It is the person's own then. */
enum hufu_err password_replace(struct store *store, const uint8_t account_id[UUID_SIZE], const char *before,
                               const char *hash) HUFU_MUST_CHECK;

#endif
