/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of ECDSA P-256: what is refused by form, and thousands of damaged inputs, with OpenSSL's EVP as the judge. Each is
 * asked alone and in the company of others. */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "common/encoding.h"
#include "common/hash.h"
#include "hsm/ecdsa.h"
#include "tests/client/device_key.h"
#include "tests/repeatable.h"
#include "tests/unit/ecdsa_judge.h"

#define HALF (ECDSA_SIGNATURE_SIZE / 2)
#define SIGNERS 8
#define DAMAGED (ECDSA_SLOW ? 200 : 8000)
#define THREADS 4
#define VERIFICATIONS 50 /* of each thread */

/* SEC 2: the order of P-256, and its prime. */
static const uint8_t n[HALF] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t p[HALF] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
                                0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static struct ecdsa_case claims[SIGNERS]; /* all of them true */

static int start(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNERS; i++) {
        struct device_key *key = device_key_new();
        const uint8_t message[] = {(uint8_t)i};
        assert_non_null(key);
        memcpy(claims[i].point, device_key_public(key), sizeof(claims[i].point));
        hash_sha256(claims[i].digest, bytes_of(message, sizeof(message)));
        assert_ok(device_key_sign(key, claims[i].signature, bytes_of(message, sizeof(message))));
        device_key_free(key);
    }
    return 0;
}

/* Among claims that hold and others that do not, whose number and whose place among them change each time. */
static enum hufu_err verify_in_company(const struct ecdsa_case *claim)
{
    static size_t turn;
    struct ecdsa_claim company[ECDSA_TOGETHER];
    const size_t count = 2 + turn % (ECDSA_TOGETHER - 1), place = 3 * turn++ % count;
    for (size_t i = 0; i < count; i++) {
        const struct ecdsa_case *one = i == place ? claim : &claims[i % SIGNERS];
        company[i] = ecdsa_claim_of(one);
        if (i != place && i % 3 == 2)
            company[i].digest = claims[(i + 1) % SIGNERS].digest;
    }
    ecdsa_verify_some_var(company, count);
    for (size_t i = 0; i < count; i++) {
        if (i != place)
            assert_int_equal(company[i].err, i % 3 == 2 ? HUFU_ERR_SIGNATURE : HUFU_OK);
    }
    return company[place].err;
}

static enum hufu_err verify(const struct ecdsa_case *claim)
{
    const enum hufu_err alone = ecdsa_verify_var(claim->point, claim->digest, claim->signature);
    for (int i = 0; i < (ECDSA_SLOW ? 1 : 2); i++)
        assert_int_equal(verify_in_company(claim), alone);
    return alone;
}

static void held_by_both(const struct ecdsa_case *claim)
{
    assert_ok(verify(claim));
    assert_ok(ecdsa_judge(claim));
}

static void refused_by_both(const struct ecdsa_case *claim)
{
    assert_int_equal(verify(claim), HUFU_ERR_SIGNATURE);
    assert_int_equal(ecdsa_judge(claim), HUFU_ERR_SIGNATURE);
}

/* ---- What is refused by its form ---- */

static void what_a_device_signed_verifies(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNERS; i++)
        held_by_both(&claims[i]);
}

/* The last byte's place holds what is added to the number, which has none of its own to carry. */
static void put_half(struct ecdsa_case *claim, size_t half, const uint8_t number[HALF], int more)
{
    uint8_t *at = claim->signature + half * HALF;
    memcpy(at, number, HALF);
    at[HALF - 1] = (uint8_t)(at[HALF - 1] + more);
}

static void r_and_s_lie_between_0_and_the_order(void **state)
{
    static const uint8_t zero[HALF];
    uint8_t ones[HALF];
    (void)state;
    memset(ones, 0xff, sizeof(ones));
    for (size_t half = 0; half < 2; half++) {
        struct ecdsa_case claim = claims[0];
        const uint8_t *const limits[] = {zero, n, ones};
        for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
            for (int more = -1; more <= 1; more++) {
                put_half(&claim, half, limits[i], more);
                refused_by_both(&claim);
            }
        }
    }
}

