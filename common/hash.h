/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and a keyed hash, on libsodium. */
#ifndef HUFU_COMMON_HASH_H
#define HUFU_COMMON_HASH_H

#include <stdint.h>

#include "common/buf.h"

#define HASH_SIZE 32

void hash_sha256(uint8_t digest[HASH_SIZE], struct bytes data);

#endif
