/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/notice.h"
#include "server/core/page.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct notice_body {
    const char *project, *to;
    int kind;
};

static const struct field notice_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct notice_body, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "kind",
     .type = FIELD_ENUM,
     .offset = offsetof(struct notice_body, kind),
     .names = notice_kind_names},
    {.name = "to",
     .type = FIELD_TEXT,
     .offset = offsetof(struct notice_body, to),
     .min = 1,
     .max = NOTICE_TO_MAX},
    {.name = NULL},
};

void admin_notice_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "notice.try");
    struct notice_body body = {0};
    struct notice_row notice;
    if (!field_read_body(request, notice_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    const struct notice_trial trial = {
        .project = body.project, .kind = (enum notice_kind)body.kind, .to = body.to};
    enum hufu_err err = notice_try(worker, &act, &trial, &notice);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, json_pack("{so}", "notice", view_notice(&notice)));
}

void admin_notice_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "notice.show");
    uint8_t notice_id[UUID_SIZE];
    struct notice_row notice;
    if (!field_read_path_uuid(request, 0, "id", notice_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = notice_find(worker, &act, notice_id, &notice);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "notice", view_notice(&notice)));
}

static enum hufu_err notice_page(struct worker *worker, struct act *act, const struct list_query *query,
                                 struct notice_row *notices, size_t *count)
{
    uint8_t id[UUID_SIZE];
    const uint8_t *project_id;
    enum hufu_err err = list_query_project(worker, act, query->project, id, &project_id);
    return err == HUFU_OK ? page_notices(worker, project_id, query->after.id, query->limit, notices, count)
                          : err;
}

void admin_notice_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "notice.list");
    struct list_query query;
    size_t count;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct notice_row *notices = request_alloc(request, query.limit * sizeof *notices);
    enum hufu_err err =
        notices == NULL ? HUFU_ERR_INTERNAL : notice_page(worker, &act, &query, notices, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_notice(&notices[i]));
    const uint8_t *last_id = count > 0 ? notices[count - 1].notice_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "notices", list, count, last_id));
}
