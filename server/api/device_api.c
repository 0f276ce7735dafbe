/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/authentication.h"
#include "server/core/device.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct device_body {
    const char *name;
};

static const struct field device_fields[] = {
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct device_body, name),
     .min = 1,
     .max = DEVICE_TEXT_MAX},
    {.name = NULL},
};

void device_list_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.list");
    struct list_query query;
    size_t count;
    if (!list_query_read(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct device_view *devices = request_alloc(request, query.limit * sizeof *devices);
    enum hufu_err err = devices == NULL ? HUFU_ERR_INTERNAL
                                        : page_devices(worker, NULL, act.principal.account_id, query.after.id,
                                                       query.limit, devices, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_device_in_list(&devices[i], act.principal.device_id));
    const uint8_t *last_id = count > 0 ? devices[count - 1].device.device_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "devices", list, count, last_id));
}

void device_patch(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.rename");
    struct device_body body = {0};
    struct device device;
    uint8_t device_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", device_id) ||
        !field_read_body(request, device_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = device_rename(worker, &act, device_id, body.name, &device);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "device", view_device(&device, act.principal.device_id)));
}

typedef enum hufu_err device_call(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                                  struct device *out);

static void device_step_post(struct http_request *request, struct worker *worker, const char *action,
                             device_call *call)
{
    struct act act = answer_begin(request, action);
    struct device device;
    uint8_t device_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", device_id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = call(worker, &act, device_id, &device);
    const uint8_t *own_id = act.principal.kind == PRINCIPAL_DEVICE ? act.principal.device_id : NULL;
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "device", view_device(&device, own_id)));
}

static enum hufu_err freeze(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            struct device *out)
{
    return device_change(worker, act, device_id, DEVICE_FREEZE, out);
}

static enum hufu_err unfreeze(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                              struct device *out)
{
    return device_change(worker, act, device_id, DEVICE_UNFREEZE, out);
}

void device_freeze(struct http_request *request, struct worker *worker)
{
    device_step_post(request, worker, "device.freeze", freeze);
}

void device_unfreeze(struct http_request *request, struct worker *worker)
{
    device_step_post(request, worker, "device.unfreeze", unfreeze);
}

/* data NULL: none was given. */
struct device_confirmation {
    struct bytes token;
};

#define DEVICE_TOKEN(may_be_left_out)                                                         \
    {                                                                                         \
        .name = "authentication", .type = FIELD_BYTES,                                        \
        .offset = offsetof(struct device_confirmation, token), .optional = (may_be_left_out), \
        .min = AUTHENTICATION_TOKEN_SIZE, .max = AUTHENTICATION_TOKEN_SIZE                    \
    }
static const struct field device_token_field[] = {DEVICE_TOKEN(false), {.name = NULL}};
static const struct field device_optional_token_field[] = {DEVICE_TOKEN(true), {.name = NULL}};

/* A body that may hold an authentication; an empty one does not. */
static bool device_read_confirmation(struct http_request *request, struct device_confirmation *out)
{
    return request->body_len == 0 ? field_read_body(request, field_none, NULL)
                                  : field_read_body(request, device_optional_token_field, out);
}

void device_post_unlock(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.unlock");
    struct device_confirmation body = {.token = {NULL, 0}};
    struct device device;
    uint8_t device_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", device_id) || !device_read_confirmation(request, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = device_unlock(worker, &act, device_id, body.token.data, &device);
    const uint8_t *own_id = act.principal.kind == PRINCIPAL_DEVICE ? act.principal.device_id : NULL;
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "device", view_device(&device, own_id)));
}

struct device_promotion_body {
    struct bytes token;
    bool has_lost;
    uint8_t lost_id[UUID_SIZE];
};

static const struct field device_promotion_fields[] = {
    {.name = "authentication",
     .type = FIELD_BYTES,
     .offset = offsetof(struct device_promotion_body, token),
     .min = AUTHENTICATION_TOKEN_SIZE,
     .max = AUTHENTICATION_TOKEN_SIZE},
    {.name = "lost",
     .type = FIELD_UUID,
     .offset = offsetof(struct device_promotion_body, lost_id),
     .optional = true,
     .present = offsetof(struct device_promotion_body, has_lost)},
    {.name = NULL},
};

void device_post_promote(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.promote");
    struct device_promotion_body body = {.has_lost = false};
    struct device_promotion promotion;
    uint8_t device_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", device_id) ||
        !field_read_body(request, device_promotion_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = device_promote(worker, &act, device_id, body.has_lost ? body.lost_id : NULL,
                                       body.token.data, &promotion);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_promotion(&promotion, act.principal.device_id));
}

void device_post_remove(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.remove");
    struct device_confirmation body = {.token = {NULL, 0}};
    struct device_removal removal;
    uint8_t device_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", device_id) ||
        !field_read_body(request, device_token_field, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = device_remove(worker, &act, device_id, body.token.data, &removal);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_removal(&removal, act.principal.device_id));
}

void device_post_remove_secondaries(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "device.remove");
    struct device_confirmation body = {.token = {NULL, 0}};
    if (!field_read_body(request, device_token_field, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct device_removals *removals = request_alloc(request, sizeof *removals);
    enum hufu_err err = removals == NULL ? HUFU_ERR_INTERNAL
                                         : device_remove_secondaries(worker, &act, body.token.data, removals);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, view_removals(removals));
}
