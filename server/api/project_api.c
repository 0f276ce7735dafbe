/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "server/api/outcome.h"
#include "server/api/page.h"
#include "server/api/tables.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/http/request.h"

struct project_in {
    const char *name;
};

static const struct field project_fields[] = {
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct project_in, name),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = NULL},
};

static json_t *project_json(const struct project *project)
{
    return json_pack("{so, so, so}", "id", json_uuid(project->project_id), "name", json_text(project->name),
                     "created_at", json_time(project->created_ms));
}

static void post_project(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "project.create");
    struct project_in in;
    struct project project;
    if (!field_read_body(request, project_fields, &in)) {
        outcome_refused_form(request, worker, &act);
        return;
    }
    enum hufu_err err = project_create(worker, &act, in.name, &project);
    if (err)
        outcome_refuse(request, worker, &act, err);
    else
        reply_json(request, 201, project_json(&project));
}

static void get_projects(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "project.list");
    struct page_in page;
    size_t count = 0;
    if (!page_read(request, worker, &act, &page))
        return;
    struct project *projects = request_alloc(request, (size_t)page.limit * sizeof *projects);
    enum hufu_err err = projects
                            ? project_list(worker->store, page.after, (size_t)page.limit, projects, &count)
                            : HUFU_ERR_INTERNAL;
    if (err) {
        outcome_refuse(request, worker, &act, err);
        return;
    }
    json_t *entries = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(entries, project_json(&projects[i]));
    reply_json(request, 200,
               page_json("projects", entries, &page, count ? projects[count - 1].project_id : page.after));
}

const struct http_route project_admin_routes[] = {
    {"POST", "/admin/v1/projects", ROUTE_OPERATOR, ROUTE_WORKER, post_project},
    {"GET", "/admin/v1/projects", ROUTE_OPERATOR, ROUTE_WORKER, get_projects},
    {.method = NULL},
};
