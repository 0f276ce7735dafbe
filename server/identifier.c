/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identifier.h"

#include <sodium.h>

#include "server/clock.h"

void identifier_new(uint8_t id[UUID_SIZE])
{
    uint8_t random[10];
    randombytes_buf(random, sizeof(random));
    uuid_v7(id, clock_wall_ms(), random);
}
