/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/session.h"
#include "server/http/field.h"
#include "server/http/reply.h"

static enum hufu_err admin_session_page(struct worker *worker, struct act *act,
                                        const struct list_query *query, struct session_view *sessions,
                                        size_t *count)
{
    uint8_t id[UUID_SIZE];
    const uint8_t *project_id;
    enum hufu_err err = list_query_project(worker, act, query->project, id, &project_id);
    return err == HUFU_OK
               ? page_sessions(worker, project_id, NULL, query->after.id, query->limit, sessions, count)
               : err;
}

void admin_session_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "session.list");
    struct list_query query;
    size_t count;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct session_view *sessions = request_alloc(request, query.limit * sizeof *sessions);
    enum hufu_err err =
        sessions == NULL ? HUFU_ERR_INTERNAL : admin_session_page(worker, &act, &query, sessions, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_session_for_operator(&sessions[i]));
    const uint8_t *last_id = count > 0 ? sessions[count - 1].session_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "sessions", list, count, last_id));
}

void admin_session_end(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "session.end");
    uint8_t session_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", session_id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = session_end(worker, &act, session_id);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{si}", "ended", 1));
}
