/* SPDX-License-Identifier: Apache-2.0 */
/* New halves: no crash, lost answer or lie loses a key, and nothing stored tests a PIN. */
#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "tests/unit/sdk_enrolled.h"

#define NEW_PIN "新的口令"
#define STEPS_MAX 200

static enum hufu_result refresh(struct sdk_enrolled *x)
{
    return hufu_refresh(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN));
}

static void a_refresh_makes_new_halves_of_the_same_key(void **state)
{
    struct sdk_enrolled *x = *state;
    struct cosign_service_half before = x->service->keys[0].now.half;
    struct key_record old = sdk_enrolled_record(x);
    assert_int_equal(refresh(x), HUFU_RESULT_OK);
    const struct sdk_service_key *key = &x->service->keys[0];
    assert_int_equal(key->now.generation, 1);
    assert_memory_equal(key->now.half.P, before.P, 65);
    assert_memory_not_equal(key->now.half.b, before.b, 32);
    struct key_record new = sdk_enrolled_record(x);
    assert_memory_not_equal(new.half.sigma, old.half.sigma, 32);
    assert_memory_equal(new.half.pin.salt, old.half.pin.salt, PIN_SALT_SIZE);
    assert_false(new.has_next);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
}

static void a_refresh_forgets_the_old_half(void **state)
{
    struct sdk_enrolled *x = *state;
    struct key_record old = sdk_enrolled_record(x);
    assert_int_equal(refresh(x), HUFU_RESULT_OK);
    assert_false(sdk_device_stores(x->device, NULL, bytes_of(old.half.sigma, 32)));
}

