/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <sodium.h>

#include "common/box.h"
#include "common/secret.h"

/* One pin check in its box: the smallest frame. */
struct fixture {
    uint8_t H_k[32], h_k[32];
    uint8_t body[128];
    size_t body_len;
    uint8_t frame_memory[1024];
    struct buf frame;
    struct box_session device;
};

static void make_frame(struct fixture *f)
{
    uint8_t random[BOX_RANDOM_SIZE], head_memory[256];
    struct buf head, body;
    randombytes_buf(random, sizeof(random));
    box_keypair(f->H_k, f->h_k, random);
    buf_init(&head, head_memory, sizeof(head_memory));
    assert_ok(frame_head_encode(&head, &(struct frame_head){.op = FRAME_OP_PIN_CHECK, .time_ms = 1}));
    buf_init(&body, f->body, sizeof(f->body));
    buf_put_field_text(&body, "sm2/pin/check");
    while (body.len < 85)
        buf_put_u8(&body, 7);
    f->body_len = body.len;
    randombytes_buf(random, sizeof(random));
    buf_init(&f->frame, f->frame_memory, sizeof(f->frame_memory));
    assert_ok(box_seal_frame(&f->frame, &f->device, buf_bytes(&head), buf_bytes(&body), f->H_k, random));
}

static enum hufu_err open_it(const struct fixture *f, struct bytes encoded, struct box_session *session,
                             struct buf *body)
{
    struct frame frame;
    enum hufu_err err = frame_parse(&frame, encoded);
    return err ? err : box_open_frame(body, session, &frame, f->h_k);
}

static void frame_opens_and_answer_comes_back(void **state)
{
    (void)state;
    struct fixture f;
    make_frame(&f);
    uint8_t memory[256];
    struct buf body, sealed, answer;
    struct box_session service;
    buf_init(&body, memory, sizeof(memory));
    assert_ok(open_it(&f, buf_bytes(&f.frame), &service, &body));
    assert_true(bytes_equal(buf_bytes(&body), bytes_of(f.body, f.body_len)));
    assert_memory_equal(&service, &f.device, sizeof(service));

    uint8_t sealed_memory[256], nonce[BOX_NONCE_SIZE] = {1}, answer_memory[64];
    buf_init(&sealed, sealed_memory, sizeof(sealed_memory));
    assert_ok(box_seal_answer(&sealed, &service, bytes_of_text("answer"), nonce));
    buf_init(&answer, answer_memory, sizeof(answer_memory));
    assert_ok(box_open_answer(&answer, &f.device, buf_bytes(&sealed)));
    assert_bytes(buf_bytes(&answer), "answer");
}

