/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/page.h"

#include <string.h>

#include "server/api/outcome.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"
#include "server/http/request.h"

static const struct field page_fields[] = {
    {.name = "cursor",
     .type = FIELD_BYTES,
     .offset = offsetof(struct page_in, cursor),
     .optional = true,
     .min = UUID_SIZE,
     .max = UUID_SIZE},
    {.name = "limit",
     .type = FIELD_INT,
     .offset = offsetof(struct page_in, limit),
     .optional = true,
     .min = 1,
     .max = PAGE_LIMIT_MAX},
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct page_in, project),
     .optional = true,
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = NULL},
};

static enum hufu_err find_project(struct worker *worker, struct act *act, struct page_in *in)
{
    struct project project;
    if (!in->project)
        return HUFU_OK;
    enum hufu_err err = project_find(worker, act, in->project, &project);
    in->has_project = !err;
    memcpy(in->project_id, project.project_id, sizeof in->project_id);
    return err;
}

bool page_read(struct http_request *request, struct worker *worker, struct act *act, struct page_in *in)
{
    *in = (struct page_in){.limit = PAGE_LIMIT_DEFAULT};
    if (!field_read_query(request, page_fields, in)) {
        outcome_refused_form(request, worker, act);
        return false;
    }
    if (in->cursor.len)
        memcpy(in->after, in->cursor.data, sizeof in->after);
    enum hufu_err err = find_project(worker, act, in);
    if (err)
        outcome_refuse(request, worker, act, err);
    return !err;
}

const uint8_t *page_project(const struct page_in *in)
{
    return in->has_project ? in->project_id : NULL;
}

json_t *page_json(const char *name, json_t *entries, const struct page_in *in, const uint8_t last[UUID_SIZE])
{
    size_t count = json_array_size(entries);
    json_t *page = json_pack("{so}", name, entries);
    if (!page || count < (size_t)in->limit)
        return page;
    if (json_object_set_new(page, "next_cursor", json_bytes(bytes_of(last, UUID_SIZE))) != 0) {
        json_decref(page);
        return NULL;
    }
    return page;
}