static void a_refresh_with_a_wrong_pin_counts_once_and_changes_nothing(void **state)
{
    struct sdk_enrolled *x = *state;
    assert_int_equal(hufu_refresh(x->device->hufu, &x->key, "wrong pin", 9), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(x->service->pin_failures, 1);
    assert_false(sdk_enrolled_record(x).has_next);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
}

static void a_false_half_in_the_answer_ends_the_refresh(void **state)
{
    struct sdk_enrolled *x = *state;
    x->service->lie = SDK_LIE_REFRESH_B;
    assert_int_equal(refresh(x), HUFU_RESULT_FAULT);
    assert_false(sdk_enrolled_record(x).has_next);
    x->service->lie = SDK_LIE_NONE;
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(refresh(x), HUFU_RESULT_OK);
}

static void a_check_that_answers_more_than_it_should_is_a_fault(void **state)
{
    struct sdk_enrolled *x = *state;
    x->service->lie = SDK_LIE_CHECK_MORE;
    assert_int_equal(hufu_pin_check(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_FAULT);
}

static void a_pin_check_says_right_and_wrong(void **state)
{
    struct sdk_enrolled *x = *state;
    assert_int_equal(hufu_pin_check(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
    assert_int_equal(hufu_pin_check(x->device->hufu, &x->key, "314158", 6), HUFU_RESULT_PIN_WRONG);
}

/* The battery dies before and after each step of a refresh: the key signs afterwards, with the PIN never once wrong. */
static void a_refresh_survives_a_crash_at_any_step(void **state)
{
    (void)state;
    int step = 0;
    for (bool finished = false; !finished; step++) {
        for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
            struct sdk_enrolled x = sdk_enrolled_new();
            x.device->steps_left = step;
            x.device->death = (enum sdk_death)death;
            finished = refresh(&x) == HUFU_RESULT_OK;
            sdk_device_restart(x.device);
            assert_int_equal(sdk_enrolled_sign(&x, SDK_PIN), HUFU_RESULT_OK);
            assert_false(sdk_enrolled_record(&x).has_next);
            assert_int_equal(refresh(&x), HUFU_RESULT_OK);
            assert_int_equal(sdk_enrolled_sign(&x, SDK_PIN), HUFU_RESULT_OK);
            assert_int_equal(x.service->pin_failures, 0);
            sdk_enrolled_free(&x);
        }
        assert_true(step < STEPS_MAX);
    }
    assert_true(step > 4);
}

/* The check at g+1 works at the service, and its answer is lost: only g+1 holds. */
static void a_lost_answer_to_the_check_leaves_both_halves_and_the_next_use_settles(void **state)
{
    struct sdk_enrolled *x = *state;
    x->device->steps_left = 2; /* the refresh, the record of both halves, and the check */
    x->device->death = SDK_DEATH_AFTER;
    assert_int_equal(refresh(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    struct hufu_key_info info;
    assert_int_equal(hufu_key_info(x->device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_true(info.refresh_unfinished);
    assert_false(info.pin_unfinished);
    assert_int_equal(x->service->keys[0].now.generation, 1);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_false(sdk_enrolled_record(x).has_next);
    assert_int_equal(sdk_enrolled_record(x).half.generation, 1);
}

/* g+1 never came to be (the service was put back): the device finds that out without a counted failure, and g works. */
static void a_half_that_the_service_lost_is_dropped_when_the_old_one_works(void **state)
{
    struct sdk_enrolled *x = *state;
    x->device->steps_left = 2;
    x->device->death = SDK_DEATH_BEFORE;
    assert_int_equal(refresh(x), HUFU_RESULT_AWAY);
    x->service->keys[0].next.exists = false;
    sdk_device_restart(x->device);
    assert_true(sdk_enrolled_record(x).has_next);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_false(sdk_enrolled_record(x).has_next);
    assert_int_equal(sdk_enrolled_record(x).half.generation, 0);
    assert_int_equal(x->service->pin_failures, 0);
}

/* A service that denies g+1 and then g in turn must not talk the device out of either half. */
static void denying_both_generations_in_turn_loses_neither_half(void **state)
{
    struct sdk_enrolled *x = *state;
    x->device->steps_left = 2;
    x->device->death = SDK_DEATH_AFTER;
    assert_int_equal(refresh(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    struct sdk_half kept = x->service->keys[0].now; /* g+1, in truth */
    for (int i = 0; i < 4; i++) {
        x->service->keys[0].now.exists = false;
        assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_GENERATION);
        assert_true(sdk_enrolled_record(x).has_next);
    }
    x->service->keys[0].now = kept;
    enum hufu_result result = sdk_enrolled_sign(x, SDK_PIN);
    assert_true(result == HUFU_RESULT_OK || result == HUFU_RESULT_GENERATION);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(x->service->pin_failures, 0);
}

static void storage_put_back_to_an_old_copy_is_told_from_a_wrong_pin(void **state)
{
    struct sdk_enrolled *x = *state;
    static struct sdk_value kept[SDK_VALUES_MAX];
    memcpy(kept, x->device->values, sizeof(kept));
    assert_int_equal(refresh(x), HUFU_RESULT_OK);
    memcpy(x->device->values, kept, sizeof(kept));
    sdk_device_restart(x->device);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_GENERATION);
    assert_int_equal(x->service->pin_failures, 0);
}

/* ---- What a thief of the storage finds (§6) ---- */

struct secrets {
    uint8_t a[32];
    uint8_t A[65];
    uint8_t b[32];
    uint8_t B[65];
    struct secret32 pin_key;
};

static struct secrets secrets_of(const struct sdk_enrolled *x, const char *pin_text)
{
    struct secrets secrets;
    struct key_record record = sdk_enrolled_record(x);
    const struct pin pin = {.text = pin_text, .len = strlen(pin_text)};
    assert_int_equal(pin_key(&secrets.pin_key, &pin, &record.half.pin), HUFU_RESULT_OK);
    assert_ok(cosign_pin_open(secrets.a, record.half.sigma, secrets.pin_key.bytes));
    const struct cosign_service_half *half = &x->service->keys[0].now.half;
    memcpy(secrets.A, half->A, 65);
    memcpy(secrets.b, half->b, 32);
    sdk_public_of(secrets.B, half->b);
    uint8_t A[65];
    sdk_public_of(A, secrets.a);
    assert_memory_equal(A, secrets.A, 65); /* else the search below would search for nothing */
    return secrets;
}

static void assert_not_stored(const struct sdk_enrolled *x, const void *data, size_t len)
{
    assert_false(sdk_device_stores(x->device, NULL, bytes_of(data, len)));
}

static void assert_nothing_tests_a_pin(const struct sdk_enrolled *x, const char *pin)
{
    struct secrets secrets = secrets_of(x, pin);
    struct key_record record = sdk_enrolled_record(x);
    assert_true(sdk_device_stores(x->device, NULL, bytes_of(record.half.sigma, 32))); /* the search works */
    assert_not_stored(x, secrets.a, 32);
    assert_not_stored(x, secrets.A + 1, 32);
    assert_not_stored(x, secrets.b, 32);
    assert_not_stored(x, secrets.B + 1, 32);
    assert_not_stored(x, secrets.pin_key.bytes, 32);
    assert_not_stored(x, pin, strlen(pin));
    for (size_t i = 0; i < x->service->answer_count; i++) {
        const char *body = x->service->answers[i].body;
        const char *answer = strstr(body, "\"answer\":\"");
        if (!answer)
            continue;
        uint8_t sealed[24];
        struct buf out;
        char text[33];
        memcpy(text, answer + 10, 32);
        text[32] = '\0';
        buf_init(&out, sealed, sizeof(sealed));
        assert_ok(base64url_decode(&out, text));
        assert_not_stored(x, sealed, sizeof(sealed));
        assert_not_stored(x, text, 32);
    }
    for (size_t i = 0; i < x->service->answer_count; i++)
        assert_not_stored(x, x->service->answers[i].request_id, 16);
}

static void nothing_that_is_stored_tests_a_pin(void **state)
{
    struct sdk_enrolled *x = *state;
    assert_nothing_tests_a_pin(x, SDK_PIN);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(sdk_enrolled_sign(x, "wrong pin"), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(sdk_enrolled_sign(x, SDK_PIN), HUFU_RESULT_OK);
    assert_nothing_tests_a_pin(x, SDK_PIN);
    assert_int_equal(refresh(x), HUFU_RESULT_OK);
    assert_nothing_tests_a_pin(x, SDK_PIN);
    assert_int_equal(hufu_pin_change(x->device->hufu, SDK_PIN, strlen(SDK_PIN), NEW_PIN, strlen(NEW_PIN)),
                     HUFU_RESULT_OK);
    assert_nothing_tests_a_pin(x, NEW_PIN);
}

static void a_redeemed_code_is_not_stored(void **state)
{
    struct sdk_enrolled *x = *state;
    assert_not_stored(x, x->service->code, sizeof(x->service->code));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_enrolled_set_up, sdk_enrolled_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_refresh_makes_new_halves_of_the_same_key),
        TEST(a_refresh_forgets_the_old_half),
        TEST(a_refresh_with_a_wrong_pin_counts_once_and_changes_nothing),
        TEST(a_false_half_in_the_answer_ends_the_refresh),
        TEST(a_check_that_answers_more_than_it_should_is_a_fault),
        TEST(a_pin_check_says_right_and_wrong),
        cmocka_unit_test(a_refresh_survives_a_crash_at_any_step),
        TEST(a_lost_answer_to_the_check_leaves_both_halves_and_the_next_use_settles),
        TEST(a_half_that_the_service_lost_is_dropped_when_the_old_one_works),
        TEST(denying_both_generations_in_turn_loses_neither_half),
        TEST(storage_put_back_to_an_old_copy_is_told_from_a_wrong_pin),
        TEST(nothing_that_is_stored_tests_a_pin),
        TEST(a_redeemed_code_is_not_stored),
    };
    return cmocka_run_group_tests_name("sdk_refresh", tests, NULL, NULL);
}
