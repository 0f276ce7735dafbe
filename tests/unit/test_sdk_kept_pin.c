/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN behind a fingerprint or face: kept only once it was proven, dropped whenever it may no longer hold, and no prompt ever
 * counted as a try. */
#include "tests/unit/unit.h"

#include "tests/unit/sdk_biometric.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define NEW_PIN "271828"
#define WRONG_PIN "314158"

struct kept {
    struct sdk_service *service;
    struct sdk_device *device;
    struct sdk_biometric biometric;
    struct hufu_id key;
};

static int set_up(void **state)
{
    static struct kept x;
    x = (struct kept){.service = sdk_service_new()};
    x.device = sdk_device_new(x.service);
    x.device->platform.biometric = sdk_biometric_platform(&x.biometric);
    sdk_device_restart(x.device);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.key = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct kept *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

static enum hufu_result keep(struct kept *x, const char *pin)
{
    return hufu_pin_keep(x->device->hufu, &x->key, pin, strlen(pin));
}

static enum hufu_result check(struct kept *x, const char *pin)
{
    return hufu_pin_check(x->device->hufu, &x->key, pin, strlen(pin));
}

static enum hufu_result change(struct kept *x, const char *from, const char *to)
{
    return hufu_pin_change(x->device->hufu, from, strlen(from), to, strlen(to));
}

static enum hufu_result prompt(struct kept *x, struct hufu_kept_pin *pin)
{
    return hufu_pin_kept(x->device->hufu, pin);
}

static void assert_wiped(const struct hufu_kept_pin *pin)
{
    const struct hufu_kept_pin none = {.len = 0};
    assert_memory_equal(pin, &none, sizeof(none));
}

static void a_kept_pin_signs_like_a_typed_one(void **state)
{
    struct kept *x = *state;
    struct hufu_kept_pin pin = {.len = 0};
    const uint8_t digests[1][HUFU_DIGEST_SIZE] = {{7}};
    uint8_t signatures[1][HUFU_SIGNATURE_SIZE];
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
    sdk_device_restart(x->device);
    assert_int_equal(prompt(x, &pin), HUFU_RESULT_OK);
    assert_int_equal(
        hufu_sign_digests(x->device->hufu, &x->key, digests, 1, NULL, pin.text, pin.len, signatures),
        HUFU_RESULT_OK);
    hufu_kept_pin_wipe(&pin);
    assert_wiped(&pin);
}

static void the_platform_alone_keeps_it(void **state)
{
    struct kept *x = *state;
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(x->biometric.len, strlen(SDK_PIN));
    assert_false(sdk_device_stores(x->device, NULL, bytes_of(SDK_PIN, strlen(SDK_PIN))));
}

static void it_is_kept_as_it_is_hashed(void **state)
{
    struct kept *x = *state;
    assert_int_equal(change(x, SDK_PIN, "caf\xc3\xa9s"), HUFU_RESULT_OK);
    assert_int_equal(keep(x, "cafe\xcc\x81s"), HUFU_RESULT_OK);
    assert_int_equal(x->biometric.len, 6);
    assert_memory_equal(x->biometric.pin, "caf\xc3\xa9s", 6);
}

static void only_a_pin_that_the_service_has_proved_is_kept(void **state)
{
    struct kept *x = *state;
    assert_int_equal(keep(x, "short"), HUFU_RESULT_PIN_FORM);
    assert_int_equal(x->service->pin_failures, 0);
    assert_int_equal(keep(x, WRONG_PIN), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(x->service->pin_failures, 1);
    x->service->lie = SDK_LIE_ANSWER_ALWAYS_LOST;
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_AWAY);
    assert_int_equal(x->biometric.stored, 0);
}

static void a_wrong_pin_does_not_replace_the_right_one(void **state)
{
    struct kept *x = *state;
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
    assert_int_equal(keep(x, WRONG_PIN), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(x->biometric.stored, 1);
    assert_memory_equal(x->biometric.pin, SDK_PIN, strlen(SDK_PIN));
}

/* Two keys with two PINs: whichever is proven is wrong for the other. */
static void none_is_kept_while_a_change_is_unfinished(void **state)
{
    struct kept *x = *state;
    struct hufu_id second;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_OK);
    x->device->steps_left = 4; /* refresh, store, check, store of the first key; the second key's are lost */
    x->device->death = SDK_DEATH_BEFORE;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_AWAY);
    sdk_device_restart(x->device);
    assert_int_equal(keep(x, NEW_PIN), HUFU_RESULT_NOT_READY);
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_NOT_READY);
    assert_int_equal(x->biometric.stored, 0);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(keep(x, NEW_PIN), HUFU_RESULT_OK);
}

