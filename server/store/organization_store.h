/* SPDX-License-Identifier: Apache-2.0 */
/* Organizations: where the people of a project work. */
#ifndef HUFU_SERVER_STORE_ORGANIZATION_STORE_H
#define HUFU_SERVER_STORE_ORGANIZATION_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

#define ORGANIZATION_NAME_MAX 200
#define ORGANIZATION_CREDIT_CODE_SIZE 18
#define ORGANIZATION_PAGE_MAX 500

struct organization {
    uint8_t project_id[UUID_SIZE];
    uint8_t organization_id[UUID_SIZE];
    char name[ORGANIZATION_NAME_MAX + 1];
    char credit_code[ORGANIZATION_CREDIT_CODE_SIZE + 1]; /* "": not told */
    uint64_t created_ms;
};

/* *inserted false: the project has one of this name, or of this credit code. Leaves the transaction usable either way. */
enum hufu_err organization_insert(struct store *store, const struct organization *organization,
                                  bool *inserted) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err organization_read_named(struct store *store, const uint8_t project_id[UUID_SIZE],
                                      const char *name, struct organization *out) HUFU_MUST_CHECK;
/* Of a project (NULL: of all), in the order of their ids, from after (zeros: the beginning); at most limit. */
enum hufu_err organization_list(struct store *store, const uint8_t *project_id,
                                const uint8_t after[UUID_SIZE], size_t limit,
                                struct organization *organizations, size_t *count) HUFU_MUST_CHECK;

#endif
