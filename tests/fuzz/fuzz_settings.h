/* SPDX-License-Identifier: Apache-2.0 */
/* How long the runs against real processes are, and with which sequence: HUFU_TEST_LONG=1 for the whole, HUFU_FUZZ_RUNS for
 * any number, HUFU_FUZZ_SEED. */
#ifndef HUFU_TESTS_FUZZ_SETTINGS_H
#define HUFU_TESTS_FUZZ_SETTINGS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline unsigned long fuzz_runs(unsigned long usual, unsigned long whole)
{
    const char *text = getenv("HUFU_FUZZ_RUNS"), *wanted = getenv("HUFU_TEST_LONG");
    if (text)
        return strtoul(text, NULL, 10);
    return wanted && strcmp(wanted, "1") == 0 ? whole : usual;
}

static inline uint64_t fuzz_seed(void)
{
    const char *text = getenv("HUFU_FUZZ_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

#endif