/* a - b, the most significant byte first. */
static void subtract(uint8_t out[HALF], const uint8_t a[HALF], const uint8_t b[HALF])
{
    int borrow = 0;
    for (size_t i = HALF; i-- > 0;) {
        int left = a[i] - b[i] - borrow;
        borrow = left < 0;
        out[i] = (uint8_t)(left + 256 * borrow);
    }
}

/* Of ECDSA both are signatures: whether a frame is new is told by other means. */
static void the_order_less_s_verifies_as_well(void **state)
{
    (void)state;
    struct ecdsa_case claim = claims[0];
    subtract(claim.signature + HALF, n, claims[0].signature + HALF);
    held_by_both(&claim);
}

static void only_the_uncompressed_form_of_a_point_is_taken(void **state)
{
    (void)state;
    struct ecdsa_case claim = claims[0];
    const uint8_t odd = claim.point[ECDSA_POINT_SIZE - 1] & 1;
    claim.point[0] = (uint8_t)(0x06 | odd); /* hybrid, which OpenSSL takes for the same point */
    assert_true(ecdsa_judge_knows_point(&claim));
    assert_int_equal(verify(&claim), HUFU_ERR_SIGNATURE);
    memset(claim.point + 1 + HALF, 0, HALF); /* compressed, in 65 bytes */
    claim.point[0] = (uint8_t)(0x02 | odd);
    assert_int_equal(verify(&claim), HUFU_ERR_SIGNATURE);
    for (unsigned form = 0; form < 256; form++) {
        claim = claims[0];
        claim.point[0] = (uint8_t)form;
        assert_int_equal(verify(&claim), form == 0x04 ? HUFU_OK : HUFU_ERR_SIGNATURE);
    }
}

static void a_point_that_is_none_of_the_curve_is_refused(void **state)
{
    (void)state;
    struct ecdsa_case claim = claims[0];
    memset(claim.point + 1, 0, 2 * HALF);
    refused_by_both(&claim);
    claim = claims[0];
    claim.point[ECDSA_POINT_SIZE - 1] ^= 1;
    refused_by_both(&claim);
    claim = claims[0];
    subtract(claim.point + 1 + HALF, p, claims[0].point + 1 + HALF); /* of the curve, but another's */
    refused_by_both(&claim);
}

/* ---- Equations made backwards: for u1 = u2 = 1, R = G + Q, and r, s and the digest are all its x mod n ---- */

static void read_hex(uint8_t *out, size_t len, const char *text)
{
    struct buf read;
    buf_init(&read, out, len);
    assert_ok(hex_decode(&read, text));
    assert_int_equal(read.len, len);
}

static struct ecdsa_case backwards(const char *point, const char *r)
{
    struct ecdsa_case claim;
    claim.point[0] = 0x04;
    read_hex(claim.point + 1, 2 * HALF, point);
    read_hex(claim.digest, HALF, r);
    memcpy(claim.signature, claim.digest, HALF);
    memcpy(claim.signature + HALF, claim.digest, HALF);
    return claim;
}

/* Of the points one of whose coordinates has two forms in 32 bytes, itself and with p: those with x = 5 and y = 5. */
static void coordinates_lie_below_the_prime(void **state)
{
    (void)state;
    struct ecdsa_case claim = backwards("0000000000000000000000000000000000000000000000000000000000000005"
                                        "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
                                        "e6e29ec5156940109aa9c54114f5958c8093c28429bec642fc2d2be10f6897c2");
    held_by_both(&claim);
    read_hex(claim.point + 1, HALF, "ffffffff00000001000000000000000000000001000000000000000000000004");
    refused_by_both(&claim);
    claim = backwards("d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7"
                      "0000000000000000000000000000000000000000000000000000000000000005",
                      "65e02b0d4ac7c41518a79e5c5df620898cfa2ef39d3f416071ac5cc12e9495d6");
    held_by_both(&claim);
    read_hex(claim.point + 1 + HALF, HALF,
             "ffffffff00000001000000000000000000000001000000000000000000000004");
    refused_by_both(&claim);
}

