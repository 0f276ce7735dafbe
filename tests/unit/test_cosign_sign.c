/* SPDX-License-Identifier: Apache-2.0 */
/* Signing as it should go, and the device's side when something is wrong with the call or the answer's form. What a
 * dishonest service can try stands in test_cosign_sign_attack.c. */
#include "tests/unit/cosign_pair.h"

#include "tests/unit/cosign_judge.h"

#define HEAD head_of("head with E")
#define FRAME head_of("frame")

static uint8_t digests[COSIGN_BATCH_MAX * COSIGN_DIGEST_SIZE];
static uint8_t signatures[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
static uint8_t rs[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
static struct cosign_signing signing;

static struct bytes digests_of(uint32_t count)
{
    return bytes_of(digests, (size_t)count * COSIGN_DIGEST_SIZE);
}

/* The device's request and the service's answer. */
static void exchange(struct pair *p, uint32_t count)
{
    pair_reset(p);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, digests_of(count), &p->random));
    assert_ok(cosign_service_sign(&p->service, &p->answer, rs, HEAD, digests_of(count), buf_bytes(&p->body),
                                  FRAME, &p->random));
}

static void sign_batch(struct pair *p, uint32_t count)
{
    make_digests(digests, count, count);
    exchange(p, count);
    assert_ok(
        cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(count), buf_bytes(&p->answer)));
    for (uint32_t i = 0; i < count; i++) {
        assert_ok(cosign_verify_var(p->device.P, digests + (size_t)i * COSIGN_DIGEST_SIZE, signatures[i]));
        assert_memory_equal(signatures[i], rs[i], COSIGN_SCALAR_SIZE);
    }
}

/* Round the number of digests whose products are computed together, and with them the proof's. */
static void batches_of_one_to_34_verify(void **state)
{
    for (uint32_t count = 1; count <= 34; count++)
        sign_batch(*state, count);
}

static void a_batch_of_256_verifies_and_fits_the_named_sizes(void **state)
{
    struct pair *p = *state;
    sign_batch(p, COSIGN_BATCH_MAX);
    assert_true(p->body.len <= COSIGN_BODY_MAX && p->answer.len <= COSIGN_ANSWER_MAX);
}

static void signatures_of_one_batch_differ_even_for_equal_digests(void **state)
{
    struct pair *p = *state;
    memset(digests, 7, 2 * COSIGN_DIGEST_SIZE);
    exchange(p, 2);
    assert_ok(cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(2), buf_bytes(&p->answer)));
    assert_memory_not_equal(signatures[0], signatures[1], COSIGN_SCALAR_SIZE);
}

static void a_digest_of_n_or_more_is_taken_mod_n(void **state)
{
    struct pair *p = *state;
    const uint8_t *const *values = bad_scalars;
    for (size_t i = 0; i < BAD_SCALARS; i++) {
        memcpy(digests, values[i], COSIGN_DIGEST_SIZE);
        exchange(p, 1);
        assert_ok(
            cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(1), buf_bytes(&p->answer)));
        assert_ok(cosign_verify_var(p->device.P, digests, signatures[0]));
    }
}

static void judge_identity(struct pair *p, struct bytes identity, struct bytes other)
{
    const struct bytes message = bytes_of_text("a document");
    assert_ok(cosign_message_digest(digests, identity, p->device.P, message));
    exchange(p, 1);
    assert_ok(cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(1), buf_bytes(&p->answer)));
    assert_true(judge_verifies(p->device.P, identity, message, signatures[0]));
    assert_false(judge_verifies(p->device.P, other, message, signatures[0]));
    assert_false(judge_verifies(p->device.P, identity, bytes_of_text("a dokument"), signatures[0]));
}

static void openssl_verifies_under_the_gm_identity(void **state)
{
    judge_identity(*state, bytes_of_text(COSIGN_GM_IDENTITY), bytes_of_text("somebody else"));
}

static void openssl_verifies_under_another_identity(void **state)
{
    judge_identity(*state, bytes_of_text("alice@example.com"), bytes_of_text(COSIGN_GM_IDENTITY));
}

