/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct project_body {
    const char *name;
};

static const struct field project_fields[] = {
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct project_body, name),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = NULL},
};

void admin_project_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "project.create");
    struct project_body body = {0};
    struct project project;
    if (!field_read_body(request, project_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = project_create(worker, &act, body.name, &project);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, view_project(&project));
}

void admin_project_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "project.list");
    struct list_query query;
    size_t count;
    if (!list_query_read(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct project *projects = request_alloc(request, query.limit * sizeof *projects);
    enum hufu_err err = projects == NULL
                            ? HUFU_ERR_INTERNAL
                            : page_projects(worker, query.after.id, query.limit, projects, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_project(&projects[i]));
    const uint8_t *last_id = count > 0 ? projects[count - 1].project_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "projects", list, count, last_id));
}

void admin_project_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "project.show");
    uint8_t project_id[UUID_SIZE];
    struct project project;
    if (!field_read_path_uuid(request, 0, "id", project_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = project_get(worker, &act, project_id, &project);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_project(&project));
}

void admin_project_get_text(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "project.text");
    uint8_t project_id[UUID_SIZE];
    char text[SERVICE_TEXT_MAX];
    if (!field_read_path_uuid(request, 0, "id", project_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = project_get_text(worker, &act, project_id, text);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "text", json_text(text)));
}

/* A field for each rule, by their table. */
static void project_rule_fields(struct field fields[PROJECT_RULES_MAX + 1])
{
    static const enum field_type types[] = {
        [PROJECT_RULE_CHOICE] = FIELD_ENUM,
        [PROJECT_RULE_NUMBER] = FIELD_INT,
        [PROJECT_RULE_FLAG] = FIELD_BOOL,
        [PROJECT_RULE_SET] = FIELD_SET,
    };
    size_t count = 0;
    for (const struct project_rule *rule = project_rule_table; rule->name != NULL; rule++, count++)
        fields[count] = (struct field){
            .name = rule->name,
            .type = types[rule->kind],
            .offset = offsetof(struct project_change, rules) + rule->offset,
            .optional = true,
            .present = offsetof(struct project_change, given) + count * sizeof(bool),
            .min = rule->min,
            .max = rule->max,
            .names = rule->names,
        };
    fields[count] = (struct field){.name = NULL};
}

void admin_project_patch(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "project.set");
    struct field fields[PROJECT_RULES_MAX + 1];
    struct project_change change = {0};
    uint8_t project_id[UUID_SIZE];
    struct project project;
    project_rule_fields(fields);
    if (!field_read_path_uuid(request, 0, "id", project_id) || !field_read_body(request, fields, &change)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = project_set_rules(worker, &act, project_id, &change, &project);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_project(&project));
}
