/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of authorizations. */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/authorization_view.h"
#include "server/api/list_query.h"
#include "server/core/page.h"
#include "server/http/field.h"
#include "server/http/reply.h"

/* The page that was read, or why not. */
static void authorization_list_reply(struct http_request *request, struct worker *worker, struct act *act,
                                     enum hufu_err err, const struct list_query *query,
                                     struct authorization *page, size_t count)
{
    if (err != HUFU_OK) {
        answer_refused(request, worker, act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_authorization(worker, act, &page[i]));
    const uint8_t *last_id = count > 0 ? page[count - 1].authorization_id : NULL;
    reply_json(request, 200, list_query_answer(query, "authorizations", list, count, last_id));
}

void authorization_list_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authorization.list");
    struct list_query query;
    size_t count = 0;
    int as;
    if (!list_query_read_as(request, authorization_party_names, &as, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct authorization *page = request_alloc(request, query.limit * sizeof *page);
    enum hufu_err err = page == NULL ? HUFU_ERR_INTERNAL
                                     : page_authorizations(worker, NULL, act.principal.account_id,
                                                           (enum authorization_party)as, query.after.id,
                                                           query.limit, page, &count);
    authorization_list_reply(request, worker, &act, err, &query, page, count);
}

void admin_authorization_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authorization.list");
    struct list_query query;
    size_t count = 0;
    uint8_t id[UUID_SIZE];
    const uint8_t *project_id;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct authorization *page = request_alloc(request, query.limit * sizeof *page);
    enum hufu_err err =
        page == NULL ? HUFU_ERR_INTERNAL : list_query_project(worker, &act, query.project, id, &project_id);
    if (err == HUFU_OK)
        err = page_authorizations(worker, project_id, NULL, PARTY_COUNT, query.after.id, query.limit, page,
                                  &count);
    authorization_list_reply(request, worker, &act, err, &query, page, count);
}
