/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

#include "cosign/drawn.h"
#include "cosign/multiples.h"

/* One key generation, stopped where a test wants it. */
struct session {
    struct stream stream;
    struct cosign_random random;
    struct cosign_keygen device;
    uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    struct cosign_service_half service;
    uint8_t memory[4][512];
    struct buf body_begin, answer_begin, body_finish, answer_finish;
};

#define HEAD head_of("head of begin")
#define FRAME head_of("frame")

static void service_begins(struct session *s)
{
    buf_init(&s->answer_begin, s->memory[1], 512);
    assert_ok(cosign_service_keygen_begin(s->b, s->com, &s->answer_begin, HEAD, buf_bytes(&s->body_begin),
                                          FRAME, &s->random));
}

static int set_up(void **state)
{
    static struct session s;
    memset(&s, 0, sizeof(s));
    s.stream.seed = 41;
    s.random = stream_random(&s.stream);
    buf_init(&s.body_begin, s.memory[0], 512);
    buf_init(&s.body_finish, s.memory[2], 512);
    buf_init(&s.answer_finish, s.memory[3], 512);
    assert_ok(cosign_device_keygen_begin(&s.device, &s.body_begin, HEAD, &s.random));
    service_begins(&s);
    assert_ok(cosign_device_keygen_finish(&s.device, &s.body_finish, HEAD, buf_bytes(&s.answer_begin)));
    assert_ok(cosign_service_keygen_finish(&s.service, &s.answer_finish, HEAD, s.b, s.com,
                                           buf_bytes(&s.body_finish)));
    *state = &s;
    return 0;
}

static void the_two_halves_multiply_to_one_plus_the_private_key(void **state)
{
    struct session *s = *state;
    struct cosign_device_half half;
    struct scalar a, b, d;
    uint8_t encoded[POINT_BYTES];
    assert_ok(cosign_device_keygen_done(&s->device, &half, buf_bytes(&s->answer_finish)));
    assert_memory_equal(half.P, s->service.P, COSIGN_POINT_SIZE);
    scalar_of_bytes(&a, half.a);
    scalar_of_bytes(&b, s->service.b);
    scalar_mul(&d, &a, &b);
    scalar_sub(&d, &d, &(struct scalar){{1}});
    multiple_encode(encoded, &d);
    assert_memory_equal(encoded, half.P, sizeof(encoded));
    multiple_encode(encoded, &a);
    assert_memory_equal(encoded, s->service.A, sizeof(encoded));
}

static void two_key_generations_give_two_keys(void **state)
{
    struct pair first, second;
    (void)state;
    pair_init(&first, 1);
    pair_init(&second, 2);
    assert_memory_not_equal(first.device.P, second.device.P, COSIGN_POINT_SIZE);
}

static void done_wipes_what_the_device_must_forget(void **state)
{
    struct session *s = *state;
    struct cosign_device_half half;
    assert_ok(cosign_device_keygen_done(&s->device, &half, buf_bytes(&s->answer_finish)));
    assert_zero(s->device);
    assert_int_equal(cosign_device_keygen_done(&s->device, &half, buf_bytes(&s->answer_finish)),
                     HUFU_ERR_STATE);
    assert_zero(half);
}

static void done_before_finish_is_refused(void **state)
{
    struct session *s = *state;
    struct cosign_device_half half;
    memset(s->device.half.P, 0, sizeof(s->device.half.P));
    assert_int_equal(cosign_device_keygen_done(&s->device, &half, buf_bytes(&s->answer_finish)),
                     HUFU_ERR_STATE);
    assert_zero(half);
}

static void finish_before_begin_is_refused(void **state)
{
    struct session *s = *state;
    struct cosign_keygen empty = {.rho = {0}};
    buf_init(&s->body_finish, s->memory[2], 512);
    assert_int_equal(cosign_device_keygen_finish(&empty, &s->body_finish, HEAD, buf_bytes(&s->answer_begin)),
                     HUFU_ERR_STATE);
    assert_int_equal(s->body_finish.len, 0);
}

static void another_public_key_in_the_last_answer_is_a_service_fault(void **state)
{
    struct session *s = *state;
    struct pair other;
    struct cosign_device_half half;
    pair_init(&other, 2);
    buf_init(&s->answer_finish, s->memory[3], 512);
    buf_put_field_text(&s->answer_finish, COSIGN_OP_KEYGEN_FINISH);
    buf_put_field(&s->answer_finish, other.device.P, COSIGN_POINT_SIZE);
    assert_int_equal(cosign_device_keygen_done(&s->device, &half, buf_bytes(&s->answer_finish)),
                     HUFU_ERR_PEER);
    assert_zero(half);
    assert_zero(s->device);
}

/* ---- Every message damaged at every position ---- */

