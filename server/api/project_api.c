/* SPDX-License-Identifier: Apache-2.0 */
/* What anybody may know of a project before signing in to it. */
#include "server/core/project.h"

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/organization.h"
#include "server/http/field.h"
#include "server/http/reply.h"

static json_t *project_methods_json(const struct project_rules *rules)
{
    return json_pack("{so, so, so, so}", "bind-device", view_combinations(rules->methods_bind_device, 0),
                     "sign-in", view_combinations(rules->methods_sign_in, 0), "confirm",
                     view_combinations(rules->methods_confirm, 0), "recover",
                     view_combinations(rules->methods_recover, 0));
}

void project_public_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "project.read");
    uint8_t project_id[UUID_SIZE];
    struct project project;
    if (!field_read_path_uuid(request, 0, "id", project_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = project_get(worker, &act, project_id, &project);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    reply_json(request, 200,
               json_pack("{so, so, so, sI, sI, sI, sb, sb}", "id", json_uuid(project.project_id), "name",
                         json_text(project.name), "methods", project_methods_json(&project.rules),
                         "hold_seconds", (json_int_t)project.rules.hold_seconds, "captcha_bits",
                         (json_int_t)project.rules.captcha_bits, "remember_days",
                         (json_int_t)project.rules.remember_days, "account_requests",
                         project.rules.signup != PROJECT_SIGNUP_OFF, "organization_list",
                         project.rules.organization_list));
}

void project_public_list_organizations(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "organization.list");
    uint8_t project_id[UUID_SIZE];
    struct list_query query;
    size_t count;
    if (!field_read_path_uuid(request, 0, "id", project_id) || !list_query_read(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct organization *organizations = request_alloc(request, query.limit * sizeof *organizations);
    enum hufu_err err = organizations == NULL
                            ? HUFU_ERR_INTERNAL
                            : organization_list_public(worker, &act, project_id, query.after.id, query.limit,
                                                       organizations, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{so, so}", "id", json_uuid(organizations[i].organization_id),
                                              "name", json_text(organizations[i].name)));
    const uint8_t *last_id = count > 0 ? organizations[count - 1].organization_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "organizations", list, count, last_id));
}
