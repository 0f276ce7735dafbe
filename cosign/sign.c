/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/sign.h"

#include "cosign/hash.h"

enum hufu_err sign_count(uint32_t *count, struct bytes digests)
{
    const size_t number = digests.len / COSIGN_DIGEST_SIZE;
    *count = 0;
    if (number > COSIGN_BATCH_MAX)
        return HUFU_ERR_LIMIT;
    if (number == 0 || digests.len % COSIGN_DIGEST_SIZE != 0)
        return HUFU_ERR_FORM;
    *count = (uint32_t)number;
    return HUFU_OK;
}

struct statement sign_statement(struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                                const uint8_t A[COSIGN_POINT_SIZE], struct bytes Qs)
{
    return (struct statement){.tag = "hufu/sm2/sign/device",
                              .head = head,
                              .bound = bytes_of(P, COSIGN_POINT_SIZE),
                              .X0 = bytes_of(A, COSIGN_POINT_SIZE),
                              .rest = Qs};
}

/* All that the β of a batch have in common, hashed once. */
static void hash_common(struct scalar_hash *hash, struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                        struct bytes Qs, const uint8_t items[][SIGN_ITEM_SIZE], uint32_t count)
{
    scalar_hash_init(hash, "hufu/sm2/sign/bind");
    scalar_hash_field(hash, head);
    scalar_hash_field(hash, bytes_of(P, COSIGN_POINT_SIZE));
    scalar_hash_field(hash, Qs);
    scalar_hash_length(hash, count * SIGN_PAIR_SIZE);
    for (uint32_t i = 0; i < count; i++)
        scalar_hash_update(hash, items[i], SIGN_PAIR_SIZE);
}

enum hufu_err sign_bind(struct scalar betas[], struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                        struct bytes Qs, const uint8_t items[][SIGN_ITEM_SIZE], uint32_t count)
{
    struct scalar_hash common SCALAR_HASH_DROPPED;
    if (head.len > COSIGN_FIELD_MAX)
        return HUFU_ERR_LIMIT;
    hash_common(&common, head, P, Qs, items, count);
    for (uint32_t i = 0; i < count; i++) {
        struct scalar_hash hash = common;
        uint8_t number[4];
        struct buf b;
        buf_init(&b, number, sizeof(number));
        buf_put_u32(&b, i);
        scalar_hash_field(&hash, bytes_of(number, sizeof(number)));
        scalar_hash_done(&hash, &betas[i]);
    }
    return HUFU_OK;
}
