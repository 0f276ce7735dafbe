/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for an account on a device that is nobody's. */
#include <stdlib.h>

#include "tests/unit/unit.h"

#include "mobile-sdk/json.h"
#include "tests/unit/sdk_newcomer.h"

#define MOBILE "13800138000"
#define CODE "123456"

static const struct hufu_account_request minimum = {.work_number = "A-17", .name = "王丽", .mobile = MOBILE};

static enum hufu_result ask(struct sdk_newcomer *x)
{
    enum hufu_result result = hufu_service_from_text(x->device->hufu, x->text);
    if (!result)
        result = hufu_account_request_code(x->device->hufu, MOBILE);
    return result ? result : hufu_account_request(x->device->hufu, &minimum, CODE);
}

static void every_field_is_sent_as_the_service_names_it(void **state)
{
    struct sdk_newcomer *x = *state;
    static const uint8_t picture[] = {0x89, 'P', 'N', 'G'};
    const struct hufu_account_request all = {.work_number = "A-17",
                                             .name = "王丽",
                                             .organization = "第一医院",
                                             .mobile = MOBILE,
                                             .identity_kind = "passport",
                                             .identity_number = "E12345678",
                                             .email = "wang@example.org",
                                             .department = "Ward 3",
                                             .occupation = "Doctor",
                                             .country = "CN",
                                             .province = "浙江",
                                             .city = "杭州",
                                             .sex = "female",
                                             .remark = "\"quoted\"",
                                             .seal_picture = picture,
                                             .seal_picture_len = sizeof(picture)};
    static const char *const expected[][2] = {{"work_number", "A-17"},
                                              {"name", "王丽"},
                                              {"organization", "第一医院"},
                                              {"mobile", MOBILE},
                                              {"identity_kind", "passport"},
                                              {"identity_number", "E12345678"},
                                              {"email", "wang@example.org"},
                                              {"department", "Ward 3"},
                                              {"occupation", "Doctor"},
                                              {"country", "CN"},
                                              {"province", "浙江"},
                                              {"city", "杭州"},
                                              {"sex", "female"},
                                              {"remark", "\"quoted\""},
                                              {"seal_picture", "iVBORw"},
                                              {"project", "第一医院"}};
    assert_int_equal(hufu_service_from_text(x->device->hufu, x->text), HUFU_RESULT_OK);
    assert_int_equal(hufu_account_request(x->device->hufu, &all, CODE), HUFU_RESULT_OK);
    JSON_CLOSED struct json_t *json = json_open(bytes_of_text(x->service->last_body));
    assert_non_null(json);
    struct json_reader reader = json_reader_of(json);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        char value[64];
        json_read_text(&reader, expected[i][0], value, sizeof(value));
        assert_string_equal(value, expected[i][1]);
    }
    assert_ok(json_finish(&reader));
}

static void what_was_not_told_is_not_sent(void **state)
{
    struct sdk_newcomer *x = *state;
    assert_int_equal(ask(x), HUFU_RESULT_OK);
    JSON_CLOSED struct json_t *json = json_open(bytes_of_text(x->service->last_body));
    struct json_reader reader = json_reader_of(json);
    assert_false(json_has(&reader, "organization") || json_has(&reader, "sex") ||
                 json_has(&reader, "seal_picture"));
}

static void its_state_is_asked_by_a_token_that_a_crash_does_not_lose(void **state)
{
    struct sdk_newcomer *x = *state;
    int step = 0;
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        step = 0;
        for (bool through = false; !through; step++) {
            (void)sdk_newcomer_tear_down(state);
            assert_int_equal(sdk_newcomer_set_up(state), 0);
            x = *state;
            x->device->death = (enum sdk_death)death;
            x->device->steps_left = step;
            through = ask(x) == HUFU_RESULT_OK;
            assert_true(through == !x->device->dead);
            sdk_device_restart(x->device);
            assert_int_equal(hufu_service_from_text(x->device->hufu, x->text), HUFU_RESULT_OK);
            struct hufu_account_request_state told;
            assert_int_equal(hufu_account_request_state(x->device->hufu, &told),
                             x->service->requests_received ? HUFU_RESULT_OK : HUFU_RESULT_NOT_FOUND);
            if (x->service->requests_received) {
                assert_string_equal(told.state, "closed");
                assert_string_equal(told.refusal, "Not on our list");
            }
        }
    }
    assert_in_range(step, 8, 20);
}

static void a_second_request_is_asked_about_by_the_same_token(void **state)
{
    struct sdk_newcomer *x = *state;
    uint8_t first[32];
    struct hufu_account_request_state told;
    assert_int_equal(ask(x), HUFU_RESULT_OK);
    memcpy(first, x->service->request_token, sizeof(first));
    x->service->request_refusal = "bad-field";
    assert_int_equal(ask(x), HUFU_RESULT_REFUSED);
    assert_string_equal(hufu_last_report(x->device->hufu)->field, "country");
    assert_memory_equal(x->service->request_token, first, sizeof(first));
    assert_int_equal(hufu_account_request_state(x->device->hufu, &told), HUFU_RESULT_OK);
    x->service->request_refusal = "code-invalid";
    assert_int_equal(ask(x), HUFU_RESULT_AUTHENTICATION);
}

static void a_captcha_that_asks_for_more_work_than_the_bound_is_not_answered(void **state)
{
    struct sdk_newcomer *x = *state;
    x->service->captcha_bits = 27;
    assert_int_equal(ask(x), HUFU_RESULT_FAULT);
    assert_non_null(strstr(x->service->last_url, "/v1/captchas"));
}

