/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/encoding.h"

#define PATH_NAME_MAX 48

struct json_t *json_open(struct bytes text)
{
    json_t *json = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
    if (json && !json_is_object(json)) {
        json_decref(json);
        return NULL;
    }
    return json;
}

void json_close(struct json_t **json)
{
    json_decref(*json);
    *json = NULL;
}

struct json_reader json_reader_of(const struct json_t *json)
{
    return (struct json_reader){.value = json, .failed = !json};
}

static const json_t *find(const struct json_reader *reader, const char *path)
{
    const json_t *value = reader->value;
    while (value && *path) {
        char name[PATH_NAME_MAX];
        size_t len = strcspn(path, ".");
        if (len >= sizeof(name))
            return NULL;
        memcpy(name, path, len);
        name[len] = '\0';
        value = json_object_get(value, name);
        path += len + (path[len] == '.');
    }
    return json_is_null(value) ? NULL : value;
}

bool json_has(const struct json_reader *reader, const char *path)
{
    return find(reader, path);
}

struct json_reader json_member(const struct json_reader *reader, const char *path)
{
    return json_reader_of(find(reader, path));
}

/* The text of a member; a reader that failed, or a member of another kind, gives an empty one. */
static const char *text_of(struct json_reader *reader, const char *path)
{
    const json_t *value = find(reader, path);
    if (!json_is_string(value))
        reader->failed = true;
    return reader->failed ? "" : json_string_value(value);
}

/* C0, DEL and C1 (which UTF-8 writes as C2 80 to C2 9F). */
static bool has_control(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f || (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f))
            return true;
    }
    return false;
}

void json_read_text(struct json_reader *reader, const char *path, char *text, size_t size)
{
    const char *found = text_of(reader, path);
    size_t len = strlen(found);
    if (len >= size || has_control(found)) {
        reader->failed = true;
        len = 0;
    }
    memcpy(text, found, len);
    text[len] = '\0';
}

void json_read_u64(struct json_reader *reader, const char *path, uint64_t *number, uint64_t max)
{
    const json_t *value = find(reader, path);
    json_int_t found = json_is_integer(value) ? json_integer_value(value) : -1;
    if (found < 0 || (uint64_t)found > max)
        reader->failed = true;
    *number = reader->failed ? 0 : (uint64_t)found;
}

void json_read_u32(struct json_reader *reader, const char *path, uint32_t *number)
{
    uint64_t wide = 0;
    json_read_u64(reader, path, &wide, UINT32_MAX);
    *number = (uint32_t)wide;
}

void json_read_bool(struct json_reader *reader, const char *path, bool *value)
{
    const json_t *found = find(reader, path);
    if (!json_is_boolean(found))
        reader->failed = true;
    *value = !reader->failed && json_is_true(found);
}

void json_read_id(struct json_reader *reader, const char *path, struct hufu_id *id)
{
    const char *text = text_of(reader, path);
    if (uuid_parse(id->bytes, text)) {
        reader->failed = true;
        *id = (struct hufu_id){{0}};
    }
}

void json_read_time(struct json_reader *reader, const char *path, uint64_t *time_ms)
{
    const char *text = text_of(reader, path);
    if (rfc3339_parse(time_ms, text)) {
        reader->failed = true;
        *time_ms = 0;
    }
}

void json_read_exact(struct json_reader *reader, const char *path, uint8_t *data, size_t len)
{
    struct buf out;
    buf_init(&out, data, len);
    json_read_bytes(reader, path, &out);
    if (reader->failed || out.len != len) {
        reader->failed = true;
        memset(data, 0, len);
    }
}

void json_read_bytes(struct json_reader *reader, const char *path, struct buf *out)
{
    const char *text = text_of(reader, path);
    if (base64url_decode(out, text))
        reader->failed = true;
}

size_t json_count(const struct json_reader *reader, const char *path)
{
    return json_array_size(find(reader, path));
}

struct json_reader json_element(const struct json_reader *reader, const char *path, size_t index)
{
    return json_reader_of(json_array_get(find(reader, path), index));
}

enum hufu_err json_finish(const struct json_reader *reader)
{
    return reader->failed ? HUFU_ERR_FORM : HUFU_OK;
}

static void put_literal(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

static void put_quoted(struct buf *out, const char *text)
{
    buf_put_u8(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        char escape[8];
        if (c < 0x20) {
            (void)snprintf(escape, sizeof(escape), "\\u%04x", c);
            put_literal(out, escape);
        } else {
            if (c == '"' || c == '\\')
                buf_put_u8(out, '\\');
            buf_put_u8(out, c);
        }
    }
    buf_put_u8(out, '"');
}

static void put_name(struct buf *out, const char *name)
{
    if (out->len && out->data[out->len - 1] != '{' && out->data[out->len - 1] != '[')
        buf_put_u8(out, ',');
    if (!name)
        return;
    put_quoted(out, name);
    buf_put_u8(out, ':');
}

void json_begin(struct buf *out)
{
    buf_put_u8(out, '{');
}

void json_put_text(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    put_quoted(out, text);
}

void json_put_bytes(struct buf *out, const char *name, struct bytes data)
{
    put_name(out, name);
    buf_put_u8(out, '"');
    size_t size = BASE64URL_TEXT_SIZE(data.len);
    uint8_t *room = buf_reserve(out, size);
    if (!room)
        return;
    base64url_encode((char *)room, size, data);
    out->data[out->len - 1] = '"'; /* in the place of the final NUL */
}

void json_put_u64(struct buf *out, const char *name, uint64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    put_name(out, name);
    put_literal(out, text);
}

void json_put_object(struct buf *out, const char *name)
{
    put_name(out, name);
    json_begin(out);
}

void json_put_array(struct buf *out, const char *name)
{
    put_name(out, name);
    buf_put_u8(out, '[');
}

void json_end_array(struct buf *out)
{
    buf_put_u8(out, ']');
}

void json_end(struct buf *out)
{
    buf_put_u8(out, '}');
}
