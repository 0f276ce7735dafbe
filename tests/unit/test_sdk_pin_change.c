/* SPDX-License-Identifier: Apache-2.0 */
/* One PIN for all keys of a device: what is interrupted between them is completed, and what is made meanwhile has it, too. */
#include "tests/unit/unit.h"

#include "tests/unit/sdk_enrolled.h"

#define NEW_PIN "新的口令"
#define THIRD_PIN "271828"
#define STEPS_MAX 200

static enum hufu_result change(struct sdk_enrolled *x, const char *from, const char *to)
{
    return hufu_pin_change(x->device->hufu, from, strlen(from), to, strlen(to));
}

static void after_a_change_the_new_pin_holds_and_the_old_does_not(void **state)
{
    struct sdk_enrolled *x = *state;
    struct key_record old = sdk_enrolled_record(x);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    struct key_record new = sdk_enrolled_record(x);
    assert_memory_not_equal(new.half.pin.salt, old.half.pin.salt, PIN_SALT_SIZE);
    assert_int_equal(new.half.generation, 1);
    assert_int_equal(sdk_enrolled_sign(x, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_PIN_WRONG);
}

static void a_change_with_a_wrong_old_pin_is_refused(void **state)
{
    struct sdk_enrolled *x = *state;
    assert_int_equal(change(x, "wrong pin", NEW_PIN), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
}

static void an_impossible_new_pin_is_refused_before_anything_is_sent(void **state)
{
    struct sdk_enrolled *x = *state;
    unsigned before = x->service->requests;
    assert_int_equal(change(x, SDK_PIN, "short"), HUFU_RESULT_PIN_FORM);
    assert_int_equal(change(x, SDK_PIN, "control\nin it"), HUFU_RESULT_PIN_FORM);
    assert_int_equal(x->service->requests, before);
}

/* Whether both keys have seen the change: then only the news of it was lost. */
static bool is_changed(struct sdk_enrolled *x)
{
    bool changed = true;
    for (size_t i = 0; i < hufu_key_count(x->device->hufu); i++) {
        struct hufu_key_info info;
        assert_int_equal(hufu_key_info(x->device->hufu, i, &info), HUFU_RESULT_OK);
        changed = changed && info.pin_changes == 1 && !info.refresh_unfinished;
    }
    return changed;
}

/* The battery dies before and after each step of a change of PIN on two keys, completed by the same call again. */
static void a_change_of_pin_survives_a_crash_at_any_step(void **state)
{
    (void)state;
    int step = 0;
    for (bool finished = false; !finished; step++) {
        for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
            struct sdk_enrolled x = sdk_enrolled_new();
            struct hufu_id second;
            assert_int_equal(
                hufu_key_create(x.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                HUFU_RESULT_OK);
            x.device->steps_left = step;
            x.device->death = (enum sdk_death)death;
            finished = change(&x, SDK_PIN, NEW_PIN) == HUFU_RESULT_OK;
            sdk_device_restart(x.device);
            if (!is_changed(&x))
                assert_int_equal(change(&x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
            assert_int_equal(sdk_enrolled_sign(&x, NEW_PIN), HUFU_RESULT_OK);
            assert_int_equal(hufu_pin_check(x.device->hufu, &second, NEW_PIN, strlen(NEW_PIN)),
                             HUFU_RESULT_OK);
            assert_int_equal(x.service->pin_failures, 0);
            sdk_enrolled_free(&x);
        }
        assert_true(step < STEPS_MAX);
    }
    assert_int_equal(
        step, 11); /* a check of each; for each: refresh, store both halves, check, store one; then none */
}

static void freeze_second(struct sdk_enrolled *x)
{
    x->service->refused = &x->service->keys[1];
    x->service->refusal = "binding-not-active";
    x->service->refusal_status = 403;
    x->service->refusal_extras = ",\"state\":\"frozen\"";
}

/* An operator can freeze one of two keys. */
static void a_key_that_is_frozen_keeps_the_pin_of_both(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_OK);
    freeze_second(x);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_NOT_ACTIVE);
    x->service->refusal = NULL;
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
}

/* A refresh whose last answer was lost is no reason not to ask for it. */
static void a_frozen_key_with_an_unfinished_refresh_keeps_the_pin_of_both(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_OK);
    x->device->steps_left = 2; /* the refresh, the record of both halves, and the check */
    x->device->death = SDK_DEATH_AFTER;
    assert_int_equal(hufu_refresh(x->device->hufu, &second, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    freeze_second(x);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_NOT_ACTIVE);
    assert_int_equal(x->service->keys[0].now.generation, 0);
    x->service->refusal = NULL;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(sdk_enrolled_sign(x, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

/* Interrupted between two keys: another new PIN than the first key has got must not reach the second. */
static void an_interrupted_change_is_not_completed_with_another_pin(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_OK);
    x->device->steps_left = 6; /* the first key is done */
    x->device->death = SDK_DEATH_BEFORE;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    assert_int_equal(change(x, SDK_PIN, "mistyped"), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
}

/* g+1 never came to be (the service was put back): the new PIN is not tried on the old half, where it would count as wrong. */
static void a_change_that_did_not_take_place_asks_for_the_old_pin(void **state)
{
    struct sdk_enrolled *x = *state;
    x->device->steps_left = 2;
    x->device->death = SDK_DEATH_BEFORE;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_AWAY);
    x->service->keys[0].next.exists = false;
    sdk_device_restart(x->device);
    struct hufu_key_info info;
    assert_int_equal(hufu_key_info(x->device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_true(info.pin_unfinished);
    assert_int_equal(sdk_enrolled_sign(x, NEW_PIN), HUFU_RESULT_PIN_UNCHANGED);
    assert_int_equal(hufu_key_info(x->device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_false(info.pin_unfinished);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(sdk_enrolled_sign(x, NEW_PIN), HUFU_RESULT_OK);
}

static void a_second_key_needs_the_pin_of_the_first(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, "another", 7, &second),
                     HUFU_RESULT_PIN_WRONG);
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, 6, &second),
                     HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->device->hufu), 2);
    assert_null(x->service->keys[2].state);
}

/* The generation of a second key is interrupted at its last message. */
static struct hufu_id interrupt_second(struct sdk_enrolled *x, enum sdk_death death)
{
    struct hufu_id second;
    struct key_record record;
    struct hufu_key_info info;
    x->device->steps_left =
        7; /* the keys there are, one ordered, listed and stored; PIN, begin, the half, finish */
    x->device->death = death;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    second = sdk_device_key(x->device, HUFU_USAGE_DECRYPT);
    assert_int_equal(key_record_load(&record, x->device->hufu, &second), HUFU_RESULT_OK);
    assert_int_equal(record.stage, KEY_FINISHING);
    assert_int_equal(hufu_key_info(x->device->hufu, 1, &info), HUFU_RESULT_OK);
    assert_int_equal(info.stage, HUFU_STAGE_NEW);
    assert_true(info.half_stored);
    assert_int_equal(x->service->keys[1].now.exists, death == SDK_DEATH_AFTER);
    return second;
}

static void a_key_that_is_generated_anew_needs_the_pin_of_the_first(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second = interrupt_second(x, SDK_DEATH_BEFORE);
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, "another", 7, &second),
                     HUFU_RESULT_PIN_WRONG);
    assert_false(x->service->keys[1].now.exists);
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, 6, &second),
                     HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
}

