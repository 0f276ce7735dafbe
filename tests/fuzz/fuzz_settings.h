/* SPDX-License-Identifier: Apache-2.0 */
/* How long the runs against real processes are, and with which sequence: HUFU_FUZZ_RUNS and HUFU_FUZZ_SEED. */
#ifndef HUFU_TESTS_FUZZ_SETTINGS_H
#define HUFU_TESTS_FUZZ_SETTINGS_H

#include <stdint.h>
#include <stdlib.h>

static inline unsigned long fuzz_runs(unsigned long usual)
{
    const char *text = getenv("HUFU_FUZZ_RUNS");
    return text ? strtoul(text, NULL, 10) : usual;
}

static inline uint64_t fuzz_seed(void)
{
    const char *text = getenv("HUFU_FUZZ_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

#endif
