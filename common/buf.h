/* SPDX-License-Identifier: Apache-2.0 */
/* The one bounded writer and reader of bytes.
 *
 * Both remember a failure: after the first step that does not fit, every further step does nothing (a read
 * gives zero or an empty slice), and the closing call says so. The code between stays free of checks, and the
 * closing call must not be forgotten: it is must-check.
 *
 * Encoding (cosign-sm2.md §1): T(f0, f1, …) is, for each field, a 4-byte big-endian length and the bytes. */
#ifndef HUFU_COMMON_BUF_H
#define HUFU_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* A borrowed slice. It owns nothing; data may be NULL when len is 0. */
struct bytes {
    const uint8_t *data;
    size_t len;
};

struct bytes bytes_of(const void *data, size_t len);
struct bytes bytes_of_text(const char *text);            /* without the final NUL */
bool bytes_equal(struct bytes a, struct bytes b);        /* variable time: public values only */
bool bytes_equal_text(struct bytes a, const char *text); /* likewise */

/* Writer into memory of the caller's. */
struct buf {
    uint8_t *data;
    size_t cap;
    size_t len;
    bool failed;
};

void buf_init(struct buf *b, void *memory, size_t cap);
void buf_put(struct buf *b, const void *data, size_t len);
void buf_put_u8(struct buf *b, uint8_t value);
void buf_put_u16(struct buf *b, uint16_t value);
void buf_put_u32(struct buf *b, uint32_t value);
void buf_put_u64(struct buf *b, uint64_t value);
void buf_put_field(struct buf *b, const void *data, size_t len); /* length and bytes: one field of T */
void buf_put_field_bytes(struct buf *b, struct bytes field);
void buf_put_field_text(struct buf *b, const char *text);
void buf_put_field_u32(struct buf *b, uint32_t value); /* a field of 4 bytes */
void buf_put_field_u64(struct buf *b, uint64_t value); /* a field of 8 bytes */
/* A field whose content is written between the two calls; begin returns what end needs. */
size_t buf_field_begin(struct buf *b);
void buf_field_end(struct buf *b, size_t mark);
/* Room for len bytes that somebody else fills; NULL when there is none. */
uint8_t *buf_reserve(struct buf *b, size_t len);
/* HUFU_OK, or HUFU_ERR_LIMIT when something did not fit. */
enum hufu_err buf_finish(const struct buf *b) HUFU_MUST_CHECK;
struct bytes buf_bytes(const struct buf *b);

/* Reader over borrowed bytes; the slices it gives point into them. */
struct cursor {
    const uint8_t *data;
    size_t len;
    size_t at;
    bool failed;
};

void cursor_init(struct cursor *c, struct bytes input);
struct bytes cursor_take(struct cursor *c, size_t len);
void cursor_copy(struct cursor *c, void *out, size_t len); /* zeroes out on failure */
uint8_t cursor_u8(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* The next field of T; fails when it is longer than max. */
struct bytes cursor_field(struct cursor *c, size_t max);
/* The next field, which must have exactly len bytes. */
struct bytes cursor_field_exact(struct cursor *c, size_t len);
void cursor_field_copy(struct cursor *c, void *out,
                       size_t len);                             /* exactly len bytes; zeroes out on failure */
void cursor_field_text(struct cursor *c, const char *expected); /* fails when it is any other text */
uint32_t cursor_field_u32(struct cursor *c);
uint64_t cursor_field_u64(struct cursor *c);
size_t cursor_left(const struct cursor *c);
/* HUFU_OK when nothing failed and nothing is left over; else HUFU_ERR_FORM. */
enum hufu_err cursor_finish(const struct cursor *c) HUFU_MUST_CHECK;

#endif
