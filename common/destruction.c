/* SPDX-License-Identifier: Apache-2.0 */
#include "common/destruction.h"

#define TAG "hufu/destroyed"
#define BINDING_SIZE 16
#define TEXT_SIZE (5 * 4 + sizeof(TAG) - 1 + HASH_SIZE + 8 + DESTRUCTION_ORDER_SIZE)

void destruction_advance(struct destruction_head *head, const uint8_t order[DESTRUCTION_ORDER_SIZE])
{
    uint8_t memory[TEXT_SIZE];
    struct buf text;
    head->number++;
    buf_init(&text, memory, sizeof(memory));
    buf_put_field_text(&text, TAG);
    buf_put_field(&text, head->hash, sizeof(head->hash));
    buf_put_field_u64(&text, head->number);
    buf_put_field(&text, order, BINDING_SIZE);
    buf_put_field(&text, order + BINDING_SIZE, DESTRUCTION_ORDER_SIZE - BINDING_SIZE);
    hash_sha256(head->hash, buf_bytes(&text));
}

bool destruction_same(const struct destruction_head *a, const struct destruction_head *b)
{
    return a->number == b->number && bytes_equal(bytes_of(a->hash, HASH_SIZE), bytes_of(b->hash, HASH_SIZE));
}
