/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/randomness.h"

#include <stdlib.h>
#include <sys/random.h>

void randomness_fill(void *out, size_t len)
{
    uint8_t *at = out;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        if (got <= 0)
            abort();
        at += got;
        len -= (size_t)got;
    }
}

uint32_t randomness_below(uint32_t bound)
{
    uint32_t value;
    randomness_fill(&value, sizeof(value));
    return value % bound;
}

static enum hufu_err fill(void *context, uint8_t *out, size_t len)
{
    (void)context;
    randomness_fill(out, len);
    return HUFU_OK;
}

const struct cosign_random randomness = {.fill = fill, .context = NULL};
