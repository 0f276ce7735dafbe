/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of `operate` with several frames of sm2/sign: a room with a key for each, and the frames of one message. */
#ifndef HUFU_TESTS_HSM_GROUP_H
#define HUFU_TESTS_HSM_GROUP_H

#include "tests/unit/hsm_room.h"

/* One frame of a message: the key as the server sends it, and what is signed. */
struct hsm_member {
    struct hsm_key key;
    struct device_request request;
    uint8_t digests[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
    size_t count;
    struct hsm_frame frame;
};

struct hsm_group {
    struct hsm_room room;
    struct hsm_key keys[WORKER_FRAMES_MAX];           /* primary devices, for signing */
    struct hsm_member members[WORKER_FRAMES_MAX + 1]; /* one more than a message takes */
};

void hsm_group_start(struct hsm_group *group);
void hsm_group_stop(struct hsm_group *group);

/* The member's frame is its request, with this key's record. */
void hsm_member_send(struct hsm_group *group, struct hsm_member *member, const struct hsm_key *key);
/* The device signs that many random digests, and the frame is made. */
void hsm_member_sign_as(struct hsm_group *group, struct hsm_member *member, const struct hsm_key *key,
                        size_t count, const struct device_options *options);
void hsm_member_sign(struct hsm_group *group, struct hsm_member *member, const struct hsm_key *key);
void hsm_member_done(struct hsm_member *member);
void hsm_members_done(struct hsm_group *group);

/* Sends the first of the members in one message. The error of the whole; outcomes: of each. */
enum hufu_err hsm_group_send(struct hsm_group *group, struct hsm_outcome *outcomes, size_t count);
/* All its signatures verify, and the result is their r. */
void hsm_member_assert_answered(struct hsm_member *member, const struct hsm_outcome *outcome);

#endif