static void what_the_platform_says_to_keeping_is_told(void **state)
{
    struct kept *x = *state;
    static const enum hufu_result rows[][2] = {
        {HUFU_RESULT_BIOMETRIC_NONE, HUFU_RESULT_BIOMETRIC_NONE},
        {HUFU_RESULT_BIOMETRIC_CANCELLED, HUFU_RESULT_BIOMETRIC_CANCELLED},
        {HUFU_RESULT_PLATFORM, HUFU_RESULT_PLATFORM},
        {HUFU_RESULT_STORAGE, HUFU_RESULT_PLATFORM},
        {HUFU_RESULT_PIN_WRONG, HUFU_RESULT_PLATFORM},
        {HUFU_RESULT_NOT_FOUND, HUFU_RESULT_PLATFORM},
        {HUFU_RESULT_BIOMETRIC_CHANGED, HUFU_RESULT_PLATFORM},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        x->biometric.to_store = rows[i][0];
        assert_int_equal(keep(x, SDK_PIN), rows[i][1]);
        assert_int_equal(x->biometric.len, 0);
    }
    assert_int_equal(x->service->pin_failures, 0);
}

/* What the prompt says, what the caller gets, and whether the PIN is still kept. */
static void no_prompt_is_a_try_of_a_pin(void **state)
{
    struct kept *x = *state;
    static const struct {
        enum hufu_result said;
        enum hufu_result result;
        bool kept;
    } rows[] = {
        {HUFU_RESULT_OK, HUFU_RESULT_OK, true},
        {HUFU_RESULT_BIOMETRIC_CANCELLED, HUFU_RESULT_BIOMETRIC_CANCELLED, true},
        {HUFU_RESULT_BIOMETRIC_NONE, HUFU_RESULT_BIOMETRIC_NONE, true},
        {HUFU_RESULT_BIOMETRIC_CHANGED, HUFU_RESULT_BIOMETRIC_CHANGED, false},
        {HUFU_RESULT_NOT_FOUND, HUFU_RESULT_NOT_FOUND, true},
        {HUFU_RESULT_PLATFORM, HUFU_RESULT_PLATFORM, true},
        {HUFU_RESULT_DAMAGED, HUFU_RESULT_PLATFORM, true},
        {HUFU_RESULT_PIN_LOCKED, HUFU_RESULT_PLATFORM, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
        x->biometric.to_prompt = rows[i].said;
        unsigned requests = x->service->requests;
        struct hufu_kept_pin pin = {.text = "what was here before", .len = 20};
        assert_int_equal(prompt(x, &pin), rows[i].result);
        if (rows[i].result)
            assert_wiped(&pin);
        assert_int_equal(x->biometric.len != 0, rows[i].kept);
        assert_int_equal(x->service->requests, requests);
    }
    assert_int_equal(x->service->pin_failures, 0);
    assert_int_equal(x->biometric.prompts, sizeof(rows) / sizeof(rows[0]));
}

static void what_was_kept_and_is_no_pin_is_dropped(void **state)
{
    struct kept *x = *state;
    struct hufu_kept_pin pin;
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
    x->biometric.pin[2] = '\0';
    assert_int_equal(prompt(x, &pin), HUFU_RESULT_DAMAGED);
    assert_wiped(&pin);
    assert_int_equal(prompt(x, &pin), HUFU_RESULT_NOT_FOUND);
}

/* ---- What drops it ---- */

static void event_drop(struct kept *x)
{
    assert_int_equal(hufu_pin_drop(x->device->hufu), HUFU_RESULT_OK);
}

static void event_change(struct kept *x)
{
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
}

static void event_change_that_breaks_off(struct kept *x)
{
    x->device->steps_left = 0;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_AWAY);
}

static void event_change_to_no_pin(struct kept *x)
{
    assert_int_equal(change(x, SDK_PIN, "short"), HUFU_RESULT_PIN_FORM);
}

static void event_forget(struct kept *x)
{
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_OK);
}

static void event_forget_that_breaks_off(struct kept *x)
{
    x->device->steps_left = 1; /* signing out; then nothing can be removed any more */
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_STORAGE);
}

static void event_last_wrong_pin(struct kept *x)
{
    for (int i = 0; i < SDK_PIN_LIMIT; i++)
        assert_int_equal(check(x, WRONG_PIN), HUFU_RESULT_PIN_WRONG);
}

static void event_locked_elsewhere(struct kept *x)
{
    x->service->pin_failures = SDK_PIN_LIMIT;
    assert_int_equal(check(x, SDK_PIN), HUFU_RESULT_PIN_LOCKED);
}

static void event_wrong_pin(struct kept *x)
{
    assert_int_equal(check(x, WRONG_PIN), HUFU_RESULT_PIN_WRONG);
}

