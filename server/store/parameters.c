/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/parameters.h"

#include <string.h>

/* timestamptz counts microseconds since 2000-01-01; this is that moment in Unix ms. */
#define PARAMETERS_EPOCH_MS INT64_C(946684800000)

static void parameter_add(struct parameters *parameters, const void *value, size_t len)
{
    if (parameters->count >= PARAMETERS_MAX || len > INT32_MAX) {
        parameters->failed = true;
        return;
    }
    parameters->values[parameters->count] = value;
    parameters->lengths[parameters->count] = (int)len;
    parameters->formats[parameters->count] = 1;
    parameters->count++;
}

static void parameter_add_number(struct parameters *parameters, uint64_t value, size_t len)
{
    if (parameters->count >= PARAMETERS_MAX) {
        parameters->failed = true;
        return;
    }
    uint8_t *number = parameters->numbers[parameters->count];
    for (size_t i = 0; i < len; i++)
        number[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
    parameter_add(parameters, number, len);
}

void parameter_null(struct parameters *parameters)
{
    parameter_add(parameters, NULL, 0);
}

void parameter_uuid(struct parameters *parameters, const uint8_t id[16])
{
    parameter_add(parameters, id, id != NULL ? 16 : 0);
}

void parameter_bytes(struct parameters *parameters, struct bytes value)
{
    /* libpq takes a NULL pointer for null, whatever the length. */
    parameter_add(parameters, value.len > 0 ? (const void *)value.data : "", value.len);
}

void parameter_optional_bytes(struct parameters *parameters, struct bytes value)
{
    parameter_add(parameters, value.len > 0 ? value.data : NULL, value.len);
}

void parameter_fixed(struct parameters *parameters, const void *data, size_t len)
{
    parameter_add(parameters, data, len);
}

void parameter_text(struct parameters *parameters, const char *text)
{
    parameter_add(parameters, text, text != NULL ? strlen(text) : 0);
}

void parameter_bool(struct parameters *parameters, bool value)
{
    parameter_add_number(parameters, value ? 1 : 0, 1);
}

void parameter_i32(struct parameters *parameters, int32_t value)
{
    parameter_add_number(parameters, (uint32_t)value, 4);
}

void parameter_limit(struct parameters *parameters, size_t limit, int32_t most)
{
    parameter_i32(parameters, limit < (size_t)most ? (int32_t)limit : most);
}

void parameter_i64(struct parameters *parameters, int64_t value)
{
    parameter_add_number(parameters, (uint64_t)value, 8);
}

void parameter_time(struct parameters *parameters, uint64_t time_ms)
{
    /* Beyond the year 290,000 a time does not fit; nothing honest is there. */
    const uint64_t latest_ms = UINT64_C(9000000000000000);
    int64_t ms = (int64_t)(time_ms < latest_ms ? time_ms : latest_ms) - PARAMETERS_EPOCH_MS;
    parameter_add_number(parameters, (uint64_t)(ms * 1000), 8);
}

void parameter_optional_time(struct parameters *parameters, uint64_t time_ms)
{
    if (time_ms == 0)
        parameter_null(parameters);
    else
        parameter_time(parameters, time_ms);
}
