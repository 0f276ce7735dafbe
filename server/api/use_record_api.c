/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/cursor.h"
#include "server/core/use_record.h"
#include "server/http/field.h"
#include "server/http/reply.h"

#define USE_LIMIT_DEFAULT 50
#define USE_DATE_LENGTH (USE_DATE_SIZE - 1)

struct use_record_query {
    const char *from, *to, *cursor;
    int64_t limit;
};

static const struct field use_record_fields[] = {
    {.name = "from",
     .type = FIELD_TEXT,
     .offset = offsetof(struct use_record_query, from),
     .optional = true,
     .min = USE_DATE_LENGTH,
     .max = USE_DATE_LENGTH},
    {.name = "to",
     .type = FIELD_TEXT,
     .offset = offsetof(struct use_record_query, to),
     .optional = true,
     .min = USE_DATE_LENGTH,
     .max = USE_DATE_LENGTH},
    {.name = "cursor",
     .type = FIELD_TEXT,
     .offset = offsetof(struct use_record_query, cursor),
     .optional = true,
     .max = CURSOR_TEXT_MAX},
    {.name = "limit",
     .type = FIELD_INT,
     .offset = offsetof(struct use_record_query, limit),
     .optional = true,
     .min = 1,
     .max = USE_RECORD_PAGE_MAX},
    {.name = NULL},
};

static json_t *use_record_device(const struct use_record *record)
{
    json_t *device = json_pack("{so}", "id", json_uuid(record->device_id));
    if (device != NULL && record->device_name[0] != '\0')
        json_object_set_new(device, "name", json_text(record->device_name));
    return device;
}

static json_t *use_record_json(const struct use_record *record)
{
    bool done = strcmp(record->outcome, "ok") == 0;
    json_t *view =
        json_pack("{so, so, so, ss}", "id", json_uuid(record->event_id), "time", json_time(record->at_ms),
                  "operation", json_text(record->operation), "result", done ? "ok" : "refused");
    if (view == NULL)
        return NULL;
    if (!done)
        json_object_set_new(view, "reason", json_text(record->outcome));
    if (record->person_name[0] != '\0')
        json_object_set_new(view, "person",
                            json_pack("{so, so}", "name", json_text(record->person_name), "work_number",
                                      json_text(record->work_number)));
    else if (record->has_device)
        json_object_set_new(view, "device", use_record_device(record));
    if (record->application[0] != '\0')
        json_object_set_new(view, "application", json_text(record->application));
    if (record->has_key)
        json_object_set_new(view, "key_id", json_uuid(record->key_id));
    if (record->has_count)
        json_object_set_new(view, "count", json_integer(record->count));
    return view;
}

static json_t *use_record_answer(const struct use_record *records, size_t count, size_t limit,
                                 const struct use_period *period)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, use_record_json(&records[i]));
    json_t *answer = json_pack("{so, so, so}", "from", json_text(period->from), "to", json_text(period->to),
                               "records", list);
    if (answer != NULL && count == limit) {
        struct cursor_place last = {.us = records[count - 1].at_us};
        memcpy(last.id, records[count - 1].event_id, UUID_SIZE);
        json_object_set_new(answer, "next_cursor", cursor_json(&last));
    }
    return answer;
}

void use_record_list_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "use-record.read");
    struct use_record_query query = {.limit = USE_LIMIT_DEFAULT};
    struct cursor_place before;
    struct use_period period;
    size_t count;
    if (!field_read_query(request, use_record_fields, &query) ||
        !cursor_read(request, "cursor", query.cursor, &before)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct use_record_in in = {.from = query.from,
                               .to = query.to,
                               .has_before = query.cursor != NULL,
                               .before_us = before.us,
                               .limit = (size_t)query.limit};
    memcpy(in.before_id, before.id, UUID_SIZE);
    struct use_record *records = request_alloc(request, in.limit * sizeof *records);
    enum hufu_err err =
        records == NULL ? HUFU_ERR_INTERNAL : use_record_page(worker, &act, &in, records, &count, &period);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, use_record_answer(records, count, in.limit, &period));
}
