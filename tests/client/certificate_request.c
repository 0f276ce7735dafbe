/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/certificate_request.h"

#define TAG_INTEGER 0x02
#define TAG_BIT_STRING 0x03
#define TAG_SEQUENCE 0x30
#define TAG_ATTRIBUTES 0xa0

/* id-ecPublicKey, and the SM2 curve, as an AlgorithmIdentifier. */
static const uint8_t key_algorithm[] = {0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                        0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d};
/* SM2-with-SM3. */
static const uint8_t signature_algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x81,
                                              0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75};

/* Tag and definite length, for contents below 64 KiB. */
static void put_header(struct buf *out, uint8_t tag, size_t len)
{
    buf_put_u8(out, tag);
    if (len < 0x80) {
        buf_put_u8(out, (uint8_t)len);
    } else if (len < 0x100) {
        buf_put_u8(out, 0x81);
        buf_put_u8(out, (uint8_t)len);
    } else {
        buf_put_u8(out, 0x82);
        buf_put_u16(out, (uint16_t)len);
    }
}

static void put_bit_string(struct buf *out, const void *data, size_t len)
{
    put_header(out, TAG_BIT_STRING, len + 1);
    buf_put_u8(out, 0);
    buf_put(out, data, len);
}

static void put_unsigned(struct buf *out, const uint8_t scalar[COSIGN_SCALAR_SIZE])
{
    size_t from = 0;
    while (from < COSIGN_SCALAR_SIZE - 1 && scalar[from] == 0)
        from++;
    size_t sign = scalar[from] >> 7;
    put_header(out, TAG_INTEGER, COSIGN_SCALAR_SIZE - from + sign);
    if (sign)
        buf_put_u8(out, 0);
    buf_put(out, scalar + from, COSIGN_SCALAR_SIZE - from);
}

enum hufu_err certificate_request_begin(struct buf *info, const uint8_t P[COSIGN_POINT_SIZE],
                                        struct bytes subject)
{
    uint8_t key_memory[128], memory[CERTIFICATE_REQUEST_MAX];
    struct buf key, content;
    buf_init(&key, key_memory, sizeof(key_memory));
    buf_init(&content, memory, sizeof(memory));
    buf_put(&key, key_algorithm, sizeof(key_algorithm));
    put_bit_string(&key, P, COSIGN_POINT_SIZE);
    put_header(&content, TAG_INTEGER, 1);
    buf_put_u8(&content, 0); /* version 1 */
    buf_put(&content, subject.data, subject.len);
    put_header(&content, TAG_SEQUENCE, key.len);
    buf_put(&content, key.data, key.len);
    put_header(&content, TAG_ATTRIBUTES, 0);
    enum hufu_err err = buf_finish(&content);
    if (err)
        return err;
    put_header(info, TAG_SEQUENCE, content.len);
    buf_put(info, content.data, content.len);
    return buf_finish(info);
}

enum hufu_err certificate_request_finish(struct buf *request, struct bytes info,
                                         const uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    uint8_t pair_memory[128], whole_memory[128], memory[CERTIFICATE_REQUEST_MAX];
    struct buf pair, whole, content;
    buf_init(&pair, pair_memory, sizeof(pair_memory));
    buf_init(&whole, whole_memory, sizeof(whole_memory));
    buf_init(&content, memory, sizeof(memory));
    put_unsigned(&pair, signature);
    put_unsigned(&pair, signature + COSIGN_SCALAR_SIZE);
    put_header(&whole, TAG_SEQUENCE, pair.len);
    buf_put(&whole, pair.data, pair.len);
    buf_put(&content, info.data, info.len);
    buf_put(&content, signature_algorithm, sizeof(signature_algorithm));
    put_bit_string(&content, whole.data, whole.len);
    enum hufu_err err = buf_finish(&content);
    if (err)
        return err;
    put_header(request, TAG_SEQUENCE, content.len);
    buf_put(request, content.data, content.len);
    return buf_finish(request);
}