/* The service has finished the key, and nobody was told: it gets the new PIN with the others. */
static void a_key_that_was_finished_meanwhile_gets_the_new_pin_too(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second = interrupt_second(x, SDK_DEATH_AFTER);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    assert_int_equal(sdk_enrolled_sign(x, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

static uint32_t pin_changes(const struct sdk_enrolled *x, size_t index)
{
    struct hufu_key_info info;
    assert_int_equal(hufu_key_info(x->device->hufu, index, &info), HUFU_RESULT_OK);
    return info.pin_changes;
}

/* The PIN is changed at the service, and the answer to the check that came as step `check` is lost. */
static void lose_the_end_of_a_change(struct sdk_enrolled *x, int check)
{
    x->device->steps_left = check;
    x->device->death = SDK_DEATH_AFTER;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
}

/* It has the PIN that the check of it settled, and counts as many changes. */
static void a_key_that_is_made_after_an_interrupted_change_belongs_to_the_new_pin(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second;
    lose_the_end_of_a_change(x, 2); /* the refresh, the record of both halves, and the check */
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, NEW_PIN, strlen(NEW_PIN), &second),
                     HUFU_RESULT_OK);
    assert_int_equal(pin_changes(x, 0), 1);
    assert_int_equal(pin_changes(x, 1), 1);
    assert_int_equal(change(x, NEW_PIN, THIRD_PIN), HUFU_RESULT_OK);
    assert_int_equal(sdk_enrolled_sign(x, THIRD_PIN), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, THIRD_PIN, strlen(THIRD_PIN)), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

/* Another key has the old PIN still: the change is completed by the same call as ever. */
static void a_key_that_is_made_between_two_others_leaves_the_change_to_be_completed(void **state)
{
    struct sdk_enrolled *x = *state;
    struct hufu_id second, third;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_OK);
    lose_the_end_of_a_change(x, 4); /* a check of each, and the same of the first */
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, NEW_PIN, strlen(NEW_PIN), &third),
                     HUFU_RESULT_OK);
    assert_int_equal(pin_changes(x, 0), 1);
    assert_int_equal(pin_changes(x, 1), 0);
    assert_int_equal(pin_changes(x, 2), 1);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(pin_changes(x, 1), 1);
    assert_int_equal(hufu_pin_check(x->device->hufu, &second, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &third, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_enrolled_set_up, sdk_enrolled_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(after_a_change_the_new_pin_holds_and_the_old_does_not),
        TEST(a_change_with_a_wrong_old_pin_is_refused),
        TEST(an_impossible_new_pin_is_refused_before_anything_is_sent),
        cmocka_unit_test(a_change_of_pin_survives_a_crash_at_any_step),
        TEST(a_key_that_is_frozen_keeps_the_pin_of_both),
        TEST(a_frozen_key_with_an_unfinished_refresh_keeps_the_pin_of_both),
        TEST(an_interrupted_change_is_not_completed_with_another_pin),
        TEST(a_change_that_did_not_take_place_asks_for_the_old_pin),
        TEST(a_second_key_needs_the_pin_of_the_first),
        TEST(a_key_that_is_generated_anew_needs_the_pin_of_the_first),
        TEST(a_key_that_was_finished_meanwhile_gets_the_new_pin_too),
        TEST(a_key_that_is_made_after_an_interrupted_change_belongs_to_the_new_pin),
        TEST(a_key_that_is_made_between_two_others_leaves_the_change_to_be_completed),
    };
    return cmocka_run_group_tests_name("sdk_pin_change", tests, NULL, NULL);
}
