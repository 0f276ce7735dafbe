/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/row.h"

#include <string.h>

#define ROW_EPOCH_MS INT64_C(946684800000) /* 2000-01-01, where timestamptz begins, in Unix ms */

struct row row_at(const struct rows *rows, size_t index)
{
    return (struct row){.rows = rows, .index = index, .failed = index >= rows->count};
}

/* The next column; false when it is null or there is none. */
static bool row_next(struct row *row, struct bytes *value)
{
    *value = (struct bytes){NULL, 0};
    if (row->failed || row->column >= row->rows->columns) {
        row->failed = true;
        return false;
    }
    return rows_cell(row->rows, row->index, row->column++, value);
}

static bool row_next_sized(struct row *row, size_t len, struct bytes *value)
{
    if (!row_next(row, value))
        return false;
    if (value->len == len)
        return true;
    row->failed = true;
    return false;
}

static uint64_t row_number(const struct bytes *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value->len; i++)
        number = number << 8 | value->data[i];
    return number;
}

bool row_null(const struct row *row)
{
    struct row ahead = *row;
    struct bytes value;
    return !row_next(&ahead, &value) && !ahead.failed;
}

void row_skip(struct row *row)
{
    struct bytes value;
    row_next(row, &value);
}

bool row_optional_fixed(struct row *row, void *out, size_t len)
{
    struct bytes value;
    bool there = row_next_sized(row, len, &value);
    if (there)
        memcpy(out, value.data, len);
    else
        memset(out, 0, len);
    return there;
}

void row_fixed(struct row *row, void *out, size_t len)
{
    if (!row_optional_fixed(row, out, len))
        row->failed = true;
}

bool row_optional_uuid(struct row *row, uint8_t id[16])
{
    return row_optional_fixed(row, id, 16);
}

void row_uuid(struct row *row, uint8_t id[16])
{
    row_fixed(row, id, 16);
}

static uint64_t row_exact_number(struct row *row, size_t len)
{
    struct bytes value;
    if (row_next_sized(row, len, &value))
        return row_number(&value);
    row->failed = true;
    return 0;
}

bool row_bool(struct row *row)
{
    return row_exact_number(row, 1) != 0;
}

int32_t row_i32(struct row *row)
{
    return (int32_t)row_exact_number(row, 4);
}

int64_t row_i64(struct row *row)
{
    return (int64_t)row_exact_number(row, 8);
}

bool row_optional_i64(struct row *row, int64_t *value)
{
    *value = 0;
    if (row_null(row)) {
        row_skip(row);
        return false;
    }
    *value = row_i64(row);
    return !row->failed;
}

uint64_t row_time(struct row *row)
{
    int64_t us = row_i64(row);
    if (row->failed)
        return 0;
    int64_t ms = us / 1000 + ROW_EPOCH_MS;
    return ms > 0 ? (uint64_t)ms : 0;
}

uint64_t row_optional_time(struct row *row)
{
    if (!row_null(row))
        return row_time(row);
    row_skip(row);
    return 0;
}

struct bytes row_bytes(struct row *row)
{
    struct bytes value;
    row_next(row, &value);
    return value;
}

void row_append(struct row *row, struct buf *out)
{
    struct bytes value = row_bytes(row);
    buf_put(out, value.data, value.len);
    if (out->failed)
        row->failed = true;
}

void row_text(struct row *row, char *out, size_t size)
{
    struct bytes value = row_bytes(row);
    if (value.len >= size) {
        row->failed = true;
        value.len = 0;
    }
    if (value.len > 0)
        memcpy(out, value.data, value.len);
    out[value.len] = '\0';
}

int row_name(struct row *row, const char *const *names, size_t count)
{
    struct bytes value = row_bytes(row);
    for (size_t i = 0; i < count; i++)
        if (bytes_equal_text(value, names[i]))
            return (int)i;
    row->failed = true;
    return 0;
}

enum hufu_err row_finish(const struct row *row)
{
    return row->failed || row->column != row->rows->columns ? HUFU_ERR_INTERNAL : HUFU_OK;
}
