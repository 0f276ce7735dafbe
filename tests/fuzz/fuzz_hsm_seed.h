/* SPDX-License-Identifier: Apache-2.0 */
/* One well-formed message to hufu-hsm of each operation, all of which it grants: to be mutated. They are made with a
 * running hufu-hsm (its records are sealed, its frames fresh for two minutes), reached by a function of the caller's. */
#ifndef HUFU_TESTS_FUZZ_HSM_SEED_H
#define HUFU_TESTS_FUZZ_HSM_SEED_H

#include "tests/client/device_request.h"
#include "tests/client/hsm_link.h"

struct hsm_seeds {
    /* Sends a message; the reply's fields stay until the next call. False: no reply of the protocol's form. */
    bool (*call)(void *context, struct hsm_reply *reply, struct bytes message);
    void *call_context;
    void (*emit)(void *context, struct bytes seed);
    void *emit_context;
    uint8_t H_k[BOX_KEY_SIZE]; /* a loaded box key */
    uint8_t project[FRAME_ID_SIZE];
};

/* Ends the program when hufu-hsm does not grant one of them. */
void hsm_seeds_make(struct hsm_seeds *seeds);

#endif
