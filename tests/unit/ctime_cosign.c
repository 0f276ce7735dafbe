/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time, shown by valgrind: every secret is marked undefined, and memcheck reports each branch and each address
 * that depends on one. Run by ctest in builds with HUFU_VALGRIND=ON; nothing is suppressed.
 *
 *   ctime_cosign run    the whole protocol, both roles, with all randomness (so a, b, t, ρ, τ, k1, k2, κ1, κ2), σ and the
 *                       key of the PIN marked; exit status 0 when memcheck has nothing to say
 *   ctime_cosign leak   compares a secret with an early exit: memcheck must report it, or the test above shows nothing
 *
 * The protocol runs on the engine that it names: valgrind's processor has no lanes and does not say that it knows ADX, so
 * the engine with ADX is run by hand. Not shown: time that depends on a secret without a branch or an address, as a division
 * might take. The code in cosign/ divides by nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "common/secret.h"
#include "cosign/arithmetic/engine.h"
#include "tests/unit/cosign_judge.h"
#include "tests/unit/cosign_pair.h"

#define COUNT 5 /* digests: as many as are computed together, and one more */
#define HEAD head_of("head")
#define FRAME head_of("frame")

/* Everything random is secret. */
static enum hufu_err secret_fill(void *context, uint8_t *out, size_t len)
{
    enum hufu_err err = stream_fill(context, out, len);
    secret_mark(out, len);
    return err;
}

/* A message on its way: what the box of §7 hides from others, the other role reads. */
static struct bytes sent(const struct buf *b)
{
    secret_unmark(b->data, b->len);
    return buf_bytes(b);
}

/* Whether memcheck takes every byte for undefined: that no function has marked a secret public on its way. */
static void assert_secret(const void *data, size_t len)
{
    uint8_t bits[64];
    assert_true(len <= sizeof(bits));
    assert_int_equal(VALGRIND_GET_VBITS(data, bits, len), 1);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bits[i], 0xff);
}

static int set_up(void **state)
{
    static struct pair p;
    static struct cosign_keygen keygen;
    static uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    memset(&p, 0, sizeof(p));
    p.stream.seed = 1;
    p.random = (struct cosign_random){.fill = secret_fill, .context = &p.stream};
    pair_reset(&p);
    assert_ok(cosign_device_keygen_begin(&keygen, &p.body, HEAD, &p.random));
    assert_secret(keygen.half.a, sizeof(keygen.half.a));
    assert_ok(cosign_service_keygen_begin(b, com, &p.answer, HEAD, sent(&p.body), FRAME, &p.random));
    assert_secret(b, sizeof(b));
    buf_init(&p.body, p.body_memory, sizeof(p.body_memory));
    assert_ok(cosign_device_keygen_finish(&keygen, &p.body, HEAD, sent(&p.answer)));
    buf_init(&p.answer, p.answer_memory, sizeof(p.answer_memory));
    assert_ok(cosign_service_keygen_finish(&p.service, &p.answer, HEAD, b, com, sent(&p.body)));
    assert_ok(cosign_device_keygen_done(&keygen, &p.device, sent(&p.answer)));
    assert_secret(p.device.a, sizeof(p.device.a));
    assert_secret(p.service.b, sizeof(p.service.b));
    pair_reset(&p);
    *state = &p;
    return 0;
}

static void key_generation_takes_the_same_path_for_every_secret(void **state)
{
    (void)state; /* it is the set-up of every test */
}

static struct cosign_signing signing;
static uint8_t digests[COUNT * COSIGN_DIGEST_SIZE];
static uint8_t signatures[COUNT][COSIGN_SIGNATURE_SIZE];

static void exchange(struct pair *p)
{
    uint8_t r[COUNT][COSIGN_SCALAR_SIZE];
    const struct bytes E = bytes_of(digests, sizeof(digests));
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, E, &p->random));
    for (size_t i = 0; i < COUNT; i++)
        assert_secret(signing.ks[i], sizeof(signing.ks[i]));
    assert_ok(cosign_service_sign(&p->service, &p->answer, r, HEAD, E, sent(&p->body), FRAME, &p->random));
    assert_secret(p->answer.data + p->answer.len - 64, 64); /* s2, s3 */
}

