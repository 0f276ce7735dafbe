/* SPDX-License-Identifier: Apache-2.0 */
/* The destruction log (docs/protocol.md §8): a chain of numbered orders, each naming what may never be used again: generations of a
 * binding, or policies that were sealed into its record. Its rows are the database's, its head (number and hash of the last order) is the
 * token's: neither changes without the other. */
#ifndef HUFU_COMMON_DESTRUCTION_H
#define HUFU_COMMON_DESTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/hash.h"

#define DESTRUCTION_WHOLE UINT32_MAX /* least generation of a binding of which nothing may be used any more */
#define DESTRUCTION_ID_SIZE 16
/* On the wire: binding id, u32 least generation; or destruction_policy_id, u32 least number of a policy. */
#define DESTRUCTION_ORDER_SIZE (DESTRUCTION_ID_SIZE + 4)
#define DESTRUCTION_BATCH_MAX 8192 /* orders in one message */

/* How far a log goes. All zero: no order yet. */
struct destruction_head {
    uint64_t number;
    uint8_t hash[HASH_SIZE];
};

/* What an order names that is of the policies of a binding: the first bytes of SHA-256(T("hufu/destroyed/policy", binding id)). */
void destruction_policy_id(uint8_t id[DESTRUCTION_ID_SIZE], const uint8_t binding_id[DESTRUCTION_ID_SIZE]);

/* Goes on by one order, in its form on the wire:
 * hash = SHA-256(T("hufu/destroyed", hash before, u64 number, id, u32 least)). */
void destruction_advance(struct destruction_head *head, const uint8_t order[DESTRUCTION_ORDER_SIZE]);
bool destruction_same(const struct destruction_head *a, const struct destruction_head *b);

#endif
