/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "vectors.h"

void check(struct report *report, const char *name, bool good)
{
    if (good) {
        report->passed++;
        return;
    }
    report->failed++;
    if (report->verbose)
        fprintf(stderr, "%s[%zu]: %s differs\n", report->group, report->item, name);
}

void check_ok(struct report *report, const char *name, enum hufu_err err)
{
    check(report, name, err == HUFU_OK);
}

const json_t *member(struct report *report, const json_t *object, const char *name)
{
    const json_t *found = json_object_get(object, name);
    if (!found)
        check(report, name, false);
    return found;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(struct hex_field *memory, const char *hex)
{
    const size_t len = strlen(hex);
    memory->len = 0;
    if (len % 2 != 0 || len / 2 > FIELD_MAX)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        const int high = digit(hex[i]);
        const int low = digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return false;
        memory->data[memory->len++] = (uint8_t)(high << 4 | low);
    }
    return true;
}

struct bytes read_field(struct report *report, const json_t *object, const char *name,
                        struct hex_field *memory)
{
    const char *hex = json_string_value(json_object_get(object, name));
    if (!hex || !decode(memory, hex)) {
        check(report, name, false);
        memory->len = 0;
    }
    return bytes_of(memory->data, memory->len);
}

void read_exact(struct report *report, const json_t *object, const char *name, void *out, size_t len)
{
    struct hex_field memory;
    struct bytes value = read_field(report, object, name, &memory);
    memset(out, 0, len);
    if (value.len != len) {
        check(report, name, false);
        return;
    }
    memcpy(out, value.data, len);
}

void check_bytes(struct report *report, const json_t *object, const char *name, struct bytes computed)
{
    struct hex_field memory;
    struct bytes listed = read_field(report, object, name, &memory);
    check(report, name, listed.len > 0 && bytes_equal(listed, computed));
}
