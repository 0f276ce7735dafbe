/* SPDX-License-Identifier: Apache-2.0 */
/* Several requests answered together: each as if it were alone, whatever the others are. */
#include "tests/unit/cosign_pair.h"

#include "cosign/drawn.h"
#include "cosign/sign.h"

#define STRIDE (HUFU_SANITIZED ? 3 : 1) /* sanitizers take long: one position in three there */
#define DIGESTS_MAX 20                  /* of one request, unless a test lends it more */
#define BODY_SIZE (64 + DIGESTS_MAX * SIGN_PAIR_SIZE + COSIGN_PROOF_SIZE)
#define ANSWER_SIZE (64 + DIGESTS_MAX * SIGN_ITEM_SIZE)

/* A device, its request, and what became of it. */
struct member {
    struct cosign_device_half device;
    struct cosign_service_half service;
    struct cosign_signing signing;
    uint32_t count;
    uint8_t digests[DIGESTS_MAX * COSIGN_DIGEST_SIZE];
    uint8_t frame[8];
    uint8_t body[BODY_SIZE];
    size_t body_len;
    size_t room; /* of the answer */
};

struct outcome {
    enum hufu_err err;
    size_t len;
    uint8_t answer[ANSWER_SIZE];
    uint8_t r[DIGESTS_MAX][COSIGN_SCALAR_SIZE];
};

static struct member members[COSIGN_TOGETHER_MAX], kept[COSIGN_TOGETHER_MAX];
static struct outcome alone[COSIGN_TOGETHER_MAX], together[COSIGN_TOGETHER_MAX];

static struct bytes digests_of(const struct member *m)
{
    return bytes_of(m->digests, (size_t)m->count * COSIGN_DIGEST_SIZE);
}

static struct bytes frame_of(const struct member *m)
{
    return bytes_of(m->frame, sizeof(m->frame));
}

static void ask(struct member *m, uint32_t count)
{
    struct stream stream = {.seed = 100};
    const struct cosign_random random = stream_random(&stream);
    struct buf body;
    m->count = count;
    make_digests(m->digests, count, count);
    buf_init(&body, m->body, sizeof(m->body));
    assert_ok(cosign_device_sign_begin(&m->signing, &body, &m->device, frame_of(m), digests_of(m), &random));
    m->body_len = body.len;
}

/* Mixed: the items of one request fall into several steps of the arithmetic, and a step is of several requests. */
static const uint32_t counts[COSIGN_TOGETHER_MAX] = {1, 3, 1, 2, 9, 1, 1, 1, 4, 17, 1, 2, 8, 1, 5, 1};

static int set_up_all(void **state)
{
    static struct pair pair;
    (void)state;
    for (size_t i = 0; i < COSIGN_TOGETHER_MAX; i++) {
        struct member *m = &kept[i];
        pair_init(&pair, i + 1);
        m->device = pair.device;
        m->service = pair.service;
        m->frame[0] = (uint8_t)i;
        m->room = ANSWER_SIZE;
        ask(m, counts[i]);
    }
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    memcpy(members, kept, sizeof(members));
    return 0;
}

static struct cosign_service_signing signing_of(const struct member *m, struct buf *answer,
                                                struct outcome *outcome)
{
    memset(outcome, 0, sizeof(*outcome));
    memset(outcome->r, 0xee, sizeof(outcome->r));
    buf_init(answer, outcome->answer, m->room);
    return (struct cosign_service_signing){.half = &m->service,
                                           .answer = answer,
                                           .r_out = outcome->r,
                                           .head = frame_of(m),
                                           .digests = digests_of(m),
                                           .body = bytes_of(m->body, m->body_len),
                                           .frame = frame_of(m)};
}

static void answer_alone(size_t count, const struct draw *draw)
{
    for (size_t i = 0; i < count; i++) {
        struct buf answer;
        const struct cosign_service_signing s = signing_of(&members[i], &answer, &alone[i]);
        alone[i].err = service_sign(s.half, s.answer, s.r_out, s.head, s.digests, s.body, s.frame, draw);
        alone[i].len = answer.len;
    }
}

