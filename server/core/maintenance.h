/* SPDX-License-Identifier: Apache-2.0 */
/* What has to happen now and then, whoever asks for nothing: every minute, in a thread of its own. */
#ifndef HUFU_SERVER_CORE_MAINTENANCE_H
#define HUFU_SERVER_CORE_MAINTENANCE_H

#include "common/err.h"

struct worker;

#define MAINTENANCE_MONTHS_AHEAD 3

/* Makes partitions ahead of time, takes away answers that may not be given again, renews revocation lists. */
enum hufu_err maintenance_run(struct worker *worker) HUFU_MUST_CHECK;

#endif
