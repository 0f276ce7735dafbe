/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identifier.h"

#include <stdlib.h>
#include <sys/random.h>

#include "server/clock.h"

void identifier_new(uint8_t id[UUID_SIZE])
{
    uint8_t random[10];
    /* Fails only on a kernel that has no such call; going on with what is on the stack would make ids repeat. */
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        abort();
    uuid_v7(id, clock_wall_ms(), random);
}