static void signing_takes_the_same_path_for_every_secret(void **state)
{
    struct pair *p = *state;
    const struct bytes E = bytes_of(digests, sizeof(digests));
    exchange(p);
    assert_ok(cosign_device_sign_finish(&signing, signatures, HEAD, E, sent(&p->answer)));
    for (size_t i = 0; i < COUNT; i++)
        assert_ok(cosign_verify_var(p->device.P, digests + i * COSIGN_DIGEST_SIZE, signatures[i]));
}

/* The first request holds, the others are of another half and of a wrong one: neither may show in the path of the first. */
static void signing_together_takes_the_same_path_for_every_secret(void **state)
{
    struct pair *p = *state;
    static uint8_t memory[3][512];
    uint8_t rs[3][COUNT][COSIGN_SCALAR_SIZE];
    struct buf answers[3];
    struct cosign_service_signing signings[3];
    struct cosign_service_half halves[3] = {p->service, p->service, p->service};
    const struct bytes E = bytes_of(digests, 2 * COSIGN_DIGEST_SIZE);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, E, &p->random));
    const struct bytes body = sent(&p->body);
    halves[1].b[31] ^= 1; /* the proof says nothing of b */
    memcpy(halves[2].A, p->service.P, sizeof(halves[2].A));
    for (size_t i = 0; i < 3; i++) {
        buf_init(&answers[i], memory[i], sizeof(memory[i]));
        signings[i] = (struct cosign_service_signing){.half = &halves[i],
                                                      .answer = &answers[i],
                                                      .r_out = rs[i],
                                                      .head = HEAD,
                                                      .digests = E,
                                                      .body = body,
                                                      .frame = FRAME};
    }
    assert_ok(cosign_service_sign_each(signings, 3, &p->random));
    assert_ok(signings[0].err);
    assert_ok(signings[1].err);
    assert_int_equal(signings[2].err, HUFU_ERR_PROOF);
    for (size_t i = 0; i < 2; i++)
        assert_secret(answers[i].data + answers[i].len - 64, 64); /* s2, s3 */
    assert_ok(cosign_device_sign_finish(&signing, signatures, HEAD, E, sent(&answers[0])));
}

/* Here s would give a away, so its path matters most. */
static void a_refused_answer_takes_the_same_path_for_every_secret(void **state)
{
    struct pair *p = *state;
    const struct bytes E = bytes_of(digests, sizeof(digests));
    exchange(p);
    (void)sent(&p->answer);
    memset(p->answer.data + p->answer.len - 64, 0, 31); /* s2 of the last digest */
    p->answer.data[p->answer.len - 33] = 1;
    assert_int_equal(cosign_device_sign_finish(&signing, signatures, HEAD, E, buf_bytes(&p->answer)),
                     HUFU_ERR_PEER);
}

static void decryption_takes_the_same_path_for_every_secret(void **state)
{
    struct pair *p = *state;
    uint8_t ciphertext[256], plaintext[40], point_digest[1][COSIGN_DIGEST_SIZE];
    const struct bytes message = bytes_of_text("forty bytes, which is more than a block!");
    const size_t len = judge_encrypts(ciphertext, sizeof(ciphertext), p->device.P, message);
    const struct bytes C1 = bytes_of(ciphertext, COSIGN_POINT_SIZE);
    assert_ok(cosign_device_decrypt_begin(&p->body, &p->device, HEAD, C1, &p->random));
    assert_ok(cosign_service_decrypt(&p->service, &p->answer, point_digest, HEAD, C1, sent(&p->body)));
    assert_ok(
        cosign_device_decrypt_finish(plaintext, &p->device, 0, bytes_of(ciphertext, len), sent(&p->answer)));
    assert_secret(plaintext, sizeof(plaintext));
}

static void refresh_takes_the_same_path_for_every_secret(void **state)
{
    struct pair *p = *state;
    struct cosign_device_half next_device;
    struct cosign_service_half next_service;
    assert_ok(cosign_device_refresh_begin(&next_device, &p->body, &p->device, HEAD, &p->random));
    assert_secret(next_device.a, sizeof(next_device.a));
    (void)sent(&p->body);
    secret_mark(p->body.data + 4 + strlen(COSIGN_OP_REFRESH) + 4, COSIGN_SCALAR_SIZE); /* t stays one */
    assert_ok(cosign_service_refresh(&next_service, &p->answer, &p->service, 0, HEAD, buf_bytes(&p->body)));
    assert_secret(next_service.b, sizeof(next_service.b));
    assert_ok(cosign_device_refresh_finish(&next_device, 0, sent(&p->answer)));
}

