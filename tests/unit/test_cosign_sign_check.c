/* SPDX-License-Identifier: Apache-2.0 */
/* Each check of the device alone: items for which everything else holds. They are made with knowledge of a, d, k1 and
 * k2, which no service has. */
#include "tests/unit/cosign_pair.h"

#include "cosign/sign.h"

struct world {
    struct pair pair;
    struct group g;
    struct stream stream;
};

static int set_up(void **state)
{
    static struct world x;
    memset(&x, 0, sizeof(x));
    pair_init(&x.pair, 54);
    group_init(&x.g);
    x.stream.seed = 55;
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct world *x = *state;
    group_done(&x->g);
    return 0;
}

/* One digest whose s is chosen freely: with a known, s2 and s3 for it can be made. R = ρ·G. */
struct craft {
    struct scalar a, a_inverse, d, one_plus_d_inverse;
    struct scalar k1, k2, beta, k, rho, x_of_R;
    struct point P;
    uint8_t item[SIGN_ITEM_SIZE];
};

static void craft_half(struct craft *c, struct world *x)
{
    scalar_of_bytes(&c->a, x->pair.device.a);
    scalar_invert(&c->a_inverse, &c->a);
    c->d = x->pair.d;
    scalar_add(&c->one_plus_d_inverse, &c->d, &(struct scalar){{1}});
    scalar_invert(&c->one_plus_d_inverse, &c->one_plus_d_inverse);
    assert_true(point_decode_var(&x->g, &c->P, x->pair.device.P));
}

/* rho: NULL for a random one. */
static void craft_points(struct craft *c, struct world *x, const struct scalar *rho)
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

static void craft(struct craft *c, struct world *x, const struct scalar *rho)
{
    craft_half(c, x);
    craft_points(c, x, rho);
}

/* The device's verdict on s2, s3 for the digest e = r - x(R). */
static enum hufu_err judge_item(struct craft *c, struct world *x, uint8_t signature[COSIGN_SIGNATURE_SIZE],
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
static bool accepts(struct craft *c, struct world *x, const struct scalar *r, const struct scalar *s)
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
