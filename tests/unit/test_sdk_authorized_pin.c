/* SPDX-License-Identifier: Apache-2.0 */
/* One PIN for an authorized user's own keys and for those of others, whatever their holders do. */
#include "mobile-sdk/key_list.h"
#include "tests/unit/sdk_lent.h"
#include "tests/unit/unit.h"

#define NEW_PIN "662607"

static enum hufu_result change_pin(struct sdk_lent *x)
{
    return hufu_pin_change(x->user.device->hufu, SDK_PIN, strlen(SDK_PIN), NEW_PIN, strlen(NEW_PIN));
}

static enum hufu_result change_pin_refused(struct sdk_lent *x, const char *extras)
{
    sdk_lent_refuse(x, extras);
    enum hufu_result result = change_pin(x);
    x->user.service->refusal = NULL;
    return result;
}

static enum hufu_result check_new_pin(struct sdk_lent *x, const struct hufu_id *key)
{
    return hufu_pin_check(x->user.device->hufu, key, NEW_PIN, strlen(NEW_PIN));
}

/* What keeps one key from its new PIN must not leave the others with it. */
static void a_key_that_is_refused_keeps_the_pin_of_all(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lent_take(x);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"frozen\""), HUFU_RESULT_NOT_ACTIVE);
    assert_string_equal(hufu_last_report(x->user.device->hufu)->state, "frozen");
    assert_int_equal(x->user.service->keys[0].now.generation, 0);
    sdk_lent_assert_both_sign(x);
    assert_int_equal(change_pin(x), HUFU_RESULT_OK);
    assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_OK);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
}

static void a_deleted_authorization_is_erased_when_the_pin_is_changed(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lent_take(x);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"removed\""), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
    assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
}

static void lose_the_end_of_a_refresh(struct sdk_lent *x)
{
    struct sdk_device *device = x->user.device;
    device->steps_left = 2; /* the refresh, the record of both halves, and the check */
    device->death = SDK_DEATH_AFTER;
    assert_int_equal(hufu_refresh(device->hufu, &x->holder.key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_AWAY);
    sdk_device_restart(device);
}

static void a_deleted_authorization_with_an_unfinished_refresh_is_erased_too(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lent_take(x);
    lose_the_end_of_a_refresh(x);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"removed\""), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
}

/* Changed already, and deleted before the change was completed. */
static void what_was_deleted_between_the_two_halves_of_a_change_does_not_stop_it(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_id third;
    sdk_lent_take(x);
    assert_int_equal(
        hufu_key_create(x->user.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &third),
        HUFU_RESULT_OK);
    x->user.device->steps_left = 11; /* a check of each, and four steps for each of the first two */
    x->user.device->death = SDK_DEATH_BEFORE;
    assert_int_equal(change_pin(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->user.device);
    assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_OK);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"removed\""), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
    assert_int_equal(check_new_pin(x, &third), HUFU_RESULT_OK);
}

/* The half is stored, and the check that makes it the device's is the step at which the battery dies. */
static void take_up_to_the_check(struct sdk_lent *x, enum sdk_death death)
{
    struct hufu_key_info info;
    sdk_lend(x);
    x->user.device->steps_left = 5; /* the half, the PIN, the refresh, the list of keys, the half stored */
    x->user.device->death = death;
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->user.device);
    assert_true(hufu_bind_unfinished(x->user.device->hufu));
    assert_int_equal(hufu_key_info(x->user.device->hufu, 1, &info), HUFU_RESULT_OK);
    assert_int_equal(info.stage, HUFU_STAGE_NEW);
    assert_true(info.half_stored);
    assert_int_equal(x->user.service->keys[1].now.generation, death == SDK_DEATH_AFTER);
}

/* Frozen, or its holder suspended, before the check came: it was never the device's, and is erased. */
static void a_half_that_waits_and_is_refused_does_not_keep_the_pin(void **state)
{
    static const char *const refusals[][2] = {{"binding-not-active", ",\"state\":\"waiting\""},
                                              {"account-not-active", ",\"state\":\"suspended\""}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sdk_lent_set_up(state), 0);
        struct sdk_lent *x = *state;
        struct sdk_service *service = x->user.service;
        take_up_to_the_check(x, SDK_DEATH_BEFORE);
        service->refused = &service->keys[1];
        service->refusal = refusals[i][0];
        service->refusal_status = 403;
        service->refusal_extras = refusals[i][1];
        service->binding_state = "waiting";
        assert_int_equal(change_pin(x), HUFU_RESULT_OK);
        assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
        assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
        assert_int_equal(service->pin_failures, 0);
        (void)sdk_lent_tear_down(state);
    }
}

/* One that is not refused becomes the device's, whether the check came before or not, and gets the new PIN. */
static void a_half_that_is_joining_gets_the_new_pin_with_the_others(void **state)
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        assert_int_equal(sdk_lent_set_up(state), 0);
        struct sdk_lent *x = *state;
        take_up_to_the_check(x, (enum sdk_death)death);
        assert_int_equal(change_pin(x), HUFU_RESULT_OK);
        assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_OK);
        assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
        assert_int_equal(x->user.service->pin_failures, 0);
        (void)sdk_lent_tear_down(state);
    }
}

