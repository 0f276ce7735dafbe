/* SPDX-License-Identifier: Apache-2.0 */
/* A dishonest service that answers a signing request: the device releases nothing, whatever it tries. The service here
 * knows all that a real one can know, and in some tests a, k1 and k2 besides, to reach the one check that is meant. */
#include "tests/unit/cosign_pair.h"

#include "cosign/sign.h"

#define HEAD head_of("head with E")
#define COUNT 2

/* One request of COUNT digests, its true answer, and room for a forged one. */
struct attack {
    struct pair pair;
    struct cosign_signing signing; /* as the request left it; finish gets a copy */
    uint8_t digests[COUNT * COSIGN_DIGEST_SIZE];
    uint8_t items[COUNT][SIGN_ITEM_SIZE]; /* of the true answer, for tests to change */
    struct group g;
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
    group_init(&x.g);
    x.stream.seed = 52;
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct attack *x = *state;
    group_done(&x->g);
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
        struct point other;
        memcpy(kept, point, sizeof(kept));
        random_scalar(&k, &x->stream);
        point_mul_base(&x->g, &other, &k);
        point_encode(point, &other);
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
    scalar_of_bytes(&b_inverse, x->pair.service.b);
    scalar_invert(&b_inverse, &b_inverse);
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t r[COSIGN_SCALAR_SIZE];
        for (size_t k = 0; k < 2; k++) {
            struct point K;
            random_scalar(&kappas[i][k], &x->stream);
            point_mul_base(&x->g, &K, &kappas[i][k]);
            point_encode(x->items[i] + k * COSIGN_POINT_SIZE, &K);
        }
        const struct sign_service_input in = {.b_inverse = &b_inverse,
                                              .kappa1 = &kappas[i][0],
                                              .kappa2 = &kappas[i][1],
                                              .beta = &betas[i],
                                              .digest = x->digests + i * COSIGN_DIGEST_SIZE,
                                              .pair = x->signing.Qs[i]};
        assert_ok(sign_service_item(&x->g, x->items[i], r, &in));
    }
}

