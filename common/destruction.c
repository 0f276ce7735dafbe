/* SPDX-License-Identifier: Apache-2.0 */
#include "common/destruction.h"

#include <string.h>

#define TAG "hufu/destroyed"
#define POLICY_TAG "hufu/destroyed/policy"
#define TEXT_SIZE (5 * 4 + sizeof(TAG) - 1 + HASH_SIZE + 8 + DESTRUCTION_ORDER_SIZE)

void destruction_policy_id(uint8_t id[DESTRUCTION_ID_SIZE], const uint8_t binding_id[DESTRUCTION_ID_SIZE])
{
    uint8_t memory[2 * 4 + sizeof(POLICY_TAG) - 1 + DESTRUCTION_ID_SIZE], hash[HASH_SIZE];
    struct buf text;
    buf_init(&text, memory, sizeof(memory));
    buf_put_field_text(&text, POLICY_TAG);
    buf_put_field(&text, binding_id, DESTRUCTION_ID_SIZE);
    hash_sha256(hash, buf_bytes(&text));
    memcpy(id, hash, DESTRUCTION_ID_SIZE);
}

void destruction_advance(struct destruction_head *head, const uint8_t order[DESTRUCTION_ORDER_SIZE])
{
    uint8_t memory[TEXT_SIZE];
    struct buf text;
    head->number++;
    buf_init(&text, memory, sizeof(memory));
    buf_put_field_text(&text, TAG);
    buf_put_field(&text, head->hash, sizeof(head->hash));
    buf_put_field_u64(&text, head->number);
    buf_put_field(&text, order, DESTRUCTION_ID_SIZE);
    buf_put_field(&text, order + DESTRUCTION_ID_SIZE, DESTRUCTION_ORDER_SIZE - DESTRUCTION_ID_SIZE);
    hash_sha256(head->hash, buf_bytes(&text));
}

bool destruction_same(const struct destruction_head *a, const struct destruction_head *b)
{
    return a->number == b->number && bytes_equal(bytes_of(a->hash, HASH_SIZE), bytes_of(b->hash, HASH_SIZE));
}
