/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

#include "cosign/hash.h"

/* GB/T 32905, appendix A: SM3 of "abc". */
static const uint8_t abc_digest[32] = {0x66, 0xc7, 0xf0, 0xf4, 0x62, 0xee, 0xed, 0xd9, 0xd1, 0xf2, 0xd4,
                                       0x6b, 0xdc, 0x10, 0xe4, 0xe2, 0x41, 0x67, 0xc4, 0x87, 0x5c, 0xf2,
                                       0xf7, 0xa2, 0x29, 0x7d, 0xa0, 0x2b, 0x8f, 0x4b, 0xa8, 0xe0};

static void sm3_of_abc_is_that_of_the_standard(void **state)
{
    uint8_t digest[32];
    (void)state;
    cosign_sm3(digest, "abc", 3);
    assert_memory_equal(digest, abc_digest, 32);
}

static void fields_are_hashed_with_their_lengths(void **state)
{
    const uint8_t encoded[] = {0, 0, 0, 2, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 1, 'c'};
    const struct bytes fields[] = {bytes_of_text("ab"), bytes_of(NULL, 0), bytes_of_text("c")};
    uint8_t expected[32], digest[32];
    (void)state;
    cosign_sm3(expected, encoded, sizeof(encoded));
    assert_ok(cosign_hash_fields(digest, fields, 3));
    assert_memory_equal(digest, expected, 32);
}

static void fields_cut_elsewhere_hash_to_something_else(void **state)
{
    const struct bytes one[] = {bytes_of_text("ab"), bytes_of_text("c")};
    const struct bytes other[] = {bytes_of_text("a"), bytes_of_text("bc")};
    uint8_t first[32], second[32];
    (void)state;
    assert_ok(cosign_hash_fields(first, one, 2));
    assert_ok(cosign_hash_fields(second, other, 2));
    assert_memory_not_equal(first, second, 32);
}

/* A length that T's 32 bits could just hold is refused already: within a proof the head is a part of a longer field. The
 * bytes are not read, so there need not be any. */
static void a_field_too_long_for_its_length_is_refused(void **state)
{
    const struct bytes fields[] = {bytes_of_text("ab"), bytes_of("", COSIGN_FIELD_MAX + 1)};
    uint8_t digest[32] = {1};
    (void)state;
    assert_int_equal(cosign_hash_fields(digest, fields, 2), HUFU_ERR_LIMIT);
    assert_zero(digest);
}

/* S by its definition: H(01 ‖ T) ‖ H(02 ‖ T) mod n. */
static void a_scalar_hash_is_two_digests_taken_mod_n(void **state)
{
    uint8_t encoded[64], digests[64], got[32], expected[32];
    struct buf b;
    struct scalar s;
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    (void)state;
    for (uint8_t i = 0; i < 2; i++) {
        buf_init(&b, encoded, sizeof(encoded));
        buf_put_u8(&b, (uint8_t)(i + 1));
        buf_put_field_text(&b, "tag");
        buf_put_field_text(&b, "field");
        cosign_sm3(digests + 32 * i, encoded, b.len);
    }
    scalar_decode_wide(&s, digests);
    scalar_encode(expected, &s);
    scalar_hash_init(&hash, "tag");
    scalar_hash_field(&hash, bytes_of_text("field"));
    scalar_hash_done(&hash, &s);
    scalar_encode(got, &s);
    assert_memory_equal(got, expected, 32);
}

static void a_copied_scalar_hash_goes_its_own_way(void **state)
{
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    struct scalar with_more, without, again;
    (void)state;
    scalar_hash_init(&hash, "tag");
    struct scalar_hash copy SCALAR_HASH_DROPPED = hash;
    scalar_hash_field(&copy, bytes_of_text("more"));
    scalar_hash_done(&copy, &with_more);
    scalar_hash_done(&hash, &without);
    scalar_hash_init(&hash, "tag");
    scalar_hash_field(&hash, bytes_of_text("more"));
    scalar_hash_done(&hash, &again);
    assert_true(scalar_equal(&with_more, &again));
    assert_false(scalar_equal(&with_more, &without));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm3_of_abc_is_that_of_the_standard),
        cmocka_unit_test(fields_are_hashed_with_their_lengths),
        cmocka_unit_test(fields_cut_elsewhere_hash_to_something_else),
        cmocka_unit_test(a_field_too_long_for_its_length_is_refused),
        cmocka_unit_test(a_scalar_hash_is_two_digests_taken_mod_n),
        cmocka_unit_test(a_copied_scalar_hash_goes_its_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
