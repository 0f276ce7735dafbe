/* SPDX-License-Identifier: Apache-2.0 */
/* Policies (docs/protocol.md §5): what they allow, who replaces them, and what becomes of the one that was replaced. */
#include "tests/unit/unit.h"

#include "common/clock.h"
#include "hsm/destruction.h"
#include "hsm/permit.h"
#include "tests/unit/hsm_second.h"

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
        assert_ok(hand_over(&room, &second, &primary));
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
    struct bytes encoded = policy ? policy_encode(memory, policy) : bytes_of(NULL, 0);
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
    assert_ok(hand_over(&room, &second, &primary));
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
    assert_ok(hand_over(&room, &second, &primary));
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
    assert_ok(hand_over(&room, &second, &primary));
    assert_ok(hand_over(&room, &own, &primary));
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
    assert_ok(hand_over(&room, &second, &other));
    assert_int_equal(replace_policy(&second.key, &primary, &policy), HUFU_ERR_RECORD);
    second_free(&second);
    hsm_key_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_window_is_kept),
        cmocka_unit_test(window_has_its_tolerance_and_no_more),
        cmocka_unit_test(holder_replaces_the_policy_of_an_authorization),
        cmocka_unit_test(a_policy_that_was_replaced_is_destroyed_with_all_that_was_made_of_it),
        cmocka_unit_test(policy_is_neither_dropped_nor_moved_nor_given_by_others),
        cmocka_unit_test(policy_of_another_keys_device_is_out_of_reach),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