static void the_same_request_from_a_frozen_random_state_shares_no_nonce_with_another(void **state)
{
    struct pair *p = *state;
    struct stream frozen = {.seed = 9, .frozen = true};
    const struct cosign_random random = stream_random(&frozen);
    static struct cosign_signing other;
    make_digests(digests, 2, 1);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, digests_of(2), &random));
    pair_reset(p);
    assert_ok(cosign_device_sign_begin(&other, &p->body, &p->device, head_of("another head"), digests_of(2),
                                       &random));
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++) {
            assert_memory_not_equal(signing.ks[i], other.ks[k], COSIGN_SCALAR_SIZE);
            assert_memory_not_equal(signing.ks[i] + 32, other.ks[k] + 32, COSIGN_SCALAR_SIZE);
        }
    assert_memory_not_equal(signing.ks[0], signing.ks[0] + 32, COSIGN_SCALAR_SIZE);
    assert_memory_not_equal(signing.ks[0], signing.ks[1], COSIGN_SCALAR_SIZE);
}

static void the_service_in_a_frozen_random_state_shares_no_nonce_between_frames(void **state)
{
    struct pair *p = *state;
    struct stream frozen = {.seed = 9, .frozen = true};
    const struct cosign_random random = stream_random(&frozen);
    uint8_t first[COSIGN_POINT_SIZE * 2];
    make_digests(digests, 1, 1);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, digests_of(1), &p->random));
    assert_ok(cosign_service_sign(&p->service, &p->answer, rs, HEAD, digests_of(1), buf_bytes(&p->body),
                                  FRAME, &random));
    memcpy(first, p->answer_memory + 16, sizeof(first));
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    assert_ok(cosign_service_sign(&p->service, &p->answer, rs, HEAD, digests_of(1), buf_bytes(&p->body),
                                  head_of("framf"), &random));
    assert_memory_not_equal(first, p->answer_memory + 16, COSIGN_POINT_SIZE);
    assert_memory_not_equal(first + COSIGN_POINT_SIZE, p->answer_memory + 16 + COSIGN_POINT_SIZE,
                            COSIGN_POINT_SIZE);
}

/* ---- One answer only ---- */

static void the_nonces_are_wiped_by_a_good_answer(void **state)
{
    struct pair *p = *state;
    sign_batch(p, 3);
    assert_zero(signing);
}

static void the_nonces_are_wiped_by_a_bad_answer(void **state)
{
    struct pair *p = *state;
    make_digests(digests, 1, 1);
    exchange(p, 1);
    assert_int_equal(cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(1), bytes_of_text("?")),
                     HUFU_ERR_PEER);
    assert_zero(signing);
}

static void a_second_answer_for_consumed_nonces_is_dropped(void **state)
{
    struct pair *p = *state;
    make_digests(digests, 1, 1);
    exchange(p, 1);
    assert_int_equal(cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(1), bytes_of_text("?")),
                     HUFU_ERR_PEER);
    assert_int_equal(
        cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(1), buf_bytes(&p->answer)),
        HUFU_ERR_STATE);
    assert_true(all_zero(signatures, COSIGN_SIGNATURE_SIZE));
}

static void another_number_of_digests_at_the_end_is_refused_and_consumes_the_nonces(void **state)
{
    struct pair *p = *state;
    make_digests(digests, 2, 1);
    exchange(p, 2);
    assert_int_equal(
        cosign_device_sign_finish(&signing, signatures, HEAD, digests_of(1), buf_bytes(&p->answer)),
        HUFU_ERR_FORM);
    assert_zero(signing);
}

/* ---- Limits ---- */

static void no_digest_or_a_broken_one_is_malformed(void **state)
{
    struct pair *p = *state;
    static const size_t lengths[] = {0, 1, 31, 33, 255 * 32 + 1};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const struct bytes broken = bytes_of(digests, lengths[i]);
        assert_int_equal(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, broken, &p->random),
                         HUFU_ERR_FORM);
        assert_zero(signing);
        assert_int_equal(cosign_service_sign(&p->service, &p->answer, rs, HEAD, broken, bytes_of_text(""),
                                             FRAME, &p->random),
                         HUFU_ERR_FORM);
        assert_int_equal(cosign_device_sign_finish(&signing, signatures, HEAD, broken, bytes_of_text("")),
                         HUFU_ERR_FORM);
    }
}

