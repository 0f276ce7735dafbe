/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/hash.h"

#include <assert.h>
#include <string.h>

#include "common/secret.h"
#include "cosign/cosign.h"

void sm3_u32(struct sm3 *hash, uint32_t number)
{
    const uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number};
    sm3_update(hash, bytes, sizeof(bytes));
}

void sm3_length(struct sm3 *hash, size_t len)
{
    sm3_u32(hash, (uint32_t)len);
    if (len > UINT32_MAX)
        hash->failed = true;
}

void sm3_field(struct sm3 *hash, struct bytes field)
{
    sm3_length(hash, field.len);
    sm3_update(hash, field.data, field.len);
}

void scalar_hash_drop(struct scalar_hash *hash)
{
    sm3_drop(&hash->halves[0]);
    sm3_drop(&hash->halves[1]);
}

void scalar_hash_init(struct scalar_hash *hash, const char *tag)
{
    for (uint8_t i = 0; i < 2; i++) {
        uint8_t number = (uint8_t)(i + 1);
        sm3_init(&hash->halves[i]);
        sm3_update(&hash->halves[i], &number, 1);
    }
    scalar_hash_field(hash, bytes_of_text(tag));
}

void scalar_hash_copy(struct scalar_hash *to, const struct scalar_hash *from)
{
    sm3_copy(&to->halves[0], &from->halves[0]);
    sm3_copy(&to->halves[1], &from->halves[1]);
}

void scalar_hash_length(struct scalar_hash *hash, size_t len)
{
    sm3_length(&hash->halves[0], len);
    sm3_length(&hash->halves[1], len);
}

void scalar_hash_update(struct scalar_hash *hash, const void *data, size_t len)
{
    sm3_update(&hash->halves[0], data, len);
    sm3_update(&hash->halves[1], data, len);
}

void scalar_hash_field(struct scalar_hash *hash, struct bytes field)
{
    scalar_hash_length(hash, field.len);
    scalar_hash_update(hash, field.data, field.len);
}

enum hufu_err scalar_hash_done(struct scalar_hash *hash, struct scalar *out)
{
    uint8_t digests[2 * SM3_BYTES];
    enum hufu_err first = sm3_done(&hash->halves[0], digests);
    enum hufu_err second = sm3_done(&hash->halves[1], digests + SM3_BYTES);
    enum hufu_err err = first ? first : second;
    if (err)
        scalar_wipe(out);
    else
        scalar_decode_wide(out, digests);
    secret_wipe(digests, sizeof(digests));
    return err;
}

enum hufu_err cosign_hash_fields(uint8_t digest[COSIGN_DIGEST_SIZE], const struct bytes *fields, size_t count)
{
    struct sm3 hash SM3_DROPPED;
    sm3_init(&hash);
    for (size_t i = 0; i < count; i++)
        sm3_field(&hash, fields[i]);
    return sm3_done(&hash, digest);
}

enum hufu_err cosign_sm3(uint8_t digest[COSIGN_DIGEST_SIZE], const void *data, size_t len)
{
    struct sm3 hash SM3_DROPPED;
    sm3_init(&hash);
    sm3_update(&hash, data, len);
    return sm3_done(&hash, digest);
}

static_assert(sizeof(struct sm3) <= sizeof(struct cosign_sm3_stream),
              "the public struct holds the private one");

enum hufu_err cosign_sm3_init(struct cosign_sm3_stream *stream)
{
    struct sm3 hash;
    memset(stream, 0, sizeof(*stream));
    sm3_init(&hash);
    memcpy(stream->opaque, &hash, sizeof(hash));
    return hash.failed ? HUFU_ERR_INTERNAL : HUFU_OK;
}

enum hufu_err cosign_sm3_update(struct cosign_sm3_stream *stream, const void *data, size_t len)
{
    struct sm3 hash;
    memcpy(&hash, stream->opaque, sizeof(hash));
    sm3_update(&hash, data, len);
    memcpy(stream->opaque, &hash, sizeof(hash));
    return hash.failed ? HUFU_ERR_INTERNAL : HUFU_OK;
}

enum hufu_err cosign_sm3_done(struct cosign_sm3_stream *stream, uint8_t digest[COSIGN_DIGEST_SIZE])
{
    struct sm3 hash;
    memcpy(&hash, stream->opaque, sizeof(hash));
    secret_wipe(stream, sizeof(*stream));
    return sm3_done(&hash, digest);
}
