/* SPDX-License-Identifier: Apache-2.0 */
/* Telling every registered key process what was destroyed (docs/protocol.md §8). The order is in the database first, committed;
 * delivered is it afterwards, again and again until each process has it. Safe from any number of servers. */
#ifndef HUFU_SERVER_CORE_DESTRUCTION_H
#define HUFU_SERVER_CORE_DESTRUCTION_H

#include "common/err.h"
#include "server/worker.h"

/* Ended generations are numbered so long after they ended, many at once: each delivery is one write to the token. */
#define DESTRUCTION_GATHER_SECONDS 5

/* One look at all: what was noted is numbered, and each process gets what it does not have and is recorded as having it. The
 * failure, after every process had its turn: HUFU_ERR_AWAY, HUFU_ERR_BUSY; before these HUFU_ERR_STATE: a process knows more than
 * the database's log has (rows are gone); HUFU_ERR_BEHIND: so does a token; HUFU_ERR_CONFLICT: one knows another log. With one of
 * the last three, or with no process that has the log to its end, nothing was numbered: it could take the place of rows that are
 * gone. */
enum hufu_err destruction_maintain(struct worker *worker) HUFU_MUST_CHECK;
/* The same at once, after a removal was committed: what does not succeed is tried again by the maintenance. */
void destruction_carry_out(struct worker *worker);
/* Brings up the process that has just said that it is behind. HUFU_OK: the request may be sent again. */
enum hufu_err destruction_catch_up(struct worker *worker) HUFU_MUST_CHECK;

#endif