static void refuse_begin(void *context, struct bytes damaged)
{
    struct session *s = context;
    uint8_t b[COSIGN_SCALAR_SIZE], com[COSIGN_DIGEST_SIZE], memory[512];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    const enum hufu_err err = cosign_service_keygen_begin(b, com, &answer, HEAD, damaged, FRAME, &s->random);
    /* com may be any 32 bytes: a change there is found at finish. */
    if (err == HUFU_OK) {
        assert_int_equal(damaged.len, s->body_begin.len);
        assert_int_equal(
            cosign_service_keygen_finish(&s->service, &answer, HEAD, s->b, com, buf_bytes(&s->body_finish)),
            HUFU_ERR_PROOF);
        return;
    }
    assert_int_equal(err, HUFU_ERR_FORM);
    assert_zero(b);
    assert_zero(com);
    assert_int_equal(answer.len, 0);
}

static void a_damaged_commitment_is_refused_now_or_at_finish(void **state)
{
    struct session *s = *state;
    for_each_damage(buf_bytes(&s->body_begin), refuse_begin, s);
}

static void refuse_service_message(void *context, struct bytes damaged)
{
    struct session *s = context;
    uint8_t memory[512];
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    assert_int_equal(cosign_device_keygen_finish(&s->device, &body, HEAD, damaged), HUFU_ERR_PEER);
    assert_int_equal(body.len, 0);
    assert_zero(s->device.half.P);
}

static void a_damaged_message_of_the_service_is_a_service_fault(void **state)
{
    struct session *s = *state;
    for_each_damage(buf_bytes(&s->answer_begin), refuse_service_message, s);
}

static void refuse_opening(void *context, struct bytes damaged)
{
    struct session *s = context;
    uint8_t memory[512];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    const enum hufu_err err = cosign_service_keygen_finish(&s->service, &answer, HEAD, s->b, s->com, damaged);
    assert_true(err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF);
    assert_int_equal(answer.len, 0);
    assert_zero(s->service);
}

static void a_damaged_opening_is_refused(void **state)
{
    struct session *s = *state;
    for_each_damage(buf_bytes(&s->body_finish), refuse_opening, s);
}

static void refuse_public_key(void *context, struct bytes damaged)
{
    const struct session *s = context;
    struct cosign_keygen device = s->device;
    struct cosign_device_half half;
    assert_int_equal(cosign_device_keygen_done(&device, &half, damaged), HUFU_ERR_PEER);
    assert_zero(half);
}

static void a_damaged_last_answer_is_a_service_fault(void **state)
{
    struct session *s = *state;
    for_each_damage(buf_bytes(&s->answer_finish), refuse_public_key, s);
}

/* ---- Proofs out of place ---- */

static void an_opening_of_another_commitment_is_refused(void **state)
{
    struct session *s = *state;
    uint8_t com[COSIGN_DIGEST_SIZE];
    memcpy(com, s->com, sizeof(com));
    com[0] ^= 1;
    buf_init(&s->answer_finish, s->memory[3], 512);
    assert_int_equal(cosign_service_keygen_finish(&s->service, &s->answer_finish, HEAD, s->b, com,
                                                  buf_bytes(&s->body_finish)),
                     HUFU_ERR_PROOF);
}

static void an_opening_under_another_head_is_refused(void **state)
{
    struct session *s = *state;
    buf_init(&s->answer_finish, s->memory[3], 512);
    assert_int_equal(cosign_service_keygen_finish(&s->service, &s->answer_finish, head_of("head of begim"),
                                                  s->b, s->com, buf_bytes(&s->body_finish)),
                     HUFU_ERR_PROOF);
}

static void the_services_proof_for_another_commitment_is_a_service_fault(void **state)
{
    struct session *s = *state;
    struct cosign_keygen other;
    uint8_t memory[512];
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    assert_ok(cosign_device_keygen_begin(&other, &body, HEAD, &s->random));
    buf_init(&body, memory, sizeof(memory));
    assert_int_equal(cosign_device_keygen_finish(&other, &body, HEAD, buf_bytes(&s->answer_begin)),
                     HUFU_ERR_PEER);
}

static void the_services_proof_under_another_head_is_a_service_fault(void **state)
{
    struct session *s = *state;
    buf_init(&s->body_finish, s->memory[2], 512);
    assert_int_equal(cosign_device_keygen_finish(&s->device, &s->body_finish, head_of("other"),
                                                 buf_bytes(&s->answer_begin)),
                     HUFU_ERR_PEER);
}

/* ---- The public key at infinity: one side has chosen its half as the inverse of the other's ---- */

struct chosen {
    struct draw draw;
    struct scalar secret;
};

static enum hufu_err chosen_secret(const struct draw *draw, struct scalar *out, const char *role)
{
    (void)role;
    *out = ((const struct chosen *)draw)->secret;
    return HUFU_OK;
}

