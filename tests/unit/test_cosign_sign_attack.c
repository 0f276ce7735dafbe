/* SPDX-License-Identifier: Apache-2.0 */
/* A dishonest service that answers a signing request: the device releases nothing, whatever it tries. Each check of
 * the device alone is reached in test_cosign_sign_check.c. */
#include "tests/unit/cosign_pair.h"

#include "cosign/multiples.h"
#include "cosign/sign.h"

#define HEAD head_of("head with E")
#define COUNT 2

/* One request of COUNT digests, its true answer, and room for a forged one. */
struct attack {
    struct pair pair;
    struct cosign_signing signing; /* as the request left it; finish gets a copy */
    uint8_t digests[COUNT * COSIGN_DIGEST_SIZE];
    uint8_t items[COUNT][SIGN_ITEM_SIZE]; /* of the true answer, for tests to change */
    struct stream stream;
};

static struct bytes digests_of(const struct attack *x)
{
    return bytes_of(x->digests, sizeof(x->digests));
}

static int set_up(void **state)
{
    static struct attack x;
    uint8_t rs[COUNT][COSIGN_SCALAR_SIZE];
    memset(&x, 0, sizeof(x));
    pair_init(&x.pair, 51);
    make_digests(x.digests, COUNT, 5);
    assert_ok(cosign_device_sign_begin(&x.signing, &x.pair.body, &x.pair.device, HEAD, digests_of(&x),
                                       &x.pair.random));
    assert_ok(cosign_service_sign(&x.pair.service, &x.pair.answer, rs, HEAD, digests_of(&x),
                                  buf_bytes(&x.pair.body), head_of("frame"), &x.pair.random));
    memcpy(x.items, x.pair.answer_memory + 4 + 8 + 4, sizeof(x.items));
    x.stream.seed = 52;
    *state = &x;
    return 0;
}

/* What the device makes of the items; it must give all signatures or none, and have consumed its nonces. */
static enum hufu_err device_finishes(struct attack *x)
{
    static struct cosign_signing copy;
    uint8_t signatures[COUNT][COSIGN_SIGNATURE_SIZE];
    uint8_t memory[16 + sizeof(x->items)];
    struct buf answer;
    copy = x->signing;
    buf_init(&answer, memory, sizeof(memory));
    buf_put_field_text(&answer, COSIGN_OP_SIGN);
    buf_put_field(&answer, x->items, sizeof(x->items));
    assert_ok(buf_finish(&answer));
    memset(signatures, 0xee, sizeof(signatures));
    const enum hufu_err err =
        cosign_device_sign_finish(&copy, signatures, HEAD, digests_of(x), buf_bytes(&answer));
    assert_zero(copy);
    if (err)
        assert_zero(signatures);
    else
        for (size_t i = 0; i < COUNT; i++)
            assert_ok(
                cosign_verify_var(x->pair.device.P, x->digests + i * COSIGN_DIGEST_SIZE, signatures[i]));
    return err;
}

static void assert_releases_nothing(struct attack *x)
{
    assert_int_equal(device_finishes(x), HUFU_ERR_PEER);
}

static void the_true_answer_is_accepted(void **state)
{
    assert_ok(device_finishes(*state));
}

/* ---- Scalars ---- */

/* In the plain product form this reads a out of the published signature: s + r = a⁻¹·s3. */
static void an_answer_with_s2_zero_releases_nothing(void **state)
{
    struct attack *x = *state;
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t kept[32];
        memcpy(kept, x->items[i] + SIGN_PAIR_SIZE, 32);
        memset(x->items[i] + SIGN_PAIR_SIZE, 0, 32);
        assert_releases_nothing(x);
        memcpy(x->items[i] + SIGN_PAIR_SIZE, kept, 32);
    }
}

/* n is 0 too, were it reduced. */
static void an_answer_with_s2_of_n_releases_nothing(void **state)
{
    struct attack *x = *state;
    memcpy(x->items[1] + SIGN_PAIR_SIZE, order_bytes, 32);
    assert_releases_nothing(x);
}

static void an_answer_with_s3_zero_releases_nothing(void **state)
{
    struct attack *x = *state;
    memset(x->items[1] + SIGN_PAIR_SIZE + 32, 0, 32);
    assert_releases_nothing(x);
}

static void an_answer_with_a_scalar_of_n_or_more_releases_nothing(void **state)
{
    struct attack *x = *state;
    memcpy(x->items[0] + SIGN_PAIR_SIZE + 32, order_bytes, 32);
    assert_releases_nothing(x);
    memcpy(x->items[0] + SIGN_PAIR_SIZE + 32, ones_bytes, 32);
    assert_releases_nothing(x);
}

/* Well formed, as small as can be, in each item in turn: the equation finds it. */
static void an_answer_with_another_s2_or_s3_releases_nothing(void **state)
{
    struct attack *x = *state;
    for (size_t which = 0; which < 2 * COUNT; which++) {
        uint8_t *scalar = x->items[which / 2] + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE * (which % 2);
        uint8_t kept[COSIGN_SCALAR_SIZE];
        memcpy(kept, scalar, sizeof(kept));
        memset(scalar, 0, sizeof(kept));
        scalar[31] = 1;
        assert_releases_nothing(x);
        memcpy(scalar, kept, sizeof(kept));
    }
    assert_ok(device_finishes(x));
}

