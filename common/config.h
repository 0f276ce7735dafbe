/* SPDX-License-Identifier: Apache-2.0 */
/* A program's configuration: one file (libconfuse syntax) and environment overrides, checked at start against
 * a table. An unknown key, a missing one, a bad value: each is named in the error.
 *
 * A key `token_label` of the program `hufu-hsm` is overridden by the environment variable
 * HUFU_HSM_TOKEN_LABEL. */
#ifndef HUFU_COMMON_CONFIG_H
#define HUFU_COMMON_CONFIG_H

#include <stddef.h>

#include "common/err.h"

enum config_type {
    CONFIG_TEXT,
    CONFIG_INT,
    CONFIG_BOOL,
    CONFIG_END
};

struct config_key {
    const char *name;
    enum config_type type;
    size_t offset;            /* of the value in the program's struct: char *, long or bool */
    const char *default_text; /* NULL: the key must be given */
    long min, max;            /* CONFIG_INT */
};

/* Fills values by the table (ended by CONFIG_END). On HUFU_ERR_FORM, message says what is wrong, with file,
 * line and key. Texts are malloc'ed: config_free. */
enum hufu_err config_load(void *values, const struct config_key *table, const char *program, const char *path,
                          char *message, size_t message_size) HUFU_MUST_CHECK;
void config_free(void *values, const struct config_key *table);

#endif
