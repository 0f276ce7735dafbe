/* SPDX-License-Identifier: Apache-2.0 */
/* The QR code of an authentication: shown by one device, scanned and approved by another. */
#include <string.h>

#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"

#define PREFIX "hufu:authenticate?a="
#define CODE_TEXT_SIZE 43 /* 32 bytes in base64url */
#define REQUEST_MAX 256

enum hufu_result hufu_authenticate_qr(struct hufu *hufu, char text[HUFU_QR_TEXT_MAX])
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    text[0] = '\0';
    report_begin(hufu);
    enum hufu_result result = authentication_body_begin(hufu, &body);
    json_end(&body.json);
    if (!result && buf_finish(&body.json))
        result = HUFU_RESULT_INTERNAL;
    if (result)
        return report_end(hufu, result);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .path = "/v1/authentications/qr", .body = buf_bytes(&body.json), .anonymous = true};
    result = rest_call(hufu, &request, &answer);
    if (result)
        return report_end(hufu, result);
    struct json_reader reader = json_reader_of(answer.json);
    json_read_text(&reader, "text", text, HUFU_QR_TEXT_MAX);
    return report_end(hufu, json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK);
}

/* Sends the code that was scanned, with the session: it is no secret. */
static enum hufu_result send_scanned(struct hufu *hufu, const char *path, const char *text,
                                     struct rest_answer *answer)
{
    uint8_t memory[REQUEST_MAX];
    struct buf body;
    if (!text || strncmp(text, PREFIX, sizeof(PREFIX) - 1) != 0 ||
        strlen(text) != sizeof(PREFIX) - 1 + CODE_TEXT_SIZE)
        return HUFU_RESULT_CODE_FORM;
    if (!hufu->device.session_token[0])
        return HUFU_RESULT_NOT_ENROLLED;
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_text(&body, "code", text + sizeof(PREFIX) - 1);
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_INTERNAL;
    const struct rest_request request = {.path = path, .body = buf_bytes(&body)};
    return rest_call(hufu, &request, answer);
}

static enum hufu_result read_request(const struct json_t *json, struct hufu_authentication_request *request)
{
    struct json_reader reader = json_reader_of(json);
    char name[24];
    json_read_text(&reader, "purpose", name, sizeof(name));
    json_read_time(&reader, "begun_at", &request->begun_ms);
    json_read_time(&reader, "expires_at", &request->expires_ms);
    enum hufu_authentication_purpose purpose = HUFU_AUTHENTICATE_BIND_DEVICE;
    const char *known = authentication_purpose_name(purpose);
    while (known && strcmp(known, name) != 0)
        known = authentication_purpose_name(++purpose);
    request->purpose = purpose;
    /* What cannot be shown to the person cannot be approved either. */
    return !known || json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

enum hufu_result hufu_authentication_scan(struct hufu *hufu, const char *text,
                                          struct hufu_authentication_request *request)
{
    *request = (struct hufu_authentication_request){.begun_ms = 0};
    report_begin(hufu);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    enum hufu_result result = send_scanned(hufu, "/v1/authentications/qr/requests", text, &answer);
    if (!result)
        result = read_request(answer.json, request);
    if (result)
        *request = (struct hufu_authentication_request){.begun_ms = 0};
    return report_end(hufu, result);
}

enum hufu_result hufu_authentication_approve(struct hufu *hufu, const char *text)
{
    report_begin(hufu);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    return report_end(hufu, send_scanned(hufu, "/v1/authentications/qr/approvals", text, &answer));
}
