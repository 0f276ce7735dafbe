/* SPDX-License-Identifier: Apache-2.0 */
#include "common/hash.h"

#include <sodium.h>

void hash_sha256(uint8_t digest[HASH_SIZE], struct bytes data)
{
    crypto_hash_sha256(digest, data.data, data.len);
}

unsigned hash_zero_bits(const uint8_t digest[HASH_SIZE])
{
    unsigned bits = 0;
    while (bits < 8 * HASH_SIZE && (digest[bits / 8] >> (7 - bits % 8) & 1) == 0)
        bits++;
    return bits;
}

_Static_assert(HASH_TABLE_KEY_SIZE == crypto_shorthash_KEYBYTES && sizeof(uint64_t) == crypto_shorthash_BYTES,
               "the sizes of SipHash-2-4");

uint64_t hash_table(const uint8_t key[HASH_TABLE_KEY_SIZE], struct bytes data)
{
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, data.data, data.len, key);
    return hash;
}
