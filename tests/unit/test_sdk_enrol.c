/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment: from an activation code to a certificate, whatever happens in between. */
#include "tests/unit/unit.h"

#include "mobile-sdk/device_record.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

struct enrol {
    struct sdk_service *service;
    struct sdk_device *device;
};

static int set_up(void **state)
{
    static struct enrol enrol;
    enrol.service = sdk_service_new();
    enrol.device = sdk_device_new(enrol.service);
    *state = &enrol;
    return 0;
}

static int tear_down(void **state)
{
    struct enrol *enrol = *state;
    sdk_device_free(enrol->device);
    sdk_service_free(enrol->service);
    return 0;
}

/* A digest that the device has signed, checked under the P that the service has. */
static void assert_signs(struct enrol *enrol, const char *pin)
{
    uint8_t digest[HUFU_DIGEST_SIZE] = {0x42}, signature[HUFU_SIGNATURE_SIZE];
    assert_int_equal(sdk_device_sign(enrol->device, pin, digest, signature), HUFU_RESULT_OK);
    const struct sdk_service_key *key = sdk_service_key(enrol->service, false);
    assert_int_equal(cosign_verify_var(key->now.half.P, digest, signature), HUFU_OK);
}

static void assert_nothing_stored(const struct enrol *enrol)
{
    for (size_t i = 0; i < SDK_VALUES_MAX; i++)
        assert_int_equal(enrol->device->values[i].len, 0);
}

static void a_code_and_a_pin_make_a_key_that_signs(void **state)
{
    struct enrol *enrol = *state;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    assert_signs(enrol, SDK_PIN);
    struct hufu_account account;
    assert_int_equal(hufu_account(enrol->device->hufu, &account), HUFU_RESULT_OK);
    assert_string_equal(account.name, "王丽");
    assert_string_equal(account.work_number, "A-17");
    assert_string_equal(account.project_name, "第一医院");
    assert_string_equal(account.service_url, "https://hufu.test:8443");
    struct hufu_key_info info;
    assert_int_equal(hufu_key_info(enrol->device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_int_equal(info.stage, HUFU_STAGE_CERTIFIED);
    assert_memory_equal(info.public_key, sdk_service_key(enrol->service, false)->now.half.P, 65);
    struct hufu_key_status status;
    assert_int_equal(hufu_key_status(enrol->device->hufu, &info.id, &status), HUFU_RESULT_OK);
    assert_string_equal(status.key_state, "usable");
    assert_true(status.has_certificate);
    assert_false(status.has_uses_left);
}

static void the_chain_is_stored_leaf_first(void **state)
{
    struct enrol *enrol = *state;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    struct hufu_id key = sdk_device_key(enrol->device, HUFU_USAGE_SIGN);
    uint8_t der[4096], expected[2048];
    size_t len = 0;
    struct buf root;
    buf_init(&root, expected, sizeof(expected));
    sdk_ca_certificate(enrol->service->ca, 1, &root);
    assert_int_equal(hufu_certificate(enrol->device->hufu, &key, 2, der, sizeof(der), &len), HUFU_RESULT_OK);
    assert_true(bytes_equal(bytes_of(der, len), buf_bytes(&root)));
    assert_int_equal(hufu_certificate(enrol->device->hufu, &key, 3, der, sizeof(der), &len),
                     HUFU_RESULT_NOT_FOUND);
    assert_int_equal(hufu_certificate(enrol->device->hufu, &key, 2, der, 10, &len), HUFU_RESULT_LIMIT);
    assert_int_equal(len, root.len);
}

/* The battery dies before, and after, each step in turn. After that the device goes on with what is stored; where
 * nothing is, with the code. */
static void enrolment_goes_on_after_a_crash_at_any_step(void **state)
{
    (void)state;
    int step = 0;
    bool finished = false;
    for (; !finished; step++) {
        for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
            struct enrol enrol = {.service = sdk_service_new()};
            enrol.device = sdk_device_new(enrol.service);
            enrol.device->steps_left = step;
            enrol.device->death = (enum sdk_death)death;
            enum hufu_result result = sdk_device_enrol(enrol.device, enrol.service->code_text);
            finished = result == HUFU_RESULT_OK;
            assert_true(finished == !enrol.device->dead);
            sdk_device_restart(enrol.device);
            bool has_record = sdk_device_value(enrol.device, DEVICE_RECORD_NAME);
            assert_int_equal(sdk_device_enrol(enrol.device, has_record ? NULL : enrol.service->code_text),
                             HUFU_RESULT_OK);
            assert_signs(&enrol, SDK_PIN);
            assert_int_equal(enrol.service->pin_failures, 0);
            assert_null(enrol.service->keys[1].state); /* no second key was made on the way */
            sdk_device_free(enrol.device);
            sdk_service_free(enrol.service);
        }
    }
    assert_in_range(step, 15, 60);
}

static void the_same_code_again_changes_nothing(void **state)
{
    struct enrol *enrol = *state;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    unsigned requests = enrol->service->requests;
    sdk_device_restart(enrol->device);
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    assert_int_equal(enrol->service->requests, requests);
}

static void a_new_code_of_the_same_service_begins_a_new_session(void **state)
{
    struct enrol *enrol = *state;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    enrol->service->token[0] = '\0'; /* the session ended */
    uint8_t digest[HUFU_DIGEST_SIZE] = {1}, signature[HUFU_SIGNATURE_SIZE];
    assert_int_equal(sdk_device_sign(enrol->device, SDK_PIN, digest, signature), HUFU_RESULT_SESSION);
    assert_int_equal(sdk_device_enrol(enrol->device, sdk_service_new_code(enrol->service)), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(enrol->device->hufu), 1);
    assert_signs(enrol, SDK_PIN);
}

static void a_code_of_another_service_is_refused_by_an_enrolled_device(void **state)
{
    struct enrol *enrol = *state;
    struct sdk_service *other = sdk_service_new();
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    assert_int_equal(sdk_device_enrol(enrol->device, other->code_text), HUFU_RESULT_ALREADY);
    assert_signs(enrol, SDK_PIN);
    sdk_service_free(other);
}

/* The session of an enrolled device does not follow a code to another address, or to another pin. */
static void a_code_that_moves_the_service_is_refused_by_an_enrolled_device(void **state)
{
    struct enrol *enrol = *state;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    struct activation activation;
    char text[SERVICE_TEXT_MAX];
    assert_ok(activation_parse(&activation, sdk_service_new_code(enrol->service)));
    activation.service.tls_pin[5] ^= 1;
    assert_ok(activation_encode(text, &activation));
    unsigned requests = enrol->service->requests;
    assert_int_equal(sdk_device_enrol(enrol->device, text), HUFU_RESULT_ALREADY);
    activation.service.tls_pin[5] ^= 1;
    activation.service.url[8] = 'x';
    assert_ok(activation_encode(text, &activation));
    assert_int_equal(sdk_device_enrol(enrol->device, text), HUFU_RESULT_ALREADY);
    assert_int_equal(enrol->service->requests, requests);
    assert_signs(enrol, SDK_PIN);
}

static void no_request_is_signed_for_another_name(void **state)
{
    struct enrol *enrol = *state;
    enrol->service->lie = SDK_LIE_OTHER_SUBJECT;
    unsigned frames = 2; /* key generation */
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_CERTIFICATE);
    assert_int_equal(enrol->service->frames, frames);
}

