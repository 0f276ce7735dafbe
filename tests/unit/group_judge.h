/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's group as the judge of ours. Points are 65 bytes here, infinity is 65 zeros. */
#ifndef HUFU_TESTS_GROUP_JUDGE_H
#define HUFU_TESTS_GROUP_JUDGE_H

#include <openssl/ec.h>

#include "cosign/arithmetic/engine.h"
#include "tests/unit/cosign_pair.h"

extern EC_GROUP *curve;
extern BN_CTX *work;

/* A cmocka set-up and tear-down of the group of tests. */
int judge_set_up(void **state);
int judge_tear_down(void **state);

/* Frees p. */
void judge_bytes(uint8_t bytes[POINT_BYTES], EC_POINT *p);
bool judge_takes(const uint8_t bytes[POINT_BYTES]);
void judge_add(uint8_t out[POINT_BYTES], const uint8_t a[POINT_BYTES], const uint8_t b[POINT_BYTES]);
void judge_negate(uint8_t out[POINT_BYTES], const uint8_t a[POINT_BYTES]);
/* k·p, or k·G where p is NULL. */
void judge_mul(uint8_t out[POINT_BYTES], const struct scalar *k, const uint8_t *p);

/* What this machine can run: with ADX or without. The lanes are behind group.h only. Returns how many. */
size_t judged_engines(const struct engine *list[2]);

void point_encode(uint8_t bytes[POINT_BYTES], const struct point *p);
void assert_point(const struct point *got, const uint8_t expected[POINT_BYTES]);
void random_point(struct point *p, struct stream *stream);
void random_affine(struct affine *p, struct stream *stream);
void scalar_of(struct scalar *out, unsigned value);

#endif
