/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identifier.h"

#include <stdlib.h>
#include <sys/random.h>

#include "common/clock.h"

#define RANDOM_EACH 10
#define AHEAD 25 /* identifiers whose random bytes come at once: 250, as getrandom gives up to 256 whole */

static _Thread_local struct {
    uint8_t random[AHEAD][RANDOM_EACH];
    size_t left;
} ahead;

static void identifier_draw(void)
{
    /* Fails only on a kernel that has no such call; going on with what is there would make ids repeat. */
    if (getrandom(ahead.random, sizeof(ahead.random), 0) != (ssize_t)sizeof(ahead.random))
        abort();
    ahead.left = AHEAD;
}

void identifier_new(uint8_t id[UUID_SIZE])
{
    if (ahead.left == 0)
        identifier_draw();
    ahead.left--;
    uuid_v7(id, clock_wall_ms(), ahead.random[ahead.left]);
}
