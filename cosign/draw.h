/* SPDX-License-Identifier: Apache-2.0 */
/* Where secret scalars and nonces come from.
 *
 * Every protocol function that draws takes a struct draw, and its public form in cosign.h gives it the hedged one. The
 * program that checks the vectors gives one that hands out the listed values: everything else is the same code. */
#ifndef HUFU_COSIGN_DRAW_H
#define HUFU_COSIGN_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/arithmetic/scalar.h"
#include "cosign/cosign.h"

/* What a value is for. The nonces' names go into their hash (docs/protocol.md §1), so they are part of the protocol. */
#define DRAW_A "a"
#define DRAW_B "b"
#define DRAW_T "t"
#define DRAW_RHO "rho"
#define DRAW_TAU "tau"
#define DRAW_K1 "k1"
#define DRAW_K2 "k2"
#define DRAW_KAPPA1 "kappa1"
#define DRAW_KAPPA2 "kappa2"

/* What the nonces of one request are bound to: H of the head or (in the service) of the frame. Computed once, however many
 * nonces the request takes. */
struct draw_context {
    uint8_t digest[COSIGN_DIGEST_SIZE];
};
struct draw_context draw_context_of(struct bytes request);

struct draw {
    /* Uniform in 1 … n-1. */
    enum hufu_err (*secret)(const struct draw *draw, struct scalar *out, const char *role);
    /* A nonce in 1 … n-1; half is the drawer's own half of the key. */
    enum hufu_err (*nonce)(const struct draw *draw, struct scalar *out, const struct scalar *half,
                           const struct draw_context *context, uint32_t index, const char *role);
    /* Plain random bytes. */
    enum hufu_err (*bytes)(const struct draw *draw, uint8_t *out, size_t len, const char *role);
    const struct cosign_random *random;
};

/* Secrets by rejection, nonces hedged. `random` stays the caller's. */
struct draw draw_hedged(const struct cosign_random *random);

#endif
