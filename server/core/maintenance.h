/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be done now and then, by any of the servers. */
#ifndef HUFU_SERVER_CORE_MAINTENANCE_H
#define HUFU_SERVER_CORE_MAINTENANCE_H

#include "common/err.h"
#include "server/worker.h"

#define MAINTENANCE_MONTHS_AHEAD 3

/* Partitions for the months ahead; old answers, spent proofs, what was begun to authenticate, and old notices removed; hand-overs
 * ended that nobody finished; revocation lists renewed. Each is tried; the first error is returned. */
enum hufu_err maintenance_run(struct worker *worker) HUFU_MUST_CHECK;

#endif
