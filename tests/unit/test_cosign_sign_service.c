/* SPDX-License-Identifier: Apache-2.0 */
/* The service's side of signing against a dishonest device, and its restarts. */
#include "tests/unit/cosign_pair.h"

#include "cosign/drawn.h"
#include "cosign/multiples.h"
#include "cosign/sign.h"

#define HEAD head_of("head with E")
#define FRAME head_of("frame")
#define COUNT 2

static uint8_t digests[COUNT * COSIGN_DIGEST_SIZE];
static uint8_t rs[COUNT][COSIGN_SCALAR_SIZE];
static struct cosign_signing signing;

static struct bytes E(void) {
    return bytes_of(digests, sizeof(digests));
}

static int
set_up(void **state)
{
    struct pair *p;
    assert_int_equal(pair_set_up(state), 0);
    p = *state;
    make_digests(digests, COUNT, 1);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, E(), &p->random));
    memset(rs, 0xee, sizeof(rs));
    return 0;
}

/* The service's verdict on a body; a refusal must leave no answer and no r. */
static enum hufu_err judge_under(struct pair *p, struct bytes head, struct bytes body)
{
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    const enum hufu_err err =
        cosign_service_sign(&p->service, &p->answer, rs, head, E(), body, FRAME, &p->random);
    if (err) {
        assert_int_equal(p->answer.len, 0);
        assert_zero(rs);
    }
    return err;
}

static enum hufu_err judge(struct pair *p)
{
    return judge_under(p, HEAD, buf_bytes(&p->body));
}

#define QS_AT (4 + 8 + 4)
#define PROOF_AT (QS_AT + COUNT * SIGN_PAIR_SIZE + 4)

static void an_honest_request_is_answered(void **state)
{
    assert_ok(judge(*state));
}

static void a_wrong_half_is_a_failed_proof(void **state)
{
    struct pair *p = *state;
    struct cosign_device_half wrong = p->device;
    wrong.a[31] ^= 1; /* another PIN gives another a */
    pair_reset(p);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &wrong, HEAD, E(), &p->random));
    assert_int_equal(judge(p), HUFU_ERR_PROOF);
}

static void a_request_under_another_head_is_a_failed_proof(void **state)
{
    struct pair *p = *state;
    assert_int_equal(judge_under(p, head_of("head with F"), buf_bytes(&p->body)), HUFU_ERR_PROOF);
}

static void a_request_for_another_key_is_a_failed_proof(void **state)
{
    struct pair *p = *state;
    struct pair other;
    pair_init(&other, 2);
    memcpy(p->device.P, other.device.P, sizeof(p->device.P));
    pair_reset(p);
    assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD, E(), &p->random));
    assert_int_equal(judge(p), HUFU_ERR_PROOF);
}

/* A nonce point whose logarithm the device does not know: the service never works on it. */
static void a_point_put_in_place_of_a_nonces_is_a_failed_proof(void **state)
{
    struct pair *p = *state;
    memcpy(p->body.data + QS_AT + COSIGN_POINT_SIZE, p->device.P, COSIGN_POINT_SIZE);
    assert_int_equal(judge(p), HUFU_ERR_PROOF);
}

static void nonce_points_in_another_order_are_a_failed_proof(void **state)
{
    struct pair *p = *state;
    memcpy(p->body.data + QS_AT, signing.Qs[1], SIGN_PAIR_SIZE);
    memcpy(p->body.data + QS_AT + SIGN_PAIR_SIZE, signing.Qs[0], SIGN_PAIR_SIZE);
    assert_int_equal(judge(p), HUFU_ERR_PROOF);
}

