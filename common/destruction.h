/* SPDX-License-Identifier: Apache-2.0 */
/* The destruction log (docs/protocol.md §8): a chain of numbered orders, each naming what may never be used again. Its rows
 * are the database's, its head (number and hash of the last order) is the token's: neither changes without the other. */
#ifndef HUFU_COMMON_DESTRUCTION_H
#define HUFU_COMMON_DESTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/hash.h"

#define DESTRUCTION_WHOLE UINT32_MAX /* least generation of a binding of which nothing may be used any more */
#define DESTRUCTION_ORDER_SIZE (16 + 4) /* on the wire: binding id, u32 least generation */
#define DESTRUCTION_BATCH_MAX 8192      /* orders in one message */

/* How far a log goes. All zero: no order yet. */
struct destruction_head {
    uint64_t number;
    uint8_t hash[HASH_SIZE];
};

/* Goes on by one order, in its form on the wire:
 * hash = SHA-256(T("hufu/destroyed", hash before, u64 number, binding id, u32 least generation)). */
void destruction_advance(struct destruction_head *head, const uint8_t order[DESTRUCTION_ORDER_SIZE]);
bool destruction_same(const struct destruction_head *a, const struct destruction_head *b);

#endif
