/* SPDX-License-Identifier: Apache-2.0 */
#include "common/locked.h"

#include <sodium.h>
#include <string.h>

/* libsodium puts the end of the region at a guard page, so its start is aligned only if its length is. */
#define ALIGNMENT 64

enum hufu_err locked_alloc(void **memory, size_t len)
{
    *memory = NULL;
    size_t size = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *region = sodium_malloc(size);
    if (!region)
        return HUFU_ERR_LIMIT;
    /* sodium_malloc does not tell when its own mlock failed; locking twice does no harm. */
    if (sodium_mlock(region, size) != 0) {
        sodium_free(region);
        return HUFU_ERR_LIMIT;
    }
    memset(region, 0, size);
    *memory = region;
    return HUFU_OK;
}

void locked_free(void *memory)
{
    sodium_free(memory);
}
