/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that a statement gave back, read column by column in the order of its select list.
 *
 *     for (size_t i = 0; i < rows.count; i++) {
 *         struct row row = row_at(&rows, i);
 *         row_uuid(&row, out->key_id);
 *         row_text(&row, out->name, sizeof out->name);
 *         err = row_finish(&row);
 *     }
 *
 * Like every reader here it remembers a failure (null where none may be, another size, a text too long): the column then
 * reads as zero, and row_finish, which must be called, says HUFU_ERR_INTERNAL. Private to server/store/. */
#ifndef HUFU_SERVER_STORE_ROW_H
#define HUFU_SERVER_STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

struct rows {
    size_t count;
    size_t columns;
    void *result; /* libpq's */
};
void rows_free(struct rows *rows);
#define ROWS_OWNED __attribute__((cleanup(rows_free)))

/* One cell; false: null. value points into the rows. (connection.c) */
bool rows_cell(const struct rows *rows, size_t row, size_t column, struct bytes *value);

struct row {
    const struct rows *rows;
    size_t index;
    size_t column;
    bool failed;
};
struct row row_at(const struct rows *rows, size_t index);

bool row_null(const struct row *row); /* whether the next column is null; does not pass it */
void row_skip(struct row *row);
void row_uuid(struct row *row, uint8_t id[16]);
bool row_optional_uuid(struct row *row, uint8_t id[16]); /* false, and zero: null */
bool row_bool(struct row *row);
int32_t row_i32(struct row *row);
int64_t row_i64(struct row *row);
bool row_optional_i64(struct row *row, int64_t *value);
uint64_t row_time(struct row *row);                              /* Unix ms */
uint64_t row_optional_time(struct row *row);                     /* 0: null */
void row_fixed(struct row *row, void *out, size_t len);          /* bytea of exactly len bytes */
bool row_optional_fixed(struct row *row, void *out, size_t len); /* false, and zero: null */
struct bytes row_bytes(struct row *row);           /* bytea, borrowed from the rows; null reads as empty */
void row_append(struct row *row, struct buf *out); /* bytea; null adds nothing */
void row_text(struct row *row, char *out, size_t size); /* null reads as "" */
/* The index of the text in names, which has count entries. */
int row_name(struct row *row, const char *const *names, size_t count);

enum hufu_err row_finish(const struct row *row) HUFU_MUST_CHECK;

#endif
