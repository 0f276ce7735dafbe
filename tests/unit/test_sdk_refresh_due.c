/* SPDX-License-Identifier: Apache-2.0 */
/* Halves that are renewed behind a signature, when it is due. */
#include "tests/unit/unit.h"

#include "tests/unit/sdk_enrolled.h"

#define STEPS_MAX 200

static enum hufu_result refresh_due(struct sdk_enrolled *x)
{
    return hufu_refresh_due(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN));
}

static void a_signature_reaches_the_caller_before_anybody_is_asked_for_a_refresh(void **state)
{
    struct sdk_enrolled *x = *state;
    x->service->refresh_due = true;
    unsigned requests = x->service->requests;
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(x->service->requests, requests + 1);
    assert_int_equal(x->service->keys[0].now.generation, 0);
}

static void halves_are_renewed_when_the_service_says_that_it_is_due(void **state)
{
    struct sdk_enrolled *x = *state;
    x->service->refresh_due = true;
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->keys[0].now.generation, 1);
    assert_int_equal(sdk_enrolled_record(x).half.generation, 1);
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->keys[0].now.generation, 1);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
}

static void it_asks_once_an_hour_at_most_whatever_is_closed_and_opened(void **state)
{
    struct sdk_enrolled *x = *state;
    unsigned before = x->service->requests;
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->requests, before + 1);
    x->service->refresh_due = true;
    sdk_device_restart(x->device);
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->requests, before + 1);
    assert_int_equal(x->service->keys[0].now.generation, 0);
    x->device->now_ms += 3600 * 1000;
    x->service->clock_ms += 3600 * 1000;
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->keys[0].now.generation, 1);
}

static void a_clock_that_was_set_back_does_not_keep_it_from_asking(void **state)
{
    struct sdk_enrolled *x = *state;
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    x->service->refresh_due = true;
    x->device->now_ms -= 7200 * 1000;
    x->service->clock_ms -= 7200 * 1000;
    assert_int_equal(refresh_due(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->keys[0].now.generation, 1);
}

static void a_refresh_that_was_due_and_fails_costs_nothing(void **state)
{
    struct sdk_enrolled *x = *state;
    x->service->refresh_due = true;
    x->service->lie = SDK_LIE_REFRESH_B;
    assert_int_equal(refresh_due(x), HUFU_RESULT_FAULT);
    x->service->lie = SDK_LIE_NONE;
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

static void no_pin_and_no_key_ask_nobody(void **state)
{
    struct sdk_enrolled *x = *state;
    const struct hufu_id other = {{9}};
    unsigned before = x->service->requests;
    assert_int_equal(hufu_refresh_due(x->device->hufu, &x->key, "short", 5), HUFU_RESULT_PIN_FORM);
    assert_int_equal(hufu_refresh_due(x->device->hufu, &other, SDK_PIN, strlen(SDK_PIN)),
                     HUFU_RESULT_NOT_FOUND);
    assert_int_equal(x->service->requests, before);
}

/* The battery dies before and after each step of the question and the refresh behind it. */
static void a_refresh_that_is_due_survives_a_crash_at_any_step(void **state)
{
    (void)state;
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        int step = 0;
        for (bool through = false; !through; step++) {
            struct sdk_enrolled x = sdk_enrolled_new();
            x.service->refresh_due = true;
            x.device->steps_left = step;
            x.device->death = (enum sdk_death)death;
            through = refresh_due(&x) == HUFU_RESULT_OK;
            sdk_device_restart(x.device);
            assert_int_equal(sdk_enrolled_sign(&x, SDK_PIN), HUFU_RESULT_OK);
            assert_false(sdk_enrolled_record(&x).has_next);
            assert_int_equal(x.service->pin_failures, 0);
            sdk_enrolled_free(&x);
            assert_true(step < STEPS_MAX);
        }
        assert_true(step > 6); /* storing that it asked, asking, refresh, store, check, store; then none */
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_enrolled_set_up, sdk_enrolled_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signature_reaches_the_caller_before_anybody_is_asked_for_a_refresh),
        TEST(halves_are_renewed_when_the_service_says_that_it_is_due),
        TEST(it_asks_once_an_hour_at_most_whatever_is_closed_and_opened),
        TEST(a_clock_that_was_set_back_does_not_keep_it_from_asking),
        TEST(a_refresh_that_was_due_and_fails_costs_nothing),
        TEST(no_pin_and_no_key_ask_nobody),
        cmocka_unit_test(a_refresh_that_is_due_survives_a_crash_at_any_step),
    };
    return cmocka_run_group_tests_name("sdk_refresh_due", tests, NULL, NULL);
}
