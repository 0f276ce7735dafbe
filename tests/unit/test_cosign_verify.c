/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and verification, against the example of GB/T 32918.5, appendix A. */
#include "tests/unit/cosign_pair.h"

static const uint8_t P[COSIGN_POINT_SIZE] = {
    0x04, 0x09, 0xf9, 0xdf, 0x31, 0x1e, 0x54, 0x21, 0xa1, 0x50, 0xdd, 0x7d, 0x16, 0x1e, 0x4b, 0xc5, 0xc6,
    0x72, 0x17, 0x9f, 0xad, 0x18, 0x33, 0xfc, 0x07, 0x6b, 0xb0, 0x8f, 0xf3, 0x56, 0xf3, 0x50, 0x20, 0xcc,
    0xea, 0x49, 0x0c, 0xe2, 0x67, 0x75, 0xa5, 0x2d, 0xc6, 0xea, 0x71, 0x8c, 0xc1, 0xaa, 0x60, 0x0a, 0xed,
    0x05, 0xfb, 0xf3, 0x5e, 0x08, 0x4a, 0x66, 0x32, 0xf6, 0x07, 0x2d, 0xa9, 0xad, 0x13};
static const uint8_t Z[32] = {0xb2, 0xe1, 0x4c, 0x5c, 0x79, 0xc6, 0xdf, 0x5b, 0x85, 0xf4, 0xfe,
                              0x7e, 0xd8, 0xdb, 0x7a, 0x26, 0x2b, 0x9d, 0xa7, 0xe0, 0x7c, 0xcb,
                              0x0e, 0xa9, 0xf4, 0x74, 0x7b, 0x8c, 0xcd, 0xa8, 0xa4, 0xf3};
static const uint8_t e[32] = {0xf0, 0xb4, 0x3e, 0x94, 0xba, 0x45, 0xac, 0xca, 0xac, 0xe6, 0x92,
                              0xed, 0x53, 0x43, 0x82, 0xeb, 0x17, 0xe6, 0xab, 0x5a, 0x19, 0xce,
                              0x7b, 0x31, 0xf4, 0x48, 0x6f, 0xdf, 0xc0, 0xd2, 0x86, 0x40};
static const uint8_t signature[COSIGN_SIGNATURE_SIZE] = {
    0xf5, 0xa0, 0x3b, 0x06, 0x48, 0xd2, 0xc4, 0x63, 0x0e, 0xea, 0xc5, 0x13, 0xe1, 0xbb, 0x81, 0xa1,
    0x59, 0x44, 0xda, 0x38, 0x27, 0xd5, 0xb7, 0x41, 0x43, 0xac, 0x7e, 0xac, 0xee, 0xe7, 0x20, 0xb3,
    0xb1, 0xb6, 0xaa, 0x29, 0xdf, 0x21, 0x2f, 0xd8, 0x76, 0x31, 0x82, 0xbc, 0x0d, 0x42, 0x1c, 0xa1,
    0xbb, 0x90, 0x38, 0xfd, 0x1f, 0x7f, 0x42, 0xd4, 0x84, 0x0b, 0x69, 0xc4, 0x85, 0xbb, 0xc1, 0xaa};
#define MESSAGE bytes_of_text("message digest")
#define IDENTITY bytes_of_text(COSIGN_GM_IDENTITY)

static void the_digests_are_those_of_the_standards_example(void **state)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    (void)state;
    assert_ok(cosign_identity_digest(digest, IDENTITY, P));
    assert_memory_equal(digest, Z, sizeof(Z));
    assert_ok(cosign_message_digest(digest, IDENTITY, P, MESSAGE));
    assert_memory_equal(digest, e, sizeof(e));
}

static void z_first_and_the_message_in_pieces_give_the_same_digest(void **state)
{
    struct sm3 stream;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    (void)state;
    assert_ok(cosign_identity_digest(digest, IDENTITY, P));
    sm3_init(&stream);
    sm3_update(&stream, digest, sizeof(digest));
    sm3_update(&stream, "message", 7);
    sm3_update(&stream, " digest", 7);
    sm3_done(&stream, digest);
    assert_memory_equal(digest, e, sizeof(e));
}

