/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that looks after what no request does: a valid service key in hufu-hsm, the data key,
 * partitions, pruning. It is also
 * how the service comes back by itself when database or hufu-hsm were away at start. */
#ifndef HUFU_SERVER_KEEPER_H
#define HUFU_SERVER_KEEPER_H

#include <stdbool.h>

#include "common/err.h"

struct worker;
struct keeper;

/* Looks once, at once, in the caller's thread, and then from a thread of its own: every minute, or two seconds after
 * something was away. worker is borrowed. HUFU_ERR_STATE: the database's schema is not the one of this program
 * (logged). Later the same fault ends the process by SIGTERM, and keeper_failed says so. */
enum hufu_err keeper_start(struct keeper **keeper, struct worker *worker) HUFU_MUST_CHECK;
bool keeper_failed(const struct keeper *keeper);
/* Ends the thread. NULL is fine. */
void keeper_free(struct keeper *keeper);

#endif
