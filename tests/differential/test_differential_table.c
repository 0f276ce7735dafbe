/* SPDX-License-Identifier: Apache-2.0 */
/* Every entry of the generator's table against OpenSSL's multiplication, one by one. */
#include "cosign/arithmetic/generator_table.h"
#include "tests/differential/differential_engines.h"
#include "tests/unit/unit.h"

static void check_entry(struct judge *judge, const struct affine *entry, BN_ULONG odd, int shift)
{
    const struct engine *engine = engines_of_machine().engines[0];
    uint8_t k[NUMBER_BYTES], expected[ENCODED_BYTES], got[ENCODED_BYTES];
    BN_set_word(judge->r, odd);
    BN_lshift(judge->r, judge->r, shift);
    BN_nnmod(judge->r, judge->r, judge->n, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, k, sizeof(k)), sizeof(k));
    judge_mul(judge, expected, k, NULL);
    engine_encode(engine, got, entry);
    judge_expect("entry of the table", got, expected, sizeof(got), k, NULL);
}

static void every_entry_is_its_multiple(void **state)
{
    struct judge judge;
    (void)state;
    judge_init(&judge);
    for (int i = 0; i < GENERATOR_ROWS; i++) {
        for (int j = 0; j < GENERATOR_ODD; j++)
            check_entry(&judge, &generator_table[i][j], (BN_ULONG)(2 * j + 1), 2 * GENERATOR_WINDOW * i);
    }
    judge_done(&judge);
}

static void generator_is_the_standards(void **state)
{
    struct judge judge;
    uint8_t expected[ENCODED_BYTES], got[ENCODED_BYTES];
    (void)state;
    judge_init(&judge);
    assert_int_equal(EC_POINT_point2oct(judge.group, EC_GROUP_get0_generator(judge.group),
                                        POINT_CONVERSION_UNCOMPRESSED, expected, sizeof(expected), judge.bn),
                     sizeof(expected));
    affine_encode(got, affine_generator);
    judge_expect("affine_generator", got, expected, sizeof(got), expected, NULL);
    judge_done(&judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_its_multiple),
        cmocka_unit_test(generator_is_the_standards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
