/* SPDX-License-Identifier: Apache-2.0 */
/* What can be told of a new account, field by field: one table for JSON bodies and for the columns of a CSV file. */
#ifndef HUFU_SERVER_CORE_ACCOUNT_FIELD_H
#define HUFU_SERVER_CORE_ACCOUNT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

enum account_field_kind {
    ACCOUNT_FIELD_TEXT,  /* const char *, of 1 to max bytes */
    ACCOUNT_FIELD_CHOICE /* int, the index in names; a bool beside it says that it was told */
};

struct account_field {
    const char *name;    /* NULL ends the table */
    const char *chinese; /* the same for the heading of a column */
    enum account_field_kind kind;
    size_t offset; /* in struct account_in */
    size_t max;
    bool required;
    size_t present; /* of a choice: the bool's offset in struct account_in */
    const char *const *names, *const *chinese_names;
};
#define ACCOUNT_FIELDS_MAX 16
#define ACCOUNT_MOBILE_TEXT_MAX 32 /* as people write it, with blanks and hyphens */
extern const struct account_field account_field_table[];

#endif
