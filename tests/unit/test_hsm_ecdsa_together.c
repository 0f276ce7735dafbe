/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of ECDSA P-256 verified together, with OpenSSL's EVP as the judge: in every number and place, and claims that are made
 * backwards, from the numbers and points at which formulas turn. HUFU_TEST_LONG=1: two million random ones. */
#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "hsm/owned.h"
#include "tests/client/device_key.h"
#include "tests/repeatable.h"
#include "tests/unit/ecdsa_judge.h"

#define HALF (ECDSA_SIGNATURE_SIZE / 2)
#define RANDOM_GROUPS (ECDSA_SLOW ? 20 : 500)
#define LONG_GROUPS 250000
#define MAX_NUMBERS 400
#define MAX_POINTS 16

struct maker {
    BN_CTX *work;
    EC_GROUP *group;
    const BIGNUM *n, *p;
    BIGNUM *number[MAX_NUMBERS]; /* at which something turns, below n */
    size_t numbers;
    EC_POINT *point[MAX_POINTS];
    size_t points;
    /* What waits to be verified. */
    struct ecdsa_case waiting[ECDSA_TOGETHER];
    size_t count;
    unsigned held, refused;
};

/* ---- numbers and points ---- */

/* ±k mod n. */
static void add_numbers(struct maker *m, const BIGNUM *k)
{
    assert_true(m->numbers + 2 <= MAX_NUMBERS);
    BIGNUM *reduced = BN_new(), *negative = BN_new();
    assert_true(BN_nnmod(reduced, k, m->n, m->work));
    assert_true(BN_mod_sub(negative, m->n, reduced, m->n, m->work));
    m->number[m->numbers++] = reduced;
    m->number[m->numbers++] = negative;
}

/* 34 is where the addition of G's multiples meets equal points; the others are near the ends of digits. */
static void make_numbers(struct maker *m)
{
    OWNED(BIGNUM) *k = BN_new();
    for (BN_ULONG i = 0; i <= 40; i++) {
        assert_true(BN_set_word(k, i));
        add_numbers(m, k);
    }
    for (int bit = 6; bit < 256; bit += 10) {
        assert_true(BN_set_word(k, 1) && BN_lshift(k, k, bit));
        add_numbers(m, k);
        assert_true(BN_sub_word(k, 1));
        add_numbers(m, k);
    }
    assert_true(BN_rshift1(k, m->n));
    add_numbers(m, k);
    assert_true(BN_hex2bn(&k, "5555555555555555555555555555555555555555555555555555555555555555"));
    add_numbers(m, k);
}

/* The point whose x is the first at which there is one, from x up or down. */
static EC_POINT *point_near(struct maker *m, const BIGNUM *x, bool up)
{
    EC_POINT *point = EC_POINT_new(m->group);
    OWNED(BIGNUM) *at = BN_dup(x);
    while (!EC_POINT_set_compressed_coordinates(m->group, point, at, 0, m->work))
        assert_true(up ? BN_add_word(at, 1) : BN_sub_word(at, 1));
    return point;
}

/* ±G, which have one x; ±2G and (n - 1)/2·G; the points of the least and the largest x; some that are none of these. */
static void make_points(struct maker *m)
{
    static const char *const multiples[] = {
        "1",
        "-1",
        "2",
        "-2",
        "22",
        "123456789abcdef0123456789abcdef",
        "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"};
    OWNED(BIGNUM) *k = BN_new();
    for (size_t i = 0; i < sizeof(multiples) / sizeof(*multiples); i++) {
        EC_POINT *point = EC_POINT_new(m->group);
        assert_true(BN_hex2bn(&k, multiples[i]) && BN_nnmod(k, k, m->n, m->work));
        assert_true(EC_POINT_mul(m->group, point, k, NULL, NULL, m->work));
        m->point[m->points++] = point;
    }
    assert_true(BN_set_word(k, 0));
    m->point[m->points++] = point_near(m, k, true);
    assert_true(BN_copy(k, m->p) && BN_sub_word(k, 1));
    m->point[m->points++] = point_near(m, k, false);
}

