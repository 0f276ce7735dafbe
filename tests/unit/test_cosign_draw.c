/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness good and bad, and what becomes of it. */
#include "tests/unit/cosign_pair.h"

#include "cosign/draw.h"
#include "cosign/hash.h"

struct fixed {
    uint8_t bytes[2][64]; /* of the first call, and of all that follow */
    unsigned calls;
};

static enum hufu_err fixed_fill(void *context, uint8_t *out, size_t len)
{
    struct fixed *fixed = context;
    assert_true(len <= 64);
    memcpy(out, fixed->bytes[fixed->calls++ > 0], len);
    return HUFU_OK;
}

static struct draw draw_of(struct cosign_random *random)
{
    return draw_hedged(random);
}

static void nonce(struct stream *stream, struct scalar *out, uint64_t half, const char *context,
                  uint32_t index, const char *role)
{
    struct cosign_random random = stream_random(stream);
    const struct draw draw = draw_of(&random);
    const struct scalar own = {{half}};
    const struct draw_context digest = draw_context_of(bytes_of_text(context));
    assert_ok(draw.nonce(&draw, out, &own, &digest, index, role));
}

/* S("hufu/nonce", 64 random bytes, own half, H(context), u32 index, role). */
static void a_nonce_is_the_hash_that_the_protocol_names(void **state)
{
    struct fixed fixed;
    struct cosign_random random = {fixed_fill, &fixed};
    const struct draw draw = draw_of(&random);
    const struct scalar half = {{0x1234}};
    struct scalar drawn, expected;
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    const struct draw_context context = draw_context_of(bytes_of_text("context"));
    uint8_t half_bytes[32], digest[32];
    (void)state;
    memset(&fixed, 0, sizeof(fixed));
    memset(fixed.bytes[0], 0x77, 64);
    assert_ok(draw.nonce(&draw, &drawn, &half, &context, 258, "kappa2"));
    scalar_encode(half_bytes, &half);
    scalar_hash_init(&hash, "hufu/nonce");
    scalar_hash_field(&hash, bytes_of(fixed.bytes[0], 64));
    scalar_hash_field(&hash, bytes_of(half_bytes, 32));
    cosign_sm3(digest, "context", strlen("context"));
    scalar_hash_field(&hash, bytes_of(digest, 32));
    scalar_hash_field(&hash, bytes_of("\x00\x00\x01\x02", 4));
    scalar_hash_field(&hash, bytes_of_text("kappa2"));
    scalar_hash_done(&hash, &expected);
    assert_true(scalar_equal(&drawn, &expected));
}

static void a_repeated_random_state_alone_repeats_no_nonce(void **state)
{
    struct stream frozen = {.seed = 5, .frozen = true};
    struct scalar nonces[5];
    (void)state;
    nonce(&frozen, &nonces[0], 9, "head", 0, DRAW_K1);
    nonce(&frozen, &nonces[1], 9, "head", 0, DRAW_K2);         /* another role */
    nonce(&frozen, &nonces[2], 9, "head", 1, DRAW_K1);         /* another index */
    nonce(&frozen, &nonces[3], 9, "another head", 0, DRAW_K1); /* another request */
    nonce(&frozen, &nonces[4], 8, "head", 0, DRAW_K1);         /* another half */
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(scalar_equal(&nonces[i], &nonces[k]));
    nonce(&frozen, &nonces[1], 9, "head", 0, DRAW_K1);
    assert_true(scalar_equal(&nonces[0], &nonces[1]));
}

static void the_same_request_gets_another_nonce_from_fresh_randomness(void **state)
{
    struct stream stream = {.seed = 6};
    struct scalar first, second;
    (void)state;
    nonce(&stream, &first, 9, "head", 0, DRAW_TAU);
    nonce(&stream, &second, 9, "head", 0, DRAW_TAU);
    assert_false(scalar_equal(&first, &second));
}

static void each_nonce_takes_random_bytes_of_its_own(void **state)
{
    struct stream stream = {.seed = 7};
    struct scalar out;
    (void)state;
    for (uint64_t i = 1; i < 5; i++) {
        nonce(&stream, &out, 9, "head", 0, DRAW_TAU);
        assert_int_equal(stream.calls, i);
    }
}

static void a_secret_out_of_range_is_drawn_again(void **state)
{
    struct fixed fixed;
    struct cosign_random random = {fixed_fill, &fixed};
    const struct draw draw = draw_of(&random);
    const uint8_t *const *refused = bad_scalars;
    (void)state;
    for (size_t i = 0; i < BAD_SCALARS; i++) {
        struct scalar out;
        uint8_t bytes[32];
        memset(&fixed, 0, sizeof(fixed));
        memcpy(fixed.bytes[0], refused[i], 32);
        memset(fixed.bytes[1], 0x42, 64);
        assert_ok(draw.secret(&draw, &out, DRAW_T));
        scalar_encode(bytes, &out);
        assert_memory_equal(bytes, fixed.bytes[1], 32);
        assert_int_equal(fixed.calls, 2);
    }
}

static void a_source_that_gives_only_zeros_is_found_out(void **state)
{
    struct fixed fixed = {.calls = 0};
    struct cosign_random random = {fixed_fill, &fixed};
    const struct draw draw = draw_of(&random);
    struct scalar out = {{1}};
    (void)state;
    assert_int_equal(draw.secret(&draw, &out, DRAW_A), HUFU_ERR_INTERNAL);
    assert_zero(out);
}