/* Form comes first and is not counted; it must say nothing of the half, so it is judged the same with a wrong one. */
static void a_malformed_request_is_malformed_whatever_its_proof(void **state)
{
    struct pair *p = *state;
    for (size_t i = 0; i < bad_point_count; i++)
        for (size_t which = 0; which < 2 * COUNT; which++) {
            uint8_t *point = p->body.data + QS_AT + which * COSIGN_POINT_SIZE;
            uint8_t kept[COSIGN_POINT_SIZE];
            memcpy(kept, point, sizeof(kept));
            memcpy(point, bad_points[i].bytes, sizeof(kept));
            assert_int_equal(judge(p), HUFU_ERR_FORM);
            memcpy(point, kept, sizeof(kept));
        }
    for (size_t half = 0; half < 2; half++) {
        uint8_t kept[32];
        memcpy(kept, p->body.data + PROOF_AT + 32 * half, 32);
        memcpy(p->body.data + PROOF_AT + 32 * half, order_bytes, 32);
        assert_int_equal(judge(p), HUFU_ERR_FORM);
        memcpy(p->body.data + PROOF_AT + 32 * half, kept, 32);
    }
    assert_ok(judge(p));
}

static void points_for_more_or_fewer_digests_are_malformed(void **state)
{
    struct pair *p = *state;
    for (uint32_t count = 1; count <= COUNT + 1; count++) {
        uint8_t more[(COUNT + 1) * COSIGN_DIGEST_SIZE] = {0};
        if (count == COUNT)
            continue;
        pair_reset(p);
        assert_ok(cosign_device_sign_begin(&signing, &p->body, &p->device, HEAD,
                                           bytes_of(more, (size_t)count * COSIGN_DIGEST_SIZE), &p->random));
        assert_int_equal(judge(p), HUFU_ERR_FORM);
    }
}

static void refuse_body(void *context, struct bytes damaged)
{
    const enum hufu_err err = judge_under(context, HEAD, damaged);
    assert_true(err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF);
}

static void a_request_damaged_anywhere_is_refused(void **state)
{
    struct pair *p = *state;
    uint8_t kept[1024];
    memcpy(kept, p->body.data, p->body.len);
    for_each_damage(bytes_of(kept, p->body.len), refuse_body, p);
}

static void a_record_with_a_malformed_half_is_the_services_own_fault(void **state)
{
    struct pair *p = *state;
    struct cosign_service_half kept = p->service;
    memset(p->service.b, 0, sizeof(p->service.b));
    assert_int_equal(judge(p), HUFU_ERR_INTERNAL);
    p->service = kept;
    p->service.A[64] ^= 1;
    assert_int_equal(judge(p), HUFU_ERR_INTERNAL);
    p->service = kept;
    p->service.P[0] = 2;
    assert_int_equal(judge(p), HUFU_ERR_INTERNAL);
}

static void a_failing_source_leaves_no_answer(void **state)
{
    struct pair *p = *state;
    for (uint64_t calls = 1; calls < 2 * COUNT; calls++) {
        struct stream failing = {.fail_after = calls};
        p->random = stream_random(&failing);
        assert_int_equal(judge(p), HUFU_ERR_AWAY);
    }
}

static void a_buffer_too_small_leaves_no_answer_and_no_r(void **state)
{
    struct pair *p = *state;
    buf_init(&p->answer, p->answer_memory, 300);
    assert_int_equal(
        cosign_service_sign(&p->service, &p->answer, rs, HEAD, E(), buf_bytes(&p->body), FRAME, &p->random),
        HUFU_ERR_LIMIT);
    assert_int_equal(p->answer.len, 0);
    assert_zero(rs);
}

/* ---- Restarts ---- */

/* Gives the κ of a list first, then fresh ones. */
struct scripted {
    struct draw draw;
    struct scalar kappas[2 * COUNT];
    unsigned scripted_calls; /* how many calls the list serves; it is read round and round */
    unsigned calls;
    struct stream stream;
};

