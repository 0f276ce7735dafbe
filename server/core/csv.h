/* SPDX-License-Identifier: Apache-2.0 */
/* Comma-separated values (RFC 4180), read line by line in memory of the caller's. */
#ifndef HUFU_SERVER_CORE_CSV_H
#define HUFU_SERVER_CORE_CSV_H

#include <stddef.h>

#include "common/err.h"

#define CSV_VALUES_MAX 32

struct csv {
    char *at, *end;
    size_t line; /* of the next record's first line; the first is 1 */
};

/* text: changed by reading; needs a byte behind its len, which becomes a NUL. A byte order mark at the beginning is passed. */
void csv_init(struct csv *csv, char *text, size_t len);

struct csv_record {
    size_t line;
    size_t count;
    char *values[CSV_VALUES_MAX]; /* NUL-terminated, in the text, without blanks around what is not quoted */
};
/* The next record; lines of nothing are passed. HUFU_ERR_NOT_FOUND: there are no more. HUFU_ERR_FORM: a quote where none may
 * be or that does not end, or a NUL; HUFU_ERR_LIMIT: more than CSV_VALUES_MAX values. After either only record->line
 * holds, and nothing more can be read. */
enum hufu_err csv_next(struct csv *csv, struct csv_record *record) HUFU_MUST_CHECK;

#endif
