/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/hash.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/cosign.h"

static void put_u32(uint8_t bytes[4], uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

void sm3_u32(struct sm3 *hash, uint32_t number)
{
    uint8_t bytes[4];
    put_u32(bytes, number);
    sm3_update(hash, bytes, sizeof(bytes));
}

void sm3_field(struct sm3 *hash, struct bytes field)
{
    sm3_u32(hash, (uint32_t)field.len);
    sm3_update(hash, field.data, field.len);
}

void scalar_hash_drop(struct scalar_hash *hash)
{
    sm3_pair_drop(&hash->halves);
}

void scalar_hash_init(struct scalar_hash *hash, const char *tag)
{
    sm3_pair_init(&hash->halves, 1, 2);
    scalar_hash_field(hash, bytes_of_text(tag));
}

void scalar_hash_length(struct scalar_hash *hash, uint32_t len)
{
    uint8_t bytes[4];
    put_u32(bytes, len);
    scalar_hash_update(hash, bytes, sizeof(bytes));
}

void scalar_hash_field_u32(struct scalar_hash *hash, uint32_t number)
{
    uint8_t bytes[4];
    put_u32(bytes, number);
    scalar_hash_field(hash, bytes_of(bytes, sizeof(bytes)));
}

void scalar_hash_update(struct scalar_hash *hash, const void *data, size_t len)
{
    sm3_pair_update(&hash->halves, data, len);
}

void scalar_hash_field(struct scalar_hash *hash, struct bytes field)
{
    scalar_hash_length(hash, (uint32_t)field.len);
    scalar_hash_update(hash, field.data, field.len);
}

void scalar_hash_done(struct scalar_hash *hash, struct scalar *out)
{
    uint8_t digests[2 * SM3_BYTES];
    sm3_pair_done(&hash->halves, digests);
    scalar_decode_wide(out, digests);
    secret_wipe(digests, sizeof(digests));
}

enum hufu_err cosign_hash_fields(uint8_t digest[COSIGN_DIGEST_SIZE], const struct bytes *fields, size_t count)
{
    struct sm3 hash SM3_DROPPED;
    sm3_init(&hash);
    memset(digest, 0, COSIGN_DIGEST_SIZE);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].len > COSIGN_FIELD_MAX)
            return HUFU_ERR_LIMIT;
        sm3_field(&hash, fields[i]);
    }
    sm3_done(&hash, digest);
    return HUFU_OK;
}

void cosign_sm3(uint8_t digest[COSIGN_DIGEST_SIZE], const void *data, size_t len)
{
    struct sm3 hash;
    sm3_init(&hash);
    sm3_update(&hash, data, len);
    sm3_done(&hash, digest);
}
