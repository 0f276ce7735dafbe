/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that sends what waits in the outbox (server/core/notice.h). Several of them, of one server or of many, share it. */
#ifndef HUFU_SERVER_COURIER_H
#define HUFU_SERVER_COURIER_H

#include <stdbool.h>

#include "common/err.h"

struct worker;
struct courier;

/* worker is borrowed, and the courier's alone. counts: whether this one keeps the gauge of what waits. */
enum hufu_err courier_start(struct courier **courier, struct worker *worker, bool counts) HUFU_MUST_CHECK;
/* Ends the thread; a call to an outside service that is under way is given up within about a second, and made again, under
 * the same key, by whoever finds the notice due. NULL is fine. */
void courier_free(struct courier *courier);

#endif
