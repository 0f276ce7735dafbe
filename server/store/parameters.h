/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of a prepared statement in PostgreSQL's binary form, added in the order $1, $2, …
 * Texts, bytes and identifiers are borrowed until the statement ran. Private to server/store/. */
#ifndef HUFU_SERVER_STORE_PARAMETERS_H
#define HUFU_SERVER_STORE_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#define PARAMETERS_MAX \
    64 /* a statement that sets all of a project's rules, or all of an account, has about a third of them */

struct parameters {
    int count;
    bool failed; /* more than PARAMETERS_MAX: the statement is not sent */
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX];
    int formats[PARAMETERS_MAX];    /* binary, all of them */
    uint32_t types[PARAMETERS_MAX]; /* of pg_type; 0: a null of no type, or an array */
    uint8_t numbers[PARAMETERS_MAX][8];
};

void parameter_null(struct parameters *parameters);
void parameter_uuid(struct parameters *parameters, const uint8_t id[16]);          /* uuid; NULL: null */
void parameter_bytes(struct parameters *parameters, struct bytes value);           /* bytea */
void parameter_optional_bytes(struct parameters *parameters, struct bytes value);  /* bytea; empty: null */
void parameter_fixed(struct parameters *parameters, const void *data, size_t len); /* bytea */
void parameter_text(struct parameters *parameters, const char *text);              /* text; NULL: null */
void parameter_bool(struct parameters *parameters, bool value);                    /* bool */
void parameter_i32(struct parameters *parameters, int32_t value);                  /* int4 */
/* int4: of rows, at most `most` */
void parameter_limit(struct parameters *parameters, size_t limit, int32_t most);
void parameter_i64(struct parameters *parameters, int64_t value);     /* int8 */
void parameter_time(struct parameters *parameters, uint64_t time_ms); /* timestamptz, from Unix ms */
/* timestamptz; 0: null */
void parameter_optional_time(struct parameters *parameters, uint64_t time_ms);

/* The parameters of a statement that does for several rows at once what would be one for each: $1::int4[] are the numbers of the
 * rows, 1 to count, and $2, $3, … an array each of what the rows have first, second, …; so that with
 * `from unnest($1::int4[]) as heads(at)` every row finds its own as ($2::uuid[])[at]. The rows have the same types in the same
 * order. memory holds the arrays until the statement ran; too little of it fails the parameters. */
void parameters_of_rows(struct parameters *parameters, struct buf *memory, const struct parameters *rows,
                        size_t count);

#endif