/* As several frames' are, whose secrets were computed together. */
static void frame_opens_by_a_secret_computed_before(void **state)
{
    (void)state;
    struct fixture f;
    struct frame frame;
    uint8_t memory[256], dh[BOX_KEY_SIZE];
    struct buf body;
    struct box_session service;
    make_frame(&f);
    assert_ok(frame_parse(&frame, buf_bytes(&f.frame)));
    assert_ok(box_agree(dh, f.h_k, frame.Y));
    buf_init(&body, memory, sizeof(memory));
    assert_ok(box_open_frame_shared(&body, &service, &frame, dh));
    assert_true(bytes_equal(buf_bytes(&body), bytes_of(f.body, f.body_len)));
    assert_memory_equal(&service, &f.device, sizeof(service));
    for (size_t bit = 0; bit < 8 * sizeof(dh); bit++) {
        static const struct box_session nothing;
        dh[bit / 8] ^= (uint8_t)(1u << bit % 8);
        body.len = 0;
        assert_int_equal(box_open_frame_shared(&body, &service, &frame, dh), HUFU_ERR_FORM);
        assert_int_equal(body.len, 0);
        assert_memory_equal(&service, &nothing, sizeof(service));
        dh[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void both_sides_agree(void **state)
{
    (void)state;
    uint8_t public_key[2][BOX_KEY_SIZE], private_key[2][BOX_KEY_SIZE], dh[2][BOX_KEY_SIZE];
    static const uint8_t zeros[BOX_KEY_SIZE];
    for (int i = 0; i < 2; i++) {
        uint8_t random[BOX_KEY_SIZE];
        randombytes_buf(random, sizeof(random));
        box_keypair(public_key[i], private_key[i], random);
    }
    for (int i = 0; i < 2; i++)
        assert_ok(box_agree(dh[i], private_key[i], public_key[1 - i]));
    assert_memory_equal(dh[0], dh[1], BOX_KEY_SIZE);
    assert_int_equal(box_agree(dh[0], private_key[0], zeros), HUFU_ERR_FORM);
    assert_memory_equal(dh[0], zeros, BOX_KEY_SIZE);
}

static void refuse_damaged_frame(void *context, struct bytes damaged)
{
    const struct fixture *f = context;
    uint8_t memory[256];
    struct buf body;
    struct box_session session;
    buf_init(&body, memory, sizeof(memory));
    assert_int_equal(open_it(f, damaged, &session, &body), HUFU_ERR_FORM);
}

static void frame_truncated_or_flipped_does_not_open(void **state)
{
    (void)state;
    struct fixture f;
    make_frame(&f);
    for_each_damage(buf_bytes(&f.frame), refuse_damaged_frame, &f);
}

static void refuse_damaged_answer(void *context, struct bytes damaged)
{
    uint8_t memory[64];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    assert_int_equal(box_open_answer(&answer, context, damaged), HUFU_ERR_PEER);
    assert_int_equal(answer.len, 0);
}

static void answer_of_another_frame_or_damaged_does_not_open(void **state)
{
    (void)state;
    struct fixture f, other;
    make_frame(&f);
    make_frame(&other);
    uint8_t memory[256], nonce[BOX_NONCE_SIZE] = {1};
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    assert_ok(box_seal_answer(&sealed, &f.device, bytes_of_text("answer"), nonce));
    refuse_damaged_answer(&other.device, buf_bytes(&sealed));
    struct box_session renamed = f.device; /* same key, other frame */
    renamed.frame_hash[0] ^= 1;
    refuse_damaged_answer(&renamed, buf_bytes(&sealed));
    for_each_damage(buf_bytes(&sealed), refuse_damaged_answer, &f.device);
}

static void keys_of_small_order_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    make_frame(&f);
    struct frame frame;
    assert_ok(frame_parse(&frame, buf_bytes(&f.frame)));
    static const uint8_t zero[32], random[BOX_RANDOM_SIZE] = {1};
    frame.Y = zero;
    uint8_t memory[1024];
    struct buf out;
    struct box_session session;
    buf_init(&out, memory, sizeof(memory));
    assert_int_equal(box_open_frame(&out, &session, &frame, f.h_k), HUFU_ERR_FORM);
    assert_int_equal(
        box_seal_frame(&out, &session, frame.head_encoded, bytes_of(f.body, f.body_len), zero, random),
        HUFU_ERR_FORM);
}

static void a_body_of_another_size_is_not_sealed(void **state)
{
    (void)state;
    struct fixture f;
    make_frame(&f);
    struct frame frame;
    assert_ok(frame_parse(&frame, buf_bytes(&f.frame)));
    static const uint8_t random[BOX_RANDOM_SIZE] = {1};
    uint8_t memory[1024];
    struct buf out;
    struct box_session session;
    buf_init(&out, memory, sizeof(memory));
    assert_int_equal(
        box_seal_frame(&out, &session, frame.head_encoded, bytes_of(f.body, f.body_len - 1), f.H_k, random),
        HUFU_ERR_FORM);
}

static void frame_with_another_box_length_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    make_frame(&f);
    struct frame frame;
    assert_ok(frame_parse(&frame, buf_bytes(&f.frame)));
    for (size_t len = frame.box.len - 1; len <= frame.box.len + 1; len++) {
        uint8_t memory[1024], box[256] = {0};
        struct buf b;
        buf_init(&b, memory, sizeof(memory));
        buf_put_field_text(&b, "hufu/frame");
        buf_put_field_bytes(&b, frame.head_encoded);
        buf_put_field(&b, frame.Y, 32);
        buf_put_field(&b, frame.H_k, 32);
        buf_put_field(&b, box, len);
        struct frame again;
        assert_int_equal(frame_parse(&again, buf_bytes(&b)), len == frame.box.len ? HUFU_OK : HUFU_ERR_FORM);
    }
}

static void a_half_is_sealed_as_libsodium_does(void **state)
{
    (void)state;
    uint8_t public_key[32], private_key[32], half[32], sealed[FRAME_SEALED_HALF_SIZE], back[32], random[32];
    randombytes_buf(half, sizeof(half));
    crypto_box_keypair(public_key, private_key);
    randombytes_buf(random, sizeof(random));
    assert_ok(box_seal_half(sealed, half, public_key, random));
    assert_int_equal(crypto_box_seal_open(back, sealed, sizeof(sealed), public_key, private_key), 0);
    assert_memory_equal(back, half, sizeof(half));
    assert_ok(box_open_half(back, sealed, public_key, private_key));
    assert_memory_equal(back, half, sizeof(half));
    for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(box_open_half(back, sealed, public_key, private_key), HUFU_ERR_FORM);
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static int sodium_is_ready(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_opens_and_answer_comes_back),
        cmocka_unit_test(frame_opens_by_a_secret_computed_before),
        cmocka_unit_test(both_sides_agree),
        cmocka_unit_test(frame_truncated_or_flipped_does_not_open),
        cmocka_unit_test(answer_of_another_frame_or_damaged_does_not_open),
        cmocka_unit_test(keys_of_small_order_are_refused),
        cmocka_unit_test(a_body_of_another_size_is_not_sealed),
        cmocka_unit_test(frame_with_another_box_length_is_refused),
        cmocka_unit_test(a_half_is_sealed_as_libsodium_does),
    };
    return cmocka_run_group_tests(tests, sodium_is_ready, NULL);
}
