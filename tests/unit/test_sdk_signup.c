/* SPDX-License-Identifier: Apache-2.0 */
/* A device without an activation code: choosing by a project's text, and binding by an authentication. */
#include <stdio.h>

#include "tests/unit/unit.h"

#include "mobile-sdk/handle.h"
#include "tests/unit/sdk_newcomer.h"

#define PASSWORD "Correct horse 7"

static enum hufu_result choose(struct sdk_newcomer *x)
{
    enum hufu_result result = hufu_service_from_text(x->device->hufu, x->text);
    return result ? result : hufu_user(x->device->hufu, "A-17");
}

static enum hufu_result bind(struct sdk_newcomer *x)
{
    struct hufu *hufu = x->device->hufu;
    const struct hufu_enrolment enrolment = {
        .pin = SDK_PIN, .pin_len = strlen(SDK_PIN), .device_name = "A \"phone\"\\"};
    struct hufu_authentication state;
    struct hufu_account account;
    enum hufu_result result = HUFU_RESULT_OK;
    if (hufu_account(hufu, &account) != HUFU_RESULT_OK) {
        result = hufu_authenticate(hufu, HUFU_AUTHENTICATE_BIND_DEVICE, &state);
        if (!result)
            result = hufu_authenticate_password(hufu, PASSWORD, strlen(PASSWORD), NULL, 0, &state);
        if (!result)
            result = hufu_bind_by_authentication(hufu, &enrolment);
    }
    return result ? result : hufu_enrol(hufu, &enrolment);
}

static void assert_signs(struct sdk_newcomer *x)
{
    uint8_t digest[HUFU_DIGEST_SIZE] = {1}, signature[HUFU_SIGNATURE_SIZE];
    assert_int_equal(sdk_device_sign(x->device, SDK_PIN, digest, signature), HUFU_RESULT_OK);
}

static void a_device_without_a_code_is_bound_by_an_authentication_and_signs(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu_account account;
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    assert_int_equal(bind(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->devices, 1);
    assert_signs(x);
    assert_int_equal(hufu_account(x->device->hufu, &account), HUFU_RESULT_OK);
    assert_string_equal(account.work_number, "A-17");
    assert_string_equal(account.project_name, "第一医院");
    assert_false(sdk_device_stores(x->device, NULL, bytes_of_text(PASSWORD)));
    unsigned requests = x->service->requests;
    const struct hufu_enrolment again = {.device_name = "x"};
    assert_int_equal(hufu_bind_by_authentication(x->device->hufu, &again), HUFU_RESULT_OK);
    assert_int_equal(x->service->requests, requests);
}

/* Whatever it dies at: it goes on with what is stored, as one device with one key. */
static void binding_goes_on_after_the_battery_died_at_any_step(void **state)
{
    int step = 0;
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        step = 0;
        for (bool through = false; !through; step++) {
            (void)sdk_newcomer_tear_down(state);
            assert_int_equal(sdk_newcomer_set_up(state), 0);
            struct sdk_newcomer *x = *state;
            x->device->death = (enum sdk_death)death;
            x->device->steps_left = step;
            enum hufu_result result = choose(x);
            if (!result)
                result = bind(x);
            through = result == HUFU_RESULT_OK;
            assert_true(through == !x->device->dead);
            sdk_device_restart(x->device);
            assert_int_equal(choose(x), HUFU_RESULT_OK);
            assert_int_equal(bind(x), HUFU_RESULT_OK);
            assert_signs(x);
            assert_int_equal(x->service->devices, 1);
            assert_null(x->service->keys[1].state); /* no second key was made on the way */
        }
    }
    assert_in_range(step, 20, 60);
}

static void a_service_that_is_not_the_one_of_the_text_is_told_nothing(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu_authentication progress;
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    x->service->lie = SDK_LIE_OTHER_IDENTITY;
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_authenticate(x->device->hufu, HUFU_AUTHENTICATE_BIND_DEVICE, &progress),
                     HUFU_RESULT_IDENTITY);
    assert_int_equal(hufu_authenticate(x->device->hufu, HUFU_AUTHENTICATE_RECOVER, &progress),
                     HUFU_RESULT_IDENTITY);
    assert_int_equal(x->service->requests, requests + 2); /* GET /v1/service, each time */
    sdk_device_free(x->device);
    x->device = sdk_device_new(x->service);
    assert_int_equal(hufu_service_from_text(x->device->hufu, x->text), HUFU_RESULT_IDENTITY);
    assert_null(sdk_device_value(x->device, DEVICE_RECORD_NAME));
    assert_int_equal(hufu_user(x->device->hufu, "A-17"), HUFU_RESULT_NOT_ENROLLED);
}

