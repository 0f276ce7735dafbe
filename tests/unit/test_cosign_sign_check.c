/* SPDX-License-Identifier: Apache-2.0 */
/* Each check of the device alone: items for which everything else holds. They are made with knowledge of a, d, k1 and
 * k2, which no service has. */
#include "tests/unit/cosign_pair.h"

#include "cosign/multiples.h"
#include "cosign/sign.h"

/* One digest whose s is chosen freely: with a known, s2 and s3 for it can be made. R = ρ·G. */
struct craft {
    struct scalar a, a_inverse, d, one_plus_d_inverse;
    struct scalar k1, k2, beta, k, rho, x_of_R;
    struct affine P_plus_G;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    uint8_t item[SIGN_ITEM_SIZE];
    uint8_t signature[COSIGN_SIGNATURE_SIZE]; /* that is to come out */
};

struct world {
    struct pair pair;
    struct stream stream;
    struct craft good; /* nothing is wrong with it */
};

static void multiply_base(struct affine *out, const struct scalar *k)
{
    struct point product;
    point_mul_base(&product, k, 1);
    point_to_affine(out, &product, 1);
}

static void craft_half(struct craft *c, const struct world *x)
{
    struct scalar one_plus_d;
    scalar_of_bytes(&c->a, x->pair.device.a);
    scalar_invert(&c->a_inverse, &c->a);
    c->d = x->pair.d;
    scalar_add(&one_plus_d, &c->d, &(struct scalar){{1}});
    scalar_invert(&c->one_plus_d_inverse, &one_plus_d);
    multiply_base(&c->P_plus_G, &one_plus_d);
}

/* rho: NULL for a random one. */
static void craft_points(struct craft *c, struct world *x, const struct scalar *rho)
{
    struct scalar kappa1, kappa2;
    struct affine R;
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
    multiple_encode(c->item, &kappa1);
    multiple_encode(c->item + COSIGN_POINT_SIZE, &kappa2);
    multiply_base(&R, &c->rho);
    affine_x_mod_n(&c->x_of_R, &R);
}

static void craft(struct craft *c, struct world *x, const struct scalar *rho)
{
    craft_half(c, x);
    craft_points(c, x, rho);
}

/* The item with s2 and s3, and the digest e = r - x(R). */
static void put_item(struct craft *c, const struct scalar *r, const struct scalar *s2,
                     const struct scalar *s3)
{
    struct scalar e;
    scalar_sub(&e, r, &c->x_of_R);
    scalar_encode(c->digest, &e);
    scalar_encode(c->item + SIGN_PAIR_SIZE, s2);
    scalar_encode(c->item + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE, s3);
}

/* The item whose signature is (r, s): s2 random and s3 = a·(s + r) - k·s2. */
static void put_signature(struct craft *c, struct world *x, const struct scalar *r, const struct scalar *s)
{
    struct scalar s2, s3, term;
    random_scalar(&s2, &x->stream);
    scalar_add(&s3, s, r);
    scalar_mul(&s3, &s3, &c->a);
    scalar_mul(&term, &c->k, &s2);
    scalar_sub(&s3, &s3, &term);
    put_item(c, r, &s2, &s3);
    scalar_encode(c->signature, r);
    scalar_encode(c->signature + COSIGN_SCALAR_SIZE, s);
}

static struct sign_device_input input_of(const struct craft *c)
{
    return (struct sign_device_input){.a_inverse = &c->a_inverse,
                                      .P_plus_G = &c->P_plus_G,
                                      .k1 = c->k1,
                                      .k2 = c->k2,
                                      .beta = c->beta,
                                      .digest = c->digest};
}

/* The device's verdict on the item, number `at` of `count` of which the others are good. */
static enum hufu_err judge_among(const struct craft *c, const struct world *x, bool *holds, size_t at,
                                 size_t count)
{
    struct sign_device_input in[SIGN_TOGETHER] = {{0}};
    uint8_t items[SIGN_TOGETHER][SIGN_ITEM_SIZE];
    uint8_t signatures[SIGN_TOGETHER][COSIGN_SIGNATURE_SIZE];
    for (size_t i = 0; i < count; i++) {
        const struct craft *which = i == at ? c : &x->good;
        in[i] = input_of(which);
        memcpy(items[i], which->item, sizeof(items[i]));
    }
    *holds = true;
    const enum hufu_err err =
        sign_device_items(signatures, holds, (const uint8_t(*)[SIGN_ITEM_SIZE])items, in, count);
    for (size_t i = 0; i < count && !err; i++) /* the forgery is the one meant */
        assert_memory_equal(signatures[i], i == at ? c->signature : x->good.signature, sizeof(signatures[i]));
    return err;
}

/* Alone and in every place among others, which must make no difference. */
static enum hufu_err judge_item(const struct craft *c, const struct world *x, bool *holds)
{
    const enum hufu_err err = judge_among(c, x, holds, 0, 1);
    for (size_t count = 2; count <= SIGN_TOGETHER; count++)
        for (size_t at = 0; at < count; at++) {
            bool among;
            assert_int_equal(judge_among(c, x, &among, at, count), err);
            assert_int_equal(among, *holds);
        }
    return err;
}

/* Whether the device accepts s with this r. */
static bool accepts(struct craft *c, struct world *x, const struct scalar *r, const struct scalar *s)
{
    bool holds;
    put_signature(c, x, r, s);
    assert_ok(judge_item(c, x, &holds));
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

static int set_up(void **state)
{
    static struct world x;
    struct scalar r, s;
    memset(&x, 0, sizeof(x));
    pair_init(&x.pair, 54);
    x.stream.seed = 55;
    craft(&x.good, &x, NULL);
    random_scalar(&r, &x.stream);
    solve(&x.good, &s, &r, false);
    put_signature(&x.good, &x, &r, &s);
    *state = &x;
    return 0;
}

static void a_crafted_item_that_breaks_no_rule_is_accepted(void **state)
{
    struct world *x = *state;
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
    struct world *x = *state;
    struct craft c;
    struct scalar r, s;
    craft(&c, x, NULL);
    random_scalar(&r, &x->stream);
    solve(&c, &s, &r, true);
    assert_false(accepts(&c, x, &r, &s));
}

static void r_zero_is_refused(void **state)
{
    struct world *x = *state;
    struct craft c;
    struct scalar r = {{0}}, s;
    craft(&c, x, NULL);
    solve(&c, &s, &r, false);
    assert_false(accepts(&c, x, &r, &s));
}

static void s_zero_is_refused(void **state)
{
    struct world *x = *state;
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
    struct world *x = *state;
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
    struct world *x = *state;
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
    struct world *x = *state;
    const struct scalar zero = {{0}};
    struct craft c;
    struct scalar r, s, s2, s3, k_inverse;
    bool holds;
    craft(&c, x, NULL);
    random_scalar(&r, &x->stream);
    solve(&c, &s, &r, false);
    scalar_add(&s3, &s, &r);
    scalar_mul(&s3, &s3, &c.a);
    put_item(&c, &r, &zero, &s3);
    assert_int_equal(judge_item(&c, x, &holds), HUFU_ERR_FORM);
    assert_false(holds);
    scalar_invert(&k_inverse, &c.k);
    scalar_mul(&s2, &s3, &k_inverse);
    put_item(&c, &r, &s2, &zero);
    assert_int_equal(judge_item(&c, x, &holds), HUFU_ERR_FORM);
    assert_false(holds);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
