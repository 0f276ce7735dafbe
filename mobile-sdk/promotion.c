/* SPDX-License-Identifier: Apache-2.0 */
/* This device takes the place of a primary that was lost: the order, and then the new role in each key's record (§5). Nothing is
 * stored of it: what is still to be done, the service says. */
#include <stdio.h>
#include <string.h>

#include "common/encoding.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/known_pin.h"
#include "mobile-sdk/refresh.h"
#include "mobile-sdk/rest.h"

#define DEVICES_PATH "/v1/devices?limit=100" /* an account has one primary and at most 50 others */

/* Whether the service has this device as the primary already. */
static enum hufu_result ask_role(struct hufu *hufu, bool *is_primary)
{
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = DEVICES_PATH};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    *is_primary = false;
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    size_t count = json_count(&reader, "devices");
    for (size_t i = 0; i < count; i++) {
        struct json_reader device = json_element(&reader, "devices", i);
        char role[24] = "";
        bool is_this = false;
        json_read_bool(&device, "this", &is_this);
        json_read_text(&device, "role", role, sizeof(role));
        if (json_finish(&device))
            return HUFU_RESULT_FAULT;
        *is_primary = *is_primary || (is_this && strcmp(role, FRAME_ROLE_PRIMARY) == 0);
    }
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

static enum hufu_result make_order(struct hufu *hufu, const struct hufu_id *lost,
                                   struct authentication_body *body)
{
    char text[HUFU_ID_TEXT_SIZE];
    if (authentication_body_begin(hufu, body))
        return HUFU_RESULT_AUTHENTICATION_NEEDED;
    if (lost) {
        uuid_format(text, lost->bytes);
        json_put_text(&body->json, "lost", text);
    }
    json_end(&body->json);
    return buf_finish(&body->json) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

static enum hufu_result order(struct hufu *hufu, const struct hufu_id *lost, size_t *dead_keys)
{
    char path[REST_PATH_MAX], own[HUFU_ID_TEXT_SIZE];
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    uuid_format(own, hufu->device.device.bytes);
    (void)snprintf(path, sizeof(path), "/v1/devices/%s/promote", own);
    enum hufu_result result = make_order(hufu, lost, &body);
    const struct rest_request request = {.path = path, .body = buf_bytes(&body.json)};
    if (!result)
        result = rest_call(hufu, &request, &answer);
    if (result)
        return result;
    authentication_forget(hufu);
    struct json_reader reader = json_reader_of(answer.json);
    *dead_keys = json_count(&reader, "dead_keys");
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

/* The PIN first: without it the device would be a primary that can do nothing. */
static enum hufu_result check_pin(struct hufu *hufu, const struct pin *pin)
{
    struct known_pin known_pin;
    enum hufu_result result = pin_check_form(pin);
    if (!result)
        result = known_pin_settle(hufu);
    if (!result)
        result = known_pin_check(hufu, pin, &known_pin);
    return !result && !known_pin.known ? HUFU_RESULT_NOT_READY : result;
}

/* Somebody else's key has no primary here. One that is frozen just now follows by hufu_refresh_due; the others do not wait for it. */
static enum hufu_result seal_anew(struct hufu *hufu, const struct pin *pin)
{
    enum hufu_result result = HUFU_RESULT_OK;
    for (size_t i = 0; !result && i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (!result && key_has_half(&key) && !key.authorized)
            result = refresh_to_primary(hufu, &key, pin);
        if (result == HUFU_RESULT_NOT_ACTIVE)
            result = HUFU_RESULT_OK;
    }
    return result;
}

enum hufu_result hufu_promote(struct hufu *hufu, const struct hufu_id *lost, const char *pin_text,
                              size_t pin_len, size_t *dead_keys)
{
    const struct pin pin = {.text = pin_text, .len = pin_len};
    bool is_primary = false;
    *dead_keys = 0;
    report_begin(hufu);
    enum hufu_result result = check_pin(hufu, &pin);
    if (!result)
        result = ask_role(hufu, &is_primary);
    if (!result && !is_primary)
        result = order(hufu, lost, dead_keys);
    if (!result)
        result = seal_anew(hufu, &pin);
    return report_end(hufu, result);
}
