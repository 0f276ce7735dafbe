/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/differential/differential_dice.h"

#include <inttypes.h>
#include <stdio.h>

#include "tests/repeatable.h"
#include "tests/unit/unit.h"

#define COUNT 20000
#define LONG_COUNT 1000000
#define SLOW_COUNT 2000

static uint64_t seed(void)
{
    const char *text = getenv("HUFU_TEST_SEED");
    return text ? strtoull(text, NULL, 0) : 20240601;
}

void dice_init(struct dice *dice, const char *test)
{
    dice->state = seed();
    for (const char *c = test; *c; c++)
        dice->state = (dice->state ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    print_message("%s: HUFU_TEST_SEED=%" PRIu64 ", %zu values\n", test, seed(), test_count());
}

uint64_t dice_word(struct dice *dice)
{
    return repeatable_number(&dice->state);
}

size_t dice_below(struct dice *dice, size_t bound)
{
    return (size_t)(dice_word(dice) % bound);
}

/* Halves of 32 bits are drawn alone, so that words of either size meet their patterns. */
static uint32_t pattern(struct dice *dice)
{
    static const uint32_t patterns[] = {0,          0,          0xffffffff, 0xffffffff, 1,
                                        0x80000000, 0x7fffffff, 0xfffffffe, 0xffff0000, 0x0000ffff};
    const size_t which = dice_below(dice, 12);
    return which < 10 ? patterns[which] : (uint32_t)dice_word(dice);
}

void dice_number(struct dice *dice, uint8_t number[NUMBER_BYTES])
{
    const bool uniform = dice_below(dice, 3) == 0;
    for (size_t i = 0; i < NUMBER_BYTES; i += 4) {
        const uint32_t half = uniform ? (uint32_t)dice_word(dice) : pattern(dice);
        for (size_t j = 0; j < 4; j++)
            number[i + j] = (uint8_t)(half >> (8 * j));
    }
}

static void store(uint8_t number[NUMBER_BYTES], const BIGNUM *value)
{
    assert_int_equal(BN_bn2binpad(value, number, NUMBER_BYTES), NUMBER_BYTES);
}

void dice_number_below(struct dice *dice, uint8_t number[NUMBER_BYTES], const BIGNUM *modulus)
{
    BIGNUM *value = BN_new();
    const size_t kind = dice_below(dice, 8);
    if (kind < 6) {
        dice_number(dice, number);
        BN_bin2bn(number, NUMBER_BYTES, value);
        if (BN_cmp(value, modulus) >= 0) /* 2^256 is less than twice either modulus */
            BN_sub(value, value, modulus);
    } else {
        BN_set_word(value, dice_below(dice, 65536));
        if (kind == 7) {
            BN_add_word(value, 1);
            BN_sub(value, modulus, value);
        }
    }
    store(number, value);
    BN_free(value);
}

size_t test_count(void)
{
    const char *text = getenv("HUFU_TEST_LONG");
    const bool is_long = text && strcmp(text, "1") == 0;
#if HUFU_SANITIZED || HUFU_VALGRIND
    return is_long ? COUNT : SLOW_COUNT;
#else
    return is_long ? LONG_COUNT : COUNT;
#endif
}

size_t test_chunk(void)
{
    return test_count() < TEST_CHUNK_MAX ? test_count() : TEST_CHUNK_MAX;
}

/* value, when it is in [0, modulus), and modulus - value. */
static void add_edge(struct edges *edges, const BIGNUM *value, const BIGNUM *modulus)
{
    BIGNUM *mirror = BN_new();
    BN_sub(mirror, modulus, value);
    if (!BN_is_negative(value) && BN_cmp(value, modulus) < 0) {
        assert_true(edges->count + 2 <= EDGES_MAX);
        store(edges->numbers[edges->count++], value);
        if (!BN_is_zero(value))
            store(edges->numbers[edges->count++], mirror);
    }
    BN_free(mirror);
}

void edges_make(struct edges *edges, const BIGNUM *modulus)
{
    static const int bits[] = {32, 63, 64, 65, 96, 128, 160, 192, 224, 255};
    BIGNUM *value = BN_new();
    edges->count = 0;
    for (BN_ULONG i = 0; i <= 3; i++) {
        BN_set_word(value, i);
        add_edge(edges, value, modulus);
    }
    BN_rshift1(value, modulus);
    add_edge(edges, value, modulus);
    BN_zero(value);
    BN_set_bit(value, 256);
    BN_sub(value, value, modulus);
    add_edge(edges, value, modulus);
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        BN_zero(value);
        BN_set_bit(value, bits[i]);
        BN_sub_word(value, 1);
        for (int j = 0; j < 3; j++) {
            add_edge(edges, value, modulus);
            BN_add_word(value, 1);
        }
    }
    BN_free(value);
}

void edges_beyond(struct edges *edges, const BIGNUM *modulus)
{
    BIGNUM *value = BN_dup(modulus);
    for (int i = 0; i < 3; i++) {
        assert_true(edges->count < EDGES_MAX);
        store(edges->numbers[edges->count++], value);
        BN_add_word(value, 1);
    }
    assert_true(edges->count < EDGES_MAX);
    memset(edges->numbers[edges->count++], 0xff, NUMBER_BYTES);
    BN_free(value);
}
