/* SPDX-License-Identifier: Apache-2.0 */
/* Letting others use one's certificate: the holder's device signs what it has shown and nothing else. */
#include <stdio.h>

#include "tests/unit/unit.h"

#include "mobile-sdk/handover_code.h"
#include "tests/unit/sdk_lent.h"

static void assert_policy(const struct sdk_lending *lending, uint64_t until, uint32_t operations)
{
    struct frame_policy policy;
    assert_ok(frame_policy_parse(&policy, bytes_of(lending->policy, lending->policy_len)));
    struct hufu_id id;
    memcpy(id.bytes, policy.authorization_id, sizeof(id.bytes));
    char text[HUFU_ID_TEXT_SIZE];
    hufu_id_format(text, &id);
    assert_string_equal(text, SDK_LENT);
    assert_int_equal(policy.from_ms, SDK_LENT_FROM);
    assert_int_equal(policy.until_ms, until);
    assert_int_equal(policy.operations, operations);
    assert_int_equal(policy.uses, 10);
}

static void assert_nothing_went_out(const struct sdk_lent *x, unsigned frames)
{
    assert_int_equal(x->holder.service->frames, frames);
    assert_int_equal(x->holder.service->lending.handovers, 0);
    assert_string_equal(x->back, "");
}

/* ---- the holder's device ---- */

static void the_holder_is_shown_whom_and_what_for(void **state)
{
    struct sdk_lent *x = *state;
    unsigned frames = x->holder.service->frames;
    sdk_lent_tell(x, "[\"login\",\"sign\"]", SDK_LENT_END, ",\"reason\":\"on leave\"");
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    const struct hufu_authorization *shown = &x->request.authorization;
    assert_true(x->request.is_authorized);
    assert_memory_equal(&x->request.key, &x->holder.key, sizeof(x->request.key));
    assert_string_equal(shown->people[HUFU_PARTY_AUTHORIZED].name, "李四");
    assert_string_equal(shown->people[HUFU_PARTY_AUTHORIZED].work_number, "A-17");
    assert_int_equal(shown->own, HUFU_PARTY_HOLDER);
    assert_int_equal(shown->operations, HUFU_OPERATION_SIGN | HUFU_OPERATION_LOGIN);
    assert_int_equal(shown->from_ms, SDK_LENT_FROM);
    assert_int_equal(shown->until_ms, SDK_LENT_UNTIL);
    assert_int_equal(shown->uses, 10);
    assert_string_equal(shown->reason, "on leave");
    assert_int_equal(shown->possible, HUFU_AUTHORIZATION_FREEZE | HUFU_AUTHORIZATION_DELETE);
    assert_nothing_went_out(x, frames);
}

static void what_was_shown_is_signed_whatever_the_service_says_then(void **state)
{
    struct sdk_lent *x = *state;
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    sdk_lent_tell(x, "[\"decrypt\"]", "2030-01-01T00:00:00.000Z", "");
    assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_OK);
    assert_policy(&x->holder.service->lending, SDK_LENT_UNTIL, FRAME_ALLOW_SIGN);
}

/* It would get a half without a policy, or with another's. */
static void a_service_that_says_something_else_than_the_code_gets_nothing(void **state)
{
    struct sdk_lent *x = *state;
    static const char *const lies[] = {NULL, SDK_NOT_LENT};
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    struct hufu_handover_request shown = x->request;
    unsigned frames = x->holder.service->frames;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        x->holder.service->lending.told = lies[i];
        assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_FAULT);
        x->request = shown;
        assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_FAULT);
        assert_nothing_went_out(x, frames);
    }
}

static void an_authorized_users_code_is_for_no_device_of_the_holders(void **state)
{
    struct sdk_lent *x = *state;
    unsigned requests = x->holder.service->requests, frames = x->holder.service->frames;
    assert_int_equal(hufu_handover(x->holder.device->hufu, x->code, SDK_PIN, strlen(SDK_PIN), x->back),
                     HUFU_RESULT_NOT_ALLOWED);
    assert_int_equal(x->holder.service->requests, requests);
    assert_nothing_went_out(x, frames);
}

