/* SPDX-License-Identifier: Apache-2.0 */
/* What tests verify of ECDSA P-256, and OpenSSL's EVP, which judges it. */
#ifndef HUFU_TESTS_UNIT_ECDSA_JUDGE_H
#define HUFU_TESTS_UNIT_ECDSA_JUDGE_H

#include <stdbool.h>

#include "common/hash.h"
#include "hsm/ecdsa.h"

/* Where a verification takes a millisecond: fewer of them. */
#ifdef LANES_EMULATED
#define ECDSA_SLOW true
#else
#define ECDSA_SLOW (HUFU_VALGRIND || HUFU_SANITIZED)
#endif

/* All that a verification is about. */
struct ecdsa_case {
    uint8_t point[ECDSA_POINT_SIZE];
    uint8_t digest[HASH_SIZE];
    uint8_t signature[ECDSA_SIGNATURE_SIZE];
};

enum hufu_err ecdsa_judge(const struct ecdsa_case *claim);
/* Whether EVP takes the point, whatever its form. */
bool ecdsa_judge_knows_point(const struct ecdsa_case *claim);

/* The same, to be verified with others; err is none that a verification gives. */
struct ecdsa_claim ecdsa_claim_of(const struct ecdsa_case *claim);

#endif
