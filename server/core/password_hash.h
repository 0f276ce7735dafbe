/* SPDX-License-Identifier: Apache-2.0 */
/* Argon2id of passwords, by libsodium. Each takes the memory and time of the configuration, so only as many run at once as
 * the worker's gate lets in: memory is bounded by that number times password_memory_mib. */
#ifndef HUFU_SERVER_CORE_PASSWORD_HASH_H
#define HUFU_SERVER_CORE_PASSWORD_HASH_H

#include <stdbool.h>

#include "common/err.h"
#include "server/core/password_text.h"
#include "server/worker.h"

#define PASSWORD_HASH_SIZE 128 /* libsodium's text form, with its final NUL */

/* Once, before any thread starts: libsodium chooses its code for this processor. */
enum hufu_err password_hash_ready(void) HUFU_MUST_CHECK;

/* A place at the worker's gate, to be taken before a try is counted; declared with PASSWORD_TURN_GIVEN.
 * HUFU_ERR_BUSY: too many wait already. */
struct password_turn {
    struct worker *worker; /* NULL: none */
};
enum hufu_err password_turn_take(struct worker *worker, struct password_turn *turn) HUFU_MUST_CHECK;
void password_turn_give(struct password_turn *turn);
#define PASSWORD_TURN_GIVEN __attribute__((cleanup(password_turn_give)))

/* With a fresh salt. HUFU_ERR_AWAY: no memory for it. */
enum hufu_err password_hash_make(const struct password_turn *turn, const struct password_text *text,
                                 char hash[PASSWORD_HASH_SIZE]) HUFU_MUST_CHECK;
/* hash NULL: nobody's; the same work for nothing. */
bool password_hash_holds(const struct password_turn *turn, const struct password_text *text,
                         const char *hash);
/* Whether it was made with other parameters than today's. */
bool password_hash_outdated(const struct worker *worker, const char *hash);

#endif