/* x of R is n + 3: r is 3, and 3 alone. */
static void x_above_the_order_is_taken_modulo_the_order(void **state)
{
    (void)state;
    struct ecdsa_case claim = backwards("4850d2963fe5d2f3c1b251a96ba095ebadeee7b736b34c6a731a8666fcca67bf"
                                        "999c111ef77bf8d58fd61dcecf607598f61d6651366c9902400b7dd93112b636",
                                        "0000000000000000000000000000000000000000000000000000000000000003");
    held_by_both(&claim);
    put_half(&claim, 0, n, 3);
    refused_by_both(&claim);
}

/* A device whose private key is 1. */
static void sum_of_equal_points_verifies_and_of_opposite_ones_does_not(void **state)
{
    (void)state;
    struct ecdsa_case claim = backwards("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                                        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
                                        "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978");
    held_by_both(&claim);
    subtract(claim.digest, n, claim.digest); /* the digest and r add up to 0: R is infinity */
    refused_by_both(&claim);
}

/* ---- Whatever comes: the same as the judge ---- */

static void flip(uint8_t *data, size_t len, uint64_t *dice)
{
    const uint64_t bit = repeatable_number(dice) % (8 * len);
    data[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* One of: nothing at all, a bit of the point, of the digest, of the signature, another's point, digest or half of a signature. */
static void damage(struct ecdsa_case *claim, uint64_t *dice)
{
    const struct ecdsa_case *other = &claims[repeatable_number(dice) % SIGNERS];
    const size_t half = repeatable_number(dice) % 2 * HALF;
    switch (repeatable_number(dice) % 8) {
    case 0:
        break;
    case 1:
        flip(claim->point, sizeof(claim->point), dice);
        break;
    case 2:
        flip(claim->digest, sizeof(claim->digest), dice);
        break;
    case 3:
        flip(claim->signature, sizeof(claim->signature), dice);
        break;
    case 4:
        memcpy(claim->point, other->point, sizeof(claim->point));
        break;
    case 5:
        memcpy(claim->digest, other->digest, sizeof(claim->digest));
        break;
    case 6:
        memcpy(claim->signature + half, other->signature + half, HALF);
        break;
    default:
        subtract(claim->signature + half, n, claim->signature + half);
        break;
    }
}

static void damaged_claims_get_the_answer_of_the_judge(void **state)
{
    uint64_t dice = 1;
    unsigned held = 0, refused = 0;
    (void)state;
    for (int i = 0; i < DAMAGED; i++) {
        struct ecdsa_case claim = claims[repeatable_number(&dice) % SIGNERS];
        damage(&claim, &dice);
        if (repeatable_number(&dice) % 2)
            damage(&claim, &dice);
        const enum hufu_err expected = ecdsa_judge(&claim);
        assert_int_equal(verify(&claim), expected);
        held += expected == HUFU_OK;
        refused += expected != HUFU_OK;
    }
    assert_true(held > DAMAGED / 10 && refused > DAMAGED / 10);
}

/* ---- Several threads ---- */

static void *verify_often(void *claim)
{
    const struct ecdsa_case *one = claim;
    for (int i = 0; i < VERIFICATIONS; i++) {
        if (ecdsa_verify_var(one->point, one->digest, one->signature) != HUFU_OK)
            return claim;
    }
    return NULL;
}

static void threads_verify_side_by_side(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, verify_often, &claims[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed = &claims[i];
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

int main(void)
{
    /* The threads first: they meet where the first verification is not made yet. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_verify_side_by_side),
        cmocka_unit_test(what_a_device_signed_verifies),
        cmocka_unit_test(r_and_s_lie_between_0_and_the_order),
        cmocka_unit_test(the_order_less_s_verifies_as_well),
        cmocka_unit_test(only_the_uncompressed_form_of_a_point_is_taken),
        cmocka_unit_test(a_point_that_is_none_of_the_curve_is_refused),
        cmocka_unit_test(coordinates_lie_below_the_prime),
        cmocka_unit_test(x_above_the_order_is_taken_modulo_the_order),
        cmocka_unit_test(sum_of_equal_points_verifies_and_of_opposite_ones_does_not),
        cmocka_unit_test(damaged_claims_get_the_answer_of_the_judge),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
