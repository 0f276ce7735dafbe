/* SPDX-License-Identifier: Apache-2.0 */
/* A step of the protocol on a stack of the test's own, which can be looked at afterwards. */
#ifndef HUFU_TESTS_UNIT_COSIGN_STEP_H
#define HUFU_TESTS_UNIT_COSIGN_STEP_H

#include "tests/unit/cosign_pair.h"
#include "tests/unit/own_stack.h"

/* The stack, and a pair; for each test. */
int map_stack(void **state);
int unmap_stack(void **state);

/* One step of the protocol, and its arguments. */
struct step {
    enum hufu_err (*run)(struct step *step);
    struct pair *pair;
    struct cosign_keygen keygen;
    struct cosign_device_half next;
    struct cosign_service_half next_service;
    struct cosign_signing signing;
    struct cosign_handover split;
    struct bytes public_part;
    uint8_t half[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    uint8_t digest[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
    uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    uint8_t signature[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    uint8_t points[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE];
    enum hufu_err err;
};

/* Runs it on the stack. */
void on_own_stack(struct step *step, enum hufu_err (*run)(struct step *step));

/* Those that are looked at for what they leave and for what they take. */
enum hufu_err pin_hide_step(struct step *step);
enum hufu_err pin_open_step(struct step *step);
enum hufu_err device_refresh_finish_step(struct step *step);

#endif
