/* SPDX-License-Identifier: Apache-2.0 */
/* Projects, the tenants of the service. */
#ifndef HUFU_SERVER_STORE_PROJECT_STORE_H
#define HUFU_SERVER_STORE_PROJECT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/project_rules.h"
#include "server/store/store.h"

#define PROJECT_NAME_MAX 200
#define PROJECT_PAGE_MAX 500

struct project {
    uint8_t project_id[UUID_SIZE];
    char name[PROJECT_NAME_MAX + 1];
    uint64_t created_ms;
    struct project_rules rules;
};

/* HUFU_ERR_CONFLICT: the name is taken. */
enum hufu_err project_insert(struct store *store, const uint8_t project_id[UUID_SIZE],
                             const char *name) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. The project of the service itself is not found either way. */
enum hufu_err project_read(struct store *store, const uint8_t project_id[UUID_SIZE],
                           struct project *out) HUFU_MUST_CHECK;
enum hufu_err project_read_named(struct store *store, const char *name, struct project *out) HUFU_MUST_CHECK;
/* Sets the rules that the change gives; out is the project afterwards. HUFU_ERR_NOT_FOUND. */
enum hufu_err project_update_rules(struct store *store, const uint8_t project_id[UUID_SIZE],
                                   const struct project_change *change, struct project *out) HUFU_MUST_CHECK;
/* In the order of their ids, from after (zeros: the beginning); at most limit. */
enum hufu_err project_list(struct store *store, const uint8_t after[UUID_SIZE], size_t limit,
                           struct project *projects, size_t *count) HUFU_MUST_CHECK;

#endif