static int set_up(void **state)
{
    static struct maker m;
    m = (struct maker){.work = BN_CTX_new(), .group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    assert_non_null(m.work);
    assert_non_null(m.group);
    m.n = EC_GROUP_get0_order(m.group);
    m.p = EC_GROUP_get0_field(m.group);
    make_numbers(&m);
    make_points(&m);
    *state = &m;
    return 0;
}

static int tear_down(void **state)
{
    struct maker *m = *state;
    for (size_t i = 0; i < m->numbers; i++)
        BN_free(m->number[i]);
    for (size_t i = 0; i < m->points; i++)
        EC_POINT_free(m->point[i]);
    EC_GROUP_free(m->group);
    BN_CTX_free(m->work);
    return 0;
}

/* ---- claims ---- */

static void put(uint8_t out[HALF], const BIGNUM *number)
{
    assert_int_equal(BN_bn2binpad(number, out, HALF), HALF);
}

static void put_point(struct maker *m, struct ecdsa_case *claim, const EC_POINT *point)
{
    assert_int_equal(EC_POINT_point2oct(m->group, point, POINT_CONVERSION_UNCOMPRESSED, claim->point,
                                        sizeof(claim->point), m->work),
                     sizeof(claim->point));
}

/* The x of R mod n, or 1 where R is infinity. */
static void r_of(struct maker *m, BIGNUM *r, const EC_POINT *R)
{
    if (EC_POINT_is_at_infinity(m->group, R)) {
        assert_true(BN_one(r));
        return;
    }
    assert_true(EC_POINT_get_affine_coordinates(m->group, R, r, NULL, m->work));
    assert_true(BN_nnmod(r, r, m->n, m->work));
}

/* The claim for which digest/s is u1 and r/s is u2, with r from R = u1·G + u2·Q. u2 is not 0. */
static struct ecdsa_case by_scalars(struct maker *m, const BIGNUM *u1, const BIGNUM *u2, const EC_POINT *Q)
{
    struct ecdsa_case claim;
    OWNED(EC_POINT) *R = EC_POINT_new(m->group);
    OWNED(BIGNUM) *r = BN_new();
    OWNED(BIGNUM) *s = BN_new();
    assert_true(EC_POINT_mul(m->group, R, u1, Q, u2, m->work));
    r_of(m, r, R);
    assert_non_null(BN_mod_inverse(s, u2, m->n, m->work));
    assert_true(BN_mod_mul(s, s, r, m->n, m->work));
    put_point(m, &claim, Q);
    put(claim.signature, r);
    put(claim.signature + HALF, s);
    assert_true(BN_mod_mul(s, s, u1, m->n, m->work));
    put(claim.digest, s);
    return claim;
}

/* The claim of that digest and s, with r from R, by a device whose key is made for it: Q = (s·R - digest·G)/r. False where
 * that is infinity. */
static bool by_point(struct maker *m, struct ecdsa_case *claim, const EC_POINT *R, const BIGNUM *s,
                     const BIGNUM *digest)
{
    OWNED(EC_POINT) *Q = EC_POINT_new(m->group);
    OWNED(BIGNUM) *r = BN_new();
    OWNED(BIGNUM) *inverse = BN_new();
    OWNED(BIGNUM) *a = BN_new();
    OWNED(BIGNUM) *b = BN_new();
    r_of(m, r, R);
    assert_non_null(BN_mod_inverse(inverse, r, m->n, m->work));
    assert_true(BN_mod_mul(a, s, inverse, m->n, m->work));
    assert_true(BN_mod_mul(b, digest, inverse, m->n, m->work));
    assert_true(BN_mod_sub(b, m->n, b, m->n, m->work));
    assert_true(EC_POINT_mul(m->group, Q, b, R, a, m->work));
    const bool made = !EC_POINT_is_at_infinity(m->group, Q);
    if (made) {
        put_point(m, claim, Q);
        put(claim->digest, digest);
        put(claim->signature, r);
        put(claim->signature + HALF, s);
    }
    return made;
}

/* ---- verification ---- */

static void explain(const struct ecdsa_case *claim, size_t place, size_t count)
{
    BIGNUM *text = BN_bin2bn((const uint8_t *)claim, sizeof(*claim), NULL);
    fail_msg("place %zu of %zu: wrong for %s", place, count, BN_bn2hex(text));
}

static void verify_waiting(struct maker *m)
{
    struct ecdsa_claim claims[ECDSA_TOGETHER];
    if (m->count == 0)
        return;
    for (size_t i = 0; i < m->count; i++)
        claims[i] = ecdsa_claim_of(&m->waiting[i]);
    ecdsa_verify_some_var(claims, m->count);
    for (size_t i = 0; i < m->count; i++) {
        if (claims[i].err != ecdsa_judge(&m->waiting[i]))
            explain(&m->waiting[i], i, m->count);
        m->held += claims[i].err == HUFU_OK;
        m->refused += claims[i].err == HUFU_ERR_SIGNATURE;
    }
    m->count = 0;
}

static void ask(struct maker *m, const struct ecdsa_case *claim)
{
    m->waiting[m->count++] = *claim;
    if (m->count == ECDSA_TOGETHER)
        verify_waiting(m);
}

/* It, and another with the lowest bit of r, s or the digest turned. */
static void ask_both(struct maker *m, const struct ecdsa_case *claim)
{
    static size_t turn;
    struct ecdsa_case other = *claim;
    uint8_t *const last[] = {&other.signature[HALF - 1], &other.signature[2 * HALF - 1],
                             &other.digest[HALF - 1]};
    *last[turn++ % 3] ^= 1;
    ask(m, claim);
    ask(m, &other);
}

static void random_claim(struct ecdsa_case *claim, const struct device_key *key, uint64_t *dice)
{
    uint64_t message = repeatable_number(dice);
    const struct bytes bytes = bytes_of((const uint8_t *)&message, sizeof(message));
    memcpy(claim->point, device_key_public(key), sizeof(claim->point));
    hash_sha256(claim->digest, bytes);
    assert_ok(device_key_sign(key, claim->signature, bytes));
}

static void flip(struct ecdsa_case *claim, uint64_t *dice)
{
    uint8_t *const parts[] = {claim->point, claim->digest, claim->signature};
    static const size_t sizes[] = {sizeof(claim->point), sizeof(claim->digest), sizeof(claim->signature)};
    const size_t part = repeatable_number(dice) % 3, bit = repeatable_number(dice) % (8 * sizes[part]);
    parts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* ---- tests ---- */

/* The one that stands out holds among others that do not, and the other way round. */
static void each_claim_has_its_own_answer_in_every_number_and_place(void **state)
{
    struct ecdsa_case good[ECDSA_TOGETHER], bad[ECDSA_TOGETHER];
    uint64_t dice = 1;
    (void)state;
    for (size_t i = 0; i < ECDSA_TOGETHER; i++) {
        struct device_key *key = device_key_new();
        random_claim(&good[i], key, &dice);
        bad[i] = good[i];
        flip(&bad[i], &dice);
        assert_ok(ecdsa_judge(&good[i]));
        assert_int_equal(ecdsa_judge(&bad[i]), HUFU_ERR_SIGNATURE);
        device_key_free(key);
    }
    for (size_t count = 1; count <= ECDSA_TOGETHER; count++) {
        for (size_t place = 0; place < 2 * count; place++) {
            struct ecdsa_claim claims[ECDSA_TOGETHER + 1];
            const bool others = place >= count;
            for (size_t i = 0; i <= count; i++)
                claims[i] =
                    ecdsa_claim_of((i == place % count) == others ? &bad[i % count] : &good[i % count]);
            ecdsa_verify_some_var(claims, count);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(claims[i].err,
                                 (i == place % count) == others ? HUFU_ERR_SIGNATURE : HUFU_OK);
            assert_int_equal(claims[count].err, HUFU_ERR_INTERNAL); /* not its business */
        }
    }
}

/* What makes u1 or u2 small, large, 0, or equal or opposite to each other, for points that are equal or opposite to G. */
static void scalars_at_which_formulas_turn(void **state)
{
    struct maker *m = *state;
    const size_t step = ECDSA_SLOW ? 61 : 3;
    for (size_t point = 0; point < m->points; point++) {
        for (size_t i = point % step; i < m->numbers; i += step) {
            for (size_t j = i % 11; j < m->numbers; j += 11) {
                if (BN_is_zero(m->number[j]))
                    continue;
                const struct ecdsa_case claim = by_scalars(m, m->number[i], m->number[j], m->point[point]);
                ask_both(m, &claim);
            }
        }
        for (size_t i = 2; i < m->numbers;
             i += ECDSA_SLOW ? 41 : 1) { /* a multiple of G and the same, or its opposite */
            const struct ecdsa_case equal = by_scalars(m, m->number[i], m->number[i], m->point[point]);
            const struct ecdsa_case opposite = by_scalars(m, m->number[i], m->number[i ^ 1], m->point[point]);
            ask_both(m, &equal);
            ask_both(m, &opposite);
        }
    }
    verify_waiting(m);
    assert_true(m->held > m->points * 20 / (ECDSA_SLOW ? 10 : 1) && m->refused > m->held / 2);
}

/* x of R: from 1 up and from p down, next to p - n and to n on both sides, between n and p; each with digests and s at their ends. */
static void r_s_and_digest_at_their_ends(void **state)
{
    static const char *const from[] = {
        "1",
        "ffffffff00000001000000000000000000000000fffffffffffffffffffffffe",
        "4319055358e8617b0c46353d039cdaae",
        "4319055358e8617b0c46353d039cdaad",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
        "ffffffff00000000ffffffffffffffffffffffffffffffffffffffffffffffff",
        "8000000000000000000000000000000000000000000000000000000000000000",
    };
    static const char *const digests[] = {
        "0",
        "1",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "8000000000000000000000000000000000000000000000000000000000000000",
    };
    struct maker *m = *state;
    struct ecdsa_case claim;
    OWNED(BIGNUM) *x = BN_new();
    OWNED(BIGNUM) *digest = BN_new();
    for (size_t i = 0; i < sizeof(from) / sizeof(*from); i++) {
        assert_true(BN_hex2bn(&x, from[i]));
        OWNED(EC_POINT) *R = point_near(m, x, i % 2 == 0);
        for (size_t d = 0; d < sizeof(digests) / sizeof(*digests); d++) {
            assert_true(BN_hex2bn(&digest, digests[d]));
            for (size_t s = 2 + d % 3; s < m->numbers; s += ECDSA_SLOW ? 61 : 3) {
                if (by_point(m, &claim, R, m->number[s], digest))
                    ask_both(m, &claim);
            }
        }
    }
    verify_waiting(m);
    assert_true(m->held > 100 && m->refused > m->held / 2);
}

/* x of R is r + n - p: a comparison of x with r + n that forgets to ask whether that is below p would take it. */
static void r_and_the_order_together_stay_below_the_prime(void **state)
{
    struct maker *m = *state;
    struct ecdsa_case claim;
    OWNED(BIGNUM) *x = BN_new();
    OWNED(BIGNUM) *one = BN_new();
    assert_true(BN_one(one));
    for (int i = 0; i < 32; i++) {
        assert_true(BN_set_word(x, 1) && BN_lshift(x, x, 3 * i));
        OWNED(EC_POINT) *R = point_near(m, x, true);
        assert_true(by_point(m, &claim, R, m->number[2 + i], one));
        assert_ok(ecdsa_judge(&claim));
        /* Q is made for s·R = digest·G + r·Q, with r as claimed. */
        OWNED(BIGNUM) *r = BN_bin2bn(claim.signature, HALF, NULL);
        OWNED(BIGNUM) *claimed = BN_dup(m->p);
        OWNED(EC_POINT) *Q = EC_POINT_new(m->group);
        assert_true(BN_sub(claimed, claimed, m->n) && BN_add(claimed, claimed, r));
        assert_true(EC_POINT_oct2point(m->group, Q, claim.point, sizeof(claim.point), m->work));
        assert_non_null(BN_mod_inverse(x, claimed, m->n, m->work));
        assert_true(BN_mod_mul(x, x, r, m->n, m->work));
        assert_true(EC_POINT_mul(m->group, Q, NULL, Q, x, m->work));
        put_point(m, &claim, Q);
        put(claim.signature, claimed);
        ask(m, &claim);
    }
    verify_waiting(m);
    assert_int_equal(m->refused, 32);
}

/* s or r that would do modulo n, and 0, which leaves those beside it alone. r is above p - n, and with n below 2^256. */
static void numbers_that_are_none_modulo_the_order(void **state)
{
    struct maker *m = *state;
    struct ecdsa_case claim;
    OWNED(BIGNUM) *small = BN_new();
    OWNED(BIGNUM) *digest = BN_new();
    assert_true(BN_set_word(small, 1) && BN_lshift(small, small, 200) && BN_set_word(digest, 77));
    OWNED(EC_POINT) *R = point_near(m, small, true);
    for (BN_ULONG i = 1; i <= 16; i++) {
        assert_true(BN_set_word(small, i));
        assert_true(by_point(m, &claim, R, small, digest));
        ask(m, &claim);
        assert_true(BN_add(small, small, m->n));
        put(claim.signature + HALF, small);
        ask(m, &claim);
        assert_true(BN_sub(small, small, m->n));
        put(claim.signature + HALF, small);
        OWNED(BIGNUM) *r = BN_bin2bn(claim.signature, HALF, NULL);
        assert_true(BN_add(r, r, m->n));
        put(claim.signature, r);
        ask(m, &claim);
        memset(claim.signature + (i & 1) * HALF, 0, HALF);
        ask(m, &claim);
    }
    verify_waiting(m);
    assert_int_equal(m->held, 16);
    assert_int_equal(m->refused, 48);
}

/* Points beside the curve, with which the sum is made as on it: b is in none of its formulas. For u1 = u2 = 1 the x of the sum is
 * ((y - y')/(x - x'))² - x - x'. */
static void a_sum_that_holds_for_a_point_of_another_curve_is_refused(void **state)
{
    struct maker *m = *state;
    OWNED(BIGNUM) *gx = BN_new();
    OWNED(BIGNUM) *gy = BN_new();
    OWNED(BIGNUM) *x = BN_new();
    OWNED(BIGNUM) *y = BN_new();
    OWNED(BIGNUM) *sum = BN_new();
    OWNED(BIGNUM) *turn = BN_new();
    assert_true(
        EC_POINT_get_affine_coordinates(m->group, EC_GROUP_get0_generator(m->group), gx, gy, m->work));
    for (BN_ULONG i = 1; i <= 32; i++) {
        struct ecdsa_case claim = {.point = {0x04}};
        assert_true(EC_POINT_get_affine_coordinates(m->group, m->point[2 + i % 7], x, y, m->work));
        assert_true(BN_add_word(y, i) && BN_nnmod(y, y, m->p, m->work));
        put(claim.point + 1, x);
        put(claim.point + 1 + HALF, y);
        assert_true(BN_mod_sub(turn, x, gx, m->p, m->work));
        assert_non_null(BN_mod_inverse(turn, turn, m->p, m->work));
        assert_true(BN_mod_sub(sum, y, gy, m->p, m->work) && BN_mod_mul(sum, sum, turn, m->p, m->work));
        assert_true(BN_mod_sqr(sum, sum, m->p, m->work) && BN_mod_sub(sum, sum, x, m->p, m->work));
        assert_true(BN_mod_sub(sum, sum, gx, m->p, m->work) && BN_nnmod(sum, sum, m->n, m->work));
        put(claim.digest, sum);
        put(claim.signature, sum);
        put(claim.signature + HALF, sum);
        ask(m, &claim);
    }
    verify_waiting(m);
    assert_int_equal(m->refused, 32);
}

/* A key of its own for each group; half of them damaged, which nothing but chance could make hold again. */
static void random_claims(void **state)
{
    uint64_t dice = 2;
    (void)state;
    const int groups = long_form() && !HUFU_SANITIZED ? LONG_GROUPS : RANDOM_GROUPS;
    for (int group = 0; group < groups; group++) {
        struct ecdsa_case cases[ECDSA_TOGETHER];
        struct ecdsa_claim claims[ECDSA_TOGETHER];
        struct device_key *key = device_key_new();
        const uint64_t damaged = repeatable_number(&dice);
        const size_t count = 1 + repeatable_number(&dice) % ECDSA_TOGETHER;
        for (size_t i = 0; i < count; i++) {
            random_claim(&cases[i], key, &dice);
            if (damaged >> i & 1)
                flip(&cases[i], &dice);
            claims[i] = ecdsa_claim_of(&cases[i]);
        }
        ecdsa_verify_some_var(claims, count);
        for (size_t i = 0; i < count; i++) {
            if (claims[i].err != (damaged >> i & 1 ? HUFU_ERR_SIGNATURE : HUFU_OK))
                explain(&cases[i], i, count);
        }
        device_key_free(key);
    }
}

#define MADE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_claim_has_its_own_answer_in_every_number_and_place),
        MADE(scalars_at_which_formulas_turn),
        MADE(r_s_and_digest_at_their_ends),
        MADE(r_and_the_order_together_stay_below_the_prime),
        MADE(numbers_that_are_none_modulo_the_order),
        MADE(a_sum_that_holds_for_a_point_of_another_curve_is_refused),
        cmocka_unit_test(random_claims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
