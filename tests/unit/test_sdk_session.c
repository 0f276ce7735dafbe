/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions and lists of them, where clock or service are wrong. */
#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "mobile-sdk/handle.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define HOUR UINT64_C(3600000)

struct session {
    struct sdk_service *service;
    struct sdk_device *device;
};

static int set_up(void **state)
{
    static struct session x;
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct session *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

/* As an authentication that has passed would have left it. */
static void authenticate(struct session *x)
{
    uint8_t token[32] = {1, 2, 3};
    base64url_encode(x->device->hufu->authentication, sizeof(x->device->hufu->authentication),
                     bytes_of(token, sizeof(token)));
}

static void a_sign_in_makes_a_new_session(void **state)
{
    struct session *x = *state;
    char before[HUFU_TOKEN_TEXT_MAX + 1];
    memcpy(before, x->service->token, sizeof(before));
    authenticate(x);
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_sign_in(x->device->hufu, "ward"), HUFU_RESULT_OK);
    assert_int_equal(x->service->requests, requests + 1);
    assert_string_not_equal(x->service->token, before);
    sdk_device_restart(x->device);
    assert_string_equal(x->device->hufu->device.session_token, x->service->token);
}

static void a_sign_in_with_a_wrong_clock_takes_the_services_time_and_asks_again_once(void **state)
{
    struct session *x = *state;
    static const int64_t offsets[] = {-(int64_t)HOUR, (int64_t)HOUR};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        x->device->now_ms = x->service->clock_ms + (uint64_t)offsets[i];
        authenticate(x);
        unsigned requests = x->service->requests;
        assert_int_equal(hufu_sign_in(x->device->hufu, NULL), HUFU_RESULT_OK);
        assert_int_equal(x->service->requests, requests + 2);
        assert_int_equal(x->device->hufu->authentication[0], 0);
        sdk_device_restart(x->device); /* what it has learnt of the time is stored */
        authenticate(x);
        requests = x->service->requests;
        assert_int_equal(hufu_sign_in(x->device->hufu, NULL), HUFU_RESULT_OK);
        assert_int_equal(x->service->requests, requests + 1);
    }
}

static void a_sign_in_with_a_clock_that_is_days_off_is_refused_and_keeps_the_authentication(void **state)
{
    struct session *x = *state;
    x->device->now_ms = x->service->clock_ms + 48 * HOUR;
    authenticate(x);
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_sign_in(x->device->hufu, NULL), HUFU_RESULT_CLOCK);
    assert_int_equal(x->service->requests, requests + 1);
    assert_int_not_equal(x->device->hufu->authentication[0], 0);
}

static void what_spends_an_authentication_says_that_there_is_none(void **state)
{
    struct session *x = *state;
    struct hufu *hufu = x->device->hufu;
    size_t count;
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_sign_in(hufu, NULL), HUFU_RESULT_AUTHENTICATION_NEEDED);
    assert_int_equal(hufu_password_recover(hufu, "Secret-12", 9), HUFU_RESULT_AUTHENTICATION_NEEDED);
    assert_int_equal(hufu_device_remove_secondaries(hufu, &count), HUFU_RESULT_AUTHENTICATION_NEEDED);
    assert_int_equal(x->service->requests, requests);
}

static void signing_out_here_asks_for_no_list(void **state)
{
    struct session *x = *state;
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_session_end(x->device->hufu, NULL), HUFU_RESULT_OK);
    assert_int_equal(x->service->requests, requests + 1);
    assert_non_null(strstr(x->service->last_url, "/v1/sessions/current"));
}

/* Pages without anything on them and always another behind are no list. */
static void a_list_of_empty_pages_without_end_is_a_fault(void **state)
{
    struct session *x = *state;
    struct hufu_session sessions[4];
    struct hufu_use_record records[4];
    struct hufu_use_query query = {.from = NULL};
    size_t count = 1;
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_sessions(x->device->hufu, sessions, 4, &count), HUFU_RESULT_FAULT);
    assert_int_equal(count, 0);
    memcpy(query.cursor, "BBBB", 5);
    assert_int_equal(hufu_use_records(x->device->hufu, &query, records, 4, &count), HUFU_RESULT_FAULT);
    assert_int_equal(count, 0);
    assert_string_equal(query.cursor, "BBBB"); /* where it was, to be asked again */
    assert_int_equal(x->service->requests, requests + 2);
}

static void assert_forgotten(struct session *x)
{
    static const struct joining none;
    struct hufu *hufu = x->device->hufu;
    struct hufu_account account;
    assert_int_equal(hufu_account(hufu, &account), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_key_count(hufu), 0);
    assert_int_equal(hufu->authentication[0], 0);
    assert_memory_equal(&hufu->joining, &none, sizeof(none));
    for (size_t i = 0; i < SDK_VALUES_MAX; i++)
        assert_int_equal(x->device->values[i].len, 0);
}

static void forgetting_leaves_nothing_in_storage_and_no_secret_in_the_handle(void **state)
{
    struct session *x = *state;
    authenticate(x);
    x->device->hufu->joining.begun = true;
    memset(x->device->hufu->joining.private_key, 7, FRAME_X25519_SIZE);
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_OK);
    assert_non_null(strstr(x->service->last_url, "/v1/sessions/current"));
    assert_forgotten(x);
    assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_OK);
}

static void forgetting_is_completed_by_a_second_call_after_a_crash_at_any_step(void **state)
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        int step = 0;
        for (bool through = false; !through; step++) {
            (void)tear_down(state);
            assert_int_equal(set_up(state), 0);
            struct session *x = *state;
            x->device->steps_left = step;
            x->device->death = (enum sdk_death)death;
            through = hufu_forget(x->device->hufu) == HUFU_RESULT_OK;
            sdk_device_restart(x->device);
            assert_int_equal(hufu_forget(x->device->hufu), HUFU_RESULT_OK);
            assert_forgotten(x);
        }
        assert_true(step > 4); /* certificates, key, remembered password, device; then none */
    }
}

static void a_picture_without_enough_room_says_how_much_it_needs(void **state)
{
    struct session *x = *state;
    char svg[sizeof(SDK_SVG)] = "";
    size_t len = 0;
    assert_int_equal(hufu_handwriting_svg(x->device->hufu, svg, 5, &len), HUFU_RESULT_LIMIT);
    assert_int_equal(len, strlen(SDK_SVG));
    assert_string_equal(svg, "");
    assert_int_equal(hufu_handwriting_svg(x->device->hufu, svg, len, &len), HUFU_RESULT_OK);
    assert_string_equal(svg, SDK_SVG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sign_in_makes_a_new_session),
        TEST(a_sign_in_with_a_wrong_clock_takes_the_services_time_and_asks_again_once),
        TEST(a_sign_in_with_a_clock_that_is_days_off_is_refused_and_keeps_the_authentication),
        TEST(what_spends_an_authentication_says_that_there_is_none),
        TEST(signing_out_here_asks_for_no_list),
        TEST(a_list_of_empty_pages_without_end_is_a_fault),
        TEST(a_picture_without_enough_room_says_how_much_it_needs),
        TEST(forgetting_leaves_nothing_in_storage_and_no_secret_in_the_handle),
        TEST(forgetting_is_completed_by_a_second_call_after_a_crash_at_any_step),
    };
    return cmocka_run_group_tests_name("sdk_session", tests, NULL, NULL);
}
