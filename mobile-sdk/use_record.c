/* SPDX-License-Identifier: Apache-2.0 */
/* What the account's devices attempted, and authorized users with its keys. */
#include <stdio.h>
#include <string.h>

#include "mobile-sdk/rest.h"

#define PAGE_MAX 200
#define DATE_LEN 10

static void read_record(struct json_reader *reader, struct hufu_use_record *record)
{
    char result[16];
    *record = (struct hufu_use_record){.refused = false};
    json_read_time(reader, "time", &record->time_ms);
    json_read_text(reader, "operation", record->operation, sizeof(record->operation));
    json_read_text(reader, "result", result, sizeof(result));
    record->refused = strcmp(result, "ok") != 0;
    if (record->refused)
        json_read_text(reader, "reason", record->reason, sizeof(record->reason));
    if (json_has(reader, "person")) {
        json_read_text(reader, "person.name", record->person_name, sizeof(record->person_name));
        json_read_text(reader, "person.work_number", record->work_number, sizeof(record->work_number));
    }
    record->has_device = json_has(reader, "device");
    if (record->has_device)
        json_read_id(reader, "device.id", &record->device);
    if (json_has(reader, "device.name"))
        json_read_text(reader, "device.name", record->device_name, sizeof(record->device_name));
    if (json_has(reader, "application"))
        json_read_text(reader, "application", record->application, sizeof(record->application));
}

static enum hufu_result read_page(const struct json_t *json, struct hufu_use_query *query,
                                  struct hufu_use_record *records, size_t cap, size_t *count)
{
    struct json_reader reader = json_reader_of(json);
    size_t there = json_count(&reader, "records");
    char cursor[HUFU_CURSOR_MAX + 1];
    if (there > cap || rest_next_page(&reader, there, cursor))
        return HUFU_RESULT_FAULT;
    for (size_t i = 0; i < there; i++) {
        struct json_reader element = json_element(&reader, "records", i);
        read_record(&element, &records[i]);
        if (json_finish(&element))
            return HUFU_RESULT_FAULT;
    }
    memcpy(query->cursor, cursor, sizeof(cursor));
    *count = there;
    return HUFU_RESULT_OK;
}

/* Digits and hyphens alone, so that it can stand in an address. */
static bool is_date(const char *text)
{
    return !text || (strlen(text) == DATE_LEN && strspn(text, "0123456789-") == DATE_LEN);
}

static bool add_parameter(char path[REST_PATH_MAX], const char *name, const char *value)
{
    size_t len = strlen(path);
    if (!value || !value[0])
        return true;
    int more = snprintf(path + len, REST_PATH_MAX - len, "&%s=%s", name, value);
    return more > 0 && (size_t)more < REST_PATH_MAX - len;
}

enum hufu_result hufu_use_records(struct hufu *hufu, struct hufu_use_query *query,
                                  struct hufu_use_record *records, size_t cap, size_t *count)
{
    char path[REST_PATH_MAX];
    *count = 0;
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    (void)snprintf(path, sizeof(path), "/v1/use-records?limit=%zu", cap < PAGE_MAX ? cap : PAGE_MAX);
    if (cap == 0 || !is_date(query->from) || !is_date(query->to) ||
        !add_parameter(path, "from", query->from) || !add_parameter(path, "to", query->to) ||
        !add_parameter(path, "cursor", query->cursor))
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_page(answer.json, query, records, cap, count);
    return report_end(hufu, result);
}