static void event_refresh(struct kept *x)
{
    assert_int_equal(hufu_refresh(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
}

/* The storage went with the app, what the platform keeps did not. */
static void event_installed_anew(struct kept *x)
{
    memset(x->device->values, 0, sizeof(x->device->values));
    sdk_device_restart(x->device);
    assert_int_equal(sdk_device_enrol(x->device, sdk_service_new_code(x->service)), HUFU_RESULT_OK);
}

static void event_restart(struct kept *x)
{
    sdk_device_restart(x->device);
}

static void what_drops_a_kept_pin_and_what_does_not(void **state)
{
    static const struct {
        const char *name;
        void (*happens)(struct kept *x);
        bool kept;
    } rows[] = {
        {"switched off", event_drop, false},
        {"PIN changed", event_change, false},
        {"change broken off", event_change_that_breaks_off, false},
        {"user removed", event_forget, false},
        {"removal broken off", event_forget_that_breaks_off, false},
        {"locked by the last wrong PIN", event_last_wrong_pin, false},
        {"found locked", event_locked_elsewhere, false},
        {"app installed anew", event_installed_anew, false},
        {"a wrong PIN", event_wrong_pin, true},
        {"no new PIN", event_change_to_no_pin, true},
        {"halves renewed", event_refresh, true},
        {"app restarted", event_restart, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(set_up(state), 0);
        struct kept *x = *state;
        assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
        rows[i].happens(x);
        if ((x->biometric.len != 0) != rows[i].kept)
            fail_msg("%s", rows[i].name);
        assert_int_equal(tear_down(state), 0);
    }
}

static void a_pin_that_the_platform_does_not_erase_is_not_changed(void **state)
{
    struct kept *x = *state;
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_OK);
    x->biometric.to_forget = HUFU_RESULT_STORAGE;
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_PLATFORM);
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_PLATFORM);
    assert_int_equal(check(x, SDK_PIN), HUFU_RESULT_OK);
    x->biometric.to_forget = HUFU_RESULT_OK;
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_OK);
    assert_int_equal(x->biometric.len, 0);
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_NOT_ENROLLED);
}

static void a_lock_stays_the_result_whatever_the_platform_says(void **state)
{
    struct kept *x = *state;
    unsigned before = x->biometric.forgotten;
    x->biometric.to_forget = HUFU_RESULT_STORAGE;
    event_locked_elsewhere(x);
    assert_int_equal(x->biometric.forgotten, before + 1);
}

/* ---- A platform without any ---- */

static void a_platform_that_offers_nothing_keeps_nothing(void **state)
{
    struct kept *x = *state;
    struct hufu_kept_pin pin;
    assert_true(hufu_pin_keep_offered(x->device->hufu));
    x->device->platform.biometric = (struct hufu_biometric){.context = NULL};
    sdk_device_restart(x->device);
    assert_false(hufu_pin_keep_offered(x->device->hufu));
    assert_int_equal(keep(x, SDK_PIN), HUFU_RESULT_BIOMETRIC_NONE);
    assert_int_equal(prompt(x, &pin), HUFU_RESULT_BIOMETRIC_NONE);
    assert_wiped(&pin);
    assert_int_equal(hufu_pin_drop(x->device->hufu), HUFU_RESULT_OK);
    assert_int_equal(change(x, SDK_PIN, NEW_PIN), HUFU_RESULT_OK);
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_OK);
}

static void a_platform_offers_all_of_it_or_nothing(void **state)
{
    struct kept *x = *state;
    const struct hufu_biometric whole = x->device->platform.biometric;
    for (int missing = 0; missing < 3; missing++) {
        struct hufu_platform platform = x->device->platform;
        struct hufu *hufu;
        platform.biometric.store = missing == 0 ? NULL : whole.store;
        platform.biometric.retrieve = missing == 1 ? NULL : whole.retrieve;
        platform.biometric.forget = missing == 2 ? NULL : whole.forget;
        assert_int_equal(hufu_open(&hufu, &platform), HUFU_RESULT_ARGUMENT);
        assert_null(hufu);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kept_pin_signs_like_a_typed_one),
        TEST(the_platform_alone_keeps_it),
        TEST(it_is_kept_as_it_is_hashed),
        TEST(only_a_pin_that_the_service_has_proved_is_kept),
        TEST(a_wrong_pin_does_not_replace_the_right_one),
        TEST(none_is_kept_while_a_change_is_unfinished),
        TEST(what_the_platform_says_to_keeping_is_told),
        TEST(no_prompt_is_a_try_of_a_pin),
        TEST(what_was_kept_and_is_no_pin_is_dropped),
        cmocka_unit_test(what_drops_a_kept_pin_and_what_does_not),
        TEST(a_pin_that_the_platform_does_not_erase_is_not_changed),
        TEST(a_lock_stays_the_result_whatever_the_platform_says),
        TEST(a_platform_that_offers_nothing_keeps_nothing),
        TEST(a_platform_offers_all_of_it_or_nothing),
    };
    return cmocka_run_group_tests_name("sdk_kept_pin", tests, NULL, NULL);
}
