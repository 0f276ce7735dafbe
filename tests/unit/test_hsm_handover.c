/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-over and policies (docs/protocol.md §5): who may, to whom, and what the new record can do. */
#include "tests/unit/unit.h"

#include "common/clock.h"
#include "hsm/destruction.h"
#include "hsm/permit.h"
#include "tests/client/randomness.h"
#include "tests/unit/hsm_room.h"

#define HOUR_MS 3600000u

static struct hsm_room room;
static struct hsm_key primary;

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "", NULL);
    hsm_key_make(&room, &primary, FRAME_ALLOW_SIGN);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&primary);
    hsm_room_stop(&room);
    return 0;
}

/* ---- A second device ---- */

struct second {
    struct device_key *device;
    struct device_successor successor;
    uint8_t policy[FRAME_POLICY_SIZE];
    struct hsm_key key; /* once handed over */
};

static struct bytes encode_policy(uint8_t memory[FRAME_POLICY_SIZE], const struct frame_policy *policy)
{
    struct buf out;
    buf_init(&out, memory, FRAME_POLICY_SIZE);
    assert_ok(frame_policy_encode(&out, policy));
    return buf_bytes(&out);
}

static struct frame_policy policy_now(void)
{
    uint64_t now = clock_wall_ms();
    return (struct frame_policy){.authorization_id = {1},
                                 .from_ms = now - HOUR_MS,
                                 .until_ms = now + HOUR_MS,
                                 .operations = FRAME_ALLOW_SIGN,
                                 .uses = 5};
}

static void second_new(struct second *second, const struct frame_policy *policy)
{
    uint8_t random[BOX_KEY_SIZE];
    *second = (struct second){.device = device_key_new()};
    assert_non_null(second->device);
    second->successor.key = second->device;
    randomness_fill(second->successor.binding_id, FRAME_ID_SIZE);
    randomness_fill(random, sizeof(random));
    box_keypair(second->successor.x25519_public, second->successor.x25519_private, random);
    if (policy)
        second->successor.policy = encode_policy(second->policy, policy);
}

static void second_free(struct second *second)
{
    device_key_free(second->device);
}

static struct bytes put_target(uint8_t memory[128], const uint8_t *device_key, const uint8_t *x25519_key)
{
    struct buf out;
    buf_init(&out, memory, 128);
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

static enum hufu_err hand_over_as(struct second *second, const struct hsm_key *from, struct bytes target)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {{0}, {0}, {0}};
    struct hsm_reply reply;
    assert_ok(device_request_handover(&request, &handover, &from->binding, &second->successor, NULL));
    enum hufu_err err = hsm_key_operate(&room, &reply, from, &request, target);
    if (!err)
        take_half(second, from, &handover, reply.fields[0]);
    return err;
}

static enum hufu_err hand_over(struct second *second, const struct hsm_key *from)
{
    uint8_t memory[128];
    return hand_over_as(
        second, from, put_target(memory, device_key_public(second->device), second->successor.x25519_public));
}

/* ---- Hand-over ---- */

static void handed_over_half_signs_after_its_refresh_alone(void **state)
{
    (void)state;
    struct second second;
    second_new(&second, NULL);
    assert_ok(hand_over(&second, &primary));
    assert_int_equal(hsm_key_sign(&room, &second.key), HUFU_ERR_POLICY);
    assert_int_equal(hsm_key_pin_check(&room, &second.key), HUFU_ERR_POLICY);
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_ok(hsm_key_pin_check(&room, &second.key));
    assert_ok(hsm_key_sign(&room, &second.key));
    assert_ok(hsm_key_sign(&room, &primary));
    second_free(&second);
}

static void secondary_device_hands_nothing_over(void **state)
{
    (void)state;
    struct second second, third;
    second_new(&second, NULL);
    second_new(&third, NULL);
    assert_ok(hand_over(&second, &primary));
    assert_int_equal(hand_over(&third, &second.key), HUFU_ERR_POLICY);
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_int_equal(hand_over(&third, &second.key), HUFU_ERR_POLICY);
    second_free(&second);
    second_free(&third);
}