/* ---- Points ---- */

static void an_answer_with_a_malformed_point_releases_nothing(void **state)
{
    struct attack *x = *state;
    for (size_t i = 0; i < bad_point_count; i++)
        for (size_t which = 0; which < 2; which++) {
            uint8_t *point = x->items[0] + COSIGN_POINT_SIZE * which;
            uint8_t kept[COSIGN_POINT_SIZE];
            memcpy(kept, point, sizeof(kept));
            memcpy(point, bad_points[i].bytes, sizeof(kept));
            assert_releases_nothing(x);
            memcpy(point, kept, sizeof(kept));
        }
}

static void an_answer_that_shows_other_points_than_it_was_made_with_releases_nothing(void **state)
{
    struct attack *x = *state;
    for (size_t which = 0; which < 2; which++) {
        uint8_t *point = x->items[0] + COSIGN_POINT_SIZE * which;
        uint8_t kept[COSIGN_POINT_SIZE];
        struct scalar k;
        memcpy(kept, point, sizeof(kept));
        random_scalar(&k, &x->stream);
        multiple_encode(point, &k);
        assert_releases_nothing(x);
        memcpy(point, kept, sizeof(kept));
    }
}

static void an_answer_with_the_two_points_exchanged_releases_nothing(void **state)
{
    struct attack *x = *state;
    uint8_t K1[COSIGN_POINT_SIZE];
    memcpy(K1, x->items[0], sizeof(K1));
    memcpy(x->items[0], x->items[0] + COSIGN_POINT_SIZE, sizeof(K1));
    memcpy(x->items[0] + COSIGN_POINT_SIZE, K1, sizeof(K1));
    assert_releases_nothing(x);
}

static void an_answer_with_two_items_exchanged_releases_nothing(void **state)
{
    struct attack *x = *state;
    uint8_t first[SIGN_ITEM_SIZE];
    memcpy(first, x->items[0], sizeof(first));
    memcpy(x->items[0], x->items[1], sizeof(first));
    memcpy(x->items[1], first, sizeof(first));
    assert_releases_nothing(x);
}

/* ---- β ---- */

/* The true κ are not known to this file, so a service is played that draws its own and takes the β it is told. */
static void answer_with_beta(struct attack *x, const struct scalar betas[COUNT])
{
    struct scalar b_inverse, kappas[COUNT][2];
    struct sign_service_item in[COUNT];
    struct sign_service_proofs none = {.count = 0};
    uint8_t rs[COUNT][COSIGN_SCALAR_SIZE];
    scalar_of_bytes(&b_inverse, x->pair.service.b);
    scalar_invert(&b_inverse, &b_inverse);
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < 2; k++) {
            random_scalar(&kappas[i][k], &x->stream);
            multiple_encode(x->items[i] + k * COSIGN_POINT_SIZE, &kappas[i][k]);
        }
        in[i] = (struct sign_service_item){.b_inverse = &b_inverse,
                                           .kappa1 = &kappas[i][0],
                                           .kappa2 = &kappas[i][1],
                                           .beta = betas[i],
                                           .digest = x->digests + i * COSIGN_DIGEST_SIZE,
                                           .pair = x->signing.Qs[i],
                                           .item = x->items[i],
                                           .r = rs[i]};
    }
    sign_service_items(in, COUNT, &none);
    for (size_t i = 0; i < COUNT; i++)
        assert_ok(in[i].err);
}

/* β of the points now in the items, under some head. */
static void bind(struct attack *x, struct scalar betas[COUNT], struct bytes head)
{
    struct scalar_hash binding SCALAR_HASH_DROPPED;
    assert_ok(sign_bind(&binding, head, x->pair.device.P, bytes_of(x->signing.Qs, COUNT * SIGN_PAIR_SIZE),
                        (const uint8_t(*)[SIGN_ITEM_SIZE])x->items, COUNT));
    for (uint32_t i = 0; i < COUNT; i++)
        sign_beta(&betas[i], &binding, i);
}

static void an_answer_with_beta_left_out_releases_nothing(void **state)
{
    struct attack *x = *state;
    const struct scalar ones[COUNT] = {{{1}}, {{1}}};
    const struct scalar zeros[COUNT] = {{{0}}, {{0}}};
    answer_with_beta(x, ones);
    assert_releases_nothing(x);
    answer_with_beta(x, zeros);
    assert_releases_nothing(x);
}

/* The points are drawn anew and β kept: what a service does that wants to choose R after β. */
static void an_answer_with_beta_not_recomputed_for_its_points_releases_nothing(void **state)
{
    struct attack *x = *state;
    struct scalar betas[COUNT];
    bind(x, betas, HEAD);
    answer_with_beta(x, betas);
    assert_releases_nothing(x);
}

