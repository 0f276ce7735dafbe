/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL as the judge of the arithmetic. Numbers are 32 bytes big-endian, points 65 bytes, all zero at infinity.
 *
 * One multiplication on the curve costs OpenSSL 300 µs, one addition 1 µs, so known multiples are made in bulk by adding:
 * a walk is P(i+1) = P(i) + D, whose scalars are k(i+1) = k(i) + d; with k(0) and d drawn at random the scalars look random.
 * Every expected value is still one that OpenSSL computed. A product k·P of two random things is judged with two
 * entries of the walk: for P(i) = p·G and P(j) = q·G the scalar k = q/p mod n must lead from P(i) to P(j), and as q ranges over
 * random numbers, so does k. Scalars of patterned words are judged by sums of eight multiples w·2^(32·i)·B of a base B. */
#ifndef HUFU_TESTS_DIFFERENTIAL_JUDGE_H
#define HUFU_TESTS_DIFFERENTIAL_JUDGE_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/differential/differential_dice.h"

#define ENCODED_BYTES 65

struct judge {
    EC_GROUP *group;
    BN_CTX *bn;
    BIGNUM *p;     /* of the field */
    BIGNUM *n;     /* of the group */
    BIGNUM *radix; /* 2^256 */
    BIGNUM *a, *b, *r;
    EC_POINT *P, *Q;
};

void judge_init(struct judge *judge);
void judge_done(struct judge *judge);

/* out = a·b, a/b (b not 0), a + b, a - b mod modulus. */
void judge_product(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b,
                   const BIGNUM *modulus);
void judge_quotient(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b,
                    const BIGNUM *modulus);
void judge_sum(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b, const BIGNUM *modulus);
void judge_difference(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b,
                      const BIGNUM *modulus);
bool judge_below(struct judge *judge, const uint8_t *a, const BIGNUM *modulus);

/* k·P; P NULL is G. A whole multiplication. */
void judge_mul(struct judge *judge, uint8_t *out, const uint8_t *k, const uint8_t *P);
void judge_add(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b);
void judge_negate(struct judge *judge, uint8_t *out, const uint8_t *a);
/* Whether OpenSSL takes the 65 bytes for a point. */
bool judge_decodes(struct judge *judge, const uint8_t *encoded);

/* Fails the test, and prints what and the inputs, unless got is what was expected. b may be NULL. */
void judge_expect(const char *what, const uint8_t *got, const uint8_t *expected, size_t len, const uint8_t *a,
                  const uint8_t *b);

struct known {
    uint8_t k[NUMBER_BYTES];
    uint8_t P[ENCODED_BYTES]; /* k times the base of whatever made it */
};

/* known[i] = start + i·step, and its multiple of G. */
void walk_make(struct judge *judge, struct known *known, size_t count, const uint8_t start[NUMBER_BYTES],
               const uint8_t step[NUMBER_BYTES]);
/* With start and step drawn. */
void walk_draw(struct judge *judge, struct dice *dice, struct known *known, size_t count);

/* w·2^(32·i)·B for the eight i and some w. */
#define PATTERN_WORDS 6
#define PATTERN_PLACES 8
struct patterns {
    struct known pieces[PATTERN_PLACES][PATTERN_WORDS];
};
/* B NULL is G. 48 multiplications. */
void patterns_make(struct judge *judge, struct patterns *patterns, const uint8_t *B);
void patterns_draw(struct judge *judge, struct dice *dice, struct known *known,
                   const struct patterns *patterns);

/* Scalars at which ladders and windows have their special cases: 0 … 70, the multiples of 2^252 and 2^253 by odd numbers below
 * 64, all the edges of n, and n less each. */
#define SPECIAL_SCALARS_MAX 512
size_t special_scalars(struct judge *judge, uint8_t scalars[SPECIAL_SCALARS_MAX][NUMBER_BYTES]);

#endif
