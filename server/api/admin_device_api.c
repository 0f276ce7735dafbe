/* SPDX-License-Identifier: Apache-2.0 */
/* Devices as an operator sees them. Freezing is the same for operators and for a person's primary device (device_api.c). */
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/device.h"
#include "server/http/field.h"
#include "server/http/reply.h"

static enum hufu_err admin_device_page(struct worker *worker, struct act *act, const struct list_query *query,
                                       struct device_view *devices, size_t *count)
{
    uint8_t id[UUID_SIZE];
    const uint8_t *project_id;
    enum hufu_err err = list_query_project(worker, act, query->project, id, &project_id);
    return err == HUFU_OK
               ? page_devices(worker, project_id, NULL, query->after.id, query->limit, devices, count)
               : err;
}

void admin_device_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.list");
    struct list_query query;
    size_t count;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct device_view *devices = request_alloc(request, query.limit * sizeof *devices);
    enum hufu_err err =
        devices == NULL ? HUFU_ERR_INTERNAL : admin_device_page(worker, &act, &query, devices, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_device_for_operator(&devices[i]));
    const uint8_t *last_id = count > 0 ? devices[count - 1].device.device_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "devices", list, count, last_id));
}

void admin_device_delete(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.remove");
    struct device_removal removal;
    uint8_t device_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", device_id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = device_remove(worker, &act, device_id, NULL, &removal);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_removal(&removal, NULL));
}
