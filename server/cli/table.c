/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define CELL_SIZE 512
#define PATH_SIZE 64
#define GAP 2

/* One character: its length in bytes, 0 at the end; *c is U+FFFD for a malformed byte. */
static size_t next_character(wchar_t *c, const char *text)
{
    mbstate_t state = {0};
    size_t len = mbrtowc(c, text, strlen(text), &state);
    if (*text == '\0')
        return 0;
    if (len != (size_t)-1 && len != (size_t)-2)
        return len;
    *c = 0xfffd;
    return 1;
}

size_t text_width(const char *text)
{
    wchar_t c;
    size_t width = 0;
    for (size_t len = next_character(&c, text); len > 0; len = next_character(&c, text)) {
        int places = wcwidth(c);
        width += places > 0 ? (size_t)places : 0;
        text += len;
    }
    return width;
}

void text_clean(char *out, size_t size, const char *text)
{
    wchar_t c;
    size_t at = 0;
    for (size_t len = next_character(&c, text); len > 0 && at + len < size; len = next_character(&c, text)) {
        if (c != 0xfffd && iswprint((wint_t)c)) {
            memcpy(out + at, text, len);
            at += len;
        } else {
            out[at++] = '?';
        }
        text += len;
    }
    out[at] = '\0';
}

static const json_t *find_value(const json_t *row, const char *path)
{
    char name[PATH_SIZE];
    while (row && *path) {
        size_t len = strcspn(path, ".");
        (void)snprintf(name, sizeof(name), "%.*s", (int)len, path);
        row = json_object_get(row, name);
        path += len;
        path += *path == '.';
    }
    return row;
}

static void cell_text(char cell[CELL_SIZE], enum language language, const char *of, const json_t *value)
{
    if (json_is_string(value))
        text_clean(cell, CELL_SIZE, catalogue_word(language, of, json_string_value(value)));
    else if (json_is_integer(value))
        (void)snprintf(cell, CELL_SIZE, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(cell, CELL_SIZE, "%s", json_is_true(value) ? "+" : "-");
    else
        (void)snprintf(cell, CELL_SIZE, "-");
}

static size_t column_width(enum language language, const struct table_column *column, const char *of,
                           const json_t *rows, bool heading)
{
    char cell[CELL_SIZE];
    size_t index, width = heading ? text_width(catalogue_text(language, column->heading)) : 0;
    const json_t *row;
    json_array_foreach(rows, index, row)
    {
        cell_text(cell, language, of, find_value(row, column->path));
        size_t needed = text_width(cell);
        width = needed > width ? needed : width;
    }
    return width;
}

/* The last column is not filled up: no blanks at the end of a line. */
static void print_cell(FILE *out, const char *text, size_t width, bool last)
{
    (void)fputs(text, out);
    for (size_t i = text_width(text); !last && i < width + GAP; i++)
        (void)fputc(' ', out);
    if (last)
        (void)fputc('\n', out);
}

void table_print(FILE *out, enum language language, const struct table_column *columns, size_t column_count,
                 const char *of, const json_t *rows, bool heading)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0}, index;
    char cell[CELL_SIZE];
    const json_t *row;
    for (size_t i = 0; i < column_count; i++)
        widths[i] = column_width(language, &columns[i], of, rows, heading);
    for (size_t i = 0; heading && i < column_count; i++)
        print_cell(out, catalogue_text(language, columns[i].heading), widths[i], i + 1 == column_count);
    json_array_foreach(rows, index, row)
    {
        for (size_t i = 0; i < column_count; i++) {
            cell_text(cell, language, of, find_value(row, columns[i].path));
            print_cell(out, cell, widths[i], i + 1 == column_count);
        }
    }
}