static void authorized_device_hands_nothing_over(void **state)
{
    (void)state;
    struct second second, third;
    struct frame_policy policy = policy_now();
    second_new(&second, &policy);
    second_new(&third, NULL);
    assert_ok(hand_over(&second, &primary));
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_int_equal(hand_over(&third, &second.key), HUFU_ERR_POLICY);
    second_free(&second);
    second_free(&third);
}

static void keys_that_were_swapped_for_the_new_binding_are_refused(void **state)
{
    (void)state;
    struct second second, thief;
    uint8_t memory[128];
    second_new(&second, NULL);
    second_new(&thief, NULL);
    struct bytes target = put_target(memory, device_key_public(thief.device), second.successor.x25519_public);
    assert_int_equal(hand_over_as(&second, &primary, target), HUFU_ERR_POLICY);
    target = put_target(memory, device_key_public(second.device), thief.successor.x25519_public);
    assert_int_equal(hand_over_as(&second, &primary, target), HUFU_ERR_POLICY);
    assert_int_equal(hand_over_as(&second, &primary, bytes_of(target.data, target.len - 1)), HUFU_ERR_FORM);
    assert_int_equal(hand_over_as(&second, &primary, bytes_of(NULL, 0)), HUFU_ERR_FORM);
    second_free(&second);
    second_free(&thief);
}

static void binding_does_not_hand_over_to_itself(void **state)
{
    (void)state;
    struct second second;
    second_new(&second, NULL);
    memcpy(second.successor.binding_id, primary.binding.binding_id, FRAME_ID_SIZE);
    assert_int_equal(hand_over(&second, &primary), HUFU_ERR_POLICY);
    second_free(&second);
}

static void hand_over_with_a_wrong_pin_is_a_wrong_pin(void **state)
{
    (void)state;
    struct second second;
    struct hsm_key wrong = primary;
    second_new(&second, NULL);
    wrong.binding.half.a[31] ^= 1;
    assert_int_equal(hand_over(&second, &wrong), HUFU_ERR_PROOF);
    second_free(&second);
}

static void policy_beyond_the_holders_own_use_is_refused(void **state)
{
    (void)state;
    struct second second;
    struct frame_policy policy = policy_now();
    policy.operations = FRAME_ALLOW_SIGN | FRAME_ALLOW_DECRYPT;
    second_new(&second, &policy);
    assert_int_equal(hand_over(&second, &primary), HUFU_ERR_POLICY);
    policy.operations = 0;
    second.successor.policy = encode_policy(second.policy, &policy);
    assert_int_equal(hand_over(&second, &primary), HUFU_ERR_POLICY);
    second_free(&second);
}

/* ---- The role of the next generation ---- */

/* Somebody with a record of each role, refreshed since it was handed over. */
enum holder {
    HOLDER_PRIMARY,
    HOLDER_SECONDARY,
    HOLDER_AUTHORIZED,
    HOLDER_COUNT
};

static void holder_new(struct second *holder, enum holder who)
{
    struct frame_policy policy = policy_now();
    second_new(holder, who == HOLDER_AUTHORIZED ? &policy : NULL);
    if (who == HOLDER_PRIMARY) {
        hsm_key_make(&room, &holder->key, FRAME_ALLOW_SIGN);
        return;
    }
    assert_ok(hand_over(holder, &primary));
    assert_ok(hsm_key_refresh(&room, &holder->key));
}

static void holder_free(struct second *holder, enum holder who)
{
    if (who == HOLDER_PRIMARY)
        hsm_key_free(&holder->key);
    second_free(holder);
}

/* What of a record tells its role: only a primary's hands over. */
static bool hands_over(const struct hsm_key *key)
{
    struct second third;
    second_new(&third, NULL);
    enum hufu_err err = hand_over(&third, key);
    second_free(&third);
    assert_true(err == HUFU_OK || err == HUFU_ERR_POLICY);
    return err == HUFU_OK;
}

