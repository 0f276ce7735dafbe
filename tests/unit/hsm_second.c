/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/hsm_second.h"

#include "common/clock.h"
#include "tests/client/randomness.h"
#include "tests/unit/unit.h"

struct bytes policy_encode(uint8_t memory[FRAME_POLICY_SIZE], const struct frame_policy *policy)
{
    struct buf out;
    buf_init(&out, memory, FRAME_POLICY_SIZE);
    assert_ok(frame_policy_encode(&out, policy));
    return buf_bytes(&out);
}

struct frame_policy policy_now(void)
{
    uint64_t now = clock_wall_ms();
    return (struct frame_policy){.authorization_id = {1},
                                 .from_ms = now - HOUR_MS,
                                 .until_ms = now + HOUR_MS,
                                 .operations = FRAME_ALLOW_SIGN,
                                 .uses = 5};
}

void second_new(struct second *second, const struct frame_policy *policy)
{
    uint8_t random[BOX_KEY_SIZE];
    *second = (struct second){.device = device_key_new()};
    assert_non_null(second->device);
    second->successor.key = second->device;
    randomness_fill(second->successor.binding_id, FRAME_ID_SIZE);
    randomness_fill(random, sizeof(random));
    box_keypair(second->successor.x25519_public, second->successor.x25519_private, random);
    if (policy)
        second->successor.policy = policy_encode(second->policy, policy);
}

void second_free(struct second *second)
{
    device_key_free(second->device);
}

struct bytes second_target(uint8_t memory[SECOND_TARGET_MAX], const uint8_t *device_key,
                           const uint8_t *x25519_key)
{
    struct buf out;
    buf_init(&out, memory, SECOND_TARGET_MAX);
    buf_put_field(&out, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field(&out, x25519_key, FRAME_X25519_SIZE);
    return buf_bytes(&out);
}

static void take_half(struct second *second, const struct hsm_key *from,
                      const struct cosign_handover *handover, struct bytes sealed)
{
    struct hsm_key *key = &second->key;
    *key = (struct hsm_key){.device = second->device};
    key->binding = from->binding;
    key->binding.key = second->device;
    key->binding.generation = 0;
    memcpy(key->binding.binding_id, second->successor.binding_id, FRAME_ID_SIZE);
    memcpy(key->binding.half.a, handover->a2, sizeof(key->binding.half.a));
    memcpy(key->P, from->P, sizeof(key->P));
    memcpy(key->sealed, sealed.data, sealed.len);
    key->sealed_len = sealed.len;
}

enum hufu_err hand_over_as(struct hsm_room *room, struct second *second, const struct hsm_key *from,
                           struct bytes target)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {{0}, {0}, {0}};
    struct hsm_reply reply;
    assert_ok(device_request_handover(&request, &handover, &from->binding, &second->successor, NULL));
    enum hufu_err err = hsm_key_operate(room, &reply, from, &request, target);
    if (!err)
        take_half(second, from, &handover, reply.fields[0]);
    return err;
}

enum hufu_err hand_over(struct hsm_room *room, struct second *second, const struct hsm_key *from)
{
    uint8_t memory[SECOND_TARGET_MAX];
    return hand_over_as(
        room, second, from,
        second_target(memory, device_key_public(second->device), second->successor.x25519_public));
}
