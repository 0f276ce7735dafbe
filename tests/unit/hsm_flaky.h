/* SPDX-License-Identifier: Apache-2.0 */
/* A room whose token is SoftHSM2 behind the module that fails on demand. */
#ifndef HUFU_TESTS_HSM_FLAKY_H
#define HUFU_TESTS_HSM_FLAKY_H

#include "tests/unit/hsm_flaky_module.h"
#include "tests/unit/hsm_room.h"

/* Starts the room (hsm_room_stop ends it) with a P-256 CA. What the module is told is told there; library: the module, for its other
 * functions. */
struct flaky *hsm_flaky_start(struct hsm_room *room, void **library);

#endif
