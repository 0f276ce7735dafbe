/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a hand-over on the new device, interrupted: no refusal that may pass costs it its half. */
#include "tests/unit/unit.h"

#include "mobile-sdk/key_record.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define STEPS_MAX 50
#define NEW_PIN "662607"

struct bind {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id key;
};

/* A device whose half of generation 1 is stored, and whose check there was not sent yet. */
static void join(struct bind *x)
{
    struct key_record record;
    x->device->steps_left = 2; /* the refresh, and storing both halves */
    x->device->death = SDK_DEATH_BEFORE;
    assert_int_equal(hufu_refresh(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    assert_int_equal(key_record_load(&record, x->device->hufu, &x->key), HUFU_RESULT_OK);
    assert_int_equal(record.next.generation, 1);
    record.half = record.next;
    record.has_next = false;
    record.stage = KEY_JOINING;
    assert_int_equal(key_record_store(&record, x->device->hufu), HUFU_RESULT_OK);
    assert_true(hufu_bind_unfinished(x->device->hufu));
}

static int set_up(void **state)
{
    static struct bind x;
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.key = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    join(&x);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct bind *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

static enum hufu_result finish(struct bind *x)
{
    return hufu_bind_finish(x->device->hufu, NULL, SDK_PIN, strlen(SDK_PIN));
}

static enum hufu_result change_pin(struct bind *x)
{
    return hufu_pin_change(x->device->hufu, SDK_PIN, strlen(SDK_PIN), NEW_PIN, strlen(NEW_PIN));
}

/* The check reaches the service, which makes the binding active; its answer is lost. */
static void lose_the_answer(struct bind *x)
{
    x->service->lie = SDK_LIE_ANSWER_ALWAYS_LOST;
    assert_int_equal(finish(x), HUFU_RESULT_AWAY);
    x->service->lie = SDK_LIE_NONE;
    assert_int_equal(x->service->keys[0].now.generation, 1);
}

static enum hufu_result finish_refused(struct bind *x, int status, const char *problem, const char *extras)
{
    x->service->refusal = problem;
    x->service->refusal_status = status;
    x->service->refusal_extras = extras;
    enum hufu_result result = finish(x);
    x->service->refusal = NULL;
    return result;
}

static void assert_signature(struct bind *x)
{
    uint8_t digest[HUFU_DIGEST_SIZE] = {7}, signature[HUFU_SIGNATURE_SIZE];
    assert_false(hufu_bind_unfinished(x->device->hufu));
    assert_int_equal(sdk_device_sign(x->device, SDK_PIN, digest, signature), HUFU_RESULT_OK);
    assert_ok(cosign_verify_var(x->service->keys[0].now.half.P, digest, signature));
}

static void assert_it_signs(struct bind *x)
{
    assert_int_equal(finish(x), HUFU_RESULT_OK);
    assert_signature(x);
}

static void assert_it_ended(struct bind *x)
{
    assert_false(hufu_bind_unfinished(x->device->hufu));
    assert_int_equal(hufu_key_count(x->device->hufu), 0);
    sdk_device_restart(x->device);
    assert_int_equal(finish(x), HUFU_RESULT_NOT_FOUND);
}

static void an_interrupted_hand_over_goes_on_without_a_code(void **state)
{
    struct bind *x = *state;
    lose_the_answer(x);
    sdk_device_restart(x->device);
    assert_it_signs(x);
}

static void no_refusal_that_may_pass_costs_the_half(void **state)
{
    struct bind *x = *state;
    static const struct {
        int status;
        const char *problem, *extras;
        enum hufu_result result;
    } refusals[] = {
        {403, "account-not-active", ",\"state\":\"suspended\"", HUFU_RESULT_NOT_ACTIVE},
        {403, "account-not-active", ",\"state\":\"removed\"", HUFU_RESULT_NOT_ACTIVE},
        {403, "binding-not-active", ",\"state\":\"frozen\"", HUFU_RESULT_NOT_ACTIVE},
        {403, "binding-not-active", ",\"state\":\"locked\"", HUFU_RESULT_NOT_ACTIVE},
        {403, "binding-not-active", "", HUFU_RESULT_NOT_ACTIVE},
        {403, "binding-not-active", ",\"state\":7", HUFU_RESULT_NOT_ACTIVE},
        {403, "window-closed", "", HUFU_RESULT_NOT_ACTIVE},
        {403, "uses-exhausted", "", HUFU_RESULT_NOT_ACTIVE},
        {403, "pin-locked", "", HUFU_RESULT_PIN_LOCKED},
        {403, "pin-wrong", ",\"tries_left\":4", HUFU_RESULT_PIN_WRONG},
        {403, "not-allowed", "", HUFU_RESULT_NOT_ALLOWED},
        {409, "conflict", "", HUFU_RESULT_CONFLICT},
        {401, "unauthenticated", "", HUFU_RESULT_SESSION},
        {404, "not-found", "", HUFU_RESULT_NOT_FOUND},
        {404, "", "", HUFU_RESULT_NOT_FOUND},
        {403, "", "", HUFU_RESULT_REFUSED},
        {500, "internal", "", HUFU_RESULT_FAULT},
    };
    lose_the_answer(x);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        assert_int_equal(finish_refused(x, refusals[i].status, refusals[i].problem, refusals[i].extras),
                         refusals[i].result);
        assert_true(hufu_bind_unfinished(x->device->hufu));
        sdk_device_restart(x->device);
    }
    assert_it_signs(x);
}

static void a_removed_binding_ends_the_hand_over(void **state)
{
    struct bind *x = *state;
    assert_int_equal(finish_refused(x, 403, "binding-not-active", ",\"state\":\"removed\""),
                     HUFU_RESULT_NOT_ACTIVE);
    assert_string_equal(hufu_last_report(x->device->hufu)->message_key, "binding-not-active");
    assert_it_ended(x);
}

/* So the service says where the account's second device never became active and the binding is gone. */
static void a_device_that_still_waits_ends_the_hand_over(void **state)
{
    struct bind *x = *state;
    assert_int_equal(finish_refused(x, 403, "binding-not-active", ",\"state\":\"waiting\""),
                     HUFU_RESULT_NOT_ACTIVE);
    assert_it_ended(x);
}

static void a_generation_that_does_not_exist_ends_the_hand_over(void **state)
{
    struct bind *x = *state;
    x->service->keys[0].next.exists = false;
    assert_int_equal(finish(x), HUFU_RESULT_GENERATION);
    assert_it_ended(x);
}

/* Of a binding that still waits it is the day of the hand-over that is over. */
static void a_window_that_closed_on_a_waiting_binding_ends_the_hand_over(void **state)
{
    struct bind *x = *state;
    x->service->binding_state = "waiting";
    assert_int_equal(finish_refused(x, 403, "window-closed", ""), HUFU_RESULT_NOT_ACTIVE);
    assert_string_equal(hufu_last_report(x->device->hufu)->message_key, "window-closed");
    assert_it_ended(x);
}

/* The battery dies before and after each step of going on, with a certificate to fetch or one to ask for. */
static void going_on_survives_a_crash_at_any_step(void **state)
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        for (int certified = 0; certified < 2; certified++) {
            int step = 0;
            for (bool through = false; !through; step++) {
                assert_true(step < STEPS_MAX);
                assert_int_equal(set_up(state), 0);
                struct bind *x = *state;
                if (!certified)
                    x->service->keys[0].certificate_len = 0;
                x->device->steps_left = step;
                x->device->death = (enum sdk_death)death;
                through = finish(x) == HUFU_RESULT_OK;
                sdk_device_restart(x->device);
                if (hufu_bind_unfinished(x->device->hufu))
                    assert_int_equal(finish(x), HUFU_RESULT_OK);
                assert_signature(x);
                assert_int_equal(x->service->pin_failures, 0);
                (void)tear_down(state);
            }
            assert_true(
                step >
                5); /* check, store, ask for the key, certificate, store it, store that it is there; then none */
        }
    }
}

