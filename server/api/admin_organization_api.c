/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/organization.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct organization_body {
    const char *project, *name, *credit_code;
};

static const struct field organization_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct organization_body, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct organization_body, name),
     .min = 1,
     .max = ORGANIZATION_NAME_MAX},
    {.name = "credit_code",
     .type = FIELD_TEXT,
     .offset = offsetof(struct organization_body, credit_code),
     .optional = true,
     .min = ORGANIZATION_CREDIT_CODE_SIZE,
     .max = ORGANIZATION_CREDIT_CODE_SIZE},
    {.name = NULL},
};

void admin_organization_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "organization.create");
    struct organization_body body = {0};
    struct organization organization;
    if (!field_read_body(request, organization_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err =
        organization_create(worker, &act, body.project, body.name, body.credit_code, &organization);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, view_organization(&organization));
}

static enum hufu_err organization_page(struct worker *worker, struct act *act, const struct list_query *query,
                                       struct organization *organizations, size_t *count)
{
    uint8_t id[UUID_SIZE];
    const uint8_t *project_id;
    enum hufu_err err = list_query_project(worker, act, query->project, id, &project_id);
    return err == HUFU_OK
               ? page_organizations(worker, project_id, query->after.id, query->limit, organizations, count)
               : err;
}

void admin_organization_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "organization.list");
    struct list_query query;
    size_t count;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct organization *organizations = request_alloc(request, query.limit * sizeof *organizations);
    enum hufu_err err = organizations == NULL
                            ? HUFU_ERR_INTERNAL
                            : organization_page(worker, &act, &query, organizations, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_organization(&organizations[i]));
    const uint8_t *last_id = count > 0 ? organizations[count - 1].organization_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "organizations", list, count, last_id));
}
