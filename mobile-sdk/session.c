/* SPDX-License-Identifier: Apache-2.0 */
/* Where the account is signed in, and signing out. */
#include <stdio.h>

#include "mobile-sdk/rest.h"

#define PAGE 100

static void read_session(struct json_reader *reader, struct hufu_session *session)
{
    *session = (struct hufu_session){.current = false};
    json_read_id(reader, "id", &session->id);
    json_read_text(reader, "application", session->application, sizeof(session->application));
    json_read_id(reader, "device.id", &session->device);
    if (json_has(reader, "device.name"))
        json_read_text(reader, "device.name", session->device_name, sizeof(session->device_name));
    if (json_has(reader, "device.model"))
        json_read_text(reader, "device.model", session->device_model, sizeof(session->device_model));
    json_read_time(reader, "created_at", &session->since_ms);
    json_read_time(reader, "expires_at", &session->until_ms);
    if (json_has(reader, "last_used_at"))
        json_read_time(reader, "last_used_at", &session->last_used_ms);
    json_read_bool(reader, "current", &session->current);
}

/* One page; cursor: where it begins, and then where the next one does (empty: there is none). */
static enum hufu_result read_page(struct hufu *hufu, char cursor[HUFU_CURSOR_MAX + 1],
                                  struct hufu_session *sessions, size_t cap, size_t *count)
{
    char path[REST_PATH_MAX];
    (void)snprintf(path, sizeof(path), "/v1/sessions?limit=%d%s%s", PAGE, cursor[0] ? "&cursor=" : "",
                   cursor);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    size_t there = json_count(&reader, "sessions");
    bool whole = !rest_next_page(&reader, there, cursor);
    if (whole && *count + there > cap)
        return HUFU_RESULT_LIMIT;
    for (size_t i = 0; whole && i < there; i++) {
        struct json_reader element = json_element(&reader, "sessions", i);
        read_session(&element, &sessions[(*count)++]);
        whole = !json_finish(&element);
    }
    return whole ? HUFU_RESULT_OK : HUFU_RESULT_FAULT;
}

enum hufu_result hufu_sessions(struct hufu *hufu, struct hufu_session *sessions, size_t cap, size_t *count)
{
    char cursor[HUFU_CURSOR_MAX + 1] = "";
    *count = 0;
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    enum hufu_result result;
    do
        result = read_page(hufu, cursor, sessions, cap, count);
    while (!result && cursor[0]);
    if (result)
        *count = 0;
    return report_end(hufu, result);
}

static enum hufu_result end_at(struct hufu *hufu, const char *path)
{
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "DELETE", .path = path};
    return report_end(hufu, rest_call(hufu, &request, &answer));
}

enum hufu_result hufu_session_end(struct hufu *hufu, const struct hufu_id *session)
{
    char path[REST_PATH_MAX], id[HUFU_ID_TEXT_SIZE] = "current";
    if (session)
        hufu_id_format(id, session);
    (void)snprintf(path, sizeof(path), "/v1/sessions/%s", id);
    return end_at(hufu, path);
}

enum hufu_result hufu_session_end_all(struct hufu *hufu)
{
    return end_at(hufu, "/v1/sessions");
}
