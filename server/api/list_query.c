/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/list_query.h"

#include <string.h>

#include "server/core/page.h"
#include "server/core/project.h"
#include "server/http/field.h"

struct list_fields {
    const char *project, *cursor;
    int as;
    int64_t limit;
};

#define LIST_COMMON_FIELDS                                                                                   \
    {.name = "cursor",                                                                                       \
     .type = FIELD_TEXT,                                                                                     \
     .offset = offsetof(struct list_fields, cursor),                                                         \
     .optional = true,                                                                                       \
     .max = CURSOR_TEXT_MAX},                                                                                \
    {                                                                                                        \
        .name = "limit", .type = FIELD_INT, .offset = offsetof(struct list_fields, limit), .optional = true, \
        .min = 1, .max = PAGE_MAX                                                                            \
    }

static const struct field list_fields[] = {LIST_COMMON_FIELDS, {.name = NULL}};
static const struct field list_fields_with_project[] = {
    LIST_COMMON_FIELDS,
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct list_fields, project),
     .optional = true,
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = NULL},
};

static bool list_query_read_by(struct http_request *request, const struct field *fields, int *as,
                               struct list_query *out)
{
    struct list_fields read = {.limit = LIST_LIMIT_DEFAULT};
    *out = (struct list_query){0};
    if (!field_read_query(request, fields, &read) ||
        !cursor_read(request, "cursor", read.cursor, &out->after))
        return false;
    out->project = read.project;
    out->limit = (size_t)read.limit;
    if (as != NULL)
        *as = read.as;
    return true;
}

bool list_query_read(struct http_request *request, struct list_query *out)
{
    return list_query_read_by(request, list_fields, NULL, out);
}

bool list_query_read_with_project(struct http_request *request, struct list_query *out)
{
    return list_query_read_by(request, list_fields_with_project, NULL, out);
}

bool list_query_read_as(struct http_request *request, const char *const *names, int *as,
                        struct list_query *out)
{
    const struct field fields[] = {
        LIST_COMMON_FIELDS,
        {.name = "as", .type = FIELD_ENUM, .offset = offsetof(struct list_fields, as), .names = names},
        {.name = NULL},
    };
    return list_query_read_by(request, fields, as, out);
}

enum hufu_err list_query_project(struct worker *worker, struct act *act, const char *name,
                                 uint8_t id[UUID_SIZE], const uint8_t **project_id)
{
    struct project project;
    memset(id, 0, UUID_SIZE);
    *project_id = NULL;
    if (name == NULL)
        return HUFU_OK;
    enum hufu_err err = project_find(worker, act, name, &project);
    if (err != HUFU_OK)
        return err;
    memcpy(id, project.project_id, UUID_SIZE);
    *project_id = id;
    return HUFU_OK;
}

json_t *list_query_answer(const struct list_query *query, const char *name, json_t *list, size_t count,
                          const uint8_t *last_id)
{
    json_t *answer = json_pack("{so}", name, list);
    if (answer != NULL && count == query->limit && last_id != NULL) {
        struct cursor_place place = {0};
        memcpy(place.id, last_id, UUID_SIZE);
        json_object_set_new(answer, "next_cursor", cursor_json(&place));
    }
    return answer;
}