/* β of the points now in the items, under some head. */
static void bind(struct attack *x, struct scalar betas[COUNT], struct bytes head)
{
    assert_ok(sign_bind(betas, head, x->pair.device.P, bytes_of(x->signing.Qs, COUNT * SIGN_PAIR_SIZE),
                        (const uint8_t(*)[SIGN_ITEM_SIZE])x->items, COUNT));
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

/* ---- Each check of the device alone: everything else holds ---- */

/* One digest whose s is chosen freely: with a known, s2 and s3 for it can be made. R = ρ·G. */
struct craft {
    struct scalar a, a_inverse, d, one_plus_d_inverse;
    struct scalar k1, k2, beta, k, rho, x_of_R;
    struct point P;
    uint8_t item[SIGN_ITEM_SIZE];
};

static void craft_half(struct craft *c, struct attack *x)
{
    scalar_of_bytes(&c->a, x->pair.device.a);
    scalar_invert(&c->a_inverse, &c->a);
    c->d = x->pair.d;
    scalar_add(&c->one_plus_d_inverse, &c->d, &(struct scalar){{1}});
    scalar_invert(&c->one_plus_d_inverse, &c->one_plus_d_inverse);
    assert_true(point_decode_var(&x->g, &c->P, x->pair.device.P));
}

/* rho: NULL for a random one. */
static void craft_points(struct craft *c, struct attack *x, const struct scalar *rho)
{
    struct scalar kappa1, kappa2;
    struct point p;
    random_scalar(&c->k1, &x->stream);
    random_scalar(&c->k2, &x->stream);
    random_scalar(&c->beta, &x->stream);
    scalar_mul(&c->k, &c->beta, &c->k2);
    scalar_add(&c->k, &c->k, &c->k1);
    random_scalar(&c->rho, &x->stream);
    if (rho)
        c->rho = *rho;
    random_scalar(&kappa1, &x->stream);
    scalar_mul(&kappa2, &c->k, &kappa1); /* ρ = k·κ1 + κ2 */
    scalar_sub(&kappa2, &c->rho, &kappa2);
    point_mul_base(&x->g, &p, &kappa1);
    point_encode(c->item, &p);
    point_mul_base(&x->g, &p, &kappa2);
    point_encode(c->item + COSIGN_POINT_SIZE, &p);
    point_mul_base(&x->g, &p, &c->rho);
    point_x_mod_n(&c->x_of_R, &p);
}

static void craft(struct craft *c, struct attack *x, const struct scalar *rho)
{
    craft_half(c, x);
    craft_points(c, x, rho);
}

/* The device's verdict on s2, s3 for the digest e = r - x(R). */
static enum hufu_err judge_item(struct craft *c, struct attack *x, uint8_t signature[COSIGN_SIGNATURE_SIZE],
                                bool *holds, const struct scalar *r, const struct scalar *s2,
                                const struct scalar *s3)
{
    struct scalar e;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    scalar_sub(&e, r, &c->x_of_R);
    scalar_encode(digest, &e);
    scalar_encode(c->item + SIGN_PAIR_SIZE, s2);
    scalar_encode(c->item + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE, s3);
    const struct sign_device_input in = {.a_inverse = &c->a_inverse,
                                         .P = &c->P,
                                         .k1 = &c->k1,
                                         .k2 = &c->k2,
                                         .beta = &c->beta,
                                         .digest = digest};
    return sign_device_item(&x->g, signature, holds, c->item, &in);
}

/* Whether the device accepts s with this r, given s2 random and s3 = a·(s + r) - k·s2. */
static bool accepts(struct craft *c, struct attack *x, const struct scalar *r, const struct scalar *s)
{
    struct scalar s2, s3, term;
    uint8_t signature[COSIGN_SIGNATURE_SIZE], expected[COSIGN_SIGNATURE_SIZE];
    bool holds = true;
    random_scalar(&s2, &x->stream);
    scalar_add(&s3, s, r);
    scalar_mul(&s3, &s3, &c->a);
    scalar_mul(&term, &c->k, &s2);
    scalar_sub(&s3, &s3, &term);
    assert_ok(judge_item(c, x, signature, &holds, r, &s2, &s3));
    scalar_encode(expected, r);
    scalar_encode(expected + COSIGN_SCALAR_SIZE, s);
    assert_memory_equal(signature, expected, sizeof(signature)); /* the forgery is the one meant */
    return holds;
}

/* s = (σ·ρ - r·d) / (1 + d): the s that makes s·G + (r+s)·P = σ·R, σ being 1 or -1. */
static void solve(const struct craft *c, struct scalar *s, const struct scalar *r, bool minus)
{
    struct scalar term;
    *s = c->rho;
    if (minus)
        scalar_negate(s, s);
    scalar_mul(&term, r, &c->d);
    scalar_sub(s, s, &term);
    scalar_mul(s, s, &c->one_plus_d_inverse);
}

static void a_crafted_item_that_breaks_no_rule_is_accepted(void **state)
{
    struct attack *x = *state;
    struct craft c;
    struct scalar r, s;
    craft(&c, x, NULL);
    random_scalar(&r, &x->stream);
    solve(&c, &s, &r, false);
    assert_true(accepts(&c, x, &r, &s));
}

/* -R has the same x: only a comparison of whole points tells it from R. */
static void a_signature_for_minus_R_is_refused(void **state)
{
    struct attack *x = *state;
    struct craft c;
    struct scalar r, s;
    craft(&c, x, NULL);
    random_scalar(&r, &x->stream);
    solve(&c, &s, &r, true);
    assert_false(accepts(&c, x, &r, &s));
}

static void r_zero_is_refused(void **state)
{
    struct attack *x = *state;
    struct craft c;
    struct scalar r = {{0}}, s;
    craft(&c, x, NULL);
    solve(&c, &s, &r, false);
    assert_false(accepts(&c, x, &r, &s));
}

static void s_zero_is_refused(void **state)
{
    struct attack *x = *state;
    struct craft c;
    struct scalar r, s;
    craft(&c, x, NULL);
    scalar_invert(&r, &c.d); /* r = ρ/d */
    scalar_mul(&r, &r, &c.rho);
    solve(&c, &s, &r, false);
    assert_true(scalar_is_zero(&s));
    assert_false(accepts(&c, x, &r, &s));
}

static void r_plus_s_zero_is_refused(void **state)
{
    struct attack *x = *state;
    struct craft c;
    struct scalar r, s, sum;
    craft(&c, x, NULL);
    scalar_negate(&r, &c.rho); /* s = ρ = -r, and P falls out of the equation */
    solve(&c, &s, &r, false);
    scalar_add(&sum, &r, &s);
    assert_true(scalar_is_zero(&sum));
    assert_false(accepts(&c, x, &r, &s));
}

static void R_at_infinity_is_refused(void **state)
{
    struct attack *x = *state;
    const struct scalar zero = {{0}};
    struct craft c;
    struct scalar r, s;
    craft(&c, x, &zero);
    random_scalar(&r, &x->stream);
    solve(&c, &s, &r, false);
    assert_false(accepts(&c, x, &r, &s));
}

/* Of a service that knows a: s2 = 0 with s3 = a·(s + r), or s3 = 0 with s2 = a·(s + r)/k, make a good signature. */
static void s2_or_s3_zero_is_malformed_even_where_the_equation_would_hold(void **state)
{
    struct attack *x = *state;
    const struct scalar zero = {{0}};
    struct craft c;
    struct scalar r, s, s2, s3, k_inverse;
    uint8_t signature[COSIGN_SIGNATURE_SIZE];
    bool holds = true;
    craft(&c, x, NULL);
    random_scalar(&r, &x->stream);
    solve(&c, &s, &r, false);
    scalar_add(&s3, &s, &r);
    scalar_mul(&s3, &s3, &c.a);
    assert_int_equal(judge_item(&c, x, signature, &holds, &r, &zero, &s3), HUFU_ERR_FORM);
    assert_false(holds);
    scalar_invert(&k_inverse, &c.k);
    scalar_mul(&s2, &s3, &k_inverse);
    holds = true;
    assert_int_equal(judge_item(&c, x, signature, &holds, &r, &s2, &zero), HUFU_ERR_FORM);
    assert_false(holds);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
        TEST(a_crafted_item_that_breaks_no_rule_is_accepted),
        TEST(a_signature_for_minus_R_is_refused),
        TEST(r_zero_is_refused),
        TEST(s_zero_is_refused),
        TEST(r_plus_s_zero_is_refused),
        TEST(R_at_infinity_is_refused),
        TEST(s2_or_s3_zero_is_malformed_even_where_the_equation_would_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