static enum hufu_err scripted_nonce(const struct draw *draw, struct scalar *out, const struct scalar *half,
                                    const struct draw_context *context, uint32_t index, const char *role)
{
    struct scripted *script = (struct scripted *)(uintptr_t)draw;
    (void)half;
    (void)context;
    (void)index;
    (void)role;
    if (script->calls < script->scripted_calls)
        *out = script->kappas[script->calls % (2 * COUNT)];
    else
        random_scalar(out, &script->stream);
    script->calls++;
    return HUFU_OK;
}

static void script_init(struct scripted *script, unsigned scripted_calls)
{
    memset(script, 0, sizeof(*script));
    script->draw.nonce = scripted_nonce;
    script->scripted_calls = scripted_calls;
    script->stream.seed = 61;
    for (size_t i = 0; i < 2 * COUNT; i++)
        random_scalar(&script->kappas[i], &script->stream);
}

static enum hufu_err scripted_sign(struct pair *p, struct scripted *script)
{
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    return service_sign(&p->service, &p->answer, rs, HEAD, E(), buf_bytes(&p->body), FRAME, &script->draw);
}

/* e of the second digest becomes -x(R), or with `less` = κ2, -x(R) - κ2. The head stays, so R stays too. */
static void aim_second_digest(struct pair *p, const struct scalar *less)
{
    struct scripted script;
    struct scalar r, e;
    script_init(&script, 2 * COUNT);
    assert_ok(scripted_sign(p, &script));
    scalar_of_bytes(&r, rs[1]);
    scalar_decode_mod(&e, digests + COSIGN_DIGEST_SIZE);
    scalar_sub(&e, &e, &r);
    scalar_sub(&e, &e, less);
    scalar_encode(digests + COSIGN_DIGEST_SIZE, &e);
}

static void assert_restarts_once(struct pair *p)
{
    struct scripted script;
    uint8_t signatures[COUNT][COSIGN_SIGNATURE_SIZE];
    uint8_t K[COSIGN_POINT_SIZE];
    script_init(&script, 2 * COUNT);
    assert_ok(scripted_sign(p, &script));
    assert_int_equal(script.calls, 4 * COUNT); /* two whole batches, though the first item was good */
    multiple_encode(K, &script.kappas[0]);
    assert_memory_not_equal(p->answer.data + QS_AT, K, sizeof(K)); /* no κ of the first try is shown */
    assert_ok(cosign_device_sign_finish(&signing, signatures, HEAD, E(), buf_bytes(&p->answer)));
    assert_memory_equal(signatures[1], rs[1], COSIGN_SCALAR_SIZE);
}

static void an_r_of_zero_restarts_the_whole_batch(void **state)
{
    const struct scalar zero = {{0}};
    aim_second_digest(*state, &zero);
    assert_restarts_once(*state);
}

static void an_s3_of_zero_restarts_the_whole_batch(void **state)
{
    struct scripted script;
    script_init(&script, 0);
    aim_second_digest(*state, &script.kappas[3]); /* κ2 of the second digest */
    assert_restarts_once(*state);
}

static void a_source_that_repeats_itself_ends_in_an_error_not_in_a_loop(void **state)
{
    struct pair *p = *state;
    const struct scalar zero = {{0}};
    struct scripted script;
    aim_second_digest(p, &zero);
    script_init(&script, 1000);
    assert_int_equal(scripted_sign(p, &script), HUFU_ERR_INTERNAL);
    assert_int_equal(p->answer.len, 0);
    assert_zero(rs);
}

/* The verdict on the proof falls last where its products are computed among the others. It is the one that is counted, so
 * nothing may stand in for it: neither randomness that fails nor a batch that is begun again. */
static void a_failed_proof_comes_before_every_other_failure(void **state)
{
    struct pair *p = *state;
    const struct scalar zero = {{0}};
    struct scripted script;
    aim_second_digest(p, &zero);
    p->body.data[PROOF_AT + 63] ^= 1;
    script_init(&script, 2 * COUNT);
    assert_int_equal(scripted_sign(p, &script), HUFU_ERR_PROOF);
    script_init(&script, 1000);
    assert_int_equal(scripted_sign(p, &script), HUFU_ERR_PROOF);
    assert_int_equal(p->answer.len, 0);
    assert_zero(rs);
    for (uint64_t calls = 1; calls < 2 * COUNT; calls++) {
        struct stream failing = {.fail_after = calls};
        p->random = stream_random(&failing);
        assert_int_equal(judge(p), HUFU_ERR_PROOF);
    }
}

