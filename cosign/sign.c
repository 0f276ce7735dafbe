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

enum hufu_err sign_bind(struct scalar_hash *common, struct bytes head, const uint8_t P[COSIGN_POINT_SIZE],
                        struct bytes Qs, const uint8_t items[][SIGN_ITEM_SIZE], uint32_t count)
{
    scalar_hash_init(common, "hufu/sm2/sign/bind");
    if (head.len > COSIGN_FIELD_MAX)
        return HUFU_ERR_LIMIT;
    scalar_hash_field(common, head);
    scalar_hash_field(common, bytes_of(P, COSIGN_POINT_SIZE));
    scalar_hash_field(common, Qs);
    scalar_hash_length(common, count * SIGN_PAIR_SIZE);
    for (uint32_t i = 0; i < count; i++)
        scalar_hash_update(common, items[i], SIGN_PAIR_SIZE);
    return HUFU_OK;
}

void sign_beta(struct scalar *beta, const struct scalar_hash *common, uint32_t i)
{
    struct scalar_hash hash SCALAR_HASH_DROPPED = *common;
    scalar_hash_field_u32(&hash, i);
    scalar_hash_done(&hash, beta);
}
