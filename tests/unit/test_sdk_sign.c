/* SPDX-License-Identifier: Apache-2.0 */
/* Signing: what a dishonest service, a bad line, and a wrong clock may do, and what the device makes of it. */
#include "tests/unit/unit.h"

#include "mobile-sdk/key_record.h"
#include "tests/unit/cosign_judge.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define BATCH 3

struct signing {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id key;
    uint8_t digests[HUFU_BATCH_MAX][HUFU_DIGEST_SIZE];
    uint8_t signatures[HUFU_BATCH_MAX][HUFU_SIGNATURE_SIZE];
};

static int set_up(void **state)
{
    static struct signing x;
    memset(&x, 0, sizeof(x));
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.key = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    x.service->clock_refuses = true;
    for (size_t i = 0; i < HUFU_BATCH_MAX; i++)
        memset(x.digests[i], (int)i + 1, HUFU_DIGEST_SIZE);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct signing *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

static enum hufu_result sign(struct signing *x, size_t count, const struct hufu_purpose *purpose)
{
    memset(x->signatures, 0xee, sizeof(x->signatures));
    return hufu_sign_digests(x->device->hufu, &x->key, (const uint8_t(*)[HUFU_DIGEST_SIZE])x->digests, count,
                             purpose, SDK_PIN, strlen(SDK_PIN), x->signatures);
}

static void assert_signed(const struct signing *x, size_t count)
{
    const uint8_t *P = x->service->keys[0].now.half.P;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cosign_verify_var(P, x->digests[i], x->signatures[i]), HUFU_OK);
}

static void assert_no_signature(const struct signing *x, size_t count)
{
    static const uint8_t zero[HUFU_SIGNATURE_SIZE];
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(x->signatures[i], zero, sizeof(zero));
}

/* The device says "service fault", gives no signature, and sends nothing more but (where the answer did not open) the same
 * bytes again. */
static void assert_releases_nothing(struct signing *x, enum sdk_lie lie, unsigned requests)
{
    unsigned before = x->service->requests;
    x->service->lie = lie;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_FAULT);
    assert_no_signature(x, BATCH);
    assert_int_equal(x->service->requests, before + requests);
    assert_string_equal(hufu_last_report(x->device->hufu)->message_key, "service-fault");
    x->service->lie = SDK_LIE_NONE;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_signed(x, BATCH);
}

static void a_full_batch_is_signed_in_one_request(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->frames;
    assert_int_equal(sign(x, HUFU_BATCH_MAX, NULL), HUFU_RESULT_OK);
    assert_signed(x, HUFU_BATCH_MAX);
    assert_int_equal(x->service->frames, before + 1);
}

static void a_batch_beyond_the_limit_is_refused_here(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->requests;
    assert_int_equal(sign(x, HUFU_BATCH_MAX + 1, NULL), HUFU_RESULT_LIMIT);
    assert_int_equal(sign(x, 0, NULL), HUFU_RESULT_ARGUMENT);
    assert_int_equal(x->service->requests, before);
}

static void an_answer_with_s2_zero_releases_nothing(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_SIGN_S2_ZERO, 1);
}

static void an_answer_with_other_points_than_it_used_releases_nothing(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_SIGN_OTHER_POINTS, 1);
}

static void an_answer_with_a_chosen_binding_factor_releases_nothing(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_SIGN_OTHER_BETA, 1);
}

/* The control of the test above: the same signer with the right β. */
static void the_same_signer_with_the_right_binding_factor_is_accepted(void **state)
{
    struct signing *x = *state;
    x->service->lie = SDK_LIE_SIGN_OWN_BETA;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_signed(x, BATCH);
}

static void an_answer_with_exchanged_items_releases_nothing(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_SIGN_EXCHANGED, 1);
}

static void an_answer_with_an_item_too_few_releases_nothing(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_SIGN_SHORT, 1);
}

static void an_answer_sealed_for_another_frame_is_never_opened(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_ANSWER_OTHER_FRAME, 3);
}

static void the_answer_of_an_earlier_request_is_never_opened(void **state)
{
    assert_releases_nothing(*state, SDK_LIE_ANSWER_REPLAYED, 3);
}

