/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords of accounts: given out once by an operator, chosen and changed by the person, recovered with an authentication.
 * Only Argon2id hashes are kept (password_hash.h). */
#ifndef HUFU_SERVER_CORE_PASSWORD_H
#define HUFU_SERVER_CORE_PASSWORD_H

#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/password_hash.h"
#include "server/core/password_text.h"
#include "server/worker.h"

#define PASSWORD_INITIAL_HOURS 72
#define PASSWORD_INITIAL_SIZE 20 /* text of a one-time password, with its final NUL */

/* A password as somebody gives it to be compared, or to be set: the refusal is bad field, of that name. */
enum hufu_err password_read_given(struct act *act, const char *field, const char *given,
                                  struct password_text *out) HUFU_MUST_CHECK;
enum hufu_err password_read_new(struct act *act, const char *field, const char *given,
                                struct password_text *out) HUFU_MUST_CHECK;

/* What an operator tells the person: good for choosing another one, once, until then. */
struct password_initial {
    char text[PASSWORD_INITIAL_SIZE];
    uint64_t until_ms;
};
void password_initial_wipe(struct password_initial *initial);
#define PASSWORD_INITIAL_WIPED __attribute__((cleanup(password_initial_wipe)))

/* One with its hash, which takes its time and needs no transaction. */
struct password_ready {
    struct password_initial initial;
    char hash[PASSWORD_HASH_SIZE];
};
void password_ready_wipe(struct password_ready *ready);
#define PASSWORD_READY_WIPED __attribute__((cleanup(password_ready_wipe)))
/* HUFU_ERR_BUSY. */
enum hufu_err password_make_initial(struct worker *worker, struct password_ready *out) HUFU_MUST_CHECK;
/* In the transaction in hand, which locks the account: takes the place of any password of it. Refusals: not found, account not
 * active. */
enum hufu_err password_put_initial(struct worker *worker, struct act *act,
                                   const uint8_t account_id[UUID_SIZE],
                                   struct password_ready *ready) HUFU_MUST_CHECK;

/* Takes the place of any password of the account, and ends its sessions with it. Refusals: not found, account not active. HUFU_ERR_BUSY. */
enum hufu_err password_issue(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             struct password_initial *out) HUFU_MUST_CHECK;

/* By the session's person, who knows the old one; every other session of the account ends. Refusals: bad field, account not active,
 * authentication failed (wrong, or there is none: recover it), too many tries, conflict (somebody else was quicker). */
enum hufu_err password_change(struct worker *worker, struct act *act, const char *old,
                              const char *wanted) HUFU_MUST_CHECK;

/* By whoever has passed an authentication for it, which is spent; all sessions of the account end. Refusals: bad field,
 * authentication needed. */
enum hufu_err password_recover(struct worker *worker, struct act *act, const uint8_t *token,
                               const char *wanted) HUFU_MUST_CHECK;

#endif