static void a_refused_code_is_forgotten(void **state)
{
    struct enrol *enrol = *state;
    enrol->service->code_used = true;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_ACTIVATION);
    assert_string_equal(hufu_last_report(enrol->device->hufu)->message_key, "activation-invalid");
    assert_string_equal(hufu_last_report(enrol->device->hufu)->request_id, "r-1");
    assert_nothing_stored(enrol);
    assert_int_equal(sdk_device_enrol(enrol->device, sdk_service_new_code(enrol->service)), HUFU_RESULT_OK);
}

static void texts_that_are_no_codes_are_refused(void **state)
{
    struct enrol *enrol = *state;
    static const char *const texts[] = {"", "hufu:activate?", "https://hufu.test",
                                        "hufu:activate?u=x&t=&k=&c="};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(sdk_device_enrol(enrol->device, texts[i]), HUFU_RESULT_CODE_FORM);
    assert_int_equal(sdk_device_enrol(enrol->device, NULL), HUFU_RESULT_NOT_ENROLLED);
    assert_int_equal(enrol->service->requests, 0);
}

static void a_service_without_tls_elsewhere_is_never_asked(void **state)
{
    struct enrol *enrol = *state;
    struct activation activation = {.service = {.url = "http://hufu.test"}};
    char text[SERVICE_TEXT_MAX];
    assert_ok(activation_encode(text, &activation));
    assert_int_equal(sdk_device_enrol(enrol->device, text), HUFU_RESULT_ADDRESS);
    assert_int_equal(enrol->service->requests, 0);
}

/* The code must not reach a service that cannot prove its identity. */
static void assert_not_trusted(struct enrol *enrol, enum sdk_lie lie)
{
    enrol->service->lie = lie;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_IDENTITY);
    assert_int_equal(enrol->service->requests, 1);
    assert_false(enrol->service->code_used);
    assert_nothing_stored(enrol);
}

