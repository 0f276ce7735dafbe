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
    int formats[PARAMETERS_MAX]; /* binary, all of them */
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

#endif
