/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

#include "cosign/multiples.h"
#include "tests/unit/cosign_judge.h"

#define HEAD head_of("head with all C1")
#define TEXT "attack at dawn"
#define HEAD_OF_CIPHERTEXT (COSIGN_POINT_SIZE + COSIGN_DIGEST_SIZE)

/* One ciphertext by OpenSSL, the device's request and the service's answer. */
struct session {
    struct pair pair;
    uint8_t ciphertext[256];
    size_t len;
    uint8_t digests[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
};

static struct bytes C1(const struct session *s) {
    return bytes_of(s->ciphertext, COSIGN_POINT_SIZE);
}

static void
exchange(struct session *s, struct bytes points)
{
    struct pair *p = &s->pair;
    pair_reset(p);
    assert_ok(cosign_device_decrypt_begin(&p->body, &p->device, HEAD, points, &p->random));
    assert_ok(cosign_service_decrypt(&p->service, &p->answer, s->digests, HEAD, points, buf_bytes(&p->body)));
}

static int set_up(void **state)
{
    static struct session s;
    pair_init(&s.pair, 71);
    s.len = judge_encrypts(s.ciphertext, sizeof(s.ciphertext), s.pair.device.P, bytes_of_text(TEXT));
    exchange(&s, C1(&s));
    *state = &s;
    return 0;
}

/* The device's verdict on ciphertext number 0; a refusal must give no plaintext. */
static enum hufu_err opens(const struct session *s, const uint8_t *ciphertext, size_t len,
                           struct bytes answer)
{
    uint8_t plaintext[256];
    memset(plaintext, 0xee, sizeof(plaintext));
    const enum hufu_err err =
        cosign_device_decrypt_finish(plaintext, &s->pair.device, 0, bytes_of(ciphertext, len), answer);
    if (err && len > HEAD_OF_CIPHERTEXT)
        assert_true(all_zero(plaintext, len - HEAD_OF_CIPHERTEXT));
    if (!err)
        assert_memory_equal(plaintext, TEXT, strlen(TEXT));
    return err;
}

static void what_openssl_encrypts_is_decrypted(void **state)
{
    struct session *s = *state;
    assert_int_equal(s->len, HEAD_OF_CIPHERTEXT + strlen(TEXT));
    assert_ok(opens(s, s->ciphertext, s->len, buf_bytes(&s->pair.answer)));
}

static void the_service_records_the_digest_of_each_point(void **state)
{
    struct session *s = *state;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    cosign_sm3(digest, s->ciphertext, COSIGN_POINT_SIZE);
    assert_memory_equal(s->digests[0], digest, sizeof(digest));
}

static void plaintexts_of_every_length_round_the_block_are_decrypted(void **state)
{
    struct session *s = *state;
    static const size_t lengths[] = {1, 31, 32, 33, 63, 64, 65, 1000};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint8_t message[1000], plaintext[1000], ciphertext[1200];
        memset(message, (int)i + 1, sizeof(message));
        const size_t len =
            judge_encrypts(ciphertext, sizeof(ciphertext), s->pair.device.P, bytes_of(message, lengths[i]));
        exchange(s, bytes_of(ciphertext, COSIGN_POINT_SIZE));
        assert_ok(cosign_device_decrypt_finish(plaintext, &s->pair.device, 0, bytes_of(ciphertext, len),
                                               buf_bytes(&s->pair.answer)));
        assert_memory_equal(plaintext, message, lengths[i]);
    }
}

