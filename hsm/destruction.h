/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of destroyed records, which no database can roll back (docs/protocol.md §8). Its content is the destruction log,
 * which hufu-server feeds from the database, order by order; how far that log goes is in the token. As long as this process has
 * not been fed up to there, it is *behind*, and no record may be used. Safe from several threads. */
#ifndef HUFU_HSM_DESTRUCTION_H
#define HUFU_HSM_DESTRUCTION_H

#include <stdbool.h>

#include "common/destruction.h"
#include "hsm/record.h"
#include "hsm/token.h"

#define DESTRUCTION_LOOK_MS 1000 /* between two looks at the token's head */

struct destruction;

/* Empty, and behind unless the token's head is at 0. token and token_directory are borrowed. entries_max bounds the table:
 * DESTRUCTION_TABLE_MAX. HUFU_ERR_NOT_FOUND: the token has no head, `init` makes it; HUFU_ERR_CONFLICT: it has two. */
enum hufu_err destruction_new(struct destruction **destruction, struct token *token,
                              const char *token_directory, size_t entries_max) HUFU_MUST_CHECK;
void destruction_free(struct destruction *destruction); /* NULL is fine */

/* Whether a record of this binding and generation may be used. HUFU_ERR_BEHIND; HUFU_ERR_DESTROYED (logged). */
enum hufu_err destruction_check(struct destruction *destruction, const uint8_t binding[FRAME_ID_SIZE],
                                uint32_t generation) HUFU_MUST_CHECK;

/* The same of a record that has a policy, of which so many were sealed before. */
enum hufu_err destruction_check_policy(struct destruction *destruction, const uint8_t binding[FRAME_ID_SIZE],
                                       uint32_t number) HUFU_MUST_CHECK;

/* Takes orders, count of them in their form on the wire, that follow `before` in the log. Those that are known already are
 * compared, by the chain, and all may be. Returns when the token's head is not behind them, and on disk.
 * HUFU_ERR_STATE: they do not begin at or before the end of what is known, or end before it: destruction_state tells where
 * that is. HUFU_ERR_CONFLICT: not the log that this process, or the token, knows; one that is behind has forgotten all then
 * and begins anew. HUFU_ERR_LIMIT: the table is full. Nothing was taken unless it says HUFU_OK or HUFU_ERR_AWAY. */
enum hufu_err destruction_add(struct destruction *destruction, const struct destruction_head *before,
                              const uint8_t *orders, size_t count) HUFU_MUST_CHECK;

struct destruction_state {
    struct destruction_head own;   /* what this process knows */
    struct destruction_head token; /* as last looked at */
    bool behind;
};
/* Whoever asks takes what is known here for destroyed for good, so that the token's head is not behind it, and on disk, when this
 * returns HUFU_OK. HUFU_ERR_AWAY: the token does not take it. */
enum hufu_err destruction_state(struct destruction *destruction,
                                struct destruction_state *out) HUFU_MUST_CHECK;

/* Looks at the token's head: another process may have moved it. */
void destruction_look(struct destruction *destruction);
/* Does so every DESTRUCTION_LOOK_MS from a thread of its own, until destruction_free. HUFU_ERR_INTERNAL: no thread. */
enum hufu_err destruction_watch(struct destruction *destruction) HUFU_MUST_CHECK;

/* The head of a token that has none: `init` alone. */
enum hufu_err destruction_init(struct token *token, bool *made) HUFU_MUST_CHECK;

#endif
