/* SPDX-License-Identifier: Apache-2.0 */
/* SM3 against the vectors of its standard, and against OpenSSL's.
 *
 * HUFU_TEST_LONG=1: a million random messages instead of twenty thousand, and one of more than 2^32 bits. */
#include "tests/unit/cosign_pair.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "cosign/arithmetic/sm3.h"

#define SPLIT_MAX 300
#define RANDOM_MAX 1100 /* bytes of one random message */

static void judge(uint8_t digest[SM3_BYTES], const void *data, size_t len)
{
    assert_int_equal(EVP_Digest(data, len, digest, NULL, EVP_sm3(), NULL), 1);
}

/* GB/T 32905-2016, appendix A. */
static void sm3_gives_the_digests_of_its_standard(void **state)
{
    static const uint8_t of_abc[SM3_BYTES] = {
        0x66, 0xc7, 0xf0, 0xf4, 0x62, 0xee, 0xed, 0xd9, 0xd1, 0xf2, 0xd4, 0x6b, 0xdc, 0x10, 0xe4, 0xe2,
        0x41, 0x67, 0xc4, 0x87, 0x5c, 0xf2, 0xf7, 0xa2, 0x29, 0x7d, 0xa0, 0x2b, 0x8f, 0x4b, 0xa8, 0xe0};
    static const uint8_t of_64[SM3_BYTES] = {0xde, 0xbe, 0x9f, 0xf9, 0x22, 0x75, 0xb8, 0xa1, 0x38, 0x60, 0x48,
                                             0x89, 0xc1, 0x8e, 0x5a, 0x4d, 0x6f, 0xdb, 0x70, 0xe5, 0x38, 0x7e,
                                             0x57, 0x65, 0x29, 0x3d, 0xcb, 0xa3, 0x9c, 0x0c, 0x57, 0x32};
    uint8_t digest[SM3_BYTES];
    (void)state;
    cosign_sm3(digest, "abc", 3);
    assert_memory_equal(digest, of_abc, SM3_BYTES);
    cosign_sm3(digest, "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", 64);
    assert_memory_equal(digest, of_64, SM3_BYTES);
}

static void fill(uint8_t *message, size_t len, uint64_t seed)
{
    struct stream stream = {.seed = seed};
    assert_ok(stream_fill(&stream, message, len));
}

static void every_length_cut_anywhere_gives_the_digest_of_openssl(void **state)
{
    uint8_t message[SPLIT_MAX], expected[SM3_BYTES], digest[SM3_BYTES];
    (void)state;
    fill(message, sizeof(message), 71);
    for (size_t len = 0; len <= SPLIT_MAX; len++) {
        judge(expected, message, len);
        for (size_t cut = 0; cut <= len; cut++) {
            struct sm3 hash;
            sm3_init(&hash);
            sm3_update(&hash, message, cut);
            sm3_update(&hash, message + cut, len - cut);
            sm3_done(&hash, digest);
            assert_memory_equal(digest, expected, SM3_BYTES);
        }
    }
}

/* Both digests of a pair by their definition, each in one piece. */
static void judge_pair(uint8_t digests[2 * SM3_BYTES], uint8_t first, uint8_t second, const uint8_t *rest,
                       size_t len)
{
    uint8_t message[1 + RANDOM_MAX];
    memcpy(message + 1, rest, len);
    message[0] = first;
    judge(digests, message, 1 + len);
    message[0] = second;
    judge(digests + SM3_BYTES, message, 1 + len);
}

static void a_pair_of_every_length_cut_anywhere_gives_two_digests_of_openssl(void **state)
{
    uint8_t rest[SPLIT_MAX], expected[2 * SM3_BYTES], digests[2 * SM3_BYTES];
    (void)state;
    fill(rest, sizeof(rest), 72);
    for (size_t len = 0; len <= SPLIT_MAX; len++) {
        judge_pair(expected, 1, 2, rest, len);
        for (size_t cut = 0; cut <= len; cut++) {
            struct sm3_pair pair;
            sm3_pair_init(&pair, 1, 2);
            sm3_pair_update(&pair, rest, cut);
            sm3_pair_update(&pair, rest + cut, len - cut);
            sm3_pair_done(&pair, digests);
            assert_memory_equal(digests, expected, sizeof(digests));
        }
    }
}

static void a_pair_with_equal_first_bytes_gives_one_digest_twice(void **state)
{
    const uint8_t rest[200] = {1, 2, 3};
    uint8_t expected[2 * SM3_BYTES], digests[2 * SM3_BYTES];
    struct sm3_pair pair;
    (void)state;
    judge_pair(expected, 7, 7, rest, sizeof(rest));
    sm3_pair_init(&pair, 7, 7);
    sm3_pair_update(&pair, rest, sizeof(rest));
    sm3_pair_done(&pair, digests);
    assert_memory_equal(digests, expected, sizeof(digests));
}