static void a_batch_of_256_is_decrypted_each_by_its_index(void **state)
{
    struct session *s = *state;
    static uint8_t ciphertexts[COSIGN_BATCH_MAX][HEAD_OF_CIPHERTEXT + 1];
    static uint8_t points[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE];
    for (size_t i = 0; i < COSIGN_BATCH_MAX; i++) {
        const uint8_t message = (uint8_t)i;
        assert_int_equal(
            judge_encrypts(ciphertexts[i], sizeof(ciphertexts[i]), s->pair.device.P, bytes_of(&message, 1)),
            sizeof(ciphertexts[i]));
        memcpy(points + i * COSIGN_POINT_SIZE, ciphertexts[i], COSIGN_POINT_SIZE);
    }
    exchange(s, bytes_of(points, sizeof(points)));
    for (uint32_t i = 0; i < COSIGN_BATCH_MAX; i += 51) {
        uint8_t plaintext;
        assert_ok(cosign_device_decrypt_finish(&plaintext, &s->pair.device, i,
                                               bytes_of(ciphertexts[i], sizeof(ciphertexts[i])),
                                               buf_bytes(&s->pair.answer)));
        assert_int_equal(plaintext, i);
        assert_int_equal(cosign_device_decrypt_finish(&plaintext, &s->pair.device, (i + 1) % COSIGN_BATCH_MAX,
                                                      bytes_of(ciphertexts[i], sizeof(ciphertexts[i])),
                                                      buf_bytes(&s->pair.answer)),
                         HUFU_ERR_PEER);
    }
}

/* ---- The device against the service and the sender ---- */

static void an_index_beyond_the_answer_gives_no_plaintext(void **state)
{
    struct session *s = *state;
    uint8_t plaintext[64];
    assert_int_equal(cosign_device_decrypt_finish(plaintext, &s->pair.device, 1,
                                                  bytes_of(s->ciphertext, s->len),
                                                  buf_bytes(&s->pair.answer)),
                     HUFU_ERR_PEER);
    assert_true(all_zero(plaintext, strlen(TEXT)));
}

static void refuse_answer(void *context, struct bytes damaged)
{
    const struct session *s = context;
    assert_int_equal(opens(s, s->ciphertext, s->len, damaged), HUFU_ERR_PEER);
}

static void an_answer_damaged_anywhere_gives_no_plaintext(void **state)
{
    struct session *s = *state;
    for_each_damage(buf_bytes(&s->pair.answer), refuse_answer, s);
}

static void refuse_ciphertext(void *context, struct bytes damaged)
{
    const struct session *s = context;
    const enum hufu_err err = opens(s, damaged.data, damaged.len, buf_bytes(&s->pair.answer));
    assert_true(err == HUFU_ERR_FORM || err == HUFU_ERR_PEER);
}

static void a_ciphertext_damaged_anywhere_gives_no_plaintext(void **state)
{
    struct session *s = *state;
    for_each_damage(bytes_of(s->ciphertext, s->len), refuse_ciphertext, s);
}

static void an_empty_plaintext_is_not_allowed(void **state)
{
    struct session *s = *state;
    for (size_t len = 0; len <= HEAD_OF_CIPHERTEXT; len += HEAD_OF_CIPHERTEXT)
        assert_int_equal(opens(s, s->ciphertext, len, buf_bytes(&s->pair.answer)), HUFU_ERR_FORM);
}

static void answer_with(struct session *s, const uint8_t W[COSIGN_POINT_SIZE])
{
    pair_reset(&s->pair);
    buf_put_field_text(&s->pair.answer, COSIGN_OP_DECRYPT);
    buf_put_field(&s->pair.answer, W, COSIGN_POINT_SIZE);
}

static void a_W_that_is_no_point_gives_no_plaintext(void **state)
{
    struct session *s = *state;
    for (size_t i = 0; i < bad_point_count; i++) {
        answer_with(s, bad_points[i].bytes);
        assert_int_equal(opens(s, s->ciphertext, s->len, buf_bytes(&s->pair.answer)), HUFU_ERR_PEER);
    }
}

/* k times an encoded point, encoded. */
static void multiply_encoded(uint8_t product[COSIGN_POINT_SIZE], const struct scalar *k,
                             const uint8_t point[COSIGN_POINT_SIZE])
{
    struct affine affine;
    struct point multiple;
    assert_true(affine_decode_var(&affine, point));
    point_mul(&multiple, k, &affine, 1);
    point_to_affine(&affine, &multiple, 1);
    affine_encode(product, &affine);
}

