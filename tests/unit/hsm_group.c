/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/client/randomness.h"
#include "tests/unit/hsm_group.h"

void hsm_group_start(struct hsm_group *group)
{
    hsm_room_start(&group->room, "", NULL);
    for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
        hsm_key_make(&group->room, &group->keys[i], FRAME_ALLOW_SIGN);
}

void hsm_group_stop(struct hsm_group *group)
{
    for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
        hsm_key_free(&group->keys[i]);
    hsm_room_stop(&group->room);
}

void hsm_member_done(struct hsm_member *member)
{
    device_request_done(&member->request);
    *member = (struct hsm_member){.count = 0};
}

void hsm_members_done(struct hsm_group *group)
{
    for (size_t i = 0; i <= WORKER_FRAMES_MAX; i++)
        hsm_member_done(&group->members[i]);
}

void hsm_member_send(struct hsm_group *group, struct hsm_member *member, const struct hsm_key *key)
{
    member->key = *key;
    member->frame = hsm_key_frame(&group->room, &member->key, &member->request, bytes_of(NULL, 0));
}

void hsm_member_sign_as(struct hsm_group *group, struct hsm_member *member, const struct hsm_key *key,
                        size_t count, const struct device_options *options)
{
    hsm_member_done(member);
    member->count = count;
    randomness_fill(member->digests[0], count * COSIGN_DIGEST_SIZE);
    assert_ok(device_request_sign(&member->request, &key->binding,
                                  bytes_of(member->digests, count * COSIGN_DIGEST_SIZE), options));
    hsm_member_send(group, member, key);
}

void hsm_member_sign(struct hsm_group *group, struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign_as(group, member, key, 1, NULL);
}

enum hufu_err hsm_group_send(struct hsm_group *group, struct hsm_outcome *outcomes, size_t count)
{
    static struct hsm_frame frames[WORKER_FRAMES_MAX + 1];
    struct hsm_reply reply;
    for (size_t i = 0; i < count; i++)
        frames[i] = group->members[i].frame;
    enum hufu_err err = hsm_room_operate(&group->room, &reply, frames, count);
    if (err)
        return err;
    assert_int_equal(hsm_outcome_count(&reply), count);
    for (size_t i = 0; i < count; i++)
        assert_ok(hsm_outcome_take(&outcomes[i], &reply, i));
    return HUFU_OK;
}

void hsm_member_assert_answered(struct hsm_member *member, const struct hsm_outcome *outcome)
{
    static uint8_t signatures[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    assert_ok(outcome->error);
    assert_int_equal(outcome->result.len, member->count * COSIGN_SCALAR_SIZE);
    assert_ok(device_request_sign_finish(&member->request, signatures, outcome->answer));
    for (size_t i = 0; i < member->count; i++) {
        assert_ok(cosign_verify_var(member->key.P, member->digests[i], signatures[i]));
        assert_memory_equal(signatures[i], outcome->result.data + i * COSIGN_SCALAR_SIZE, COSIGN_SCALAR_SIZE);
    }
}