/* The half that is joining knows the PIN, and becomes the device's by being asked. */
static void a_key_that_is_made_meanwhile_needs_the_pin_of_the_half_that_is_joining(void **state)
{
    struct bind *x = *state;
    struct hufu_id other;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, "another", 7, &other),
                     HUFU_RESULT_PIN_WRONG);
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &other),
                     HUFU_RESULT_OK);
    assert_int_equal(x->service->keys[0].now.generation, 1);
    assert_it_signs(x);
    assert_int_equal(change_pin(x), HUFU_RESULT_OK);
}

/* Else the other keys would get the new PIN, and the half that is joining would have the old one. */
static void no_pin_is_changed_before_the_hand_over_is_finished(void **state)
{
    struct bind *x = *state;
    struct hufu_id other;
    struct key_record record;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &other),
                     HUFU_RESULT_OK);
    assert_int_equal(key_record_load(&record, x->device->hufu, &x->key), HUFU_RESULT_OK);
    record.stage = KEY_JOINING; /* the other was there before it */
    assert_int_equal(key_record_store(&record, x->device->hufu), HUFU_RESULT_OK);
    unsigned requests = x->service->requests;
    assert_int_equal(change_pin(x), HUFU_RESULT_BINDING_UNFINISHED);
    assert_int_equal(x->service->requests, requests);
    assert_int_equal(finish(x), HUFU_RESULT_OK);
    assert_int_equal(change_pin(x), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &x->key, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &other, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(going_on_survives_a_crash_at_any_step),
        TEST(an_interrupted_hand_over_goes_on_without_a_code),
        TEST(no_refusal_that_may_pass_costs_the_half),
        TEST(a_key_that_is_made_meanwhile_needs_the_pin_of_the_half_that_is_joining),
        TEST(no_pin_is_changed_before_the_hand_over_is_finished),
        TEST(a_removed_binding_ends_the_hand_over),
        TEST(a_device_that_still_waits_ends_the_hand_over),
        TEST(a_generation_that_does_not_exist_ends_the_hand_over),
        TEST(a_window_that_closed_on_a_waiting_binding_ends_the_hand_over),
    };
    return cmocka_run_group_tests_name("sdk_bind", tests, NULL, NULL);
}