/* C2 and C3 of a plaintext under a chosen shared point. Returns the first byte of the key stream. */
static uint8_t seal_by_hand(uint8_t C3C2[COSIGN_DIGEST_SIZE + 1], const uint8_t x2y2[64], uint8_t plaintext)
{
    uint8_t input[68], stream[COSIGN_DIGEST_SIZE];
    memcpy(input, x2y2, 64);
    memcpy(input + 64, "\0\0\0\1", 4);
    cosign_sm3(stream, input, sizeof(input));
    memcpy(input, x2y2, 32);
    input[32] = plaintext;
    memcpy(input + 33, x2y2 + 32, 32);
    cosign_sm3(C3C2, input, 65);
    C3C2[COSIGN_DIGEST_SIZE] = plaintext ^ stream[0];
    return stream[0];
}

/* W = a⁻¹·C1 makes a·W - C1 infinity. Were it read as (0, 0), anybody could make ciphertexts that open. */
static void a_W_that_makes_the_shared_point_infinity_gives_no_plaintext(void **state)
{
    struct session *s = *state;
    const uint8_t zeros[64] = {0};
    struct scalar a;
    uint8_t W[COSIGN_POINT_SIZE];
    scalar_of_bytes(&a, s->pair.device.a);
    scalar_invert(&a, &a);
    multiply_encoded(W, &a, s->ciphertext);
    answer_with(s, W);
    assert_int_not_equal(seal_by_hand(s->ciphertext + COSIGN_POINT_SIZE, zeros, TEXT[0]), 0);
    assert_int_equal(opens(s, s->ciphertext, HEAD_OF_CIPHERTEXT + 1, buf_bytes(&s->pair.answer)),
                     HUFU_ERR_PEER);
}

/* One byte long, the key stream is zero once in 256 times: the ciphertext then shows its plaintext. */
static void an_all_zero_key_stream_gives_no_plaintext(void **state)
{
    struct session *s = *state;
    struct scalar k = {{1}};
    unsigned zero_streams = 0;
    for (unsigned i = 0; i < 5000 && zero_streams == 0; i++) {
        uint8_t shared[COSIGN_POINT_SIZE], plaintext;
        scalar_add(&k, &k, &(struct scalar){{1}});
        multiply_encoded(shared, &k, s->pair.device.P);
        if (seal_by_hand(s->ciphertext + COSIGN_POINT_SIZE, shared + 1, 'x') != 0 && i != 0)
            continue;
        zero_streams += i != 0; /* the first is a good one, to see that sealing by hand is right */
        multiple_encode(s->ciphertext, &k);
        exchange(s, C1(s));
        assert_int_equal(cosign_device_decrypt_finish(&plaintext, &s->pair.device, 0,
                                                      bytes_of(s->ciphertext, HEAD_OF_CIPHERTEXT + 1),
                                                      buf_bytes(&s->pair.answer)),
                         i == 0 ? HUFU_OK : HUFU_ERR_PEER);
        assert_int_equal(plaintext, i == 0 ? 'x' : 0);
    }
    assert_int_equal(zero_streams, 1);
}

static void a_ciphertext_off_the_curve_is_never_sent(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    for (size_t i = 0; i < bad_point_count; i++) {
        pair_reset(p);
        assert_int_equal(cosign_device_decrypt_begin(&p->body, &p->device, HEAD,
                                                     bytes_of(bad_points[i].bytes, COSIGN_POINT_SIZE),
                                                     &p->random),
                         HUFU_ERR_FORM);
        assert_int_equal(p->body.len, 0);
    }
}

/* ---- The service against a dishonest device ---- */

static enum hufu_err judge(struct session *s, struct bytes head, struct bytes points, struct bytes body)
{
    struct pair *p = &s->pair;
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    const enum hufu_err err = cosign_service_decrypt(&p->service, &p->answer, s->digests, head, points, body);
    if (err)
        assert_int_equal(p->answer.len, 0);
    return err;
}

static void a_wrong_half_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct cosign_device_half wrong = p->device;
    wrong.a[0] ^= 1;
    pair_reset(p);
    assert_ok(cosign_device_decrypt_begin(&p->body, &wrong, HEAD, C1(s), &p->random));
    assert_int_equal(judge(s, HEAD, C1(s), buf_bytes(&p->body)), HUFU_ERR_PROOF);
    assert_zero(s->digests[0]);
}

