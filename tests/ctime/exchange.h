/* SPDX-License-Identifier: Apache-2.0 */
/* One signature by two halves whose secrets the caller gives, in the three steps that the constant-time tests watch apart
 * (docs/protocol.md §3). Allocates nothing, needs no judge: what it makes is checked elsewhere. */
#ifndef HUFU_TESTS_CTIME_EXCHANGE_H
#define HUFU_TESTS_CTIME_EXCHANGE_H

#include "cosign/cosign.h"

#define EXCHANGE_BODY_MAX 512
#define EXCHANGE_ANSWER_MAX 512

/* Each a scalar below n, and not 0. */
struct exchange_secrets {
    uint8_t a[COSIGN_SCALAR_SIZE], b[COSIGN_SCALAR_SIZE];
    uint8_t tau[COSIGN_SCALAR_SIZE], k1[COSIGN_SCALAR_SIZE], k2[COSIGN_SCALAR_SIZE];
    uint8_t kappa1[COSIGN_SCALAR_SIZE], kappa2[COSIGN_SCALAR_SIZE];
};

struct exchange {
    struct exchange_secrets secrets;
    struct cosign_device_half device;
    struct cosign_service_half service;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    uint8_t body[EXCHANGE_BODY_MAX], answer[EXCHANGE_ANSWER_MAX];
    size_t body_len, answer_len;
};

/* Both halves of the key that a and b make: A = a·G, P = a·b·G - G. */
void exchange_open(struct exchange *exchange);

/* The device's first step, the service's, the device's second. With `random` NULL the nonces are the given ones; otherwise
 * they are hedged as in production. */
enum hufu_err exchange_begin(struct exchange *exchange, struct cosign_signing *signing,
                             const struct cosign_random *random) HUFU_MUST_CHECK;
enum hufu_err exchange_answer(struct exchange *exchange, const struct cosign_random *random) HUFU_MUST_CHECK;
/* The service's step for the same request several times, all answered together; the answers go nowhere but the last, to
 * exchange->answer. */
#define EXCHANGE_TOGETHER 3
enum hufu_err exchange_answer_each(struct exchange *exchange,
                                   const struct cosign_random *random) HUFU_MUST_CHECK;
enum hufu_err exchange_finish(struct exchange *exchange, struct cosign_signing *signing,
                              uint8_t signature[COSIGN_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

#endif
