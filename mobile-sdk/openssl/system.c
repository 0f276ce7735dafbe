/* SPDX-License-Identifier: Apache-2.0 */
/* Clock and randomness of the operating system. */
#include <openssl/rand.h>
#include <time.h>

#include "mobile-sdk/openssl/hufu_openssl.h"

static uint64_t now_ms(void *context)
{
    (void)context;
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wait_ms(void *context, uint32_t ms)
{
    (void)context;
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&pause, NULL);
}

struct hufu_clock hufu_system_clock(void)
{
    return (struct hufu_clock){.now_ms = now_ms, .wait_ms = wait_ms};
}

static enum hufu_result fill(void *context, void *out, size_t len)
{
    (void)context;
    return RAND_priv_bytes(out, (int)len) == 1 ? HUFU_RESULT_OK : HUFU_RESULT_PLATFORM;
}

struct hufu_random hufu_openssl_random(void)
{
    return (struct hufu_random){.fill = fill};
}
