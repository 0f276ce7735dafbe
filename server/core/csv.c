/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/csv.h"

#include <stdbool.h>
#include <string.h>

void csv_init(struct csv *csv, char *text, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf";
    *csv = (struct csv){.at = text, .end = text + len, .line = 1};
    text[len] = '\0';
    if (len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0)
        csv->at += sizeof mark - 1;
}

static bool csv_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Up to the closing quote, in place: a doubled quote becomes one. False: there is no end. */
static bool csv_unquote(struct csv *csv, char **value)
{
    char *out = ++csv->at;
    *value = out;
    for (; csv->at < csv->end; csv->at++) {
        if (*csv->at == '\0')
            return false;
        if (*csv->at == '"' && csv->at[1] == '"')
            csv->at++;
        else if (*csv->at == '"')
            break;
        csv->line += *csv->at == '\n';
        *out++ = *csv->at;
    }
    if (csv->at == csv->end)
        return false;
    csv->at++;
    *out = '\0';
    while (csv->at < csv->end && csv_is_blank(*csv->at))
        csv->at++;
    return csv->at == csv->end || (*csv->at != '\0' && strchr(",\r\n", *csv->at) != NULL);
}

/* Up to the next comma or line's end; ended in place by the caller, who has read what stands there. */
static bool csv_plain(struct csv *csv, char **value, char **value_end)
{
    *value = csv->at;
    while (csv->at < csv->end && strchr(",\r\n\"", *csv->at) == NULL)
        csv->at++;
    *value_end = csv->at;
    while (*value_end > *value && csv_is_blank((*value_end)[-1]))
        --*value_end;
    return csv->at == csv->end || (*csv->at != '"' && *csv->at != '\0');
}

/* One value and what ends it; *last: a line's end, or the text's. */
static bool csv_value(struct csv *csv, char **value, bool *last)
{
    char *value_end = NULL;
    while (csv->at < csv->end && csv_is_blank(*csv->at))
        csv->at++;
    bool quoted = csv->at < csv->end && *csv->at == '"';
    if (!(quoted ? csv_unquote(csv, value) : csv_plain(csv, value, &value_end)))
        return false;
    *last = csv->at == csv->end || *csv->at != ',';
    if (csv->at < csv->end && *csv->at == '\r' && csv->at[1] == '\n')
        csv->at++;
    if (csv->at < csv->end) {
        csv->line += *last;
        csv->at++;
    }
    if (value_end != NULL)
        *value_end = '\0';
    return true;
}

enum hufu_err csv_next(struct csv *csv, struct csv_record *record)
{
    *record = (struct csv_record){0};
    bool last;
    do {
        record->count = 0;
        record->line = csv->line;
        if (csv->at == csv->end)
            return HUFU_ERR_NOT_FOUND;
        do {
            if (record->count == CSV_VALUES_MAX)
                return HUFU_ERR_LIMIT;
            if (!csv_value(csv, &record->values[record->count++], &last))
                return HUFU_ERR_FORM;
        } while (!last);
    } while (record->count == 1 && record->values[0][0] == '\0');
    return HUFU_OK;
}