/* Each message is of random length and content, and both kinds of hash take it in pieces of random length. */
static void random_messages_in_random_pieces_give_the_digests_of_openssl(void **state)
{
    const size_t messages = long_form() ? 1000000 : 20000;
    uint8_t message[RANDOM_MAX], expected[3 * SM3_BYTES], digests[3 * SM3_BYTES];
    struct stream stream = {.seed = 73};
    (void)state;
    for (size_t i = 0; i < messages; i++) {
        struct sm3 hash;
        struct sm3_pair pair;
        uint16_t lengths[2];
        assert_ok(stream_fill(&stream, (uint8_t *)lengths, sizeof(lengths)));
        const size_t len = lengths[0] % (RANDOM_MAX + 1), piece = 1 + lengths[1] % 200;
        assert_ok(stream_fill(&stream, message, len));
        sm3_init(&hash);
        sm3_pair_init(&pair, 1, 2);
        for (size_t at = 0; at < len; at += piece) {
            sm3_update(&hash, message + at, len - at < piece ? len - at : piece);
            sm3_pair_update(&pair, message + at, len - at < piece ? len - at : piece);
        }
        sm3_done(&hash, digests);
        sm3_pair_done(&pair, digests + SM3_BYTES);
        judge(expected, message, len);
        judge_pair(expected + SM3_BYTES, 1, 2, message, len);
        assert_memory_equal(digests, expected, sizeof(digests));
    }
}

static void judge_repeated(uint8_t digest[SM3_BYTES], const uint8_t *piece, size_t len, size_t times)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_non_null(context);
    assert_int_equal(EVP_DigestInit_ex(context, EVP_sm3(), NULL), 1);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(EVP_DigestUpdate(context, piece, len), 1);
    assert_int_equal(EVP_DigestFinal_ex(context, digest, NULL), 1);
    EVP_MD_CTX_free(context);
}

/* 513 pieces of 1 MiB, so that the length in bits needs more than 32 of them. */
static void a_message_of_more_than_2_to_the_32_bits_gives_the_digest_of_openssl(void **state)
{
    const size_t len = (size_t)1 << 20, times = 513;
    uint8_t expected[SM3_BYTES], digest[SM3_BYTES];
    struct sm3 hash;
    (void)state;
    if (!long_form())
        skip();
    uint8_t *piece = malloc(len);
    assert_non_null(piece);
    fill(piece, len, 74);
    sm3_init(&hash);
    for (size_t i = 0; i < times; i++)
        sm3_update(&hash, piece, len);
    sm3_done(&hash, digest);
    judge_repeated(expected, piece, len, times);
    free(piece);
    assert_memory_equal(digest, expected, SM3_BYTES);
}

static void a_copy_goes_its_own_way(void **state)
{
    uint8_t expected[SM3_BYTES], digest[SM3_BYTES];
    struct sm3 hash;
    (void)state;
    sm3_init(&hash);
    sm3_update(&hash, "ab", 2);
    struct sm3 copy = hash;
    sm3_update(&copy, "x", 1);
    sm3_update(&hash, "c", 1);
    sm3_done(&hash, digest);
    judge(expected, "abc", 3);
    assert_memory_equal(digest, expected, SM3_BYTES);
    sm3_done(&copy, digest);
    judge(expected, "abx", 3);
    assert_memory_equal(digest, expected, SM3_BYTES);
}

static void nothing_is_left_in_a_hash_that_is_done_or_dropped(void **state)
{
    uint8_t digests[2 * SM3_BYTES];
    struct sm3 hash;
    struct sm3_pair pair;
    (void)state;
    sm3_init(&hash);
    sm3_update(&hash, "secret", 6);
    struct sm3 copy = hash;
    sm3_done(&hash, digests);
    assert_zero(hash);
    sm3_drop(&copy);
    assert_zero(copy);
    sm3_pair_init(&pair, 1, 2);
    sm3_pair_update(&pair, "secret", 6);
    struct sm3_pair other = pair;
    sm3_pair_done(&pair, digests);
    assert_zero(pair);
    sm3_pair_drop(&other);
    assert_zero(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm3_gives_the_digests_of_its_standard),
        cmocka_unit_test(every_length_cut_anywhere_gives_the_digest_of_openssl),
        cmocka_unit_test(a_pair_of_every_length_cut_anywhere_gives_two_digests_of_openssl),
        cmocka_unit_test(a_pair_with_equal_first_bytes_gives_one_digest_twice),
        cmocka_unit_test(random_messages_in_random_pieces_give_the_digests_of_openssl),
        cmocka_unit_test(a_message_of_more_than_2_to_the_32_bits_gives_the_digest_of_openssl),
        cmocka_unit_test(a_copy_goes_its_own_way),
        cmocka_unit_test(nothing_is_left_in_a_hash_that_is_done_or_dropped),
    };
    return cmocka_run_group_tests_name("cosign sm3", tests, NULL, NULL);
}
