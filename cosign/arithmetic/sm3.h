/* SPDX-License-Identifier: Apache-2.0 */
/* SM3 (GB/T 32905-2016), incremental. The structs are plain values: a copy by assignment goes its own way. Nothing here
 * fails, allocates or remembers; time depends on lengths alone. A message has fewer than 2^61 bytes, which no caller
 * lives to feed. */
#ifndef HUFU_COSIGN_ARITHMETIC_SM3_H
#define HUFU_COSIGN_ARITHMETIC_SM3_H

#include <stddef.h>
#include <stdint.h>

#define SM3_BYTES 32
#define SM3_BLOCK_BYTES 64

/* Holds a piece of the message: declare it SM3_DROPPED, or call sm3_done or sm3_drop. */
struct sm3 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    uint8_t block[SM3_BLOCK_BYTES];
};

void sm3_init(struct sm3 *hash);
/* data may be NULL when len is 0. */
void sm3_update(struct sm3 *hash, const void *data, size_t len);
/* Wipes the hash, which is good for nothing then until the next sm3_init. */
void sm3_done(struct sm3 *hash, uint8_t digest[SM3_BYTES]);
/* Wipes. */
void sm3_drop(struct sm3 *hash);
#define SM3_DROPPED __attribute__((cleanup(sm3_drop)))

/* Two hashes at once, of messages that differ in their first byte alone (H(01 ‖ T) and H(02 ‖ T) of the protocol). From
 * the second block on they share the message schedule, and the two chains run side by side. */
struct sm3_pair {
    struct sm3 one;
    uint32_t other[8];  /* state of the second hash */
    uint8_t difference; /* of the first bytes; 0 once the first block is done with */
};

/* The first bytes of both messages. */
void sm3_pair_init(struct sm3_pair *pair, uint8_t first, uint8_t second);
/* The bytes that follow in both. */
void sm3_pair_update(struct sm3_pair *pair, const void *data, size_t len);
/* Both digests, in order. Wipes the pair. */
void sm3_pair_done(struct sm3_pair *pair, uint8_t digests[2 * SM3_BYTES]);
/* Wipes. */
void sm3_pair_drop(struct sm3_pair *pair);
#define SM3_PAIR_DROPPED __attribute__((cleanup(sm3_pair_drop)))

#endif
