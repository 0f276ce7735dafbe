/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, and a keyed hash for tables, on libsodium. */
#ifndef HUFU_COMMON_HASH_H
#define HUFU_COMMON_HASH_H

#include <stdint.h>

#include "common/buf.h"

#define HASH_SIZE 32

#define HASH_TABLE_KEY_SIZE 16

void hash_sha256(uint8_t digest[HASH_SIZE], struct bytes data);
/* How many of its first bits are 0. */
unsigned hash_zero_bits(const uint8_t digest[HASH_SIZE]);
/* SipHash: where in a table something stands, whose key nobody knows outside. Short; no fingerprint. */
uint64_t hash_table(const uint8_t key[HASH_TABLE_KEY_SIZE], struct bytes data);

#endif