static void a_device_of_the_holders_needs_no_authorization_and_gets_no_policy(void **state)
{
    struct sdk_lent *x = *state;
    struct bind_code code;
    assert_ok(bind_code_parse(&code, x->code));
    code.authorized = false;
    memset(&code.authorization, 0, sizeof(code.authorization));
    assert_ok(bind_code_encode(x->code, &code));
    unsigned frames = x->holder.service->frames;
    assert_int_equal(hufu_handover(x->holder.device->hufu, x->code, SDK_PIN, strlen(SDK_PIN), x->back),
                     HUFU_RESULT_FAULT); /* the service says that it is for an authorization */
    assert_nothing_went_out(x, frames);
    x->holder.service->lending.told = NULL;
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    assert_false(x->request.is_authorized);
    assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_ARGUMENT);
    assert_int_equal(hufu_handover(x->holder.device->hufu, x->code, SDK_PIN, strlen(SDK_PIN), x->back),
                     HUFU_RESULT_OK);
    assert_int_equal(x->holder.service->lending.policy_len, 0);
}

static void what_was_agreed_is_for_this_code_and_key_alone(void **state)
{
    struct sdk_lent *x = *state;
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    const struct hufu_authorization agreed = x->request.authorization;
    unsigned frames = x->holder.service->frames;
    assert_int_equal(hufu_id_parse(&x->request.authorization.id, SDK_NOT_LENT), HUFU_RESULT_OK);
    assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_ARGUMENT);
    x->request.authorization = agreed;
    x->request.authorization.key.bytes[7] ^= 1;
    assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_ARGUMENT);
    x->request.authorization = agreed;
    x->request.authorization.has_key = false;
    assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_ARGUMENT);
    assert_nothing_went_out(x, frames);
}

/* Neither: they would be one policy for two kinds of keys. */
static void operations_that_go_not_together_are_not_signed(void **state)
{
    struct sdk_lent *x = *state;
    static const char *const sets[] = {"[]", "[\"fly\"]", "[\"sign\",\"decrypt\"]"};
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        sdk_lent_tell(x, sets[i], SDK_LENT_END, "");
        assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
        assert_int_equal(sdk_lent_hand_over(x), HUFU_RESULT_ARGUMENT);
        assert_int_equal(x->holder.service->lending.handovers, 0);
    }
}

