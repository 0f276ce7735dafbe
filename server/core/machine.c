/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/machine.h"

bool machine_step(const struct machine *machine, unsigned state, unsigned event, unsigned *next)
{
    *next = state;
    if (state >= machine->states || event >= machine->events)
        return false;
    uint8_t cell = machine->cells[state * machine->events + event];
    if (cell == 0)
        return false;
    *next = cell - 1u;
    return true;
}