static void an_identity_of_8191_bytes_is_the_longest(void **state)
{
    static const uint8_t identity[8192];
    uint8_t digest[COSIGN_DIGEST_SIZE];
    (void)state;
    assert_ok(cosign_identity_digest(digest, bytes_of(identity, 8191), P));
    assert_int_equal(cosign_identity_digest(digest, bytes_of(identity, 8192), P), HUFU_ERR_LIMIT);
    assert_zero(digest);
    memset(digest, 1, sizeof(digest));
    assert_int_equal(cosign_message_digest(digest, bytes_of(identity, 8192), P, MESSAGE), HUFU_ERR_LIMIT);
    assert_zero(digest);
}

static void the_standards_signature_verifies(void **state)
{
    (void)state;
    assert_ok(cosign_verify_var(P, e, signature));
}

static void a_signature_or_digest_changed_anywhere_does_not_verify(void **state)
{
    uint8_t changed[COSIGN_SIGNATURE_SIZE], digest[COSIGN_DIGEST_SIZE];
    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof(changed); bit++) {
        memcpy(changed, signature, sizeof(changed));
        changed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(cosign_verify_var(P, e, changed), HUFU_ERR_SIGNATURE);
    }
    for (size_t bit = 0; bit < 8 * sizeof(digest); bit++) {
        memcpy(digest, e, sizeof(digest));
        digest[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(cosign_verify_var(P, digest, signature), HUFU_ERR_SIGNATURE);
    }
}

static void r_or_s_of_zero_or_n_or_more_does_not_verify(void **state)
{
    const uint8_t *const *values = bad_scalars;
    (void)state;
    for (size_t i = 0; i < 2 * BAD_SCALARS; i++) {
        uint8_t changed[COSIGN_SIGNATURE_SIZE];
        memcpy(changed, signature, sizeof(changed));
        memcpy(changed + 32 * (i % 2), values[i / 2], 32);
        assert_int_equal(cosign_verify_var(P, e, changed), HUFU_ERR_SIGNATURE);
    }
}

/* s = ρ, r = -ρ, e = -ρ - x(ρ·G): everything holds under any key, but r + s = 0. */
static void r_plus_s_of_zero_does_not_verify(void **state)
{
    struct scalar rho = {{12345}}, r, x;
    struct point multiple;
    struct affine R;
    uint8_t digest[COSIGN_DIGEST_SIZE], forged[COSIGN_SIGNATURE_SIZE];
    (void)state;
    point_mul_base(&multiple, &rho, 1);
    point_to_affine(&R, &multiple, 1);
    affine_x_mod_n(&x, &R);
    scalar_negate(&r, &rho);
    scalar_encode(forged, &r);
    scalar_encode(forged + 32, &rho);
    scalar_sub(&x, &r, &x);
    scalar_encode(digest, &x);
    assert_int_equal(cosign_verify_var(P, digest, forged), HUFU_ERR_SIGNATURE);
}

static void a_public_key_that_is_no_point_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < bad_point_count; i++)
        assert_int_equal(cosign_verify_var(bad_points[i].bytes, e, signature), HUFU_ERR_FORM);
}

static void another_public_key_does_not_verify(void **state)
{
    struct pair pair;
    (void)state;
    pair_init(&pair, 1);
    assert_int_equal(cosign_verify_var(pair.device.P, e, signature), HUFU_ERR_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digests_are_those_of_the_standards_example),
        cmocka_unit_test(z_first_and_the_message_in_pieces_give_the_same_digest),
        cmocka_unit_test(an_identity_of_8191_bytes_is_the_longest),
        cmocka_unit_test(the_standards_signature_verifies),
        cmocka_unit_test(a_signature_or_digest_changed_anywhere_does_not_verify),
        cmocka_unit_test(r_or_s_of_zero_or_n_or_more_does_not_verify),
        cmocka_unit_test(r_plus_s_of_zero_does_not_verify),
        cmocka_unit_test(a_public_key_that_is_no_point_is_malformed),
        cmocka_unit_test(another_public_key_does_not_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
