/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/key.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct key_body {
    int algorithm, usage;
};

static const char *const key_algorithms[] = {"sm2", NULL};

static const struct field key_fields[] = {
    {.name = "algorithm",
     .type = FIELD_ENUM,
     .offset = offsetof(struct key_body, algorithm),
     .names = key_algorithms},
    {.name = "usage",
     .type = FIELD_ENUM,
     .offset = offsetof(struct key_body, usage),
     .names = key_usage_names},
    {.name = NULL},
};

void key_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "key.create");
    struct key_body body = {0};
    uint8_t key_id[UUID_SIZE], binding_id[UUID_SIZE];
    if (!field_read_body(request, key_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = key_create(worker, &act, (enum key_usage)body.usage, key_id, binding_id);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201,
                   json_pack("{so, so}", "key_id", json_uuid(key_id), "binding_id", json_uuid(binding_id)));
}

void key_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "key.read");
    uint8_t key_id[UUID_SIZE];
    struct key_view key;
    if (!field_read_path_uuid(request, 0, "id", key_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = key_view(worker, &act, key_id, &key);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_key(&key));
}

void key_list_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "key.list");
    struct list_query query;
    size_t count;
    if (!list_query_read(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct key_view *keys = request_alloc(request, query.limit * sizeof *keys);
    enum hufu_err err = keys == NULL ? HUFU_ERR_INTERNAL
                                     : page_keys(worker, NULL, act.principal.device_id, query.after.id,
                                                 query.limit, keys, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_key(&keys[i]));
    reply_json(request, 200,
               list_query_answer(&query, "keys", list, count, count > 0 ? keys[count - 1].binding_id : NULL));
}
