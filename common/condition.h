/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for something, but not for ever: conditions and deadlines of the clock that nobody sets. */
#ifndef HUFU_COMMON_CONDITION_H
#define HUFU_COMMON_CONDITION_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A condition whose pthread_cond_timedwait takes deadlines of CLOCK_MONOTONIC; the caller destroys it. */
void condition_init(pthread_cond_t *condition);
/* In so many milliseconds from now. */
struct timespec condition_deadline(uint64_t ms);

#endif
