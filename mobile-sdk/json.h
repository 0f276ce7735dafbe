/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON of the REST contract: writing flat requests, reading answers. Like a cursor, a reader remembers a failure
 * until its closing call. Members that nobody asks for are passed over: a later service may say more. */
#ifndef HUFU_SDK_JSON_H
#define HUFU_SDK_JSON_H

#include "common/buf.h"
#include "common/err.h"
#include "mobile-sdk/hufu.h"

struct json_t; /* jansson's */

/* NULL when the text is not one JSON object, or has duplicate members. */
struct json_t *json_open(struct bytes text);
void json_close(struct json_t **json);
#define JSON_CLOSED __attribute__((cleanup(json_close)))

struct json_reader {
    const struct json_t *value;
    bool failed;
};

struct json_reader json_reader_of(const struct json_t *json);
/* Paths are member names with dots between them: "project.name". */
bool json_has(const struct json_reader *reader, const char *path); /* there, and not null */
/* A reader of the member alone; of one that is not there it fails. */
struct json_reader json_member(const struct json_reader *reader, const char *path);
/* Fails for text longer than size - 1, or with control characters in it: it will be shown on terminals. */
void json_read_text(struct json_reader *reader, const char *path, char *text, size_t size);
void json_read_u64(struct json_reader *reader, const char *path, uint64_t *number, uint64_t max);
void json_read_u32(struct json_reader *reader, const char *path, uint32_t *number);
void json_read_bool(struct json_reader *reader, const char *path, bool *value);
void json_read_id(struct json_reader *reader, const char *path, struct hufu_id *id);
void json_read_time(struct json_reader *reader, const char *path, uint64_t *time_ms);
void json_read_exact(struct json_reader *reader, const char *path, uint8_t *data, size_t len); /* base64url */
void json_read_bytes(struct json_reader *reader, const char *path, struct buf *out);           /* appends */
/* The elements of an array; the reader given for one of them fails on its own. An element is read with path "". */
size_t json_count(const struct json_reader *reader, const char *path);
struct json_reader json_element(const struct json_reader *reader, const char *path, size_t index);
/* HUFU_ERR_FORM when anything asked for was missing or of another form. */
enum hufu_err json_finish(const struct json_reader *reader) HUFU_MUST_CHECK;

/* An object of requests: begin, put…, end, buf_finish. */
void json_begin(struct buf *out);
void json_put_text(struct buf *out, const char *name, const char *text);
void json_put_bytes(struct buf *out, const char *name, struct bytes data); /* base64url */
void json_put_u64(struct buf *out, const char *name, uint64_t number);
void json_put_object(struct buf *out,
                     const char *name); /* begins an object inside, which has an end of its own */
void json_end(struct buf *out);
/* An array, whose elements have no name (NULL). */
void json_put_array(struct buf *out, const char *name);
void json_end_array(struct buf *out);

#endif
