/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/session.h"

#include <stddef.h>
#include <string.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/sign_in.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct sign_in_body {
    struct bytes authentication, device_key, proof;
    int64_t time_ms;
    const char *application, *device_name, *device_model;
};

#define SIGN_IN_BYTES(member, size)                                                            \
    {                                                                                          \
        .name = #member, .type = FIELD_BYTES, .offset = offsetof(struct sign_in_body, member), \
        .min = (size), .max = (size)                                                           \
    }
#define SIGN_IN_COMMON_FIELDS                                                                            \
    SIGN_IN_BYTES(authentication, SIGN_IN_TOKEN_SIZE), SIGN_IN_BYTES(device_key, FRAME_DEVICE_KEY_SIZE), \
        SIGN_IN_BYTES(proof, FRAME_SIGNATURE_SIZE),                                                      \
        {.name = "time",                                                                                 \
         .type = FIELD_INT,                                                                              \
         .offset = offsetof(struct sign_in_body, time_ms),                                               \
         .min = 0,                                                                                       \
         .max = INT64_C(9007199254740991)},                                                              \
    {                                                                                                    \
        .name = "application", .type = FIELD_TEXT, .offset = offsetof(struct sign_in_body, application), \
        .optional = true, .min = 1, .max = SESSION_APPLICATION_MAX                                       \
    }
static const struct field sign_in_fields[] = {SIGN_IN_COMMON_FIELDS, {.name = NULL}};
static const struct field device_bind_fields[] = {
    SIGN_IN_COMMON_FIELDS,
    {.name = "device_name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct sign_in_body, device_name),
     .optional = true,
     .max = DEVICE_TEXT_MAX},
    {.name = "device_model",
     .type = FIELD_TEXT,
     .offset = offsetof(struct sign_in_body, device_model),
     .optional = true,
     .max = DEVICE_TEXT_MAX},
    {.name = NULL},
};

void session_list_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "session.list");
    const struct principal *who = &act.principal;
    struct list_query query;
    size_t count;
    if (!list_query_read(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct session_view *sessions = request_alloc(request, query.limit * sizeof *sessions);
    enum hufu_err err = sessions == NULL ? HUFU_ERR_INTERNAL
                                         : page_sessions(worker, who->project_id, who->account_id,
                                                         query.after.id, query.limit, sessions, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_session(&sessions[i], who->session_id));
    const uint8_t *last_id = count > 0 ? sessions[count - 1].session_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "sessions", list, count, last_id));
}

/* The session that the path names; "current" is the one that asks. */
static bool session_read_id(struct http_request *request, uint8_t session_id[UUID_SIZE])
{
    static const char current[] = "current";
    const struct route_parameter *parameter = &request->match.parameters[0];
    if (parameter->len != sizeof current - 1 || memcmp(parameter->text, current, parameter->len) != 0)
        return field_read_path_uuid(request, 0, "id", session_id);
    memcpy(session_id, request->principal.session_id, UUID_SIZE);
    return true;
}

void session_delete(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "session.end");
    uint8_t session_id[UUID_SIZE];
    if (!session_read_id(request, session_id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = session_sign_out(worker, &act, session_id);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{si}", "ended", 1));
}

void session_delete_all(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "session.end-all");
    uint64_t ended;
    if (!field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = session_sign_out_all(worker, &act, &ended);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{sI}", "ended", (json_int_t)ended));
}

/* A session of a device: of one that is bound, or of one that this binds. */
static void sign_in_post(struct http_request *request, struct worker *worker, const char *action, bool bind)
{
    struct act act = answer_begin(request, action);
    struct sign_in_body body = {0};
    if (!field_read_body(request, bind ? device_bind_fields : sign_in_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    const struct sign_in in = {
        .authentication = body.authentication.data,
        .device_key = body.device_key.data,
        .proof = body.proof.data,
        .time_ms = (uint64_t)body.time_ms,
        .application = body.application,
        .bind = bind,
        .device_name = body.device_name,
        .device_model = body.device_model,
    };
    struct activation_out out ACTIVATION_OUT_WIPED;
    enum hufu_err err = sign_in_run(worker, &act, &in, &out);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, view_activation(&out));
}

void session_post(struct http_request *request, struct worker *worker)
{
    sign_in_post(request, worker, "session.open", false);
}

void device_post(struct http_request *request, struct worker *worker)
{
    sign_in_post(request, worker, "device.bind", true);
}
