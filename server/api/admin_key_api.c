/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/binding.h"
#include "server/http/field.h"
#include "server/http/reply.h"

static enum hufu_err admin_key_page(struct worker *worker, struct act *act, const struct list_query *query,
                                    struct key_view *keys, size_t *count)
{
    uint8_t id[UUID_SIZE];
    const uint8_t *project_id;
    enum hufu_err err = list_query_project(worker, act, query->project, id, &project_id);
    return err == HUFU_OK ? page_keys(worker, project_id, NULL, query->after.id, query->limit, keys, count)
                          : err;
}

void admin_key_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "key.list");
    struct list_query query;
    size_t count;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct key_view *keys = request_alloc(request, query.limit * sizeof *keys);
    enum hufu_err err = keys == NULL ? HUFU_ERR_INTERNAL : admin_key_page(worker, &act, &query, keys, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_key_for_operator(&keys[i]));
    const uint8_t *last_id = count > 0 ? keys[count - 1].binding_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "keys", list, count, last_id));
}

static void admin_key_change(struct http_request *request, struct worker *worker, const char *action,
                             enum binding_event event)
{
    struct act act = answer_begin(request, action);
    uint8_t key_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", key_id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = binding_change_key(worker, &act, key_id, event);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "key_id", json_uuid(key_id)));
}

void admin_key_freeze(struct http_request *request, struct worker *worker)
{
    admin_key_change(request, worker, "key.freeze", BINDING_FREEZE);
}

void admin_key_unfreeze(struct http_request *request, struct worker *worker)
{
    admin_key_change(request, worker, "key.unfreeze", BINDING_UNFREEZE);
}
