/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening of records by AES-256-GCM in the token (docs/protocol.md §8).
 *
 *     sealed = version (1) ‖ sealing key id (16) ‖ IV (12) ‖ ciphertext ‖ tag (16)
 *
 * The place is in the associated data: a record moved elsewhere does not open. */
#ifndef HUFU_HSM_SEALED_H
#define HUFU_HSM_SEALED_H

#include "hsm/record.h"
#include "hsm/token.h"

/* Appends at most RECORD_SEALED_MAX bytes. HUFU_ERR_AWAY: the token. */
enum hufu_err sealed_make(struct token *token, unsigned session, struct buf *out,
                          const struct record_place *place, struct bytes plain) HUFU_MUST_CHECK;
/* The same as one field of a reply. */
enum hufu_err sealed_put_field(struct token *token, unsigned session, struct buf *reply,
                               const struct record_place *place, struct bytes plain) HUFU_MUST_CHECK;
/* Appends the plaintext; out needs RECORD_SEALED_MAX bytes of locked memory. HUFU_ERR_RECORD: not authentic, sealed
 * by another key, or of another place; HUFU_ERR_AWAY: the token. */
enum hufu_err sealed_open(struct token *token, unsigned session, struct buf *out,
                          const struct record_place *place, struct bytes sealed) HUFU_MUST_CHECK;

#endif