static void what_fails_leaves_what_was_chosen_before(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu_project project;
    struct service_project other;
    char text[SERVICE_TEXT_MAX];
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    assert_ok(service_project_parse(&other, x->text));
    other.project_id[3] ^= 1;
    assert_ok(service_project_encode(text, &other));
    assert_int_equal(hufu_service_from_text(x->device->hufu, text), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(hufu_service_from_text(x->device->hufu, x->service->code_text), HUFU_RESULT_CODE_FORM);
    assert_int_equal(hufu_service_from_text(x->device->hufu, "hufu:service?"), HUFU_RESULT_CODE_FORM);
    assert_int_equal(hufu_service_from_text(x->device->hufu, NULL), HUFU_RESULT_ARGUMENT);
    memcpy(other.service.url, "http://hufu.test", 17);
    assert_ok(service_project_encode(text, &other));
    assert_int_equal(hufu_service_from_text(x->device->hufu, text), HUFU_RESULT_ADDRESS);
    assert_int_equal(hufu_project(x->device->hufu, &project), HUFU_RESULT_OK);
    assert_string_equal(project.name, "第一医院");
    assert_true(project.takes_requests && project.lists_organizations);
    sdk_device_restart(x->device);
    assert_int_equal(hufu_project(x->device->hufu, &project), HUFU_RESULT_OK);
    assert_int_equal(bind(x), HUFU_RESULT_OK);
}

static void a_bound_device_stays_with_its_service_project_and_user(void **state)
{
    struct sdk_newcomer *x = *state;
    struct sdk_service *other = sdk_service_new();
    char text[SERVICE_TEXT_MAX];
    assert_int_equal(sdk_device_enrol(x->device, x->service->code_text), HUFU_RESULT_OK);
    sdk_service_project_text(other, text);
    assert_int_equal(hufu_service_from_text(x->device->hufu, text), HUFU_RESULT_ALREADY);
    assert_int_equal(hufu_user(x->device->hufu, "B-1"), HUFU_RESULT_ALREADY);
    assert_int_equal(hufu_user(x->device->hufu, "A-17"), HUFU_RESULT_OK);
    assert_int_equal(hufu_service_from_text(x->device->hufu, x->text), HUFU_RESULT_OK);
    assert_signs(x);
    sdk_service_free(other);
}

/* What an earlier version stored has no project. */
static void a_device_bound_before_projects_were_stored_knows_its_user(void **state)
{
    struct sdk_newcomer *x = *state;
    assert_int_equal(sdk_device_enrol(x->device, x->service->code_text), HUFU_RESULT_OK);
    x->device->hufu->device.project = (struct hufu_id){.bytes = {0}};
    assert_int_equal(hufu_user(x->device->hufu, "A-17"), HUFU_RESULT_OK);
    assert_int_equal(hufu_user(x->device->hufu, "B-1"), HUFU_RESULT_ALREADY);
}

static void a_device_that_is_nobodys_yet_does_only_what_it_can(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu *hufu = x->device->hufu;
    struct hufu_authentication progress;
    const struct hufu_enrolment enrolment = {.pin = SDK_PIN, .pin_len = strlen(SDK_PIN), .device_name = "x"};
    assert_int_equal(hufu_bind_by_authentication(hufu, &enrolment), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_user(hufu, "A-17"), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    unsigned requests = x->service->requests;
    assert_int_equal(hufu_authenticate(hufu, HUFU_AUTHENTICATE_CONFIRM, &progress), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_authenticate(hufu, HUFU_AUTHENTICATE_SIGN_IN, &progress), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_enrol(hufu, &enrolment), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_join(hufu, &enrolment), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(hufu_bind_by_authentication(hufu, &enrolment), HUFU_RESULT_AUTHENTICATION_NEEDED);
    assert_int_equal(hufu_user(hufu, ""), HUFU_RESULT_ARGUMENT);
    assert_int_equal(x->service->requests, requests);
}

/* The authentication is not spent by a refusal. */
static void a_refused_binding_is_typed_and_can_be_tried_again(void **state)
{
    struct sdk_newcomer *x = *state;
    const struct hufu_enrolment enrolment = {.device_name = "x"};
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    x->service->device_limit = true;
    assert_int_equal(bind(x), HUFU_RESULT_CONFLICT);
    assert_string_equal(hufu_last_report(x->device->hufu)->message_key, "device-limit");
    x->service->device_limit = false;
    assert_int_equal(hufu_bind_by_authentication(x->device->hufu, &enrolment), HUFU_RESULT_OK);
}

static void a_session_of_somebody_else_is_not_taken(void **state)
{
    struct sdk_newcomer *x = *state;
    static const enum sdk_lie lies[] = {SDK_LIE_OTHER_HOLDER, SDK_LIE_OTHER_PROJECT};
    struct hufu_account account;
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        x->service->lie = lies[i];
        assert_int_equal(bind(x), HUFU_RESULT_FAULT);
        assert_int_equal(hufu_account(x->device->hufu, &account), HUFU_RESULT_NOT_ENROLLED);
        sdk_device_restart(x->device);
        assert_int_equal(hufu_account(x->device->hufu, &account), HUFU_RESULT_NOT_ENROLLED);
    }
    x->service->lie = SDK_LIE_NONE;
    assert_int_equal(bind(x), HUFU_RESULT_OK);
    assert_int_equal(x->service->devices, 1);
}

static void another_user_gets_another_device_key(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu_authentication progress;
    uint8_t first[HUFU_PUBLIC_KEY_SIZE];
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    assert_int_equal(hufu_authenticate(x->device->hufu, HUFU_AUTHENTICATE_BIND_DEVICE, &progress),
                     HUFU_RESULT_OK);
    memcpy(first, x->device->hufu->device.device_key, sizeof(first));
    assert_int_equal(hufu_user(x->device->hufu, "B-1"), HUFU_RESULT_OK);
    assert_int_equal(hufu_user(x->device->hufu, "A-17"), HUFU_RESULT_OK);
    assert_int_equal(bind(x), HUFU_RESULT_OK);
    assert_memory_not_equal(x->device->hufu->device.device_key, first, sizeof(first));
}

static void organizations_come_page_by_page(void **state)
{
    struct sdk_newcomer *x = *state;
    struct hufu_organization organizations[2];
    struct hufu_organization_query query = {.cursor = ""};
    size_t count, all = 0;
    assert_int_equal(hufu_organizations(x->device->hufu, &query, organizations, 2, &count),
                     HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(choose(x), HUFU_RESULT_OK);
    assert_int_equal(hufu_organizations(x->device->hufu, &query, organizations, 0, &count),
                     HUFU_RESULT_ARGUMENT);
    do {
        assert_int_equal(hufu_organizations(x->device->hufu, &query, organizations, 2, &count),
                         HUFU_RESULT_OK);
        for (size_t i = 0; i < count; i++, all++) {
            char name[16];
            (void)snprintf(name, sizeof(name), "Ward %zu", all);
            assert_string_equal(organizations[i].name, name);
        }
    } while (query.cursor[0]);
    assert_int_equal(all, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_newcomer_set_up, sdk_newcomer_tear_down)
        TEST(a_device_without_a_code_is_bound_by_an_authentication_and_signs),
        TEST(binding_goes_on_after_the_battery_died_at_any_step),
        TEST(a_service_that_is_not_the_one_of_the_text_is_told_nothing),
        TEST(what_fails_leaves_what_was_chosen_before),
        TEST(a_bound_device_stays_with_its_service_project_and_user),
        TEST(a_device_bound_before_projects_were_stored_knows_its_user),
        TEST(a_device_that_is_nobodys_yet_does_only_what_it_can),
        TEST(a_refused_binding_is_typed_and_can_be_tried_again),
        TEST(a_session_of_somebody_else_is_not_taken),
        TEST(another_user_gets_another_device_key),
        TEST(organizations_come_page_by_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
