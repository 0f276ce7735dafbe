/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/cursor.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"

#define AUDIT_LIMIT_DEFAULT 50

struct audit_event_query {
    const char *project, *cursor, *after;
    int64_t limit;
};

#define AUDIT_LIMIT_FIELD                                                                        \
    {                                                                                            \
        .name = "limit", .type = FIELD_INT, .offset = offsetof(struct audit_event_query, limit), \
        .optional = true, .min = 1, .max = PAGE_AUDIT_MAX                                        \
    }

static const struct field audit_event_fields[] = {
    {.name = "cursor",
     .type = FIELD_TEXT,
     .offset = offsetof(struct audit_event_query, cursor),
     .optional = true,
     .max = CURSOR_TEXT_MAX},
    AUDIT_LIMIT_FIELD,
    {.name = NULL},
};

static const struct field admin_audit_event_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct audit_event_query, project),
     .optional = true,
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "after",
     .type = FIELD_TEXT,
     .offset = offsetof(struct audit_event_query, after),
     .optional = true,
     .max = CURSOR_TEXT_MAX},
    AUDIT_LIMIT_FIELD,
    {.name = NULL},
};

static struct cursor_place audit_place(const struct audit_event *event)
{
    struct cursor_place place = {.us = event->at_us};
    memcpy(place.id, event->event_id, UUID_SIZE);
    return place;
}

/* A device looks back from now: the newest first; the cursor leads further back. */
void audit_event_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "audit.read");
    struct audit_event_query query = {.limit = AUDIT_LIMIT_DEFAULT};
    struct cursor_place before;
    size_t count;
    if (!field_read_query(request, audit_event_fields, &query) ||
        !cursor_read(request, "cursor", query.cursor, &before)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct audit_query list = {.project_id = act.principal.project_id,
                               .account_id = act.principal.account_id,
                               .newest_first = true,
                               .after_us = query.cursor != NULL ? before.us : INT64_MAX,
                               .limit = (size_t)query.limit};
    memcpy(list.after_id, before.id, UUID_SIZE);
    struct audit_event *events = request_alloc(request, list.limit * sizeof *events);
    enum hufu_err err = events == NULL ? HUFU_ERR_INTERNAL : page_audit_events(worker, &list, events, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, view_audit_event(&events[i]));
    json_t *body = json_pack("{so}", "events", array);
    if (count == list.limit) {
        struct cursor_place last = audit_place(&events[count - 1]);
        json_object_set_new(body, "next_cursor", cursor_json(&last));
    }
    reply_json(request, 200, body);
}

/* An operator's tail: without "after" the newest events, with it what came since; the oldest of them first either way, and
 * always with where to go on. */
static json_t *admin_audit_json(const struct audit_query *query, const struct cursor_place *after,
                                const struct audit_event *events, size_t count)
{
    struct cursor_place next = *after;
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct audit_event *event = &events[query->newest_first ? count - 1 - i : i];
        json_array_append_new(array, view_audit_event_for_operator(event));
        next = audit_place(event);
    }
    return json_pack("{so, so}", "events", array, "next_after", cursor_json(&next));
}

static enum hufu_err admin_audit_read(struct worker *worker, struct act *act,
                                      const struct audit_event_query *in, struct audit_query *query,
                                      struct audit_event *events, size_t *count)
{
    uint8_t id[UUID_SIZE];
    enum hufu_err err = list_query_project(worker, act, in->project, id, &query->project_id);
    return err == HUFU_OK ? page_audit_events(worker, query, events, count) : err;
}

void admin_audit_event_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "audit.read");
    struct audit_event_query in = {.limit = AUDIT_LIMIT_DEFAULT};
    struct cursor_place after;
    size_t count;
    if (!field_read_query(request, admin_audit_event_fields, &in) ||
        !cursor_read(request, "after", in.after, &after)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct audit_query query = {.newest_first = in.after == NULL,
                                .after_us = in.after != NULL ? after.us : INT64_MAX,
                                .limit = (size_t)in.limit};
    memcpy(query.after_id, after.id, UUID_SIZE);
    struct audit_event *events = request_alloc(request, query.limit * sizeof *events);
    enum hufu_err err =
        events == NULL ? HUFU_ERR_INTERNAL : admin_audit_read(worker, &act, &in, &query, events, &count);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, admin_audit_json(&query, &after, events, count));
}
