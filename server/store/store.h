/* SPDX-License-Identifier: Apache-2.0 */
/* One connection to PostgreSQL, for one thread at a time. All SQL of the server stands in this room, one file per
 * noun; what those files offer to the rules (server/core) are functions with plain structs.
 *
 * Every function that reaches the database returns, besides what it documents:
 *   HUFU_ERR_AWAY      the database cannot be reached, is starting or stopping, or did not answer in time. Of a
 *                      statement that changes something nobody knows then whether it happened: the caller says
 *                      "try again", and the same request finds out.
 *   HUFU_ERR_BUSY      the statement waited too long for a lock, or lost a deadlock; nothing was changed
 *   HUFU_ERR_INTERNAL  our own fault; nothing was changed; logged here
 * Outputs are zero unless it says HUFU_OK. */
#ifndef HUFU_SERVER_STORE_STORE_H
#define HUFU_SERVER_STORE_STORE_H

#include <stdint.h>

#include "common/err.h"

struct metrics;
struct store;

/* Connects when first used, and again when the connection broke. conninfo is libpq's and copied; metrics (borrowed)
 * may be NULL. NULL without memory. */
struct store *store_open(const char *conninfo, struct metrics *metrics);
void store_close(struct store *store);

/* Names the request in hand in this store's log lines. The text is borrowed: a worker sets its own buffer once. */
void store_set_trace(struct store *store, const char *trace);

/* Asks the database for its clock: Unix time in ms. */
enum hufu_err store_healthy(struct store *store, uint64_t *database_ms) HUFU_MUST_CHECK;

/* Locks are taken in one order everywhere, so that nobody waits in a circle:
 *     account; what is issued for it and used up (authentication, activation code); password; devices, then bindings, each in
 *     the order of their ids; sessions; remembered passwords; the counts of tries (attempt, address_attempt)
 * A transaction leaves out what it does not need, but takes nothing before what it has. Whoever changes more than one row of
 * an account has the account. */

/* Several statements as one. A transaction that leaves its scope without store_commit is rolled back:
 *
 *     struct store_transaction transaction STORE_TRANSACTION = {0};
 *     enum hufu_err err = store_begin(store, &transaction);
 *     …
 *     return err == HUFU_OK ? store_commit(&transaction) : err; */
struct store_transaction {
    struct store *store; /* NULL: none, or ended */
};
enum hufu_err store_begin(struct store *store, struct store_transaction *transaction) HUFU_MUST_CHECK;
enum hufu_err store_commit(struct store_transaction *transaction) HUFU_MUST_CHECK;
void store_rollback(struct store_transaction *transaction);
#define STORE_TRANSACTION __attribute__((cleanup(store_rollback)))

#endif
