/* SPDX-License-Identifier: Apache-2.0 */
/* A private-key process that does what a test tells it: stands in for server/hsmc at link time. For the rules, which must
 * hold whatever it answers; what it really answers is tested elsewhere. */
#ifndef HUFU_TESTS_UNIT_KEY_PROCESS_H
#define HUFU_TESTS_UNIT_KEY_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/hsmc/hsmc.h"

struct key_process {
    /* What every call returns from now on, and what it gives out with HUFU_OK. */
    enum hufu_err err;
    size_t err_nth;     /* err is that of this frame of a group alone, counted from 1; 0: of every call */
    const char *result; /* operate */
    const char *answer;
    const char *sealed; /* key generation, service keys, the data key */
    const char *certificate;
    struct hsmc_destruction destruction; /* what it knows; it takes orders that follow */
    /* Called in the middle of every call: here the world changes between the read and the decision. */
    void (*meanwhile)(void);
    bool second_away; /* calls to place 1 are HUFU_ERR_AWAY */

    /* What it was asked. */
    size_t calls;    /* each frame of a group is one */
    size_t messages; /* of operate */
    char operation[32];
    uint32_t generation;
    char record[64]; /* sealed, as text */
    uint32_t operations;
    uint64_t now_ms;
    size_t place;     /* that calls go to */
    size_t loaded[2]; /* service keys that it had loaded, by place */
};
extern struct key_process key_process;

/* As new: everything succeeds. */
void key_process_reset(void);

#endif
