/* SPDX-License-Identifier: Apache-2.0 */
/* A second device in a room: what a key is handed over to, with a policy where that is somebody else's. */
#ifndef HUFU_TESTS_UNIT_HSM_SECOND_H
#define HUFU_TESTS_UNIT_HSM_SECOND_H

#include "tests/unit/hsm_room.h"

#define HOUR_MS 3600000u
#define SECOND_TARGET_MAX 128

struct second {
    struct device_key *device;
    struct device_successor successor;
    uint8_t policy[FRAME_POLICY_SIZE];
    struct hsm_key key; /* once handed over */
};

/* policy: copied; NULL: a device of the holder's own. */
void second_new(struct second *second, const struct frame_policy *policy);
void second_free(struct second *second);

/* From an hour ago to an hour from now, to sign five times. */
struct frame_policy policy_now(void);
struct bytes policy_encode(uint8_t memory[FRAME_POLICY_SIZE], const struct frame_policy *policy);

/* The second device takes the half when it is given one. _as: under the keys that target says, as second_target writes it. */
enum hufu_err hand_over(struct hsm_room *room, struct second *second,
                        const struct hsm_key *from) HUFU_MUST_CHECK;
enum hufu_err hand_over_as(struct hsm_room *room, struct second *second, const struct hsm_key *from,
                           struct bytes target) HUFU_MUST_CHECK;
struct bytes second_target(uint8_t memory[SECOND_TARGET_MAX], const uint8_t *device_key,
                           const uint8_t *x25519_key);

#endif