static void a_service_with_another_identity_key_is_not_trusted(void **state)
{
    assert_not_trusted(*state, SDK_LIE_OTHER_IDENTITY);
}

static void a_statement_signed_by_another_key_is_not_trusted(void **state)
{
    assert_not_trusted(*state, SDK_LIE_OTHER_SIGNER);
}

static void an_expired_statement_is_not_trusted(void **state)
{
    assert_not_trusted(*state, SDK_LIE_EXPIRED_STATEMENT);
}

static void a_statement_from_the_day_after_tomorrow_is_not_trusted(void **state)
{
    assert_not_trusted(*state, SDK_LIE_EARLY_STATEMENT);
}

static void a_statement_that_was_changed_is_not_trusted(void **state)
{
    assert_not_trusted(*state, SDK_LIE_DAMAGED_STATEMENT);
}

/* The service's word on the time must not make an expired statement valid. */
static void a_false_time_does_not_revive_a_statement(void **state)
{
    struct enrol *enrol = *state;
    enrol->service->lie = SDK_LIE_EXPIRED_STATEMENT;
    enrol->service->told_ms = enrol->service->clock_ms - 3600000; /* the statement ended ten minutes ago */
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_IDENTITY);
}

static void a_statement_that_expires_while_the_device_runs_is_not_used_again(void **state)
{
    struct enrol *enrol = *state;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_OK);
    uint8_t digest[HUFU_DIGEST_SIZE] = {1}, signature[HUFU_SIGNATURE_SIZE];
    enrol->device->now_ms += 31 * UINT64_C(86400000);
    enrol->service->clock_ms = enrol->device->now_ms;
    assert_int_equal(sdk_device_sign(enrol->device, SDK_PIN, digest, signature), HUFU_RESULT_IDENTITY);
}

static void half_of_a_key_without_proof_ends_enrolment(void **state)
{
    struct enrol *enrol = *state;
    enrol->service->lie = SDK_LIE_KEYGEN_PROOF;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_FAULT);
    assert_false(enrol->service->keys[0].now.exists);
    enrol->service->lie = SDK_LIE_NONE;
    assert_int_equal(sdk_device_enrol(enrol->device, NULL), HUFU_RESULT_OK);
    assert_signs(enrol, SDK_PIN);
}

static void another_public_key_than_the_device_computed_is_a_fault(void **state)
{
    struct enrol *enrol = *state;
    enrol->service->lie = SDK_LIE_KEYGEN_P;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_FAULT);
    struct hufu_key_info info;
    assert_int_equal(hufu_key_info(enrol->device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_int_equal(info.stage, HUFU_STAGE_NEW);
}

static void assert_certificate_refused(struct enrol *enrol, enum sdk_lie lie)
{
    enrol->service->lie = lie;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_FAULT);
    struct hufu_id key = sdk_device_key(enrol->device, HUFU_USAGE_SIGN);
    uint8_t der[4096];
    size_t len;
    assert_int_equal(hufu_certificate(enrol->device->hufu, &key, 0, der, sizeof(der), &len),
                     HUFU_RESULT_NOT_FOUND);
    enrol->service->lie = SDK_LIE_NONE;
    assert_int_equal(sdk_device_enrol(enrol->device, NULL), HUFU_RESULT_OK);
    assert_signs(enrol, SDK_PIN);
}

static void a_certificate_of_another_key_is_not_stored(void **state)
{
    assert_certificate_refused(*state, SDK_LIE_CERTIFICATE_OTHER_KEY);
}

static void a_certificate_that_its_chain_did_not_issue_is_not_stored(void **state)
{
    assert_certificate_refused(*state, SDK_LIE_CERTIFICATE_BROKEN_CHAIN);
}

static void an_impossible_pin_stops_before_anything_is_sent(void **state)
{
    struct enrol *enrol = *state;
    struct hufu_enrolment enrolment = {
        .code = enrol->service->code_text, .pin = "12345", .pin_len = 5, .device_name = "A \"phone\"\\"};
    assert_int_equal(hufu_enrol(enrol->device->hufu, &enrolment), HUFU_RESULT_PIN_FORM);
    assert_int_equal(enrol->service->requests, 0);
    assert_nothing_stored(enrol);
}

static void a_half_that_was_interrupted_keeps_its_first_pin(void **state)
{
    struct enrol *enrol = *state;
    enrol->service->lie = SDK_LIE_CERTIFICATE_OTHER_KEY; /* stops after key generation */
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_FAULT);
    enrol->service->lie = SDK_LIE_NONE;
    enrol->service->keys[0].certificate_len = 0;
    struct hufu_enrolment enrolment = {.pin = "other pin", .pin_len = 9};
    assert_int_equal(hufu_enrol(enrol->device->hufu, &enrolment), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(hufu_last_report(enrol->device->hufu)->pin_tries_left, SDK_PIN_LIMIT - 1);
    assert_int_equal(sdk_device_enrol(enrol->device, NULL), HUFU_RESULT_OK);
}

