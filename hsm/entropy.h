/* SPDX-License-Identifier: Apache-2.0 */
/* Secret random bytes: the operating system's, mixed with the token's (docs/protocol.md §1), so that neither source
 * alone decides a nonce. */
#ifndef HUFU_HSM_ENTROPY_H
#define HUFU_HSM_ENTROPY_H

#include "cosign/cosign.h"
#include "hsm/token.h"

#define ENTROPY_AHEAD_MAX 2560 /* bytes drawn at once: 16 signatures of one digest take 2432 */

struct entropy {
    struct token *token;
    unsigned session;
    /* Drawn and not yet taken: the first `left` of ENTROPY_AHEAD_MAX bytes, which are the owner's, locked and wiped by it. NULL: each
     * request for bytes is a draw of its own. */
    uint8_t *ahead;
    size_t left, expected;
};

/* So many bytes in all will be asked for before the owner wipes what is ahead: they are drawn together, for a draw costs the two
 * sources the same whether it is short or long. Asking for more, or less, is no error. Replaces what was expected. */
void entropy_expect(struct entropy *source, size_t len);
/* Nothing is ahead any more, nor expected: for the owner, who wiped it. */
void entropy_forget(struct entropy *source);
/* No byte is given twice. HUFU_ERR_AWAY: the token's randomness is not to be had. out is zero then. */
enum hufu_err entropy_fill(struct entropy *source, uint8_t *out, size_t len) HUFU_MUST_CHECK;
/* The same as the cosign library wants it; source must outlive it. */
struct cosign_random entropy_for_cosign(struct entropy *source);

#endif
