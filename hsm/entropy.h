/* SPDX-License-Identifier: Apache-2.0 */
/* Secret random bytes: the operating system's, mixed with the token's (docs/protocol.md §1), so that neither source
 * alone decides a nonce. */
#ifndef HUFU_HSM_ENTROPY_H
#define HUFU_HSM_ENTROPY_H

#include "cosign/cosign.h"
#include "hsm/token.h"

struct entropy {
    struct token *token;
    unsigned session;
};

/* HUFU_ERR_AWAY: the token's randomness is not to be had. out is zero then. */
enum hufu_err entropy_fill(struct entropy *source, uint8_t *out, size_t len) HUFU_MUST_CHECK;
/* The same as the cosign library wants it; source must outlive it. */
struct cosign_random entropy_for_cosign(struct entropy *source);

#endif
