/* SPDX-License-Identifier: Apache-2.0 */
/* The independent judge of co-signatures: the stock SM2 verification of OpenSSL, which knows nothing of two halves. */
#ifndef HUFU_TESTS_BENCH_SERVICE_JUDGE_H
#define HUFU_TESTS_BENCH_SERVICE_JUDGE_H

#include <stdint.h>

#include "common/err.h"
#include "cosign/cosign.h"

struct judge;

/* For signatures under P. NULL when P is no point, or without memory. */
struct judge *judge_new(const uint8_t P[COSIGN_POINT_SIZE]);
void judge_free(struct judge *judge); /* NULL is fine */
/* Whether r ‖ s is a signature of e = H(Z ‖ M): HUFU_OK, or HUFU_ERR_SIGNATURE. */
enum hufu_err judge_signature(const struct judge *judge, const uint8_t e[COSIGN_DIGEST_SIZE],
                              const uint8_t signature[COSIGN_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

#endif