static enum hufu_err answer_together(size_t count, const struct draw *draw)
{
    struct cosign_service_signing signings[COSIGN_TOGETHER_MAX];
    struct buf answers[COSIGN_TOGETHER_MAX];
    for (size_t i = 0; i < count; i++)
        signings[i] = signing_of(&members[i], &answers[i], &together[i]);
    const enum hufu_err err = service_sign_each(signings, count, draw);
    for (size_t i = 0; i < count; i++) {
        together[i].err = signings[i].err;
        together[i].len = answers[i].len;
    }
    return err;
}

static void compare(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(together[i].err, alone[i].err);
        assert_int_equal(together[i].len, alone[i].len);
        assert_memory_equal(together[i].answer, alone[i].answer, sizeof(alone[i].answer));
        assert_memory_equal(together[i].r, alone[i].r, sizeof(alone[i].r));
        if (together[i].err) {
            assert_zero(together[i].answer);
            if (members[i].count > 0)
                assert_true(all_zero(together[i].r, members[i].count * (size_t)COSIGN_SCALAR_SIZE));
        }
    }
}

/* The same random bytes, once for one after the other and once for all together, until they fail after so many (0: never). */
static void run_both(size_t count, uint64_t fail_after)
{
    struct stream stream = {.seed = 7, .fail_after = fail_after};
    const struct cosign_random random = stream_random(&stream);
    const struct draw draw = draw_hedged(&random);
    answer_alone(count, &draw);
    stream.calls = 0;
    assert_ok(answer_together(count, &draw));
    compare(count);
}

static void assert_all_but(size_t count, size_t which, enum hufu_err err)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(together[i].err, i == which ? err : HUFU_OK);
}

static const size_t group_sizes[] = {1, 2, 3, 5, 8, 16};

static void every_answer_is_the_one_given_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(group_sizes) / sizeof(group_sizes[0]); i++) {
        run_both(group_sizes[i], 0);
        assert_all_but(group_sizes[i], COSIGN_TOGETHER_MAX, HUFU_OK);
    }
}

static void assert_verifies(struct member *m, const struct outcome *outcome)
{
    uint8_t signatures[DIGESTS_MAX][COSIGN_SIGNATURE_SIZE];
    assert_ok(cosign_device_sign_finish(&m->signing, signatures, frame_of(m), digests_of(m),
                                        bytes_of(outcome->answer, outcome->len)));
    for (size_t i = 0; i < m->count; i++) {
        assert_ok(cosign_verify_var(m->device.P, m->digests + i * COSIGN_DIGEST_SIZE, signatures[i]));
        assert_memory_equal(signatures[i], outcome->r[i], COSIGN_SCALAR_SIZE);
    }
}

static void every_device_can_finish(void **state)
{
    struct stream stream = {.seed = 8};
    const struct cosign_random random = stream_random(&stream);
    const struct draw draw = draw_hedged(&random);
    (void)state;
    assert_ok(answer_together(COSIGN_TOGETHER_MAX, &draw));
    for (size_t i = 0; i < COSIGN_TOGETHER_MAX; i++)
        assert_verifies(&members[i], &together[i]);
}

static void the_same_half_may_sign_twice(void **state)
{
    (void)state;
    members[1] = members[0];
    run_both(2, 0);
    assert_all_but(2, 2, HUFU_OK);
    assert_memory_not_equal(together[0].r, together[1].r, COSIGN_SCALAR_SIZE);
}

/* In a frozen random state the frame alone keeps two requests of one half apart. */
static void nonces_are_bound_to_the_frame_of_their_own_request(void **state)
{
    struct stream frozen = {.seed = 9, .frozen = true};
    const struct cosign_random random = stream_random(&frozen);
    const struct draw draw = draw_hedged(&random);
    (void)state;
    members[1] = members[0];
    assert_ok(answer_together(2, &draw));
    assert_memory_equal(together[0].answer, together[1].answer, ANSWER_SIZE);
    members[1].frame[1] ^= 1;
    ask(&members[1], 1);
    assert_ok(answer_together(2, &draw));
    assert_all_but(2, 2, HUFU_OK);
    assert_memory_not_equal(together[0].answer + 16, together[1].answer + 16, COSIGN_POINT_SIZE);
}