/* ---- Items with everything chosen ---- */

struct chosen {
    struct scalar q1, q2, beta, kappa1, kappa2; /* q1, q2: the logarithms of Q1, Q2 */
    uint8_t pair[SIGN_PAIR_SIZE];
    uint8_t item[SIGN_ITEM_SIZE];
    uint8_t r[COSIGN_SCALAR_SIZE];
};

static void chosen_encode(struct chosen *c)
{
    multiple_encode(c->pair, &c->q1);
    multiple_encode(c->pair + COSIGN_POINT_SIZE, &c->q2);
    multiple_encode(c->item, &c->kappa1);
    multiple_encode(c->item + COSIGN_POINT_SIZE, &c->kappa2);
}

static const struct chosen good = {
    .q1 = {{21}}, .q2 = {{3}}, .beta = {{7}}, .kappa1 = {{11}}, .kappa2 = {{13}}};

static struct sign_service_item item_of(struct chosen *c)
{
    static const struct scalar b_inverse = {{5}};
    static const uint8_t digest[COSIGN_DIGEST_SIZE] = {1};
    return (struct sign_service_item){.b_inverse = &b_inverse,
                                      .kappa1 = &c->kappa1,
                                      .kappa2 = &c->kappa2,
                                      .beta = c->beta,
                                      .digest = digest,
                                      .pair = c->pair,
                                      .item = c->item,
                                      .r = c->r};
}

static struct sign_service_proofs none;

/* The verdict on c alone and in every place among good ones, which must make no difference to it or to them. */
static enum hufu_err judge_chosen(struct chosen *c)
{
    struct chosen others[SIGN_SERVICE_TOGETHER];
    struct sign_service_item in[SIGN_SERVICE_TOGETHER];
    chosen_encode(c);
    for (size_t i = 0; i < SIGN_SERVICE_TOGETHER; i++) {
        others[i] = good;
        chosen_encode(&others[i]);
    }
    in[0] = item_of(c);
    sign_service_items(in, 1, &none);
    const enum hufu_err alone = in[0].err;
    for (size_t count = 2; count <= SIGN_SERVICE_TOGETHER; count++)
        for (size_t at = 0; at < count; at++) {
            for (size_t i = 0; i < count; i++)
                in[i] = item_of(i == at ? c : &others[i]);
            sign_service_items(in, count, &none);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(in[i].err, i == at ? alone : HUFU_OK);
        }
    return alone;
}

static void Q_at_infinity_is_refused(void **state)
{
    struct chosen c = good;
    (void)state;
    assert_ok(judge_chosen(&c));
    scalar_negate(&c.q1, &c.q1); /* q1 + β·q2 = 0 */
    assert_int_equal(judge_chosen(&c), HUFU_ERR_FORM);
}

static void a_malformed_Q_is_refused(void **state)
{
    struct chosen c[2] = {good, good};
    struct sign_service_item in[2];
    (void)state;
    for (size_t which = 0; which < 2; which++) {
        chosen_encode(&c[0]);
        chosen_encode(&c[1]);
        c[which].pair[COSIGN_POINT_SIZE - 1] ^= 1;
        for (size_t i = 0; i < 2; i++)
            in[i] = item_of(&c[i]);
        sign_service_items(in, 2, &none);
        assert_int_equal(in[which].err, HUFU_ERR_FORM);
        assert_ok(in[1 - which].err);
    }
}