/* Neither is it erased while it may be the device's. */
static void a_half_that_is_joining_and_refused_for_now_stays(void **state)
{
    struct sdk_lent *x = *state;
    take_up_to_the_check(x, SDK_DEATH_AFTER);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"frozen\""), HUFU_RESULT_NOT_ACTIVE);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
    assert_int_equal(x->user.service->keys[0].now.generation, 0);
}

/* The answer to the last step of a change was lost: the half that is taken next settles it. */
static void a_half_that_is_taken_after_an_interrupted_change_belongs_to_the_new_pin(void **state)
{
    struct sdk_lent *x = *state;
    struct sdk_device *device = x->user.device;
    device->steps_left = 2; /* the refresh, the record of both halves, and the check */
    device->death = SDK_DEATH_AFTER;
    assert_int_equal(change_pin(x), HUFU_RESULT_AWAY);
    device->dead = false; /* what was asked for lives in memory */
    device->steps_left = -1;
    sdk_lend(x);
    assert_int_equal(hufu_bind_finish(device->hufu, x->back, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    for (size_t i = 0; i < 2; i++) {
        struct hufu_key_info info;
        assert_int_equal(hufu_key_info(device->hufu, i, &info), HUFU_RESULT_OK);
        assert_int_equal(info.pin_changes, 1);
    }
    assert_int_equal(x->user.service->pin_failures, 0);
}

/* A user whose only half is of another key, by an authorization that was deleted since. */
static void keep_a_deleted_half_alone(struct sdk_lent *x)
{
    struct hufu *hufu = x->user.device->hufu;
    struct sdk_service *service = x->user.service;
    KEY_RECORD_WIPED struct key_record record = {.stage = KEY_NEW};
    sdk_lent_take(x);
    assert_int_equal(key_record_load(&record, hufu, &x->holder.key), HUFU_RESULT_OK);
    memset(&record.id, 0x11, sizeof(record.id));
    assert_int_equal(key_list_add(hufu, &record), HUFU_RESULT_OK);
    assert_int_equal(key_list_drop(hufu, &x->holder.key), HUFU_RESULT_OK);
    assert_int_equal(key_list_drop(hufu, &x->user.key), HUFU_RESULT_OK);
    service->keys[2] = service->keys[1];
    memcpy(service->keys[2].id, record.id.bytes, sizeof(service->keys[2].id));
    service->refused = &service->keys[2];
    service->refusal = "binding-not-active";
    service->refusal_status = 403;
    service->refusal_extras = ",\"state\":\"removed\"";
}

static void a_deleted_authorization_keeps_nobody_from_taking_another_half(void **state)
{
    struct sdk_lent *x = *state;
    keep_a_deleted_half_alone(x);
    sdk_lent_ask(x);
    sdk_lend(x);
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
    assert_int_equal(sdk_lent_sign(x, &x->holder.key, x->holder.service->keys[0].now.half.P), HUFU_RESULT_OK);
}

static void a_deleted_authorization_keeps_nobody_from_making_a_key(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_id made;
    keep_a_deleted_half_alone(x);
    assert_int_equal(
        hufu_key_create(x->user.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &made),
        HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
}

/* What is not final leaves it: the PIN that it knows cannot be told then. */
static void a_half_that_is_refused_for_now_keeps_a_key_from_being_made(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_id made;
    keep_a_deleted_half_alone(x);
    x->user.service->refusal_extras = ",\"state\":\"frozen\"";
    assert_int_equal(
        hufu_key_create(x->user.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &made),
        HUFU_RESULT_NOT_ACTIVE);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_lent_set_up, sdk_lent_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_that_is_refused_keeps_the_pin_of_all),
        TEST(a_deleted_authorization_is_erased_when_the_pin_is_changed),
        TEST(a_deleted_authorization_with_an_unfinished_refresh_is_erased_too),
        TEST(what_was_deleted_between_the_two_halves_of_a_change_does_not_stop_it),
        cmocka_unit_test(a_half_that_waits_and_is_refused_does_not_keep_the_pin),
        cmocka_unit_test(a_half_that_is_joining_gets_the_new_pin_with_the_others),
        TEST(a_half_that_is_joining_and_refused_for_now_stays),
        TEST(a_half_that_is_taken_after_an_interrupted_change_belongs_to_the_new_pin),
        TEST(a_deleted_authorization_keeps_nobody_from_taking_another_half),
        TEST(a_deleted_authorization_keeps_nobody_from_making_a_key),
        TEST(a_half_that_is_refused_for_now_keeps_a_key_from_being_made),
    };
    return cmocka_run_group_tests_name("sdk_authorized_pin", tests, NULL, NULL);
}
