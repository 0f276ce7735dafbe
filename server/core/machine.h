/* SPDX-License-Identifier: Apache-2.0 */
/* A state machine is a table: state × event → state, or refusal. Each noun has its own (account.c, key.c, …), so that what
 * may happen to it is read in one place and tested cell by cell. */
#ifndef HUFU_SERVER_CORE_MACHINE_H
#define HUFU_SERVER_CORE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* A cell: MACHINE_TO(state); what a table does not name is 0, refusal. */
#define MACHINE_TO(state) ((uint8_t)((state) + 1))

struct machine {
    const uint8_t *cells; /* states rows of events cells */
    unsigned states, events;
};
#define MACHINE_OF(table)                                                      \
    {                                                                          \
        &(table)[0][0], sizeof(table) / sizeof((table)[0]), sizeof((table)[0]) \
    }

/* False: refused, and *next is the state as it was. Numbers outside the table are refused. */
bool machine_step(const struct machine *machine, unsigned state, unsigned event, unsigned *next);

#endif
