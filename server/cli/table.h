/* SPDX-License-Identifier: Apache-2.0 */
/* Lists for a terminal: columns aligned by what a character takes on the screen (a Chinese one takes two places). */
#ifndef HUFU_SERVER_CLI_TABLE_H
#define HUFU_SERVER_CLI_TABLE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "server/cli/catalogue.h"

#define TABLE_COLUMNS_MAX 8

struct table_column {
    enum message heading;
    const char *path; /* of the value in each row's object: "name", "account.name" */
};

/* Prints the rows (an array of objects), whose words are said of that (catalogue_word); heading false: rows alone, in columns as wide as
 * these rows need. */
void table_print(FILE *out, enum language language, const struct table_column *columns, size_t column_count,
                 const char *of, const json_t *rows, bool heading);

/* How many places a UTF-8 text takes; LC_CTYPE must be a UTF-8 locale. */
size_t text_width(const char *text);
/* Copies at most size - 1 bytes of text, with everything a terminal would obey (control characters, malformed bytes)
 * replaced by "?": names come from other people. */
void text_clean(char *out, size_t size, const char *text);

#endif