/* ---- A bad one among good ones, in each position ---- */

static void spoil_proof(struct member *m)
{
    m->body[m->body_len - 1] ^= 1;
}

static void spoil_form(struct member *m)
{
    m->body_len--;
}

static void spoil_point(struct member *m)
{
    memcpy(m->body + 16 + COSIGN_POINT_SIZE, bad_points[2].bytes, COSIGN_POINT_SIZE);
}

static void spoil_b(struct member *m)
{
    memset(m->service.b, 0, sizeof(m->service.b));
}

static void spoil_A(struct member *m)
{
    m->service.A[64] ^= 1;
}

static void spoil_room(struct member *m)
{
    m->room = 100;
}

static void take_digests(struct member *m)
{
    m->count = 0;
}

static void spoil_in_each_position(void (*spoil)(struct member *m), enum hufu_err err)
{
    static const size_t sizes[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (size_t which = i % STRIDE; which < sizes[i]; which += STRIDE) {
            (void)set_up(NULL);
            spoil(&members[which]);
            run_both(sizes[i], 0);
            assert_all_but(sizes[i], which, err);
        }
}

static void a_wrong_pin_is_the_fault_of_one(void **state)
{
    (void)state;
    spoil_in_each_position(spoil_proof, HUFU_ERR_PROOF);
}

static void a_malformed_request_is_the_fault_of_one(void **state)
{
    (void)state;
    spoil_in_each_position(spoil_form, HUFU_ERR_FORM);
    spoil_in_each_position(spoil_point, HUFU_ERR_FORM);
    spoil_in_each_position(take_digests, HUFU_ERR_FORM);
}

static void a_malformed_half_is_the_fault_of_one(void **state)
{
    (void)state;
    spoil_in_each_position(spoil_b, HUFU_ERR_INTERNAL);
    spoil_in_each_position(spoil_A, HUFU_ERR_INTERNAL);
}

static void a_buffer_too_small_is_the_fault_of_one(void **state)
{
    (void)state;
    spoil_in_each_position(spoil_room, HUFU_ERR_LIMIT);
}

static void all_may_be_bad(void **state)
{
    static void (*const spoils[])(struct member *) = {spoil_proof, spoil_form, spoil_b, spoil_room};
    (void)state;
    for (size_t i = 0; i < 8; i++)
        spoils[i % 4](&members[i]);
    run_both(8, 0);
    for (size_t i = 0; i < 8; i++)
        assert_true(together[i].err);
}

static void a_source_that_fails_fails_those_that_draw_from_it(void **state)
{
    (void)state;
    spoil_proof(&members[3]); /* comes before */
    for (uint64_t calls = 1; calls < 24; calls += 3)
        run_both(5, calls);
}

/* ---- Restarts ---- */

/* κ that depend on the request, the digest, the role and the try alone, so on no other request. */
struct scripted {
    struct draw draw;
    bool repeats; /* the try does not count */
    unsigned calls[COSIGN_TOGETHER_MAX];
};

static size_t member_of(const struct draw_context *context)
{
    for (size_t i = 0; i < COSIGN_TOGETHER_MAX; i++) {
        const struct draw_context own = draw_context_of(frame_of(&members[i]));
        if (memcmp(&own, context, sizeof(own)) == 0)
            return i;
    }
    fail();
    return 0;
}

static enum hufu_err scripted_nonce(const struct draw *draw, struct scalar *out, const struct scalar *half,
                                    const struct draw_context *context, uint32_t index, const char *role)
{
    struct scripted *script = (struct scripted *)(uintptr_t)draw;
    const size_t which = member_of(context);
    const unsigned calls = script->calls[which]++;
    const unsigned try = script->repeats ? 0 : calls / (2 * members[which].count);
    struct stream stream = {.seed = 1 + which + 100 * index + 10000 * try + 1000000 * (uint64_t)role[5]};
    (void)half;
    random_scalar(out, &stream);
    return HUFU_OK;
}

static void script_init(struct scripted *script, bool repeats)
{
    *script = (struct scripted){.draw = {.nonce = scripted_nonce}, .repeats = repeats};
}

/* e of the last digest becomes -x(R) of the first try. The head stays, so R stays too. */
static void aim_last_digest(size_t which)
{
    struct scripted script;
    struct member *m = &members[which];
    uint8_t *digest = m->digests + (size_t)(m->count - 1) * COSIGN_DIGEST_SIZE;
    struct scalar r, e;
    script_init(&script, false);
    answer_alone(which + 1, &script.draw);
    assert_ok(alone[which].err);
    scalar_of_bytes(&r, alone[which].r[m->count - 1]);
    scalar_decode_mod(&e, digest);
    scalar_sub(&e, &e, &r);
    scalar_encode(digest, &e);
}

static void run_both_scripted(size_t count, bool repeats, struct scripted *script)
{
    script_init(script, repeats);
    answer_alone(count, &script->draw);
    script_init(script, repeats);
    assert_ok(answer_together(count, &script->draw));
    compare(count);
}

#define AIMED 10 /* more than are computed together */

static void a_restart_is_of_one_request_and_of_all_its_digests(void **state)
{
    (void)state;
    for (size_t which = 0; which < AIMED; which += STRIDE) {
        struct scripted script;
        (void)set_up(NULL);
        aim_last_digest(which);
        run_both_scripted(AIMED, false, &script);
        assert_all_but(AIMED, AIMED, HUFU_OK);
        for (size_t i = 0; i < AIMED; i++) {
            assert_int_equal(script.calls[i], 2 * members[i].count * (i == which ? 2 : 1));
            assert_verifies(&members[i], &together[i]);
        }
    }
}

static void a_request_that_never_succeeds_is_the_fault_of_one(void **state)
{
    (void)state;
    for (size_t which = 0; which < AIMED; which += STRIDE) {
        struct scripted script;
        (void)set_up(NULL);
        aim_last_digest(which);
        run_both_scripted(AIMED, true, &script);
        assert_all_but(AIMED, which, HUFU_ERR_INTERNAL);
        spoil_proof(&members[which]); /* is the one that is counted */
        run_both_scripted(AIMED, true, &script);
        assert_all_but(AIMED, which, HUFU_ERR_PROOF);
    }
}

/* ---- Limits ---- */

static uint8_t many_digests[(COSIGN_BATCH_MAX + 1) * COSIGN_DIGEST_SIZE];
static uint8_t many_rs[COSIGN_BATCH_MAX + 1][COSIGN_SCALAR_SIZE];
static uint8_t many_answer[COSIGN_ANSWER_MAX];

/* The members' requests with a first of so many digests. */
static enum hufu_err run_with_many(struct cosign_service_signing *signings, size_t count, uint32_t digests,
                                   struct bytes body)
{
    static struct buf answers[COSIGN_TOGETHER_MAX];
    struct stream stream = {.seed = 11};
    const struct cosign_random random = stream_random(&stream);
    for (size_t i = 0; i < count; i++)
        signings[i] = signing_of(&members[i], &answers[i], &together[i]);
    buf_init(&answers[0], many_answer, sizeof(many_answer));
    signings[0].r_out = many_rs;
    signings[0].digests = bytes_of(many_digests, (size_t)digests * COSIGN_DIGEST_SIZE);
    signings[0].body = body;
    const enum hufu_err err = cosign_service_sign_each(signings, count, &random);
    if (err) {
        assert_int_equal(stream.calls, 0);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(signings[i].err, err);
            assert_int_equal(signings[i].answer->len, 0);
        }
    }
    return err;
}

