/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a captcha, and that its first number is found. */
#include "common/hash.h"
#include "mobile-sdk/captcha.h"
#include "tests/unit/unit.h"

static unsigned zero_bits(const uint8_t challenge[CAPTCHA_SIZE], const uint8_t answer[CAPTCHA_ANSWER_SIZE])
{
    uint8_t text[HASH_SIZE + CAPTCHA_ANSWER_SIZE], hash[HASH_SIZE];
    unsigned bits = 0;
    hash_sha256(text, bytes_of(challenge, CAPTCHA_SIZE));
    memcpy(text + HASH_SIZE, answer, CAPTCHA_ANSWER_SIZE);
    hash_sha256(hash, bytes_of(text, sizeof text));
    while (bits < 256 && (hash[bits / 8] & 0x80 >> bits % 8) == 0)
        bits++;
    return bits;
}

static void an_answer_has_the_bits_and_is_the_first_that_does(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 12; bits++) {
        uint8_t challenge[CAPTCHA_SIZE], answer[CAPTCHA_ANSWER_SIZE], before[CAPTCHA_ANSWER_SIZE] = {0};
        memset(challenge, (int)(7 * bits), sizeof challenge);
        captcha_solve(bytes_of(challenge, sizeof challenge), bits, answer);
        assert_true(zero_bits(challenge, answer) >= bits);
        uint64_t number = 0;
        for (size_t i = 0; i < sizeof answer; i++)
            number = number << 8 | answer[i];
        assert_in_range(number, 0, 1u << 16);
        for (uint64_t i = 0; i < number; i++) {
            for (size_t j = 0; j < sizeof before; j++)
                before[j] = (uint8_t)(i >> (56 - 8 * j));
            assert_true(zero_bits(challenge, before) < bits);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_the_bits_and_is_the_first_that_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
