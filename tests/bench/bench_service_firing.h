/* SPDX-License-Identifier: Apache-2.0 */
/* The measured part of a crowd: one thread, the caller's, waits for all connections at once, so that little of the CPU
 * is the load's own. */
#ifndef HUFU_TESTS_BENCH_SERVICE_FIRING_H
#define HUFU_TESTS_BENCH_SERVICE_FIRING_H

#include "tests/bench/bench_service_crowd.h"

struct firing;

/* Opens a connection for every client. The crowd must outlive it. HUFU_ERR_AWAY: one could not be opened;
 * HUFU_ERR_INTERNAL without memory or descriptors. */
enum hufu_err firing_open(struct firing **firing, struct crowd *crowd) HUFU_MUST_CHECK;
/* Sends every client's shots, each when the one before it is answered, until deadline_us (monotonic) or until one
 * client has none left, and returns when all that was sent is answered. An answer that does not come in
 * WIRE_TIMEOUT_SECONDS is given up. How many clients ran out of shots. Once for each firing. */
size_t firing_run(struct firing *firing, uint64_t deadline_us);
void firing_close(struct firing *firing); /* NULL is fine */

#endif
