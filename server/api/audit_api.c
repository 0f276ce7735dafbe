/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail for operators: the newest events, or those that came since. */
#include <string.h>

#include "server/api/outcome.h"
#include "server/api/tables.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"
#include "server/http/request.h"
#include "server/store/audit_store.h"
#include "server/worker.h"

#define POSITION_SIZE (8 + UUID_SIZE) /* time in µs, event id */
#define AUDIT_LIMIT_DEFAULT 20

struct audit_in {
    struct bytes after;
    int64_t limit;
    const char *project;
};

static const struct field audit_fields[] = {
    {.name = "after",
     .type = FIELD_BYTES,
     .offset = offsetof(struct audit_in, after),
     .optional = true,
     .min = POSITION_SIZE,
     .max = POSITION_SIZE},
    {.name = "limit",
     .type = FIELD_INT,
     .offset = offsetof(struct audit_in, limit),
     .optional = true,
     .min = 1,
     .max = AUDIT_PAGE_MAX},
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct audit_in, project),
     .optional = true,
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = NULL},
};

static int set_uuid(json_t *object, const char *name, bool there, const uint8_t id[UUID_SIZE])
{
    return there ? json_object_set_new(object, name, json_uuid(id)) : 0;
}

static json_t *event_json(const struct audit_event *event)
{
    json_t *object = json_pack("{so, so, so, so, so}", "id", json_uuid(event->event_id), "time",
                               json_time(event->at_ms), "actor", json_text(event->actor), "action",
                               json_text(event->action), "outcome", json_text(event->outcome));
    int failed = set_uuid(object, "account_id", event->has_account, event->account_id) |
                 set_uuid(object, "device_id", event->has_device, event->device_id) |
                 set_uuid(object, "key_id", event->has_key, event->key_id) |
                 set_uuid(object, "binding_id", event->has_binding, event->binding_id) |
                 set_uuid(object, "request_id", event->has_request, event->request_id);
    if (event->has_count)
        failed |= json_object_set_new(object, "count", json_integer(event->count));
    if (event->detail[0])
        failed |= json_object_set_new(object, "detail", json_text(event->detail));
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *position_json(int64_t at_us, const uint8_t event_id[UUID_SIZE])
{
    uint8_t memory[POSITION_SIZE];
    struct buf position;
    buf_init(&position, memory, sizeof memory);
    buf_put_u64(&position, (uint64_t)at_us);
    buf_put(&position, event_id, UUID_SIZE);
    return json_bytes(buf_bytes(&position));
}

static void set_position(struct audit_query *query, struct bytes after)
{
    query->newest_first = after.len == 0;
    query->after_us = INT64_MAX;
    if (after.len == 0)
        return;
    struct cursor c;
    cursor_init(&c, after);
    query->after_us = (int64_t)cursor_u64(&c);
    cursor_copy(&c, query->after_id, sizeof query->after_id);
}

/* Oldest first, whichever way they were read, and where the next page goes on. */
static void reply_events(struct http_request *request, const struct audit_query *query,
                         const struct audit_event *events, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, event_json(&events[query->newest_first ? count - 1 - i : i]));
    const struct audit_event *last = count ? &events[query->newest_first ? 0 : count - 1] : NULL;
    int64_t at_us = last ? last->at_us : query->newest_first ? 0 : query->after_us;
    reply_json(request, 200,
               json_pack("{so, so}", "events", list, "next_after",
                         position_json(at_us, last ? last->event_id : query->after_id)));
}

static void get_events(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "audit.list");
    struct audit_in in = {.limit = AUDIT_LIMIT_DEFAULT};
    struct audit_query query = {0};
    struct project project;
    size_t count = 0;
    if (!field_read_query(request, audit_fields, &in)) {
        outcome_refused_form(request, worker, &act);
        return;
    }
    query.limit = (size_t)in.limit;
    set_position(&query, in.after);
    enum hufu_err err = in.project ? project_find(worker, &act, in.project, &project) : HUFU_OK;
    query.project_id = in.project ? project.project_id : NULL;
    struct audit_event *events = request_alloc(request, query.limit * sizeof *events);
    if (!err)
        err = events ? audit_list(worker->store, &query, events, &count) : HUFU_ERR_INTERNAL;
    if (err)
        outcome_refuse(request, worker, &act, err);
    else
        reply_events(request, &query, events, count);
}

const struct http_route audit_admin_routes[] = {
    {"GET", "/admin/v1/audit-events", ROUTE_OPERATOR, ROUTE_WORKER, get_events},
    {.method = NULL},
};
