/* SPDX-License-Identifier: Apache-2.0 */
/* A gate that lets only so many threads through at once and only so many wait before it: for work that takes much memory
 * and time (Argon2id). Who finds the waiting room full is sent away at once, so that the workers never all stand here. */
#ifndef HUFU_SERVER_GATE_H
#define HUFU_SERVER_GATE_H

#include <stdbool.h>

struct gate;

/* NULL without memory. */
struct gate *gate_new(unsigned inside_max, unsigned waiting_max);
void gate_free(struct gate *gate);

/* Waits for room. False: too many wait already. */
bool gate_enter(struct gate *gate) __attribute__((warn_unused_result));
void gate_leave(struct gate *gate);

#endif
