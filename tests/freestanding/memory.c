/* SPDX-License-Identifier: Apache-2.0 */
/* What cosign/ needs from outside. Compiled with -fno-builtin: otherwise each of the loops may become a call of itself. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t i = 0; i < len; i++)
        out[i] = in[i];
    return to;
}

void *memset(void *to, int value, size_t len)
{
    uint8_t *out = to;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)value;
    return to;
}