static void the_error_of_the_source_is_passed_on(void **state)
{
    struct stream stream = {.calls = 1, .fail_after = 1};
    struct cosign_random random = stream_random(&stream);
    const struct draw draw = draw_of(&random);
    struct scalar out = {{1}}, half = {{2}};
    const struct draw_context context = draw_context_of(bytes_of_text("head"));
    uint8_t bytes[32] = {1};
    (void)state;
    assert_int_equal(draw.secret(&draw, &out, DRAW_A), HUFU_ERR_AWAY);
    assert_zero(out);
    out = half;
    assert_int_equal(draw.nonce(&draw, &out, &half, &context, 0, DRAW_TAU), HUFU_ERR_AWAY);
    assert_zero(out);
    assert_int_equal(draw.bytes(&draw, bytes, sizeof(bytes), DRAW_RHO), HUFU_ERR_AWAY);
    assert_zero(bytes);
}

/* ---- From a frozen random state: two proofs with one τ would give away what they prove ---- */

/* τ = z - c·x0 - c²·x1 of a proof whose secrets are known; no x1 where there is none. */
static void tau_of(struct scalar *tau, const uint8_t proof[COSIGN_PROOF_SIZE], const uint8_t x0[32],
                   const uint8_t *x1)
{
    struct scalar c, x, term;
    scalar_of_bytes(&c, proof);
    scalar_of_bytes(tau, proof + 32);
    scalar_of_bytes(&x, x0);
    scalar_mul(&term, &c, &x);
    scalar_sub(tau, tau, &term);
    if (x1) {
        scalar_of_bytes(&x, x1);
        scalar_mul(&term, &c, &x);
        scalar_mul(&term, &c, &term);
        scalar_sub(tau, tau, &term);
    }
}

/* A proof is the last field of every message here. */
static const uint8_t *last_proof(const struct buf *message)
{
    return message->data + message->len - COSIGN_PROOF_SIZE;
}

typedef void make_proof(struct pair *p, struct scalar *tau, const char *context,
                        const struct cosign_random *random);

static void pin_check(struct pair *p, struct scalar *tau, const char *context,
                      const struct cosign_random *random)
{
    assert_ok(cosign_device_pin_check(&p->body, &p->device, head_of(context), random));
    tau_of(tau, last_proof(&p->body), p->device.a, NULL);
}

static void refresh(struct pair *p, struct scalar *tau, const char *context,
                    const struct cosign_random *random)
{
    struct cosign_device_half next;
    assert_ok(cosign_device_refresh_begin(&next, &p->body, &p->device, head_of(context), random));
    tau_of(tau, last_proof(&p->body), p->device.a, next.a);
}

static void device_keygen(struct pair *p, struct scalar *tau, const char *context,
                          const struct cosign_random *random)
{
    struct cosign_keygen keygen;
    assert_ok(cosign_device_keygen_begin(&keygen, &p->body, head_of(context), random));
    tau_of(tau, keygen.proof, keygen.half.a, NULL);
}

static void service_keygen(struct pair *p, struct scalar *tau, const char *context,
                           const struct cosign_random *random)
{
    struct cosign_keygen keygen;
    uint8_t b[32], com[32];
    assert_ok(cosign_device_keygen_begin(&keygen, &p->body, head_of("head"), random));
    assert_ok(cosign_service_keygen_begin(b, com, &p->answer, head_of("head"), buf_bytes(&p->body),
                                          head_of(context), random));
    tau_of(tau, last_proof(&p->answer), b, NULL);
}

static void judge_frozen(struct pair *p, make_proof *make)
{
    struct stream frozen = {.seed = 8, .frozen = true};
    const struct cosign_random random = stream_random(&frozen);
    static const char *const contexts[3] = {"a request", "another one", "a request"};
    struct scalar taus[3];
    for (size_t i = 0; i < 3; i++) {
        pair_reset(p);
        make(p, &taus[i], contexts[i], &random);
    }
    assert_false(scalar_equal(&taus[0], &taus[1]));
    assert_true(scalar_equal(&taus[0], &taus[2])); /* it was frozen, and τ is what was computed */
}

static void no_proof_repeats_its_nonce_on_another_request(void **state)
{
    judge_frozen(*state, pin_check);
    judge_frozen(*state, refresh);
    judge_frozen(*state, device_keygen);
    judge_frozen(*state, service_keygen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nonce_is_the_hash_that_the_protocol_names),
        cmocka_unit_test(a_repeated_random_state_alone_repeats_no_nonce),
        cmocka_unit_test(the_same_request_gets_another_nonce_from_fresh_randomness),
        cmocka_unit_test(each_nonce_takes_random_bytes_of_its_own),
        cmocka_unit_test(a_secret_out_of_range_is_drawn_again),
        cmocka_unit_test(a_source_that_gives_only_zeros_is_found_out),
        cmocka_unit_test(the_error_of_the_source_is_passed_on),
        cmocka_unit_test_setup_teardown(no_proof_repeats_its_nonce_on_another_request, pair_set_up,
                                        pair_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
