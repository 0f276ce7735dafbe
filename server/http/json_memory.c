/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/json_memory.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>

#include "common/secret.h"

static void wipe_and_free(void *memory)
{
    if (!memory)
        return;
    secret_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

void json_memory_wipe(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free);
}