static struct bytes body_of_many(uint32_t digests)
{
    static uint8_t memory[COSIGN_BODY_MAX];
    struct stream stream = {.seed = 12};
    const struct cosign_random random = stream_random(&stream);
    struct buf body;
    buf_init(&body, memory, sizeof(memory));
    assert_ok(cosign_device_sign_begin(&members[0].signing, &body, &members[0].device, frame_of(&members[0]),
                                       bytes_of(many_digests, (size_t)digests * COSIGN_DIGEST_SIZE),
                                       &random));
    return buf_bytes(&body);
}

static void no_request_is_malformed(void **state)
{
    struct cosign_random random = {.fill = NULL};
    (void)state;
    assert_int_equal(cosign_service_sign_each(NULL, 0, &random), HUFU_ERR_FORM);
}

static void more_than_16_requests_are_over_the_limit(void **state)
{
    struct cosign_service_signing signings[COSIGN_TOGETHER_MAX + 1];
    struct cosign_random random = {.fill = NULL};
    struct buf answer;
    (void)state;
    for (size_t i = 0; i <= COSIGN_TOGETHER_MAX; i++)
        signings[i] = signing_of(&members[0], &answer, &together[0]);
    assert_int_equal(cosign_service_sign_each(signings, COSIGN_TOGETHER_MAX + 1, &random), HUFU_ERR_LIMIT);
    assert_int_equal(answer.len, 0);
    for (size_t i = 0; i <= COSIGN_TOGETHER_MAX; i++)
        assert_int_equal(signings[i].err, HUFU_ERR_LIMIT);
}

