/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-over (docs/protocol.md §5): who may, to whom, and what role the new record can have. */
#include "tests/unit/hsm_second.h"
#include "tests/unit/unit.h"

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

/* ---- Hand-over ---- */

static void handed_over_half_signs_after_its_refresh_alone(void **state)
{
    (void)state;
    struct second second;
    second_new(&second, NULL);
    assert_ok(hand_over(&room, &second, &primary));
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
    assert_ok(hand_over(&room, &second, &primary));
    assert_int_equal(hand_over(&room, &third, &second.key), HUFU_ERR_POLICY);
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_int_equal(hand_over(&room, &third, &second.key), HUFU_ERR_POLICY);
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
    assert_ok(hand_over(&room, &second, &primary));
    assert_ok(hsm_key_refresh(&room, &second.key));
    assert_int_equal(hand_over(&room, &third, &second.key), HUFU_ERR_POLICY);
    second_free(&second);
    second_free(&third);
}

static void keys_that_were_swapped_for_the_new_binding_are_refused(void **state)
{
    (void)state;
    struct second second, thief;
    uint8_t memory[SECOND_TARGET_MAX];
    second_new(&second, NULL);
    second_new(&thief, NULL);
    struct bytes target =
        second_target(memory, device_key_public(thief.device), second.successor.x25519_public);
    assert_int_equal(hand_over_as(&room, &second, &primary, target), HUFU_ERR_POLICY);
    target = second_target(memory, device_key_public(second.device), thief.successor.x25519_public);
    assert_int_equal(hand_over_as(&room, &second, &primary, target), HUFU_ERR_POLICY);
    assert_int_equal(hand_over_as(&room, &second, &primary, bytes_of(target.data, target.len - 1)),
                     HUFU_ERR_FORM);
    assert_int_equal(hand_over_as(&room, &second, &primary, bytes_of(NULL, 0)), HUFU_ERR_FORM);
    second_free(&second);
    second_free(&thief);
}

static void binding_does_not_hand_over_to_itself(void **state)
{
    (void)state;
    struct second second;
    second_new(&second, NULL);
    memcpy(second.successor.binding_id, primary.binding.binding_id, FRAME_ID_SIZE);
    assert_int_equal(hand_over(&room, &second, &primary), HUFU_ERR_POLICY);
    second_free(&second);
}

static void hand_over_with_a_wrong_pin_is_a_wrong_pin(void **state)
{
    (void)state;
    struct second second;
    struct hsm_key wrong = primary;
    second_new(&second, NULL);
    wrong.binding.half.a[31] ^= 1;
    assert_int_equal(hand_over(&room, &second, &wrong), HUFU_ERR_PROOF);
    second_free(&second);
}

static void policy_beyond_the_holders_own_use_is_refused(void **state)
{
    (void)state;
    struct second second;
    struct frame_policy policy = policy_now();
    policy.operations = FRAME_ALLOW_SIGN | FRAME_ALLOW_DECRYPT;
    second_new(&second, &policy);
    assert_int_equal(hand_over(&room, &second, &primary), HUFU_ERR_POLICY);
    policy.operations = 0;
    second.successor.policy = policy_encode(second.policy, &policy);
    assert_int_equal(hand_over(&room, &second, &primary), HUFU_ERR_POLICY);
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
    assert_ok(hand_over(&room, holder, &primary));
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
    enum hufu_err err = hand_over(&room, &third, key);
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
    assert_ok(hand_over(&room, &second, &primary));
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
    assert_ok(hand_over(&room, &third, &second.key));
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
    };
    return cmocka_run_group_tests(tests, start, stop);
}
