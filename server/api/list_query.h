/* SPDX-License-Identifier: Apache-2.0 */
/* The query of a list that is ordered by id: ?cursor=&limit=, and ?project= where an operator asks. */
#ifndef HUFU_SERVER_API_LIST_QUERY_H
#define HUFU_SERVER_API_LIST_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "common/err.h"
#include "server/api/cursor.h"
#include "server/core/act.h"
#include "server/http/request.h"
#include "server/worker.h"

#define LIST_LIMIT_DEFAULT 100

struct list_query {
    const char *project; /* id or name; NULL: all */
    size_t limit;
    struct cursor_place after;
};

/* False: a problem was replied. */
bool list_query_read(struct http_request *request, struct list_query *out)
    __attribute__((warn_unused_result));
bool list_query_read_with_project(struct http_request *request, struct list_query *out)
    __attribute__((warn_unused_result));

/* With ?as=, one of the names. */
bool list_query_read_as(struct http_request *request, const char *const *names, int *as,
                        struct list_query *out) __attribute__((warn_unused_result));

/* The id of the project that is named, by id or name; *project_id points to it, and is NULL where none is named (name NULL).
 * Refusal: not found. */
enum hufu_err list_query_project(struct worker *worker, struct act *act, const char *name,
                                 uint8_t id[UUID_SIZE], const uint8_t **project_id) HUFU_MUST_CHECK;

/* {"<name>": list}, and "next_cursor" behind the last of count entries when the page is full. The list's reference is
 * taken over. last_id: of entry number count; NULL when there is none. */
json_t *list_query_answer(const struct list_query *query, const char *name, json_t *list, size_t count,
                          const uint8_t *last_id);

#endif
