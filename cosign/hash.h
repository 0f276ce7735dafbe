/* SPDX-License-Identifier: Apache-2.0 */
/* The two hashes of the protocol over T encodings (docs/protocol.md §1): H, which gives 32 bytes, and S, which gives
 * a scalar. Both are fed in pieces, because a proof over a full batch hashes more than five hundred points. */
#ifndef HUFU_COSIGN_HASH_H
#define HUFU_COSIGN_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/arithmetic/scalar.h"
#include "cosign/arithmetic/sm3.h"

/* A 4-byte big-endian number. */
void sm3_u32(struct sm3 *hash, uint32_t number);
/* One whole field of T, of at most COSIGN_FIELD_MAX bytes. */
void sm3_field(struct sm3 *hash, struct bytes field);

/* S(tag, f…): SM3 of 01 ‖ T(tag, f…) and of 02 ‖ T(tag, f…), as one integer mod n. A copy by assignment goes its own
 * way. */
struct scalar_hash {
    struct sm3_pair halves;
};
void scalar_hash_drop(struct scalar_hash *hash);
#define SCALAR_HASH_DROPPED __attribute__((cleanup(scalar_hash_drop)))

void scalar_hash_init(struct scalar_hash *hash, const char *tag);
/* The 4-byte length that begins a field of T; its bytes follow by scalar_hash_update. */
void scalar_hash_length(struct scalar_hash *hash, uint32_t len);
void scalar_hash_update(struct scalar_hash *hash, const void *data, size_t len);
/* A whole field of T that is a 4-byte big-endian number. */
void scalar_hash_field_u32(struct scalar_hash *hash, uint32_t number);
/* One whole field of T, of at most COSIGN_FIELD_MAX bytes. */
void scalar_hash_field(struct scalar_hash *hash, struct bytes field);
/* Drops the hash. The scalar may be 0: where it must not be, the caller refuses it. */
void scalar_hash_done(struct scalar_hash *hash, struct scalar *out);

#endif