static void a_lost_answer_is_fetched_with_the_same_bytes(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->frames;
    size_t answers = x->service->answer_count;
    x->service->lie = SDK_LIE_ANSWER_LOST_TWICE;
    x->service->lost = 0;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_signed(x, BATCH);
    assert_int_equal(x->service->frames, before + 3);
    assert_int_equal(x->service->answer_count, answers + 1); /* computed once */
    assert_string_equal(x->service->last_body, x->service->previous_body);
    assert_true(x->device->waited_ms > 0);
}

static void a_garbled_answer_does_not_consume_the_nonces(void **state)
{
    struct signing *x = *state;
    size_t answers = x->service->answer_count;
    x->service->lie = SDK_LIE_ANSWER_GARBLED_ONCE;
    x->service->lost = 0;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_signed(x, BATCH);
    assert_int_equal(x->service->answer_count, answers + 1);
}

static void a_busy_service_is_asked_again_when_it_said(void **state)
{
    struct signing *x = *state;
    uint32_t waited = x->device->waited_ms;
    x->service->lie = SDK_LIE_BUSY_ONCE;
    x->service->lost = 0;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_signed(x, BATCH);
    assert_int_equal(x->device->waited_ms - waited, 2000);
}

static void a_service_that_is_busy_for_long_is_not_waited_for(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->frames;
    uint32_t waited = x->device->waited_ms;
    x->service->lie = SDK_LIE_BUSY_FOR_LONG;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_BUSY);
    assert_int_equal(x->service->frames, before + 1);
    assert_int_equal(x->device->waited_ms, waited);
}

static void without_any_answer_the_device_gives_up_and_begins_anew(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->frames;
    size_t answers = x->service->answer_count;
    x->service->lie = SDK_LIE_ANSWER_ALWAYS_LOST;
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_AWAY);
    assert_no_signature(x, 1);
    assert_int_equal(x->service->frames, before + 3);
    x->service->lie = SDK_LIE_NONE;
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_OK);
    assert_int_equal(x->service->answer_count, answers + 2); /* another request id, and so other nonces */
}

static void a_refusal_for_time_teaches_the_clock_and_is_repeated_once(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->frames;
    x->service->clock_ms += 5 * 60000;
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_signed(x, BATCH);
    assert_int_equal(x->service->frames, before + 2);
    assert_string_not_equal(x->service->last_body, x->service->previous_body); /* a new request id */
    sdk_device_restart(x->device);
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_OK);
    assert_int_equal(x->service->frames, before + 3); /* the offset was kept */
}

static void a_service_that_is_days_away_does_not_move_the_clock(void **state)
{
    struct signing *x = *state;
    unsigned before = x->service->frames;
    x->service->clock_ms += 2 * UINT64_C(86400000);
    assert_int_equal(sign(x, BATCH, NULL), HUFU_RESULT_CLOCK);
    assert_no_signature(x, BATCH);
    assert_int_equal(x->service->frames, before + 1);
}

static void a_proof_refused_for_its_time_teaches_the_clock_too(void **state)
{
    struct signing *x = *state;
    struct hufu_key_status status;
    x->service->clock_ms += 5 * 60000;
    assert_int_equal(hufu_key_status(x->device->hufu, &x->key, &status), HUFU_RESULT_OK);
    assert_int_equal(x->service->late_proofs, 1);
    sdk_device_restart(x->device); /* the offset is stored */
    assert_int_equal(hufu_key_status(x->device->hufu, &x->key, &status), HUFU_RESULT_OK);
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_OK);
    assert_int_equal(x->service->late_proofs, 1);
}

static void a_service_that_is_days_away_gets_no_second_proof(void **state)
{
    struct signing *x = *state;
    struct hufu_key_status status;
    x->service->clock_ms += 2 * UINT64_C(86400000);
    assert_int_equal(hufu_key_status(x->device->hufu, &x->key, &status), HUFU_RESULT_CLOCK);
    assert_int_equal(x->service->late_proofs, 1);
    assert_string_equal(hufu_last_report(x->device->hufu)->message_key, "dpop-proof-time");
}

