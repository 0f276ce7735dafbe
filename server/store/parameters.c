/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/parameters.h"

#include <string.h>

/* timestamptz counts microseconds since 2000-01-01; this is that moment in Unix ms. */
#define PARAMETERS_EPOCH_MS INT64_C(946684800000)

/* pg_type.dat; they never change. */
enum parameter_type {
    TYPE_NONE = 0,
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_UUID = 2950,
};

static void parameter_add(struct parameters *parameters, enum parameter_type type, const void *value,
                          size_t len)
{
    if (parameters->count >= PARAMETERS_MAX || len > INT32_MAX) {
        parameters->failed = true;
        return;
    }
    parameters->values[parameters->count] = value;
    parameters->lengths[parameters->count] = (int)len;
    parameters->formats[parameters->count] = 1;
    parameters->types[parameters->count] = type;
    parameters->count++;
}

static void parameter_add_number(struct parameters *parameters, enum parameter_type type, uint64_t value,
                                 size_t len)
{
    if (parameters->count >= PARAMETERS_MAX) {
        parameters->failed = true;
        return;
    }
    uint8_t *number = parameters->numbers[parameters->count];
    for (size_t i = 0; i < len; i++)
        number[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
    parameter_add(parameters, type, number, len);
}

void parameter_null(struct parameters *parameters)
{
    parameter_add(parameters, TYPE_NONE, NULL, 0);
}

void parameter_uuid(struct parameters *parameters, const uint8_t id[16])
{
    parameter_add(parameters, TYPE_UUID, id, id != NULL ? 16 : 0);
}

void parameter_bytes(struct parameters *parameters, struct bytes value)
{
    /* libpq takes a NULL pointer for null, whatever the length. */
    parameter_add(parameters, TYPE_BYTEA, value.len > 0 ? (const void *)value.data : "", value.len);
}

void parameter_optional_bytes(struct parameters *parameters, struct bytes value)
{
    parameter_add(parameters, TYPE_BYTEA, value.len > 0 ? value.data : NULL, value.len);
}

void parameter_fixed(struct parameters *parameters, const void *data, size_t len)
{
    parameter_add(parameters, TYPE_BYTEA, data, len);
}

void parameter_text(struct parameters *parameters, const char *text)
{
    parameter_add(parameters, TYPE_TEXT, text, text != NULL ? strlen(text) : 0);
}

void parameter_bool(struct parameters *parameters, bool value)
{
    parameter_add_number(parameters, TYPE_BOOL, value ? 1 : 0, 1);
}

void parameter_i32(struct parameters *parameters, int32_t value)
{
    parameter_add_number(parameters, TYPE_INT4, (uint32_t)value, 4);
}

void parameter_limit(struct parameters *parameters, size_t limit, int32_t most)
{
    parameter_i32(parameters, limit < (size_t)most ? (int32_t)limit : most);
}

void parameter_i64(struct parameters *parameters, int64_t value)
{
    parameter_add_number(parameters, TYPE_INT8, (uint64_t)value, 8);
}

void parameter_time(struct parameters *parameters, uint64_t time_ms)
{
    /* Beyond the year 290,000 a time does not fit; nothing honest is there. */
    const uint64_t latest_ms = UINT64_C(9000000000000000);
    int64_t ms = (int64_t)(time_ms < latest_ms ? time_ms : latest_ms) - PARAMETERS_EPOCH_MS;
    parameter_add_number(parameters, TYPE_TIMESTAMPTZ, (uint64_t)(ms * 1000), 8);
}

void parameter_optional_time(struct parameters *parameters, uint64_t time_ms)
{
    if (time_ms == 0)
        parameter_add(parameters, TYPE_TIMESTAMPTZ, NULL, 0);
    else
        parameter_time(parameters, time_ms);
}

/* The binary form of an array of one dimension that begins at 1 (array_send in PostgreSQL's arrayfuncs.c). */
static void array_begin(struct buf *memory, uint32_t type, bool has_null, size_t count)
{
    buf_put_u32(memory, 1);
    buf_put_u32(memory, has_null);
    buf_put_u32(memory, type);
    buf_put_u32(memory, (uint32_t)count);
    buf_put_u32(memory, 1);
}

static void array_end(struct parameters *parameters, struct buf *memory, size_t start)
{
    if (memory->failed)
        parameters->failed = true;
    else
        parameter_add(parameters, TYPE_NONE, memory->data + start, memory->len - start);
}

static void array_of_numbers(struct parameters *parameters, struct buf *memory, size_t count)
{
    const size_t start = memory->len;
    array_begin(memory, TYPE_INT4, false, count);
    for (size_t i = 1; i <= count; i++) {
        buf_put_u32(memory, sizeof(uint32_t));
        buf_put_u32(memory, (uint32_t)i);
    }
    array_end(parameters, memory, start);
}

static void array_of_column(struct parameters *parameters, struct buf *memory, const struct parameters *rows,
                            size_t count, int column)
{
    const size_t start = memory->len;
    bool has_null = false;
    for (size_t i = 0; i < count; i++)
        has_null = has_null || rows[i].values[column] == NULL;
    array_begin(memory, rows[0].types[column], has_null, count);
    for (size_t i = 0; i < count; i++) {
        const char *value = rows[i].values[column];
        buf_put_u32(memory, value != NULL ? (uint32_t)rows[i].lengths[column] : UINT32_MAX);
        if (value != NULL)
            buf_put(memory, value, (size_t)rows[i].lengths[column]);
        if (rows[i].types[column] != rows[0].types[column])
            parameters->failed = true;
    }
    array_end(parameters, memory, start);
}

void parameters_of_rows(struct parameters *parameters, struct buf *memory, const struct parameters *rows,
                        size_t count)
{
    array_of_numbers(parameters, memory, count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].failed || rows[i].count != rows[0].count)
            parameters->failed = true;
    for (int column = 0; column < rows[0].count && !parameters->failed; column++)
        array_of_column(parameters, memory, rows, count, column);
}