static void more_than_256_digests_are_over_the_limit(void **state)
{
    struct pair *p = *state;
    static uint8_t many[(COSIGN_BATCH_MAX + 1) * COSIGN_DIGEST_SIZE];
    const struct bytes all = bytes_of(many, sizeof(many));
    assert_int_equal(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, all, &p->random),
                     HUFU_ERR_LIMIT);
    assert_int_equal(
        cosign_service_sign(&p->service, &p->answer, rs, HEAD, all, bytes_of_text(""), FRAME, &p->random),
        HUFU_ERR_LIMIT);
    assert_int_equal(cosign_device_sign_finish(&signing, signatures, HEAD, all, bytes_of_text("")),
                     HUFU_ERR_LIMIT);
}

/* Not a byte of it is read, so there need not be any. */
static void a_head_too_long_for_its_field_is_over_the_limit_and_consumes_the_nonces(void **state)
{
    struct pair *p = *state;
    const struct bytes head = bytes_of(HEAD.data, COSIGN_FIELD_MAX + 1);
    make_digests(digests, 1, 1);
    exchange(p, 1);
    assert_int_equal(
        cosign_device_sign_finish(&signing, signatures, head, digests_of(1), buf_bytes(&p->answer)),
        HUFU_ERR_LIMIT);
    assert_zero(signing);
    assert_true(all_zero(signatures, COSIGN_SIGNATURE_SIZE));
}

static void a_malformed_half_of_the_devices_signs_nothing(void **state)
{
    struct pair *p = *state;
    struct cosign_device_half half = p->device;
    make_digests(digests, 1, 1);
    memcpy(half.a, order_bytes, sizeof(half.a));
    assert_int_equal(cosign_device_sign_begin(&signing, &p->body, &half, HEAD, digests_of(1), &p->random),
                     HUFU_ERR_FORM);
    memset(half.a, 0, sizeof(half.a));
    assert_int_equal(cosign_device_sign_begin(&signing, &p->body, &half, HEAD, digests_of(1), &p->random),
                     HUFU_ERR_FORM);
    half = p->device;
    half.P[64] ^= 1;
    assert_int_equal(cosign_device_sign_begin(&signing, &p->body, &half, HEAD, digests_of(1), &p->random),
                     HUFU_ERR_FORM);
    assert_zero(signing);
    assert_int_equal(p->body.len, 0);
}

static void a_buffer_too_small_leaves_no_nonces_and_no_body(void **state)
{
    struct pair *p = *state;
    make_digests(digests, 1, 1);
    buf_init(&p->body, p->body_memory, 200);
    assert_int_equal(
        cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, digests_of(1), &p->random),
        HUFU_ERR_LIMIT);
    assert_zero(signing);
    assert_int_equal(p->body.len, 0);
}

static void a_failing_source_leaves_no_nonces_and_no_body(void **state)
{
    struct pair *p = *state;
    make_digests(digests, 2, 1);
    for (uint64_t calls = 1; calls < 5; calls++) {
        struct stream failing = {.fail_after = calls};
        const struct cosign_random random = stream_random(&failing);
        assert_int_equal(
            cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, digests_of(2), &random),
            HUFU_ERR_AWAY);
        assert_zero(signing);
        assert_int_equal(p->body.len, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(batches_of_one_to_34_verify),
        TEST(a_batch_of_256_verifies_and_fits_the_named_sizes),
        TEST(signatures_of_one_batch_differ_even_for_equal_digests),
        TEST(a_digest_of_n_or_more_is_taken_mod_n),
        TEST(openssl_verifies_under_the_gm_identity),
        TEST(openssl_verifies_under_another_identity),
        TEST(the_same_request_from_a_frozen_random_state_shares_no_nonce_with_another),
        TEST(the_service_in_a_frozen_random_state_shares_no_nonce_between_frames),
        TEST(the_nonces_are_wiped_by_a_good_answer),
        TEST(the_nonces_are_wiped_by_a_bad_answer),
        TEST(a_second_answer_for_consumed_nonces_is_dropped),
        TEST(another_number_of_digests_at_the_end_is_refused_and_consumes_the_nonces),
        TEST(no_digest_or_a_broken_one_is_malformed),
        TEST(more_than_256_digests_are_over_the_limit),
        TEST(a_head_too_long_for_its_field_is_over_the_limit_and_consumes_the_nonces),
        TEST(a_malformed_half_of_the_devices_signs_nothing),
        TEST(a_buffer_too_small_leaves_no_nonces_and_no_body),
        TEST(a_failing_source_leaves_no_nonces_and_no_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
