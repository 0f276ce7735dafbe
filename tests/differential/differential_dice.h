/* SPDX-License-Identifier: Apache-2.0 */
/* The values that the differential tests try: pseudo-random ones from a seed that is printed, ones that make carries likely,
 * and edges.
 *
 * HUFU_TEST_SEED=N chooses other values; the same N gives the same values again. HUFU_TEST_LONG=1 tries a million of
 * everything instead of 20,000; under a sanitizer or for valgrind it is a tenth, as the release build tries the rest. */
#ifndef HUFU_TESTS_DIFFERENTIAL_DICE_H
#define HUFU_TESTS_DIFFERENTIAL_DICE_H

#include <openssl/bn.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_BYTES 32

struct dice {
    uint64_t state;
};

/* Each test has a stream of its own, so that it can be run alone with the same values. Prints the seed. */
void dice_init(struct dice *dice, const char *test);
uint64_t dice_word(struct dice *dice);
size_t dice_below(struct dice *dice, size_t bound);

/* 256 bits: uniform, or made of words of zeros, ones, single bits and their neighbours. */
void dice_number(struct dice *dice, uint8_t number[NUMBER_BYTES]);
/* The same below a modulus of 256 bits, often within 2^16 of one of its ends. */
void dice_number_below(struct dice *dice, uint8_t number[NUMBER_BYTES], const BIGNUM *modulus);

/* How many random values in all, and how many of them at once. */
size_t test_count(void);
#define TEST_CHUNK_MAX 20000
size_t test_chunk(void);

/* 0 … 3, modulus - 3 … modulus - 1, the halves of the modulus, 2^256 - modulus, and for every limb boundary 2^i - 1, 2^i, 2^i + 1
 * and modulus less those. All below the modulus. */
#define EDGES_MAX 128
struct edges {
    uint8_t numbers[EDGES_MAX][NUMBER_BYTES];
    size_t count;
};
void edges_make(struct edges *edges, const BIGNUM *modulus);
/* And some that are not below it: the modulus and its neighbours, and 2^256 - 1. */
void edges_beyond(struct edges *edges, const BIGNUM *modulus);

#endif
