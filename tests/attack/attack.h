/* SPDX-License-Identifier: Apache-2.0 */
/* What the attack tests share: cmocka, and the bytes an attacker would try. */
#ifndef HUFU_TESTS_ATTACK_H
#define HUFU_TESTS_ATTACK_H

#include "tests/unit/unit.h"

#include "common/frame.h"
#include "cosign/cosign.h"
#include "tests/client/device_request.h"

/* A value that must be refused wherever one of its kind is expected, and what it is. */
struct bad_point {
    const char *what;
    uint8_t bytes[COSIGN_POINT_SIZE];
};
struct bad_scalar {
    const char *what;
    bool proof_too; /* also refused as the c or the z of a proof, where 0 has the right form (§1) */
    uint8_t bytes[COSIGN_SCALAR_SIZE];
};

extern const struct bad_point bad_points[];
extern const size_t bad_point_count;
extern const struct bad_scalar bad_scalars[];
extern const size_t bad_scalar_count;

/* Field number index of an encoded T(…), to be overwritten in place. */
uint8_t *field_of(struct buf *encoded, size_t index);

/* The binding of a thief who has the device and guesses the PIN wrongly: another half, everything else right. */
struct device_binding with_wrong_pin(const struct device_binding *binding);

#endif