static void a_purpose_is_part_of_the_request(void **state)
{
    struct signing *x = *state;
    const struct hufu_purpose login = {.kind = "login", .relying_party = "platform-7", .transaction = "t-1"};
    assert_int_equal(sign(x, 1, &login), HUFU_RESULT_OK);
    assert_signed(x, 1);
    static char long_text[HUFU_PURPOSE_FIELD_MAX + 2];
    memset(long_text, 'x', sizeof(long_text) - 1);
    const struct hufu_purpose bad[] = {
        {.kind = "", .relying_party = "p", .transaction = "t"},
        {.kind = "login", .relying_party = NULL, .transaction = "t"},
        {.kind = "login", .relying_party = "p", .transaction = long_text},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(sign(x, 1, &bad[i]), HUFU_RESULT_ARGUMENT);
}

static void refusals_say_what_the_service_said(void **state)
{
    struct signing *x = *state;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    assert_int_equal(sdk_device_sign(x->device, "wrong pin", x->digests[0], signature),
                     HUFU_RESULT_PIN_WRONG);
    const struct hufu_report *report = hufu_last_report(x->device->hufu);
    assert_int_equal(report->http_status, 403);
    assert_string_equal(report->message_key, "pin-wrong");
    assert_string_equal(report->request_id, "r-1");
    assert_int_equal(report->pin_tries_left, SDK_PIN_LIMIT - 1);
    assert_int_equal(report->pin_failures_before, -1);
    assert_int_equal(sdk_device_sign(x->device, "wrong again", x->digests[0], signature),
                     HUFU_RESULT_PIN_WRONG);
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_OK);
    report = hufu_last_report(x->device->hufu);
    assert_int_equal(report->pin_failures_before, 2);
    assert_string_equal(report->message_key, "ok");
}

static void five_wrong_pins_lock(void **state)
{
    struct signing *x = *state;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    for (int i = 0; i < SDK_PIN_LIMIT; i++)
        assert_int_equal(sdk_device_sign(x->device, "wrong pin", x->digests[0], signature),
                         HUFU_RESULT_PIN_WRONG);
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_PIN_LOCKED);
}

static void a_key_that_is_not_here_is_not_found(void **state)
{
    struct signing *x = *state;
    x->key.bytes[3] ^= 1;
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_NOT_FOUND);
}

/* The digest of the library's own making is the one that OpenSSL computes. */
static void a_signature_of_a_message_is_one_for_openssl(void **state)
{
    struct signing *x = *state;
    static const char message[] = "the tiger tally";
    assert_int_equal(hufu_digest(x->device->hufu, &x->key, message, sizeof(message), x->digests[0]),
                     HUFU_RESULT_OK);
    assert_int_equal(sign(x, 1, NULL), HUFU_RESULT_OK);
    assert_true(judge_verifies(x->service->keys[0].now.half.P, bytes_of_text(COSIGN_GM_IDENTITY),
                               bytes_of(message, sizeof(message)), x->signatures[0]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_full_batch_is_signed_in_one_request),
        TEST(a_batch_beyond_the_limit_is_refused_here),
        TEST(an_answer_with_s2_zero_releases_nothing),
        TEST(an_answer_with_other_points_than_it_used_releases_nothing),
        TEST(an_answer_with_a_chosen_binding_factor_releases_nothing),
        TEST(the_same_signer_with_the_right_binding_factor_is_accepted),
        TEST(an_answer_with_exchanged_items_releases_nothing),
        TEST(an_answer_with_an_item_too_few_releases_nothing),
        TEST(an_answer_sealed_for_another_frame_is_never_opened),
        TEST(the_answer_of_an_earlier_request_is_never_opened),
        TEST(a_lost_answer_is_fetched_with_the_same_bytes),
        TEST(a_garbled_answer_does_not_consume_the_nonces),
        TEST(a_busy_service_is_asked_again_when_it_said),
        TEST(a_service_that_is_busy_for_long_is_not_waited_for),
        TEST(without_any_answer_the_device_gives_up_and_begins_anew),
        TEST(a_refusal_for_time_teaches_the_clock_and_is_repeated_once),
        TEST(a_service_that_is_days_away_does_not_move_the_clock),
        TEST(a_proof_refused_for_its_time_teaches_the_clock_too),
        TEST(a_service_that_is_days_away_gets_no_second_proof),
        TEST(a_purpose_is_part_of_the_request),
        TEST(refusals_say_what_the_service_said),
        TEST(five_wrong_pins_lock),
        TEST(a_key_that_is_not_here_is_not_found),
        TEST(a_signature_of_a_message_is_one_for_openssl),
    };
    return cmocka_run_group_tests_name("sdk_sign", tests, NULL, NULL);
}