static void beta_depends_on_head_points_and_index(void **state)
{
    struct attack *x = *state;
    struct scalar betas[COUNT], others[COUNT];
    bind(x, betas, HEAD);
    assert_false(scalar_equal(&betas[0], &betas[1]));
    bind(x, others, head_of("head with F"));
    assert_false(scalar_equal(&betas[0], &others[0]));
    memcpy(x->items[1], x->items[0], COSIGN_POINT_SIZE); /* a point of the other digest */
    bind(x, others, HEAD);
    assert_false(scalar_equal(&betas[0], &others[0]));
}

/* ---- Answers to something else ---- */

static void an_answer_for_other_digests_releases_nothing(void **state)
{
    struct attack *x = *state;
    x->digests[COSIGN_DIGEST_SIZE] ^= 1;
    assert_releases_nothing(x);
}

static void the_answer_to_another_request_releases_nothing(void **state)
{
    struct attack *x = *state;
    pair_reset(&x->pair);
    assert_ok(cosign_device_sign_begin(&x->signing, &x->pair.body, &x->pair.device, HEAD, digests_of(x),
                                       &x->pair.random));
    assert_releases_nothing(x);
}

static void an_answer_of_another_half_releases_nothing(void **state)
{
    struct attack *x = *state;
    struct pair other;
    pair_init(&other, 53);
    memcpy(x->signing.half.a, other.device.a, sizeof(other.device.a));
    assert_releases_nothing(x);
    x->signing.half = other.device;
    assert_releases_nothing(x);
}

static void an_answer_with_an_item_too_many_or_too_few_releases_nothing(void **state)
{
    struct attack *x = *state;
    static uint8_t memory[16 + (COUNT + 1) * SIGN_ITEM_SIZE];
    for (size_t count = 0; count <= COUNT + 1; count++) {
        static struct cosign_signing copy;
        uint8_t signatures[COUNT][COSIGN_SIGNATURE_SIZE];
        uint8_t items[(COUNT + 1) * SIGN_ITEM_SIZE];
        struct buf answer;
        if (count == COUNT)
            continue;
        copy = x->signing;
        memcpy(items, x->items, sizeof(x->items));
        memcpy(items + sizeof(x->items), x->items, SIGN_ITEM_SIZE);
        buf_init(&answer, memory, sizeof(memory));
        buf_put_field_text(&answer, COSIGN_OP_SIGN);
        buf_put_field(&answer, items, count * SIGN_ITEM_SIZE);
        assert_int_equal(
            cosign_device_sign_finish(&copy, signatures, HEAD, digests_of(x), buf_bytes(&answer)),
            HUFU_ERR_PEER);
        assert_zero(signatures);
    }
}

static void refuse_answer(void *context, struct bytes damaged)
{
    const struct cosign_signing *signing = context;
    static struct cosign_signing copy;
    uint8_t digest[COSIGN_DIGEST_SIZE] = {0};
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE];
    copy = *signing;
    assert_int_equal(
        cosign_device_sign_finish(&copy, signature, HEAD, bytes_of(digest, sizeof(digest)), damaged),
        HUFU_ERR_PEER);
    assert_zero(signature);
}

static void an_answer_damaged_anywhere_releases_nothing(void **state)
{
    struct attack *x = *state;
    const uint8_t digest[COSIGN_DIGEST_SIZE] = {0};
    const struct bytes E = bytes_of(digest, sizeof(digest));
    uint8_t r[1][COSIGN_SCALAR_SIZE];
    pair_reset(&x->pair);
    assert_ok(
        cosign_device_sign_begin(&x->signing, &x->pair.body, &x->pair.device, HEAD, E, &x->pair.random));
    assert_ok(cosign_service_sign(&x->pair.service, &x->pair.answer, r, HEAD, E, buf_bytes(&x->pair.body),
                                  head_of("frame"), &x->pair.random));
    for_each_damage(buf_bytes(&x->pair.answer), refuse_answer, &x->signing);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_true_answer_is_accepted),
        TEST(an_answer_with_s2_zero_releases_nothing),
        TEST(an_answer_with_s2_of_n_releases_nothing),
        TEST(an_answer_with_s3_zero_releases_nothing),
        TEST(an_answer_with_a_scalar_of_n_or_more_releases_nothing),
        TEST(an_answer_with_another_s2_or_s3_releases_nothing),
        TEST(an_answer_with_a_malformed_point_releases_nothing),
        TEST(an_answer_that_shows_other_points_than_it_was_made_with_releases_nothing),
        TEST(an_answer_with_the_two_points_exchanged_releases_nothing),
        TEST(an_answer_with_two_items_exchanged_releases_nothing),
        TEST(an_answer_with_beta_left_out_releases_nothing),
        TEST(an_answer_with_beta_not_recomputed_for_its_points_releases_nothing),
        TEST(beta_depends_on_head_points_and_index),
        TEST(an_answer_for_other_digests_releases_nothing),
        TEST(the_answer_to_another_request_releases_nothing),
        TEST(an_answer_of_another_half_releases_nothing),
        TEST(an_answer_with_an_item_too_many_or_too_few_releases_nothing),
        TEST(an_answer_damaged_anywhere_releases_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