static void a_wrong_pin_hands_nothing_over_and_seals_nothing(void **state)
{
    struct sdk_lent *x = *state;
    assert_int_equal(sdk_lent_scan(x), HUFU_RESULT_OK);
    assert_int_equal(sdk_lent_hand_over_with(x, "000000"), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(x->holder.service->lending.handovers, 0);
    assert_int_equal(hufu_authorization_seal(x->holder.device->hufu, &x->request.authorization, "000000", 6),
                     HUFU_RESULT_PIN_WRONG);
    assert_int_equal(x->holder.service->lending.policies, 0);
    assert_int_equal(x->holder.service->pin_failures, 2);
}

static void a_policy_has_the_terms_that_were_shown(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_authorization shown;
    sdk_lent_tell(x, "[\"decrypt\"]", "2026-03-01T00:00:00.001Z", "");
    assert_int_equal(hufu_authorization(x->holder.device->hufu, &x->authorization, &shown), HUFU_RESULT_OK);
    assert_true(shown.policy_due);
    assert_int_equal(hufu_authorization_seal(x->holder.device->hufu, &shown, SDK_PIN, strlen(SDK_PIN)),
                     HUFU_RESULT_OK);
    assert_int_equal(x->holder.service->lending.policies, 1);
    assert_policy(&x->holder.service->lending, SDK_LENT_UNTIL + 1, FRAME_ALLOW_DECRYPT);
    shown.own = HUFU_PARTY_AUTHORIZED;
    assert_int_equal(hufu_authorization_seal(x->holder.device->hufu, &shown, SDK_PIN, strlen(SDK_PIN)),
                     HUFU_RESULT_NOT_ALLOWED);
    shown.own = HUFU_PARTY_HOLDER;
    shown.has_binding = false;
    assert_int_equal(hufu_authorization_seal(x->holder.device->hufu, &shown, SDK_PIN, strlen(SDK_PIN)),
                     HUFU_RESULT_NOT_READY);
}

/* ---- what the service says ---- */

static void a_refusal_tells_the_state_and_what_is_possible(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_authorization changed;
    x->holder.service->lending.method = "POST";
    x->holder.service->lending.status = 409;
    x->holder.service->lending.answer =
        "{\"status\":409,\"message_key\":\"conflict\",\"detail\":\"why\",\"state\":\"frozen\","
        "\"possible\":[\"unfreeze\",\"fly\",7,\"delete\"]}";
    assert_int_equal(hufu_authorization_freeze(x->holder.device->hufu, &x->authorization, &changed),
                     HUFU_RESULT_CONFLICT);
    const struct hufu_report *report = hufu_last_report(x->holder.device->hufu);
    assert_string_equal(report->state, "frozen");
    assert_string_equal(report->detail, "why");
    assert_int_equal(report->possible, HUFU_AUTHORIZATION_UNFREEZE | HUFU_AUTHORIZATION_DELETE);
    assert_string_equal(changed.state, "");
}

static void an_authorization_that_lacks_something_is_none(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_authorization authorization;
    static const char *const needed[] = {"id",     "state",      "begun_by",   "as",
                                         "holder", "authorized", "valid_from", "valid_until",
                                         "uses",   "policy_due", "created_at", "state_changed_at"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        char name[32];
        sdk_lent_tell(x, "[\"sign\"]", SDK_LENT_END, "");
        (void)snprintf(name, sizeof(name), "\"%s\":", needed[i]);
        char *found = strstr(x->json[0], name);
        assert_non_null(found);
        found[1] = 'X';
        assert_int_equal(hufu_authorization(x->holder.device->hufu, &x->authorization, &authorization),
                         HUFU_RESULT_FAULT);
        assert_string_equal(authorization.state, "");
    }
    assert_int_equal(hufu_id_parse(&x->authorization, SDK_NOT_LENT), HUFU_RESULT_OK);
    sdk_lent_tell(x, "[\"sign\"]", SDK_LENT_END, "");
    assert_int_equal(hufu_authorization(x->holder.device->hufu, &x->authorization, &authorization),
                     HUFU_RESULT_FAULT); /* another one than was asked for */
}

/* Else an applicant could keep it from the holder's list. */
static void a_reason_that_cannot_be_shown_hides_nothing(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_authorization authorization;
    sdk_lent_tell(x, "[\"sign\"]", SDK_LENT_END, ",\"reason\":\"\\u0085\",\"remark\":\"fine\"");
    assert_int_equal(hufu_authorization(x->holder.device->hufu, &x->authorization, &authorization),
                     HUFU_RESULT_OK);
    assert_string_equal(authorization.reason, "");
    assert_string_equal(authorization.remark, "fine");
}

static void a_list_is_read_page_by_page(void **state)
{
    struct sdk_lent *x = *state;
    static char page[2200];
    static struct hufu_authorization list[2];
    struct hufu_authorization_query query = {.own = HUFU_PARTY_HOLDER};
    size_t count;
    (void)snprintf(page, sizeof(page), "{\"authorizations\":[%s],\"next_cursor\":\"AAAA\"}", x->json[0]);
    x->holder.service->lending.answer = page;
    assert_int_equal(hufu_authorizations(x->holder.device->hufu, &query, list, 2, &count), HUFU_RESULT_OK);
    assert_int_equal(count, 1);
    assert_non_null(strstr(x->holder.service->last_url, "?as=holder&limit=2"));
    assert_int_equal(hufu_authorizations(x->holder.device->hufu, &query, list, 1, &count), HUFU_RESULT_OK);
    assert_non_null(strstr(x->holder.service->last_url, "&limit=1&cursor=AAAA"));
    (void)snprintf(page, sizeof(page), "{\"authorizations\":[],\"next_cursor\":\"AAAA\"}");
    assert_int_equal(hufu_authorizations(x->holder.device->hufu, &query, list, 2, &count), HUFU_RESULT_FAULT);
    (void)snprintf(page, sizeof(page), "{\"authorizations\":[%s]}", "{}");
    assert_int_equal(hufu_authorizations(x->holder.device->hufu, &query, list, 2, &count), HUFU_RESULT_FAULT);
    (void)snprintf(page, sizeof(page), "{\"authorizations\":[{},{},{}]}");
    assert_int_equal(hufu_authorizations(x->holder.device->hufu, &query, list, 2, &count), HUFU_RESULT_FAULT);
    assert_int_equal(hufu_authorizations(x->holder.device->hufu, &query, list, 0, &count),
                     HUFU_RESULT_ARGUMENT);
}

/* ---- what is sent ---- */

static void an_application_says_what_was_wished(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu *hufu = x->user.device->hufu;
    struct hufu_authorization begun;
    const struct hufu_authorization_wish wish = {.operations = HUFU_OPERATION_SIGN | HUFU_OPERATION_LOGIN,
                                                 .until_ms = SDK_LENT_UNTIL,
                                                 .uses = 3,
                                                 .reason = "a \"reason\""};
    assert_int_equal(hufu_authorization_apply(hufu, "H-1", &wish, &begun), HUFU_RESULT_OK);
    assert_string_equal(x->user.service->last_body,
                        "{\"holder\":\"H-1\",\"operations\":[\"sign\",\"login\"],\"valid_until\":"
                        "\"2026-03-01T00:00:00.000Z\",\"uses\":3,\"reason\":\"a \\\"reason\\\"\"}");
    assert_int_equal(hufu_authorization_grant(hufu, "A-2", &x->authorization, &wish, &begun), HUFU_RESULT_OK);
    assert_non_null(strstr(x->user.service->last_body,
                           "{\"authorized\":\"A-2\",\"key_id\":\"" SDK_LENT "\",\"operations\":["));
    static char longest[HUFU_AUTHORIZATION_TEXT_MAX + 1];
    memset(longest, 1, HUFU_AUTHORIZATION_TEXT_MAX);
    const struct hufu_authorization_wish worst = {.operations = 7, .reason = longest, .remark = longest};
    assert_int_equal(hufu_authorization_apply(hufu, "H-1", &worst, &begun), HUFU_RESULT_OK);
}

static void a_change_says_what_changes_alone(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu *hufu = x->holder.device->hufu;
    struct hufu_authorization changed;
    x->holder.service->lending.method = "PATCH";
    assert_int_equal(
        hufu_authorization_modify(hufu, &x->authorization,
                                  &(struct hufu_authorization_change){.has_uses = true, .uses = 0}, &changed),
        HUFU_RESULT_OK);
    assert_string_equal(x->holder.service->last_body, "{\"uses\":0}");
    x->holder.service->lending.method = NULL;
    const struct hufu_authorization_change renewed = {
        .from_ms = SDK_LENT_FROM, .until_ms = SDK_LENT_UNTIL, .has_uses = true, .uses = 5};
    assert_int_equal(hufu_authorization_renew(hufu, &x->authorization, &renewed, &changed), HUFU_RESULT_OK);
    assert_non_null(strstr(x->holder.service->last_url, SDK_LENT "/renew"));
    assert_string_equal(x->holder.service->last_body,
                        "{\"valid_from\":\"2026-02-01T00:00:00.000Z\",\"valid_until\":\"" SDK_LENT_END
                        "\",\"uses\":5}");
}

static void a_reason_of_a_refusal_has_its_length(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_authorization refused;
    char why[HUFU_AUTHORIZATION_WHY_MAX + 2] = "";
    memset(why, 'w', HUFU_AUTHORIZATION_WHY_MAX);
    assert_int_equal(hufu_authorization_refuse(x->holder.device->hufu, &x->authorization, why, &refused),
                     HUFU_RESULT_OK);
    assert_non_null(strstr(x->holder.service->last_url, SDK_LENT "/refuse"));
    assert_non_null(strstr(x->holder.service->last_body, why));
    why[HUFU_AUTHORIZATION_WHY_MAX] = 'w';
    assert_int_equal(hufu_authorization_refuse(x->holder.device->hufu, &x->authorization, why, &refused),
                     HUFU_RESULT_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_lent_set_up, sdk_lent_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_holder_is_shown_whom_and_what_for),
        TEST(what_was_shown_is_signed_whatever_the_service_says_then),
        TEST(a_service_that_says_something_else_than_the_code_gets_nothing),
        TEST(an_authorized_users_code_is_for_no_device_of_the_holders),
        TEST(a_device_of_the_holders_needs_no_authorization_and_gets_no_policy),
        TEST(what_was_agreed_is_for_this_code_and_key_alone),
        TEST(operations_that_go_not_together_are_not_signed),
        TEST(a_wrong_pin_hands_nothing_over_and_seals_nothing),
        TEST(a_policy_has_the_terms_that_were_shown),
        TEST(a_refusal_tells_the_state_and_what_is_possible),
        TEST(an_authorization_that_lacks_something_is_none),
        TEST(a_reason_that_cannot_be_shown_hides_nothing),
        TEST(a_list_is_read_page_by_page),
        TEST(an_application_says_what_was_wished),
        TEST(a_change_says_what_changes_alone),
        TEST(a_reason_of_a_refusal_has_its_length),
    };
    return cmocka_run_group_tests_name("sdk_authorization", tests, NULL, NULL);
}
