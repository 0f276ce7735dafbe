/* SPDX-License-Identifier: Apache-2.0 */
#include "common/condition.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

/* None of these can fail for the one clock and the one size that are asked for (glibc). */
void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

struct timespec condition_deadline(uint64_t ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    uint64_t ns = (uint64_t)at.tv_nsec + ms % 1000 * NS_PER_MS;
    at.tv_sec += (time_t)(ms / 1000 + ns / NS_PER_S);
    at.tv_nsec = (long)(ns % NS_PER_S);
    return at;
}
