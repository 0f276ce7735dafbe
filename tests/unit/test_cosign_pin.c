/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN: hiding and opening a, and sm2/pin/check. */
#include "tests/unit/cosign_pair.h"

#define HEAD head_of("head of pin/check")

static const uint8_t key[COSIGN_PIN_KEY_SIZE] = {1, 2, 3};
static const uint8_t other_key[COSIGN_PIN_KEY_SIZE] = {1, 2, 4};

static void what_was_hidden_opens_with_the_same_key(void **state)
{
    struct pair *p = *state;
    uint8_t sigma[COSIGN_SCALAR_SIZE], a[COSIGN_SCALAR_SIZE];
    assert_ok(cosign_pin_hide(sigma, p->device.a, key));
    assert_memory_not_equal(sigma, p->device.a, sizeof(sigma));
    assert_ok(cosign_pin_open(a, sigma, key));
    assert_memory_equal(a, p->device.a, sizeof(a));
}

/* Every PIN yields some scalar: nothing on the device tells a right one from a wrong one. */
static void any_other_key_opens_to_another_half_without_an_error(void **state)
{
    struct pair *p = *state;
    uint8_t sigma[COSIGN_SCALAR_SIZE], a[COSIGN_SCALAR_SIZE], guess[COSIGN_PIN_KEY_SIZE];
    assert_ok(cosign_pin_hide(sigma, p->device.a, key));
    for (uint64_t i = 0; i < 100; i++) {
        struct stream stream = {.seed = 1000 + i};
        assert_ok(stream_fill(&stream, guess, sizeof(guess)));
        assert_ok(cosign_pin_open(a, sigma, guess));
        assert_memory_not_equal(a, p->device.a, sizeof(a));
        struct scalar s;
        assert_true(scalar_decode_nonzero(&s, a));
    }
}

static void a_half_or_a_hidden_half_out_of_range_is_malformed(void **state)
{
    const uint8_t *const *values = bad_scalars;
    (void)state;
    for (size_t i = 0; i < BAD_SCALARS; i++) {
        uint8_t out[COSIGN_SCALAR_SIZE] = {1};
        assert_int_equal(cosign_pin_hide(out, values[i], key), HUFU_ERR_FORM);
        assert_zero(out);
        out[0] = 1;
        assert_int_equal(cosign_pin_open(out, values[i], key), HUFU_ERR_FORM);
        assert_zero(out);
    }
}

static void output_and_input_may_be_the_same_memory(void **state)
{
    struct pair *p = *state;
    uint8_t value[COSIGN_SCALAR_SIZE];
    memcpy(value, p->device.a, sizeof(value));
    assert_ok(cosign_pin_hide(value, value, key));
    assert_ok(cosign_pin_open(value, value, key));
    assert_memory_equal(value, p->device.a, sizeof(value));
}

/* ---- sm2/pin/check ---- */

static enum hufu_err judge(struct pair *p, struct bytes head, struct bytes body)
{
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    const enum hufu_err err = cosign_service_pin_check(&p->service, &p->answer, head, body);
    if (err)
        assert_int_equal(p->answer.len, 0);
    return err;
}

static void the_right_pin_is_told_from_a_wrong_one_by_the_service_alone(void **state)
{
    struct pair *p = *state;
    struct cosign_device_half opened = p->device;
    uint8_t sigma[COSIGN_SCALAR_SIZE];
    assert_ok(cosign_pin_hide(sigma, p->device.a, key));
    assert_ok(cosign_pin_open(opened.a, sigma, key));
    assert_ok(cosign_device_pin_check(&p->body, &opened, HEAD, &p->random));
    assert_ok(judge(p, HEAD, buf_bytes(&p->body)));
    assert_ok(cosign_pin_open(opened.a, sigma, other_key));
    pair_reset(p);
    assert_ok(cosign_device_pin_check(&p->body, &opened, HEAD, &p->random));
    assert_int_equal(judge(p, HEAD, buf_bytes(&p->body)), HUFU_ERR_PROOF);
}

static void the_answer_is_the_name_of_the_operation_and_nothing_else(void **state)
{
    struct pair *p = *state;
    assert_ok(cosign_device_pin_check(&p->body, &p->device, HEAD, &p->random));
    assert_ok(judge(p, HEAD, buf_bytes(&p->body)));
    assert_true(bytes_equal(buf_bytes(&p->answer), bytes_of("\0\0\0\rsm2/pin/check", 17)));
}

static void a_request_under_another_head_is_a_failed_proof(void **state)
{
    struct pair *p = *state;
    assert_ok(cosign_device_pin_check(&p->body, &p->device, HEAD, &p->random));
    assert_int_equal(judge(p, head_of("another head"), buf_bytes(&p->body)), HUFU_ERR_PROOF);
}

static void refuse_body(void *context, struct bytes damaged)
{
    const enum hufu_err err = judge(context, HEAD, damaged);
    assert_true(err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF);
}

static void a_request_damaged_anywhere_is_refused(void **state)
{
    struct pair *p = *state;
    assert_ok(cosign_device_pin_check(&p->body, &p->device, HEAD, &p->random));
    for_each_damage(buf_bytes(&p->body), refuse_body, p);
}

static void a_field_too_many_is_malformed(void **state)
{
    struct pair *p = *state;
    assert_ok(cosign_device_pin_check(&p->body, &p->device, HEAD, &p->random));
    buf_put_field(&p->body, NULL, 0);
    assert_int_equal(judge(p, HEAD, buf_bytes(&p->body)), HUFU_ERR_FORM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_hidden_opens_with_the_same_key),
        TEST(any_other_key_opens_to_another_half_without_an_error),
        TEST(a_half_or_a_hidden_half_out_of_range_is_malformed),
        TEST(output_and_input_may_be_the_same_memory),
        TEST(the_right_pin_is_told_from_a_wrong_one_by_the_service_alone),
        TEST(the_answer_is_the_name_of_the_operation_and_nothing_else),
        TEST(a_request_under_another_head_is_a_failed_proof),
        TEST(a_request_damaged_anywhere_is_refused),
        TEST(a_field_too_many_is_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