static void R_at_infinity_asks_for_a_restart(void **state)
{
    struct chosen c = good;
    (void)state;
    c.kappa2 = (struct scalar){{11 * (21 + 7 * 3)}};
    assert_ok(judge_chosen(&c));
    scalar_negate(&c.kappa2, &c.kappa2); /* κ1·q + κ2 = 0 */
    assert_int_equal(judge_chosen(&c), HUFU_ERR_RETRY);
}

/* The formulas meet equal and opposite points here: κ1·Q1 = ±κ1·β·Q2, κ1·Q = K2, Q1 = Q2. */
static void points_that_meet_are_signed_like_others(void **state)
{
    struct chosen c = good;
    (void)state;
    c.q2 = c.q1;
    assert_ok(judge_chosen(&c));
    c.beta = (struct scalar){{1}};
    assert_ok(judge_chosen(&c));
    c.kappa2 = (struct scalar){{11 * (21 + 21)}};
    assert_ok(judge_chosen(&c));
    scalar_negate(&c.q2, &c.q2);
    assert_int_equal(judge_chosen(&c), HUFU_ERR_FORM);
}

/* With κ, β and e of its own for each. */
static void items_made_together_are_those_made_alone(void **state)
{
    struct stream stream = {.seed = 62};
    struct chosen alone[SIGN_SERVICE_TOGETHER], made[SIGN_SERVICE_TOGETHER];
    struct sign_service_item in[SIGN_SERVICE_TOGETHER];
    uint8_t e[SIGN_SERVICE_TOGETHER][COSIGN_DIGEST_SIZE];
    (void)state;
    make_digests(e[0], SIGN_SERVICE_TOGETHER, 63);
    for (size_t i = 0; i < SIGN_SERVICE_TOGETHER; i++) {
        struct chosen *c = &alone[i];
        struct scalar *const values[] = {&c->q1, &c->q2, &c->beta, &c->kappa1, &c->kappa2};
        *c = good;
        for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
            random_scalar(values[k], &stream);
        chosen_encode(c);
        made[i] = *c;
        in[0] = item_of(c);
        in[0].digest = e[i];
        sign_service_items(in, 1, &none);
        assert_ok(in[0].err);
    }
    for (size_t count = 2; count <= SIGN_SERVICE_TOGETHER; count++) {
        for (size_t i = 0; i < count; i++) {
            memset(made[i].item + SIGN_PAIR_SIZE, 0, SIGN_ITEM_SIZE - SIGN_PAIR_SIZE);
            in[i] = item_of(&made[i]);
            in[i].digest = e[i];
        }
        sign_service_items(in, count, &none);
        assert_memory_equal(made, alone, count * sizeof(made[0]));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, pair_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_honest_request_is_answered),
        TEST(a_wrong_half_is_a_failed_proof),
        TEST(a_request_under_another_head_is_a_failed_proof),
        TEST(a_request_for_another_key_is_a_failed_proof),
        TEST(a_point_put_in_place_of_a_nonces_is_a_failed_proof),
        TEST(nonce_points_in_another_order_are_a_failed_proof),
        TEST(a_malformed_request_is_malformed_whatever_its_proof),
        TEST(points_for_more_or_fewer_digests_are_malformed),
        TEST(a_request_damaged_anywhere_is_refused),
        TEST(a_record_with_a_malformed_half_is_the_services_own_fault),
        TEST(a_failing_source_leaves_no_answer),
        TEST(a_buffer_too_small_leaves_no_answer_and_no_r),
        TEST(an_r_of_zero_restarts_the_whole_batch),
        TEST(an_s3_of_zero_restarts_the_whole_batch),
        TEST(a_source_that_repeats_itself_ends_in_an_error_not_in_a_loop),
        TEST(a_failed_proof_comes_before_every_other_failure),
        TEST(Q_at_infinity_is_refused),
        TEST(a_malformed_Q_is_refused),
        TEST(R_at_infinity_asks_for_a_restart),
        TEST(points_that_meet_are_signed_like_others),
        TEST(items_made_together_are_those_made_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