static void digests_in_all_have_the_limit_of_one_batch(void **state)
{
    struct cosign_service_signing signings[COSIGN_TOGETHER_MAX];
    const uint32_t rest = counts[1] + counts[2]; /* of the two behind the first */
    const uint32_t most = COSIGN_BATCH_MAX - rest;
    uint8_t signatures[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    (void)state;
    assert_int_equal(run_with_many(signings, 3, most + 1, body_of_many(most + 1)), HUFU_ERR_LIMIT);
    assert_ok(run_with_many(signings, 3, most, body_of_many(most)));
    for (size_t i = 0; i < 3; i++)
        assert_ok(signings[i].err);
    assert_ok(cosign_device_sign_finish(&members[0].signing, signatures, frame_of(&members[0]),
                                        bytes_of(many_digests, (size_t)most * COSIGN_DIGEST_SIZE),
                                        buf_bytes(signings[0].answer)));
}

/* It is refused by itself, and takes none of the others' room. */
static void a_request_over_the_limit_is_the_fault_of_one(void **state)
{
    struct cosign_service_signing signings[COSIGN_TOGETHER_MAX];
    (void)state;
    memset(many_rs, 0xee, sizeof(many_rs));
    assert_ok(run_with_many(signings, COSIGN_TOGETHER_MAX, COSIGN_BATCH_MAX + 1, bytes_of(NULL, 0)));
    assert_int_equal(signings[0].err, HUFU_ERR_LIMIT);
    assert_int_equal(many_rs[0][0], 0xee); /* how many there would be is not known */
    for (size_t i = 1; i < COSIGN_TOGETHER_MAX; i++)
        assert_ok(signings[i].err);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_answer_is_the_one_given_alone),
        TEST(every_device_can_finish),
        TEST(the_same_half_may_sign_twice),
        TEST(nonces_are_bound_to_the_frame_of_their_own_request),
        TEST(a_wrong_pin_is_the_fault_of_one),
        TEST(a_malformed_request_is_the_fault_of_one),
        TEST(a_malformed_half_is_the_fault_of_one),
        TEST(a_buffer_too_small_is_the_fault_of_one),
        TEST(all_may_be_bad),
        TEST(a_source_that_fails_fails_those_that_draw_from_it),
        TEST(a_restart_is_of_one_request_and_of_all_its_digests),
        TEST(a_request_that_never_succeeds_is_the_fault_of_one),
        TEST(no_request_is_malformed),
        TEST(more_than_16_requests_are_over_the_limit),
        TEST(digests_in_all_have_the_limit_of_one_batch),
        TEST(a_request_over_the_limit_is_the_fault_of_one),
    };
    return cmocka_run_group_tests(tests, set_up_all, NULL);
}
