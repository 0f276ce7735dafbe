/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buf.h"

#include <string.h>

struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){.data = data, .len = len};
}

/* strlen, and in bytes_equal memcmp, are written out here: cosign/ needs nothing but memcpy and memset from outside
 * (tests/freestanding). Reads through volatile keep the compiler from making those calls of the loops again. */
static size_t text_length(const char *text)
{
    const volatile char *at = text;
    size_t len = 0;
    while (at[len] != '\0')
        len++;
    return len;
}

struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, text_length(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    const volatile uint8_t *x = a.data, *y = b.data;
    size_t same = 0;
    if (a.len != b.len)
        return false;
    while (same < a.len && x[same] == y[same])
        same++;
    return same == a.len;
}

bool bytes_equal_text(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_of_text(text));
}

void buf_init(struct buf *b, void *memory, size_t cap)
{
    *b = (struct buf){.data = memory, .cap = cap};
}

uint8_t *buf_reserve(struct buf *b, size_t len)
{
    if (b->failed || b->cap - b->len < len) {
        b->failed = true;
        return NULL;
    }
    uint8_t *room = b->data + b->len;
    b->len += len;
    return room;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
    if (len == 0)
        return;
    uint8_t *room = buf_reserve(b, len);
    if (room)
        memcpy(room, data, len);
}

static void put_big_endian(struct buf *b, uint64_t value, size_t size)
{
    uint8_t *room = buf_reserve(b, size);
    for (size_t i = 0; room && i < size; i++)
        room[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

void buf_put_u8(struct buf *b, uint8_t value)
{
    put_big_endian(b, value, 1);
}

void buf_put_u16(struct buf *b, uint16_t value)
{
    put_big_endian(b, value, 2);
}

void buf_put_u32(struct buf *b, uint32_t value)
{
    put_big_endian(b, value, 4);
}

void buf_put_u64(struct buf *b, uint64_t value)
{
    put_big_endian(b, value, 8);
}

void buf_put_field(struct buf *b, const void *data, size_t len)
{
    if (len > UINT32_MAX) {
        b->failed = true;
        return;
    }
    buf_put_u32(b, (uint32_t)len);
    buf_put(b, data, len);
}

void buf_put_field_bytes(struct buf *b, struct bytes field)
{
    buf_put_field(b, field.data, field.len);
}

void buf_put_field_text(struct buf *b, const char *text)
{
    buf_put_field_bytes(b, bytes_of_text(text));
}

void buf_put_field_u32(struct buf *b, uint32_t value)
{
    buf_put_u32(b, sizeof(value));
    buf_put_u32(b, value);
}

void buf_put_field_u64(struct buf *b, uint64_t value)
{
    buf_put_u32(b, sizeof(value));
    buf_put_u64(b, value);
}

size_t buf_field_begin(struct buf *b)
{
    size_t mark = b->len;
    buf_put_u32(b, 0);
    return mark;
}

void buf_field_end(struct buf *b, size_t mark)
{
    if (b->failed)
        return;
    size_t len = b->len - mark - 4;
    if (len > UINT32_MAX) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < 4; i++)
        b->data[mark + i] = (uint8_t)(len >> (8 * (3 - i)));
}

enum hufu_err buf_finish(const struct buf *b)
{
    return b->failed ? HUFU_ERR_LIMIT : HUFU_OK;
}

struct bytes buf_bytes(const struct buf *b)
{
    return bytes_of(b->data, b->len);
}

void cursor_init(struct cursor *c, struct bytes input)
{
    *c = (struct cursor){.data = input.data, .len = input.len};
}

struct bytes cursor_take(struct cursor *c, size_t len)
{
    if (c->failed || c->len - c->at < len) {
        c->failed = true;
        return bytes_of(NULL, 0);
    }
    struct bytes taken = bytes_of(len ? c->data + c->at : NULL, len);
    c->at += len;
    return taken;
}

void cursor_copy(struct cursor *c, void *out, size_t len)
{
    struct bytes taken = cursor_take(c, len);
    if (taken.len == len && len != 0)
        memcpy(out, taken.data, len);
    else
        memset(out, 0, len);
}

static uint64_t big_endian(struct cursor *c, size_t size)
{
    struct bytes taken = cursor_take(c, size);
    uint64_t value = 0;
    for (size_t i = 0; i < taken.len; i++)
        value = value << 8 | taken.data[i];
    return value;
}

uint8_t cursor_u8(struct cursor *c)
{
    return (uint8_t)big_endian(c, 1);
}

uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)big_endian(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
    return big_endian(c, 8);
}

struct bytes cursor_field(struct cursor *c, size_t max)
{
    uint32_t len = cursor_u32(c);
    if (len > max)
        c->failed = true;
    return cursor_take(c, len);
}

struct bytes cursor_field_exact(struct cursor *c, size_t len)
{
    struct bytes field = cursor_field(c, len);
    if (field.len != len) {
        c->failed = true;
        return bytes_of(NULL, 0);
    }
    return field;
}

void cursor_field_copy(struct cursor *c, void *out, size_t len)
{
    struct bytes field = cursor_field_exact(c, len);
    if (!c->failed && len != 0)
        memcpy(out, field.data, len);
    else
        memset(out, 0, len);
}

void cursor_field_text(struct cursor *c, const char *expected)
{
    struct bytes field = cursor_field(c, text_length(expected));
    if (!bytes_equal_text(field, expected))
        c->failed = true;
}

uint32_t cursor_field_u32(struct cursor *c)
{
    struct cursor field;
    cursor_init(&field, cursor_field_exact(c, 4));
    return cursor_u32(&field);
}

uint64_t cursor_field_u64(struct cursor *c)
{
    struct cursor field;
    cursor_init(&field, cursor_field_exact(c, 8));
    return cursor_u64(&field);
}

size_t cursor_left(const struct cursor *c)
{
    return c->failed ? 0 : c->len - c->at;
}

enum hufu_err cursor_finish(const struct cursor *c)
{
    return c->failed || c->at != c->len ? HUFU_ERR_FORM : HUFU_OK;
}