static void chosen_init(struct chosen *chosen, const struct cosign_random *random,
                        const uint8_t inverse_of[32])
{
    chosen->draw = draw_hedged(random);
    chosen->draw.secret = chosen_secret;
    scalar_of_bytes(&chosen->secret, inverse_of);
    scalar_invert(&chosen->secret, &chosen->secret);
}

static void a_service_half_that_makes_the_key_infinity_is_a_service_fault(void **state)
{
    struct session *s = *state;
    struct chosen chosen;
    chosen_init(&chosen, &s->random, s->device.half.a);
    buf_init(&s->answer_begin, s->memory[1], 512);
    assert_ok(service_keygen_begin(s->b, s->com, &s->answer_begin, HEAD, buf_bytes(&s->body_begin), FRAME,
                                   &chosen.draw));
    buf_init(&s->body_finish, s->memory[2], 512);
    assert_int_equal(
        cosign_device_keygen_finish(&s->device, &s->body_finish, HEAD, buf_bytes(&s->answer_begin)),
        HUFU_ERR_PEER);
    assert_int_equal(s->body_finish.len, 0);
    assert_zero(s->device.half.P);
}

static void a_device_half_that_makes_the_key_infinity_is_refused(void **state)
{
    struct session *s = *state;
    struct chosen chosen;
    chosen_init(&chosen, &s->random, s->b);
    buf_init(&s->body_begin, s->memory[0], 512);
    assert_ok(device_keygen_begin(&s->device, &s->body_begin, HEAD, &chosen.draw));
    buf_init(&s->body_finish, s->memory[2], 512);
    buf_put_field_text(&s->body_finish, COSIGN_OP_KEYGEN_FINISH);
    buf_put_field(&s->body_finish, s->device.A, sizeof(s->device.A));
    buf_put_field(&s->body_finish, s->device.proof, sizeof(s->device.proof));
    buf_put_field(&s->body_finish, s->device.rho, sizeof(s->device.rho));
    buf_init(&s->answer_finish, s->memory[3], 512);
    assert_int_equal(cosign_service_keygen_finish(&s->service, &s->answer_finish, HEAD, s->b, s->device.com,
                                                  buf_bytes(&s->body_finish)),
                     HUFU_ERR_FORM);
    assert_int_equal(s->answer_finish.len, 0);
    assert_zero(s->service);
}

/* ---- Randomness and room that fail ---- */

static void a_failing_source_leaves_nothing_behind(void **state)
{
    struct session *s = *state;
    for (uint64_t calls = 1; calls <= 2; calls++) { /* the first, of a or b, works; also the second, of τ */
        struct stream failing = {.fail_after = calls};
        const struct cosign_random random = stream_random(&failing);
        buf_init(&s->body_begin, s->memory[0], 512);
        assert_int_equal(cosign_device_keygen_begin(&s->device, &s->body_begin, HEAD, &random),
                         HUFU_ERR_AWAY);
        assert_zero(s->device);
        assert_int_equal(s->body_begin.len, 0);
    }
}

static void a_buffer_too_small_is_told_and_left_as_it_was(void **state)
{
    struct session *s = *state;
    uint8_t memory[50] = {0}; /* the body has 56 */
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    buf_put_u8(&body, 9);
    assert_int_equal(cosign_device_keygen_begin(&s->device, &body, HEAD, &s->random), HUFU_ERR_LIMIT);
    assert_zero(s->device);
    assert_int_equal(body.len, 1);
    assert_true(all_zero(memory + 1, sizeof(memory) - 1));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_two_halves_multiply_to_one_plus_the_private_key),
        TEST(two_key_generations_give_two_keys),
        TEST(done_wipes_what_the_device_must_forget),
        TEST(done_before_finish_is_refused),
        TEST(finish_before_begin_is_refused),
        TEST(another_public_key_in_the_last_answer_is_a_service_fault),
        TEST(a_damaged_commitment_is_refused_now_or_at_finish),
        TEST(a_damaged_message_of_the_service_is_a_service_fault),
        TEST(a_damaged_opening_is_refused),
        TEST(a_damaged_last_answer_is_a_service_fault),
        TEST(an_opening_of_another_commitment_is_refused),
        TEST(an_opening_under_another_head_is_refused),
        TEST(the_services_proof_for_another_commitment_is_a_service_fault),
        TEST(the_services_proof_under_another_head_is_a_service_fault),
        TEST(a_service_half_that_makes_the_key_infinity_is_a_service_fault),
        TEST(a_device_half_that_makes_the_key_infinity_is_refused),
        TEST(a_failing_source_leaves_nothing_behind),
        TEST(a_buffer_too_small_is_told_and_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
