/* SPDX-License-Identifier: Apache-2.0 */
#include "common/hash.h"

#include <sodium.h>

void hash_sha256(uint8_t digest[HASH_SIZE], struct bytes data)
{
    crypto_hash_sha256(digest, data.data, data.len);
}