static void role_changes_as_the_table_says(void **state)
{
    (void)state;
    static const struct {
        enum hufu_err expected;
        bool primary_after; /* what the record, old or new, is then */
    } table[HOLDER_COUNT][2] = {
        [HOLDER_PRIMARY] = {{HUFU_OK, true}, {HUFU_OK, true}},
        [HOLDER_SECONDARY] = {{HUFU_OK, false}, {HUFU_OK, true}},
        [HOLDER_AUTHORIZED] = {{HUFU_OK, false}, {HUFU_ERR_POLICY, false}},
    };
    for (enum holder who = HOLDER_PRIMARY; who < HOLDER_COUNT; who++) {
        for (int asked = 0; asked < 2; asked++) {
            struct second holder;
            holder_new(&holder, who);
            assert_int_equal(hands_over(&holder.key), who == HOLDER_PRIMARY);
            enum hufu_err err =
                asked ? hsm_key_promote(&room, &holder.key) : hsm_key_refresh(&room, &holder.key);
            assert_int_equal(err, table[who][asked].expected);
            assert_int_equal(hands_over(&holder.key), table[who][asked].primary_after);
            assert_ok(hsm_key_sign(&room, &holder.key));
            holder_free(&holder, who);
        }
    }
}

static void half_that_was_handed_over_becomes_no_primarys_by_its_first_refresh(void **state)
{
    (void)state;
    struct second second;
    second_new(&second, NULL);
    assert_ok(hand_over(&second, &primary));
    assert_int_equal(hsm_key_promote(&room, &second.key), HUFU_ERR_POLICY);
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_ok(hsm_key_promote(&room, &second.key));
    second_free(&second);
}

static void role_of_a_primary_is_kept_by_later_refreshes_and_the_old_half_has_none(void **state)
{
    (void)state;
    struct second second, third;
    holder_new(&second, HOLDER_SECONDARY);
    struct hsm_key old = second.key; /* which generation ends, and when, is the server's to decide */
    assert_ok(hsm_key_promote(&room, &second.key));
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_false(hands_over(&old));
    second_new(&third, NULL);
    assert_ok(hand_over(&third, &second.key));
    assert_int_equal(hsm_key_promote(&room, &third.key), HUFU_ERR_POLICY);
    assert_ok(hsm_key_refresh(&room, &third.key));
    assert_ok(hsm_key_sign(&room, &third.key));
    assert_false(hands_over(&third.key));
    second_free(&third);
    second_free(&second);
}

static void role_with_a_wrong_pin_is_a_wrong_pin(void **state)
{
    (void)state;
    struct second second;
    holder_new(&second, HOLDER_SECONDARY);
    second.key.binding.half.a[31] ^= 1;
    assert_int_equal(hsm_key_promote(&room, &second.key), HUFU_ERR_PROOF);
    holder_free(&second, HOLDER_SECONDARY);
}

/* ---- Policies ---- */

static void policy_window_is_kept(void **state)
{
    (void)state;
    const int64_t offsets[][2] = {{-2, -1}, {1, 2}};
    for (size_t i = 0; i < 2; i++) {
        struct second second;
        struct frame_policy policy = policy_now();
        policy.from_ms = (uint64_t)((int64_t)clock_wall_ms() + offsets[i][0] * HOUR_MS);
        policy.until_ms = (uint64_t)((int64_t)clock_wall_ms() + offsets[i][1] * HOUR_MS);
        second_new(&second, &policy);
        assert_ok(hand_over(&second, &primary));
        /* The PIN can be set before the window begins and after it ends. */
        assert_ok(hsm_key_refresh(&room, &second.key));
        assert_ok(hsm_key_pin_check(&room, &second.key));
        assert_int_equal(hsm_key_sign(&room, &second.key), HUFU_ERR_POLICY);
        second_free(&second);
    }
}