/* The service has finished the key, and the device was not told: its half knows the PIN all the same. */
static void a_further_key_needs_the_pin_of_one_that_was_interrupted(void **state)
{
    struct enrol *enrol = *state;
    struct hufu_id key;
    struct hufu_key_info info;
    enrol->device->steps_left =
        10; /* service, device, code, session; keys, key, list, key; begin, half, finish */
    enrol->device->death = SDK_DEATH_AFTER;
    assert_int_equal(sdk_device_enrol(enrol->device, enrol->service->code_text), HUFU_RESULT_AWAY);
    sdk_device_restart(enrol->device);
    assert_true(enrol->service->keys[0].now.exists);
    assert_int_equal(hufu_key_info(enrol->device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_int_equal(info.stage, HUFU_STAGE_NEW);
    assert_int_equal(hufu_key_create(enrol->device->hufu, HUFU_USAGE_DECRYPT, "other pin", 9, &key),
                     HUFU_RESULT_PIN_WRONG);
    assert_int_equal(hufu_key_create(enrol->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &key),
                     HUFU_RESULT_OK);
    assert_int_equal(sdk_device_enrol(enrol->device, NULL), HUFU_RESULT_OK);
    assert_signs(enrol, SDK_PIN);
}

static void note_step(void *context, enum hufu_step step)
{
    unsigned *steps = context;
    *steps = *steps * 10 + (unsigned)step;
}

static void every_step_is_told_in_its_order(void **state)
{
    struct enrol *enrol = *state;
    unsigned steps = 0;
    struct hufu_enrolment enrolment = {.code = enrol->service->code_text,
                                       .pin = SDK_PIN,
                                       .pin_len = strlen(SDK_PIN),
                                       .device_name = "A \"phone\"\\",
                                       .progress = note_step,
                                       .progress_context = &steps};
    assert_int_equal(hufu_enrol(enrol->device->hufu, &enrolment), HUFU_RESULT_OK);
    assert_int_equal(steps, 123456);
}

static void a_platform_with_a_callback_missing_is_refused(void **state)
{
    struct enrol *enrol = *state;
    struct hufu_platform platform = enrol->device->platform;
    struct hufu *hufu = NULL;
    platform.random.fill = NULL;
    assert_int_equal(hufu_open(&hufu, &platform), HUFU_RESULT_ARGUMENT);
    assert_null(hufu);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code_and_a_pin_make_a_key_that_signs),
        TEST(the_chain_is_stored_leaf_first),
        cmocka_unit_test(enrolment_goes_on_after_a_crash_at_any_step),
        TEST(the_same_code_again_changes_nothing),
        TEST(a_new_code_of_the_same_service_begins_a_new_session),
        TEST(a_code_of_another_service_is_refused_by_an_enrolled_device),
        TEST(a_code_that_moves_the_service_is_refused_by_an_enrolled_device),
        TEST(no_request_is_signed_for_another_name),
        TEST(a_refused_code_is_forgotten),
        TEST(texts_that_are_no_codes_are_refused),
        TEST(a_service_without_tls_elsewhere_is_never_asked),
        TEST(a_service_with_another_identity_key_is_not_trusted),
        TEST(a_statement_signed_by_another_key_is_not_trusted),
        TEST(an_expired_statement_is_not_trusted),
        TEST(a_statement_from_the_day_after_tomorrow_is_not_trusted),
        TEST(a_statement_that_was_changed_is_not_trusted),
        TEST(a_false_time_does_not_revive_a_statement),
        TEST(a_statement_that_expires_while_the_device_runs_is_not_used_again),
        TEST(half_of_a_key_without_proof_ends_enrolment),
        TEST(another_public_key_than_the_device_computed_is_a_fault),
        TEST(a_certificate_of_another_key_is_not_stored),
        TEST(a_certificate_that_its_chain_did_not_issue_is_not_stored),
        TEST(an_impossible_pin_stops_before_anything_is_sent),
        TEST(a_half_that_was_interrupted_keeps_its_first_pin),
        TEST(a_further_key_needs_the_pin_of_one_that_was_interrupted),
        TEST(every_step_is_told_in_its_order),
        TEST(a_platform_with_a_callback_missing_is_refused),
    };
    return cmocka_run_group_tests_name("sdk_enrol", tests, NULL, NULL);
}