static void a_request_under_another_head_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    assert_int_equal(judge(s, head_of("head with other C1"), C1(s), buf_bytes(&s->pair.body)),
                     HUFU_ERR_PROOF);
}

static void the_service_multiplies_no_point_off_the_curve(void **state)
{
    struct session *s = *state;
    for (size_t i = 0; i < bad_point_count; i++)
        assert_int_equal(
            judge(s, HEAD, bytes_of(bad_points[i].bytes, COSIGN_POINT_SIZE), buf_bytes(&s->pair.body)),
            HUFU_ERR_FORM);
}

static void no_point_or_half_a_point_is_malformed_and_257_are_over_the_limit(void **state)
{
    struct session *s = *state;
    static uint8_t many[(COSIGN_BATCH_MAX + 1) * COSIGN_POINT_SIZE];
    const struct bytes body = buf_bytes(&s->pair.body);
    assert_int_equal(judge(s, HEAD, bytes_of(NULL, 0), body), HUFU_ERR_FORM);
    assert_int_equal(judge(s, HEAD, bytes_of(s->ciphertext, COSIGN_POINT_SIZE - 1), body), HUFU_ERR_FORM);
    assert_int_equal(judge(s, HEAD, bytes_of(s->ciphertext, COSIGN_POINT_SIZE + 1), body), HUFU_ERR_FORM);
    assert_int_equal(judge(s, HEAD, bytes_of(many, sizeof(many)), body), HUFU_ERR_LIMIT);
}

static void refuse_body(void *context, struct bytes damaged)
{
    struct session *s = context;
    const enum hufu_err err = judge(s, HEAD, C1(s), damaged);
    assert_true(err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF);
}

static void a_request_damaged_anywhere_is_refused(void **state)
{
    struct session *s = *state;
    uint8_t kept[256];
    memcpy(kept, s->pair.body.data, s->pair.body.len);
    for_each_damage(bytes_of(kept, s->pair.body.len), refuse_body, s);
}

/* A proof made for sm2/pin/check is none for decryption: the tag and the operation keep them apart. */
static void a_proof_for_another_operation_is_refused(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    uint8_t proof[COSIGN_PROOF_SIZE];
    pair_reset(p);
    assert_ok(cosign_device_pin_check(&p->body, &p->device, HEAD, &p->random));
    assert_int_equal(judge(s, HEAD, C1(s), buf_bytes(&p->body)), HUFU_ERR_FORM);
    memcpy(proof, p->body.data + p->body.len - sizeof(proof), sizeof(proof));
    pair_reset(p);
    buf_put_field_text(&p->body, COSIGN_OP_DECRYPT);
    buf_put_field(&p->body, proof, sizeof(proof));
    assert_int_equal(judge(s, HEAD, C1(s), buf_bytes(&p->body)), HUFU_ERR_PROOF);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_openssl_encrypts_is_decrypted),
        TEST(the_service_records_the_digest_of_each_point),
        TEST(plaintexts_of_every_length_round_the_block_are_decrypted),
        TEST(a_batch_of_256_is_decrypted_each_by_its_index),
        TEST(an_index_beyond_the_answer_gives_no_plaintext),
        TEST(an_answer_damaged_anywhere_gives_no_plaintext),
        TEST(a_ciphertext_damaged_anywhere_gives_no_plaintext),
        TEST(an_empty_plaintext_is_not_allowed),
        TEST(a_W_that_is_no_point_gives_no_plaintext),
        TEST(a_W_that_makes_the_shared_point_infinity_gives_no_plaintext),
        TEST(an_all_zero_key_stream_gives_no_plaintext),
        TEST(a_ciphertext_off_the_curve_is_never_sent),
        TEST(a_wrong_half_is_a_failed_proof),
        TEST(a_request_under_another_head_is_a_failed_proof),
        TEST(the_service_multiplies_no_point_off_the_curve),
        TEST(no_point_or_half_a_point_is_malformed_and_257_are_over_the_limit),
        TEST(a_request_damaged_anywhere_is_refused),
        TEST(a_proof_for_another_operation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