static void window_has_its_tolerance_and_no_more(void **state)
{
    (void)state;
    struct record_binding record = {.role = RECORD_AUTHORIZED,
                                    .operations = FRAME_ALLOW_SIGN,
                                    .has_policy = true,
                                    .policy = policy_now()};
    record.policy.from_ms = 1000000;
    record.policy.until_ms = 2000000;
    const struct {
        uint64_t now;
        enum hufu_err expected;
    } cases[] = {{1000000 - PERMIT_WINDOW_TOLERANCE_MS - 1, HUFU_ERR_POLICY},
                 {1000000 - PERMIT_WINDOW_TOLERANCE_MS, HUFU_OK},
                 {2000000 + PERMIT_WINDOW_TOLERANCE_MS, HUFU_OK},
                 {2000000 + PERMIT_WINDOW_TOLERANCE_MS + 1, HUFU_ERR_POLICY}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(permit_operation(&record, FRAME_OP_SIGN, cases[i].now), cases[i].expected);
}

static enum hufu_err replace_policy(struct hsm_key *target, const struct hsm_key *by,
                                    const struct frame_policy *policy)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    uint8_t memory[FRAME_POLICY_SIZE], target_memory[2560];
    struct buf field;
    struct bytes encoded = policy ? encode_policy(memory, policy) : bytes_of(NULL, 0);
    buf_init(&field, target_memory, sizeof(target_memory));
    buf_put_field_u32(&field, target->binding.generation);
    buf_put_field_bytes(&field, hsm_key_sealed(target));
    assert_ok(device_request_policy(&request, &by->binding, target->binding.binding_id, encoded, NULL));
    enum hufu_err err = hsm_key_operate(&room, &reply, by, &request, buf_bytes(&field));
    if (err)
        return err;
    memcpy(target->sealed, reply.fields[0].data, reply.fields[0].len);
    target->sealed_len = reply.fields[0].len;
    return HUFU_OK;
}

static void holder_replaces_the_policy_of_an_authorization(void **state)
{
    (void)state;
    struct second second;
    struct frame_policy policy = policy_now();
    second_new(&second, &policy);
    assert_ok(hand_over(&second, &primary));
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_ok(hsm_key_sign(&room, &second.key));
    policy.from_ms -= HOUR_MS;
    policy.until_ms = clock_wall_ms() - HOUR_MS;
    assert_ok(replace_policy(&second.key, &primary, &policy));
    assert_int_equal(hsm_key_sign(&room, &second.key), HUFU_ERR_POLICY);
    /* It is carried to the next generation. */
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_int_equal(hsm_key_sign(&room, &second.key), HUFU_ERR_POLICY);
    policy = policy_now();
    assert_ok(replace_policy(&second.key, &primary, &policy));
    assert_ok(hsm_key_sign(&room, &second.key));
    second_free(&second);
}

/* The log goes on by one order: of the binding's policies those below that number are destroyed. */
static void destroy_policies(const struct second *second, uint32_t least)
{
    uint8_t order[DESTRUCTION_ORDER_SIZE];
    struct destruction_state log;
    struct buf out;
    destruction_policy_id(order, second->successor.binding_id);
    buf_init(&out, order + DESTRUCTION_ID_SIZE, sizeof(order) - DESTRUCTION_ID_SIZE);
    buf_put_u32(&out, least);
    assert_ok(buf_finish(&out));
    assert_ok(destruction_state(room.hsm.destruction, &log));
    assert_ok(destruction_add(room.hsm.destruction, &log.own, order, 1));
}

