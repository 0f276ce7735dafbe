/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of ECDSA P-256: what is refused by form, and thousands of damaged inputs, with OpenSSL's EVP as the judge. */
#include "tests/unit/unit.h"

#include <openssl/core_names.h>
#include <pthread.h>

#include "common/encoding.h"
#include "common/hash.h"
#include "hsm/ecdsa.h"
#include "hsm/owned.h"
#include "tests/client/device_key.h"
#include "tests/repeatable.h"

#define HALF (ECDSA_SIGNATURE_SIZE / 2)
#define SIGNERS 8
#define DAMAGED (HUFU_VALGRIND ? 400 : 8000)
#define THREADS 4
#define VERIFICATIONS 50 /* of each thread */

/* All that a verification is about. */
struct claim {
    uint8_t point[ECDSA_POINT_SIZE];
    uint8_t digest[HASH_SIZE];
    uint8_t signature[ECDSA_SIGNATURE_SIZE];
};

/* SEC 2: the order of P-256, and its prime. */
static const uint8_t n[HALF] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t p[HALF] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
                                0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static struct claim claims[SIGNERS]; /* all of them true */

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

static enum hufu_err verify(const struct claim *claim)
{
    return ecdsa_verify_var(claim->point, claim->digest, claim->signature);
}

/* ---- The judge ---- */

static EVP_PKEY *judges_key(const struct claim *claim)
{
    EVP_PKEY *key = NULL;
    char group[] = "P-256";
    uint8_t point[ECDSA_POINT_SIZE];
    memcpy(point, claim->point, sizeof(point));
    OSSL_PARAM parameters[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
                               OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
                               OSSL_PARAM_END};
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_non_null(ctx);
    assert_true(EVP_PKEY_fromdata_init(ctx) > 0);
    return EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, parameters) > 0 ? key : NULL;
}

static enum hufu_err judge(const struct claim *claim)
{
    OWNED(EVP_PKEY) *key = judges_key(claim);
    if (!key || claim->point[0] != 0x04)
        return HUFU_ERR_SIGNATURE;
    uint8_t *der = NULL;
    int der_len = signature_der(&der, claim->signature);
    assert_true(der_len > 0);
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    assert_non_null(ctx);
    assert_true(EVP_PKEY_verify_init(ctx) > 0);
    bool holds = EVP_PKEY_verify(ctx, der, (size_t)der_len, claim->digest, sizeof(claim->digest)) == 1;
    OPENSSL_free(der);
    return holds ? HUFU_OK : HUFU_ERR_SIGNATURE;
}

static void held_by_both(const struct claim *claim)
{
    assert_ok(verify(claim));
    assert_ok(judge(claim));
}

static void refused_by_both(const struct claim *claim)
{
    assert_int_equal(verify(claim), HUFU_ERR_SIGNATURE);
    assert_int_equal(judge(claim), HUFU_ERR_SIGNATURE);
}

/* ---- What is refused by its form ---- */

static void what_a_device_signed_verifies(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGNERS; i++)
        held_by_both(&claims[i]);
}

/* The last byte's place holds what is added to the number, which has none of its own to carry. */
static void put_half(struct claim *claim, size_t half, const uint8_t number[HALF], int more)
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
        struct claim claim = claims[0];
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
    struct claim claim = claims[0];
    subtract(claim.signature + HALF, n, claims[0].signature + HALF);
    held_by_both(&claim);
}

static void only_the_uncompressed_form_of_a_point_is_taken(void **state)
{
    (void)state;
    struct claim claim = claims[0];
    const uint8_t odd = claim.point[ECDSA_POINT_SIZE - 1] & 1;
    claim.point[0] = (uint8_t)(0x06 | odd); /* hybrid, which OpenSSL takes for the same point */
    OWNED(EVP_PKEY) *hybrid = judges_key(&claim);
    assert_non_null(hybrid);
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
    struct claim claim = claims[0];
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

static struct claim backwards(const char *point, const char *r)
{
    struct claim claim;
    claim.point[0] = 0x04;
    read_hex(claim.point + 1, 2 * HALF, point);
    read_hex(claim.digest, HALF, r);
    memcpy(claim.signature, claim.digest, HALF);
    memcpy(claim.signature + HALF, claim.digest, HALF);
    return claim;
}

/* Of the points whose x has two forms in 32 bytes, x and x + p: the one with x = 5. */
static void coordinates_lie_below_the_prime(void **state)
{
    (void)state;
    struct claim claim = backwards("0000000000000000000000000000000000000000000000000000000000000005"
                                   "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
                                   "e6e29ec5156940109aa9c54114f5958c8093c28429bec642fc2d2be10f6897c2");
    held_by_both(&claim);
    read_hex(claim.point + 1, HALF, "ffffffff00000001000000000000000000000001000000000000000000000004");
    refused_by_both(&claim);
}

/* x of R is n + 3: r is 3, and 3 alone. */
static void x_above_the_order_is_taken_modulo_the_order(void **state)
{
    (void)state;
    struct claim claim = backwards("4850d2963fe5d2f3c1b251a96ba095ebadeee7b736b34c6a731a8666fcca67bf"
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
    struct claim claim = backwards("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
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
static void damage(struct claim *claim, uint64_t *dice)
{
    const struct claim *other = &claims[repeatable_number(dice) % SIGNERS];
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
        struct claim claim = claims[repeatable_number(&dice) % SIGNERS];
        damage(&claim, &dice);
        if (repeatable_number(&dice) % 2)
            damage(&claim, &dice);
        const enum hufu_err expected = judge(&claim);
        assert_int_equal(verify(&claim), expected);
        held += expected == HUFU_OK;
        refused += expected != HUFU_OK;
    }
    assert_true(held > DAMAGED / 10 && refused > DAMAGED / 10);
}

/* ---- Several threads ---- */

static void *verify_often(void *claim)
{
    for (int i = 0; i < VERIFICATIONS; i++) {
        if (verify(claim) != HUFU_OK)
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
