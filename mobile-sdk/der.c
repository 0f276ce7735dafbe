/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/der.h"

#include <string.h>

#include "common/encoding.h"

#define LENGTH_BYTES_MAX 3
#define YEAR_2050_MS UINT64_C(2524608000000)

#define OID(name, ...)                                                                           \
    static const uint8_t name##_bytes[] = {0x06, sizeof((uint8_t[]){__VA_ARGS__}), __VA_ARGS__}; \
    const struct bytes der_oid_##name = {name##_bytes, sizeof(name##_bytes)}

OID(ec_public_key, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
OID(sm2_curve, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d);
OID(sm2_with_sm3, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75);
OID(sm3, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x11);
OID(common_name, 0x55, 0x04, 0x03);
OID(data, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01);
OID(signed_data, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02);
OID(content_type, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03);
OID(message_digest, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04);
OID(signing_time, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05);
OID(signing_certificate_v2, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f);

size_t der_begin(struct buf *out, uint8_t tag)
{
    buf_put_u8(out, tag);
    return out->len;
}

/* The length goes in front of what has been written: that moves up by as many bytes. */
void der_end(struct buf *out, size_t mark)
{
    if (out->failed)
        return;
    size_t len = out->len - mark;
    uint8_t header[1 + LENGTH_BYTES_MAX];
    size_t size = 0;
    if (len < 0x80) {
        header[size++] = (uint8_t)len;
    } else {
        size_t bytes = len < 0x100 ? 1 : (len < 0x10000 ? 2 : LENGTH_BYTES_MAX);
        header[size++] = (uint8_t)(0x80 | bytes);
        for (size_t i = bytes; i > 0; i--)
            header[size++] = (uint8_t)(len >> (8 * (i - 1)));
    }
    if (!buf_reserve(out, size))
        return;
    memmove(out->data + mark + size, out->data + mark, len);
    memcpy(out->data + mark, header, size);
}

void der_put(struct buf *out, uint8_t tag, struct bytes content)
{
    size_t mark = der_begin(out, tag);
    buf_put(out, content.data, content.len);
    der_end(out, mark);
}

void der_put_raw(struct buf *out, struct bytes element)
{
    buf_put(out, element.data, element.len);
}

void der_put_small_integer(struct buf *out, uint8_t number)
{
    der_put(out, DER_INTEGER, bytes_of(&number, 1));
}

void der_put_unsigned(struct buf *out, struct bytes number)
{
    while (number.len > 1 && number.data[0] == 0)
        number = bytes_of(number.data + 1, number.len - 1);
    size_t mark = der_begin(out, DER_INTEGER);
    if (number.data[0] & 0x80)
        buf_put_u8(out, 0); /* else it would be negative */
    buf_put(out, number.data, number.len);
    der_end(out, mark);
}

void der_put_bit_string(struct buf *out, struct bytes content)
{
    size_t mark = der_begin(out, DER_BIT_STRING);
    buf_put_u8(out, 0);
    buf_put(out, content.data, content.len);
    der_end(out, mark);
}

void der_put_algorithm(struct buf *out, struct bytes oid)
{
    der_put(out, DER_SEQUENCE, oid);
}

void der_put_signature(struct buf *out, const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    size_t mark = der_begin(out, DER_SEQUENCE);
    der_put_unsigned(out, bytes_of(signature, HUFU_SIGNATURE_SIZE / 2));
    der_put_unsigned(out, bytes_of(signature + HUFU_SIGNATURE_SIZE / 2, HUFU_SIGNATURE_SIZE / 2));
    der_end(out, mark);
}

void der_put_time(struct buf *out, uint64_t time_ms)
{
    char text[RFC3339_TEXT_SIZE]; /* 2026-01-02T03:04:05.678Z */
    rfc3339_format(text, time_ms);
    static const uint8_t digits[] = {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};
    bool is_utc = time_ms < YEAR_2050_MS;
    size_t mark = der_begin(out, is_utc ? DER_UTC_TIME : DER_GENERALIZED_TIME);
    for (size_t i = is_utc ? 2 : 0; i < sizeof(digits); i++)
        buf_put_u8(out, (uint8_t)text[digits[i]]);
    buf_put_u8(out, 'Z');
    der_end(out, mark);
}

static size_t take_length(struct cursor *in)
{
    size_t first = cursor_u8(in);
    if (first < 0x80)
        return first;
    size_t bytes = first & 0x7f, len = 0;
    if (bytes == 0 || bytes > LENGTH_BYTES_MAX) {
        in->failed = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        len = len << 8 | cursor_u8(in);
    if (len < 0x80 || len >> (8 * (bytes - 1)) == 0)
        in->failed = true; /* a shorter form exists */
    return len;
}

bool der_next_is(const struct cursor *in, uint8_t tag)
{
    return !in->failed && cursor_left(in) > 0 && in->data[in->at] == tag;
}

struct bytes der_take(struct cursor *in, uint8_t tag)
{
    if (!der_next_is(in, tag))
        in->failed = true;
    (void)cursor_u8(in);
    size_t len = take_length(in);
    return cursor_take(in, len);
}

struct bytes der_take_raw(struct cursor *in)
{
    size_t begin = in->at;
    if (in->failed || cursor_left(in) == 0 || (in->data[begin] & 0x1f) == 0x1f)
        in->failed = true; /* 0x1f: a tag of more bytes */
    (void)cursor_u8(in);
    size_t len = take_length(in);
    (void)cursor_take(in, len);
    return in->failed ? bytes_of(NULL, 0) : bytes_of(in->data + begin, in->at - begin);
}

struct cursor der_inside(const struct cursor *parent, struct bytes content)
{
    struct cursor inside;
    cursor_init(&inside, content);
    inside.failed = parent->failed;
    return inside;
}

void der_take_unsigned(struct cursor *in, uint8_t *number, size_t size)
{
    memset(number, 0, size);
    struct bytes content = der_take(in, DER_INTEGER);
    if (in->failed || content.len == 0 || content.data[0] & 0x80) {
        in->failed = true;
        return;
    }
    bool padded = content.data[0] == 0 && content.len > 1;
    if (padded && !(content.data[1] & 0x80))
        in->failed = true; /* a zero that is not needed */
    if (padded)
        content = bytes_of(content.data + 1, content.len - 1);
    if (in->failed || content.len > size)
        in->failed = true;
    else
        memcpy(number + size - content.len, content.data, content.len);
}