static void a_policy_that_was_replaced_is_destroyed_with_all_that_was_made_of_it(void **state)
{
    (void)state;
    struct second second;
    struct frame_policy policy = policy_now();
    second_new(&second, &policy);
    assert_ok(hand_over(&second, &primary));
    assert_ok(hsm_key_refresh(&room, &second.key));
    struct hsm_key replaced = second.key, refreshed = second.key;
    assert_ok(hsm_key_refresh(&room, &refreshed));
    assert_ok(replace_policy(&second.key, &primary, &policy));
    destroy_policies(&second, 1);
    assert_int_equal(hsm_key_sign(&room, &replaced), HUFU_ERR_DESTROYED);
    assert_int_equal(hsm_key_refresh(&room, &replaced), HUFU_ERR_DESTROYED);
    assert_int_equal(replace_policy(&replaced, &primary, &policy), HUFU_ERR_DESTROYED);
    assert_int_equal(hsm_key_sign(&room, &refreshed), HUFU_ERR_DESTROYED);
    assert_ok(hsm_key_sign(&room, &second.key));
    /* Its number goes with it, and on. */
    assert_ok(hsm_key_refresh(&room, &second.key));
    replaced = second.key;
    assert_ok(replace_policy(&second.key, &primary, &policy));
    destroy_policies(&second, 2);
    assert_int_equal(hsm_key_sign(&room, &replaced), HUFU_ERR_DESTROYED);
    assert_ok(hsm_key_sign(&room, &second.key));
    assert_ok(hsm_key_sign(&room, &primary));
    second_free(&second);
}

static void policy_is_neither_dropped_nor_moved_nor_given_by_others(void **state)
{
    (void)state;
    struct second second, own;
    struct frame_policy policy = policy_now();
    second_new(&second, &policy);
    second_new(&own, NULL);
    assert_ok(hand_over(&second, &primary));
    assert_ok(hand_over(&own, &primary));
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_ok(hsm_key_refresh(&room, &own.key));
    assert_int_equal(replace_policy(&second.key, &primary, NULL), HUFU_ERR_POLICY);
    assert_int_equal(replace_policy(&second.key, &own.key, &policy), HUFU_ERR_POLICY);
    assert_int_equal(replace_policy(&second.key, &second.key, &policy), HUFU_ERR_POLICY);
    assert_int_equal(replace_policy(&own.key, &primary, &policy), HUFU_ERR_POLICY);
    policy.authorization_id[0] ^= 1; /* now zero, like that of a record without a policy */
    assert_int_equal(replace_policy(&second.key, &primary, &policy), HUFU_ERR_POLICY);
    assert_int_equal(replace_policy(&own.key, &primary, &policy), HUFU_ERR_POLICY);
    second_free(&second);
    second_free(&own);
}

static void policy_of_another_keys_device_is_out_of_reach(void **state)
{
    (void)state;
    struct second second;
    struct hsm_key other;
    struct frame_policy policy = policy_now();
    hsm_key_make(&room, &other, FRAME_ALLOW_SIGN);
    second_new(&second, &policy);
    assert_ok(hand_over(&second, &other));
    assert_int_equal(replace_policy(&second.key, &primary, &policy), HUFU_ERR_RECORD);
    second_free(&second);
    hsm_key_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handed_over_half_signs_after_its_refresh_alone),
        cmocka_unit_test(secondary_device_hands_nothing_over),
        cmocka_unit_test(authorized_device_hands_nothing_over),
        cmocka_unit_test(keys_that_were_swapped_for_the_new_binding_are_refused),
        cmocka_unit_test(binding_does_not_hand_over_to_itself),
        cmocka_unit_test(hand_over_with_a_wrong_pin_is_a_wrong_pin),
        cmocka_unit_test(policy_beyond_the_holders_own_use_is_refused),
        cmocka_unit_test(role_changes_as_the_table_says),
        cmocka_unit_test(half_that_was_handed_over_becomes_no_primarys_by_its_first_refresh),
        cmocka_unit_test(role_of_a_primary_is_kept_by_later_refreshes_and_the_old_half_has_none),
        cmocka_unit_test(role_with_a_wrong_pin_is_a_wrong_pin),
        cmocka_unit_test(policy_window_is_kept),
        cmocka_unit_test(window_has_its_tolerance_and_no_more),
        cmocka_unit_test(holder_replaces_the_policy_of_an_authorization),
        cmocka_unit_test(a_policy_that_was_replaced_is_destroyed_with_all_that_was_made_of_it),
        cmocka_unit_test(policy_is_neither_dropped_nor_moved_nor_given_by_others),
        cmocka_unit_test(policy_of_another_keys_device_is_out_of_reach),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