static void what_is_missing_or_too_large_is_refused_before_anything_is_sent(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu *hufu = x->device->hufu;
    struct hufu_account_request_state told;
    assert_int_equal(hufu_account_request_code(hufu, MOBILE), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_account_request(hufu, &minimum, CODE), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_account_request_state(hufu, &told), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_service_from_text(hufu, x->text), HUFU_RESULT_OK);
    unsigned requests = x->service->requests;
    struct hufu_account_request request = minimum;
    request.name = "";
    assert_int_equal(hufu_account_request(hufu, &request, CODE), HUFU_RESULT_ARGUMENT);
    request = minimum;
    request.mobile = NULL;
    assert_int_equal(hufu_account_request(hufu, &request, CODE), HUFU_RESULT_ARGUMENT);
    assert_int_equal(hufu_account_request(hufu, &minimum, ""), HUFU_RESULT_ARGUMENT);
    assert_int_equal(hufu_account_request_code(hufu, ""), HUFU_RESULT_ARGUMENT);
    request = minimum;
    request.seal_picture_len = HUFU_SEAL_PICTURE_MAX + 1;
    assert_int_equal(hufu_account_request(hufu, &request, CODE), HUFU_RESULT_LIMIT);
    assert_int_equal(x->service->requests, requests);
}

static void a_picture_as_large_as_it_may_be_fits(void **state)
{
    struct sdk_newcomer *x = *state;
    uint8_t *picture = calloc(1, HUFU_SEAL_PICTURE_MAX);
    assert_non_null(picture);
    struct hufu_account_request request = minimum;
    request.seal_picture = picture;
    request.seal_picture_len = HUFU_SEAL_PICTURE_MAX;
    assert_int_equal(hufu_service_from_text(x->device->hufu, x->text), HUFU_RESULT_OK);
    assert_int_equal(hufu_account_request(x->device->hufu, &request, CODE), HUFU_RESULT_OK);
    free(picture);
}

static void another_service_is_not_told_and_a_false_one_neither(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu_account_request_state told;
    assert_int_equal(ask(x), HUFU_RESULT_OK);
    x->service->lie = SDK_LIE_OTHER_IDENTITY;
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_account_request(x->device->hufu, &minimum, CODE), HUFU_RESULT_IDENTITY);
    assert_int_equal(hufu_account_request_code(x->device->hufu, MOBILE), HUFU_RESULT_IDENTITY);
    assert_int_equal(hufu_account_request_state(x->device->hufu, &told), HUFU_RESULT_IDENTITY);
    assert_int_equal(x->service->requests, requests + 3);
    assert_false(sdk_device_stores(x->device, NULL, bytes_of_text(MOBILE)));
}

/* Whatever it dies at: the request can be asked about as long as its service is the one that is chosen. */
static void choosing_another_service_loses_no_request(void **state)
{
    int step = 0;
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        step = 0;
        for (bool through = false; !through; step++) {
            (void)sdk_newcomer_tear_down(state);
            assert_int_equal(sdk_newcomer_set_up(state), 0);
            struct sdk_newcomer *x = *state;
            struct sdk_service *other = sdk_service_new();
            struct hufu_account_request_state told;
            char text[SERVICE_TEXT_MAX];
            sdk_service_project_text(other, text);
            assert_int_equal(ask(x), HUFU_RESULT_OK);
            x->device->service = other;
            x->device->death = (enum sdk_death)death;
            x->device->steps_left = step;
            through = hufu_service_from_text(x->device->hufu, text) == HUFU_RESULT_OK;
            sdk_device_restart(x->device);
            x->device->service = x->service;
            if (hufu_account_request_state(x->device->hufu, &told) == HUFU_RESULT_OK)
                assert_false(through);
            else
                assert_int_equal(hufu_last_report(x->device->hufu)->result, HUFU_RESULT_IDENTITY);
            sdk_service_free(other);
        }
    }
    assert_in_range(step, 3, 10);
}

static void the_token_of_one_service_is_not_shown_to_another(void **state)
{
    struct sdk_newcomer *x = *state;
    struct sdk_service *other = sdk_service_new();
    struct hufu_account_request_state told;
    assert_int_equal(ask(x), HUFU_RESULT_OK);
    x->device->service = other;
    assert_int_equal(sdk_device_enrol(x->device, other->code_text), HUFU_RESULT_OK);
    assert_int_equal(hufu_account_request_state(x->device->hufu, &told), HUFU_RESULT_NOT_FOUND);
    assert_null(strstr(other->last_url, "/v1/account-requests/state"));
    assert_int_equal(hufu_account_request(x->device->hufu, &minimum, CODE), HUFU_RESULT_OK);
    assert_memory_not_equal(other->request_token, x->service->request_token, sizeof(other->request_token));
    sdk_service_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_newcomer_set_up, sdk_newcomer_tear_down)
        TEST(every_field_is_sent_as_the_service_names_it),
        TEST(what_was_not_told_is_not_sent),
        TEST(its_state_is_asked_by_a_token_that_a_crash_does_not_lose),
        TEST(a_second_request_is_asked_about_by_the_same_token),
        TEST(a_captcha_that_asks_for_more_work_than_the_bound_is_not_answered),
        TEST(what_is_missing_or_too_large_is_refused_before_anything_is_sent),
        TEST(a_picture_as_large_as_it_may_be_fits),
        TEST(another_service_is_not_told_and_a_false_one_neither),
        TEST(choosing_another_service_loses_no_request),
        TEST(the_token_of_one_service_is_not_shown_to_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
