/* SPDX-License-Identifier: Apache-2.0 */
/* The account's devices, as the service has them. */
#include <stdio.h>
#include <string.h>

#include "common/encoding.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"

#define DEVICE_NAME_MAX 100
#define DEVICE_REQUEST_MAX 1024 /* a name of control characters alone would be six times as long */

static void read_optional_text(struct json_reader *reader, const char *path, char *text, size_t size)
{
    if (json_has(reader, path))
        json_read_text(reader, path, text, size);
}

static enum hufu_err read_device(struct hufu_device *device, struct json_reader *reader)
{
    *device = (struct hufu_device){.is_this = false};
    json_read_id(reader, "id", &device->id);
    json_read_text(reader, "role", device->role, sizeof(device->role));
    json_read_text(reader, "state", device->state, sizeof(device->state));
    read_optional_text(reader, "name", device->name, sizeof(device->name));
    read_optional_text(reader, "model", device->model, sizeof(device->model));
    json_read_bool(reader, "this", &device->is_this);
    json_read_time(reader, "created_at", &device->created_ms);
    if (json_has(reader, "last_use_at"))
        json_read_time(reader, "last_use_at", &device->last_use_ms);
    json_read_u32(reader, "pin.failures", &device->pin_failures);
    json_read_u32(reader, "pin.limit", &device->pin_limit);
    json_read_u32(reader, "pin.tries_left", &device->pin_tries_left);
    json_read_bool(reader, "pin.locked", &device->pin_locked);
    return json_finish(reader);
}

enum hufu_result hufu_devices(struct hufu *hufu, struct hufu_device *devices, size_t cap, size_t *count)
{
    *count = 0;
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = "/v1/devices"};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (result)
        return report_end(hufu, result);
    struct json_reader reader = json_reader_of(answer.json);
    *count = json_count(&reader, "devices");
    for (size_t i = 0; !result && i < *count && i < cap; i++) {
        struct json_reader element = json_element(&reader, "devices", i);
        if (read_device(&devices[i], &element))
            result = HUFU_RESULT_FAULT;
    }
    if (result)
        *count = 0;
    return report_end(hufu, result);
}

static void device_path(char path[REST_PATH_MAX], const struct hufu_id *device, const char *rest)
{
    char text[HUFU_ID_TEXT_SIZE];
    uuid_format(text, device->bytes);
    (void)snprintf(path, REST_PATH_MAX, "/v1/devices/%s%s", text, rest);
}

enum hufu_result hufu_device_rename(struct hufu *hufu, const struct hufu_id *device, const char *name)
{
    char path[REST_PATH_MAX];
    uint8_t memory[DEVICE_REQUEST_MAX];
    struct buf body;
    report_begin(hufu);
    size_t len = name ? strlen(name) : 0;
    if (len == 0 || len > DEVICE_NAME_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    device_path(path, device, "");
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_text(&body, "name", name);
    json_end(&body);
    if (buf_finish(&body))
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.method = "PATCH", .path = path, .body = buf_bytes(&body)};
    return report_end(hufu, rest_call_repeatedly(hufu, &request, &answer));
}

static enum hufu_result change_device(struct hufu *hufu, const struct hufu_id *device, const char *rest)
{
    char path[REST_PATH_MAX];
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    device_path(path, device, rest);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path, .body = bytes_of_text("{}")};
    return report_end(hufu, rest_call(hufu, &request, &answer));
}

enum hufu_result hufu_device_freeze(struct hufu *hufu, const struct hufu_id *device)
{
    return change_device(hufu, device, "/freeze");
}

enum hufu_result hufu_device_unfreeze(struct hufu *hufu, const struct hufu_id *device)
{
    return change_device(hufu, device, "/unfreeze");
}

/* {authentication}; without one, if it may be left out, nothing. */
static enum hufu_result make_confirmation(struct hufu *hufu, struct authentication_body *body,
                                          bool may_be_left_out)
{
    enum hufu_result result = authentication_body_begin(hufu, body);
    json_end(&body->json);
    if (result)
        return may_be_left_out ? HUFU_RESULT_OK : HUFU_RESULT_AUTHENTICATION_NEEDED;
    return buf_finish(&body->json) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

static enum hufu_result confirmed(struct hufu *hufu, const char *path, bool may_be_left_out,
                                  struct rest_answer *answer)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    if (!hufu->device.session_token[0])
        return HUFU_RESULT_NOT_ENROLLED;
    enum hufu_result result = make_confirmation(hufu, &body, may_be_left_out);
    const struct rest_request request = {.path = path, .body = buf_bytes(&body.json)};
    if (!result)
        result = rest_call(hufu, &request, answer);
    if (!result)
        authentication_forget(hufu);
    return result;
}

enum hufu_result hufu_device_unlock(struct hufu *hufu, const struct hufu_id *device)
{
    char path[REST_PATH_MAX];
    report_begin(hufu);
    if (!id_equal(device, &hufu->device.device))
        return change_device(hufu, device, "/unlock");
    device_path(path, device, "/unlock");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    return report_end(hufu, confirmed(hufu, path, true, &answer));
}

enum hufu_result hufu_device_remove(struct hufu *hufu, const struct hufu_id *device, size_t *dead_keys)
{
    char path[REST_PATH_MAX];
    *dead_keys = 0;
    report_begin(hufu);
    device_path(path, device, "/remove");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    enum hufu_result result = confirmed(hufu, path, false, &answer);
    struct json_reader reader = json_reader_of(answer.json);
    if (!result)
        *dead_keys = json_count(&reader, "dead_keys");
    return report_end(hufu, result);
}

enum hufu_result hufu_device_remove_secondaries(struct hufu *hufu, size_t *removed)
{
    uint32_t count = 0;
    *removed = 0;
    report_begin(hufu);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    enum hufu_result result = confirmed(hufu, "/v1/devices/remove-secondaries", false, &answer);
    struct json_reader reader = json_reader_of(answer.json);
    if (!result)
        json_read_u32(&reader, "removed", &count);
    if (!result && json_finish(&reader))
        result = HUFU_RESULT_FAULT;
    *removed = count;
    return report_end(hufu, result);
}
