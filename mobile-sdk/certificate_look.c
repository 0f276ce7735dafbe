/* SPDX-License-Identifier: Apache-2.0 */
/* A key's certificate as the service shows it. */
#include "mobile-sdk/rest.h"

static void read_part(struct json_reader *reader, struct hufu_subject_part *part)
{
    json_read_text(reader, "name", part->name, sizeof(part->name));
    json_read_text(reader, "value", part->value, sizeof(part->value));
    json_read_bool(reader, "personal", &part->personal);
}

static enum hufu_result read_view(struct hufu_certificate_view *view, const struct json_t *json)
{
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "ca", view->ca, sizeof(view->ca));
    json_read_text(&reader, "serial", view->serial, sizeof(view->serial));
    json_read_time(&reader, "not_before", &view->from_ms);
    json_read_time(&reader, "not_after", &view->until_ms);
    json_read_bool(&reader, "masked", &view->masked);
    view->count = json_count(&reader, "subject");
    bool whole = !json_finish(&reader) && view->count <= HUFU_SUBJECT_PARTS_MAX;
    for (size_t i = 0; whole && i < view->count; i++) {
        struct json_reader element = json_element(&reader, "subject", i);
        read_part(&element, &view->parts[i]);
        whole = !json_finish(&element);
    }
    return whole ? HUFU_RESULT_OK : HUFU_RESULT_FAULT;
}

enum hufu_result hufu_certificate_view(struct hufu *hufu, const struct hufu_id *key,
                                       struct hufu_certificate_view *view)
{
    *view = (struct hufu_certificate_view){.masked = false};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    char path[REST_PATH_MAX];
    rest_key_path(path, key, "/certificate/view");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_view(view, answer.json);
    if (result)
        *view = (struct hufu_certificate_view){.masked = false};
    return report_end(hufu, result);
}