static void handover_takes_the_same_path_for_every_secret(void **state)
{
    struct pair *p = *state;
    struct cosign_handover split;
    struct cosign_service_half other;
    assert_ok(cosign_device_handover_split(&split, &p->device, &p->random));
    assert_secret(split.t, sizeof(split.t));
    assert_secret(split.a2, sizeof(split.a2));
    assert_ok(cosign_device_handover_body(&p->body, &split, &p->device, HEAD, &p->random));
    assert_ok(cosign_service_handover(&other, &p->answer, &p->service, HEAD, sent(&p->body)));
    secret_unmark(split.A2, sizeof(split.A2)); /* the new device reads it off a screen */
    assert_ok(cosign_device_handover_accept(split.a2, split.A2));
}

static void the_pin_takes_the_same_path_for_every_key(void **state)
{
    struct pair *p = *state;
    struct cosign_device_half opened = p->device;
    uint8_t key[COSIGN_PIN_KEY_SIZE] = {3, 1, 4}, sigma[COSIGN_SCALAR_SIZE];
    secret_mark(key, sizeof(key));
    assert_ok(cosign_pin_hide(sigma, p->device.a, key));
    secret_mark(sigma, sizeof(sigma));
    assert_ok(cosign_pin_open(opened.a, sigma, key));
    assert_secret(opened.a, sizeof(opened.a));
    assert_ok(cosign_device_pin_check(&p->body, &opened, HEAD, &p->random));
    assert_ok(cosign_service_pin_check(&p->service, &p->answer, HEAD, sent(&p->body)));
}

/* k·G and k·P with a secret k, their sum, and both brought into affine coordinates and out of them. P may be secret too. */
static void run_engine(const struct engine *engine)
{
    struct stream stream = {.seed = 9};
    struct scalar k, x;
    struct point products[3], P;
    struct affine affine[3];
    uint8_t encoded[3][COSIGN_POINT_SIZE];
    random_scalar(&k, &stream);
    engine->mul_base(&P, &k);
    engine->to_affine(affine, &P, 1);
    secret_mark(affine, sizeof(affine[0]));
    secret_mark(&k, sizeof(k));
    engine->mul_base(&products[0], &k);
    engine->mul(&products[1], &k, &affine[0]);
    engine->add(&products[2], &products[0], &products[1]);
    engine->to_affine(affine, products, 3);
    for (size_t i = 0; i < 3; i++) {
        engine->encode(encoded[i] + 1, &affine[i]);
        assert_secret(encoded[i] + 1, 64);
    }
    engine->x_mod_n(&x, &affine[2]);
    assert_secret(&x, sizeof(x));
    bool equal = engine->equal(&products[0], &products[1]);
    secret_unmark(&equal, sizeof(equal));
    assert_false(equal);
}

static void every_engine_takes_the_same_path_for_every_scalar_and_point(void **state)
{
    (void)state;
    run_engine(&engine_portable);
#if HUFU_ENGINE_ADX
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2"))
        skip();
    run_engine(&engine_adx);
#endif
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_engine_takes_the_same_path_for_every_scalar_and_point),
        cmocka_unit_test_setup(key_generation_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(signing_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(signing_together_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(a_refused_answer_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(decryption_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(refresh_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(handover_takes_the_same_path_for_every_secret, set_up),
        cmocka_unit_test_setup(the_pin_takes_the_same_path_for_every_key, set_up),
    };
    print_message("engine %s, lanes: %zu\n", engine_best()->name, point_mul_lanes());
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What must never be written: it stops at the first byte that differs. */
__attribute__((noinline)) static bool equal_with_early_exit(const volatile uint8_t *a, const uint8_t *b,
                                                            size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static int leak(void)
{
    uint8_t secret[32] = {1, 2, 3};
    const uint8_t guess[32] = {1, 2, 4};
    secret_mark(secret, sizeof(secret));
    bool equal = equal_with_early_exit(secret, guess, sizeof(secret));
    secret_unmark(&equal, sizeof(equal));
    printf("%s\n", equal ? "equal" : "different");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc != 2 || !RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind … ctime_cosign run|leak\n");
        return 2;
    }
    return strcmp(argv[1], "leak") == 0 ? leak() : run();
}
