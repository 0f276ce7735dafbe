/* SPDX-License-Identifier: Apache-2.0 */
/* What a process has used so far: CPU time and memory, as the kernel counts them. Readable for everybody, also of a
 * process that made itself undumpable. */
#ifndef HUFU_TESTS_BENCH_SERVICE_USAGE_H
#define HUFU_TESTS_BENCH_SERVICE_USAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

struct usage {
    uint64_t cpu_us; /* user and system; the kernel counts in ticks, so some ten milliseconds are the grain */
    uint64_t private_kb; /* resident memory that is not shared memory (stack, heap, mapped files) */
    uint64_t
        shared_kb; /* resident shared memory: for PostgreSQL its buffers, once for each process that touched them */
    unsigned processes;
};

/* One process alone. HUFU_ERR_AWAY: there is none with this number. */
enum hufu_err usage_of_process(struct usage *usage, pid_t pid) HUFU_MUST_CHECK;

/* A process with all its children, grandchildren and so on, and the CPU time of those that have ended and were waited
 * for: PostgreSQL under its postmaster. HUFU_ERR_AWAY: there is none with this number. */
enum hufu_err usage_of_family(struct usage *usage, pid_t pid) HUFU_MUST_CHECK;

/* CPU time that all processes and the kernel of this machine have used, in µs; 0 when it cannot be read. */
uint64_t usage_machine_cpu_us(void);

/* CPU time of the calling process until now, in µs. */
uint64_t usage_own_cpu_us(void);

#endif
