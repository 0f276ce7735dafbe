/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "mobile-sdk/authorization.h"
#include "mobile-sdk/dpop.h"
#include "mobile-sdk/result.h"

#define URL_SIZE (HUFU_NAME_MAX + REST_PATH_MAX)

/* Memory for the body of an answer, which may carry a session token. */
struct body {
    uint8_t bytes[HUFU_HTTP_BODY_MAX];
};

static void body_free(struct body **body)
{
    if (*body)
        secret_wipe(*body, sizeof(**body));
    free(*body);
}

void rest_answer_done(struct rest_answer *answer)
{
    json_close(&answer->json);
}

bool rest_answer_lost(enum hufu_result result)
{
    return result == HUFU_RESULT_AWAY || result == HUFU_RESULT_BUSY;
}

void rest_key_path(char path[REST_PATH_MAX], const struct hufu_id *key, const char *rest)
{
    char text[HUFU_ID_TEXT_SIZE];
    uuid_format(text, key->bytes);
    (void)snprintf(path, REST_PATH_MAX, "/v1/keys/%s%s", text, rest);
}

void rest_binding_path(char path[REST_PATH_MAX], const struct hufu_id *key, const struct hufu_id *binding)
{
    char text[HUFU_ID_TEXT_SIZE], rest[REST_PATH_MAX];
    uuid_format(text, binding->bytes);
    (void)snprintf(rest, sizeof(rest), "/bindings/%s", text);
    rest_key_path(path, key, rest);
}

enum hufu_err rest_next_page(struct json_reader *page, size_t there, char cursor[HUFU_CURSOR_MAX + 1])
{
    cursor[0] = '\0';
    if (json_has(page, "next_cursor"))
        json_read_text(page, "next_cursor", cursor, HUFU_CURSOR_MAX + 1);
    return there == 0 && cursor[0] ? HUFU_ERR_FORM : json_finish(page);
}

/* A problem document (RFC 9457). What it lacks stays unknown: the status alone then decides. */
static enum hufu_result read_problem(struct hufu *hufu, struct rest_answer *answer, const struct json_t *json,
                                     int status)
{
    struct hufu_report *report = &hufu->report;
    struct json_reader reader = json_reader_of(json);
    if (json_has(&reader, "message_key"))
        json_read_text(&reader, "message_key", report->message_key, sizeof(report->message_key));
    if (json_has(&reader, "request_id"))
        json_read_text(&reader, "request_id", report->request_id, sizeof(report->request_id));
    if (json_has(&reader, "detail"))
        json_read_text(&reader, "detail", report->detail, sizeof(report->detail));
    if (json_has(&reader, "field"))
        json_read_text(&reader, "field", report->field, sizeof(report->field));
    uint32_t tries_left = 0;
    if (json_has(&reader, "tries_left")) {
        json_read_u32(&reader, "tries_left", &tries_left);
        report->pin_tries_left = tries_left <= INT32_MAX ? (int32_t)tries_left : INT32_MAX;
    }
    if (json_has(&reader, "service_time"))
        json_read_time(&reader, "service_time", &answer->service_time_ms);
    if (json_has(&reader, "state"))
        json_read_text(&reader, "state", report->state, sizeof(report->state));
    report->possible = authorization_events(&reader);
    enum hufu_result result = result_of_problem(report->message_key, status);
    return result == HUFU_RESULT_OK ? HUFU_RESULT_FAULT : result;
}

static enum hufu_result take_raw(struct rest_answer *answer, struct buf *raw,
                                 const struct hufu_http_answer *http)
{
    answer->raw_len = http->body_len;
    raw->len = 0;
    buf_put(raw, http->body, http->body_len);
    return buf_finish(raw) ? HUFU_RESULT_LIMIT : HUFU_RESULT_OK;
}

static enum hufu_result read_answer(struct hufu *hufu, struct rest_answer *answer, struct buf *raw,
                                    const struct hufu_http_answer *http)
{
    struct hufu_report *report = &hufu->report;
    *report =
        (struct hufu_report){.http_status = http->status, .pin_tries_left = -1, .pin_failures_before = -1};
    JSON_CLOSED struct json_t *json = json_open(bytes_of(http->body, http->body_len));
    if (http->status < 200 || http->status > 299)
        return read_problem(hufu, answer, json, http->status);
    if (raw)
        return take_raw(answer, raw, http);
    if (!json)
        return HUFU_RESULT_FAULT;
    answer->json = json;
    json = NULL;
    return HUFU_RESULT_OK;
}

/* What goes with a request besides its body. */
struct credentials {
    char authorization[HUFU_AUTHORIZATION_MAX + 1];
    char proof[DPOP_TEXT_MAX];
};

static void credentials_wipe(struct credentials *credentials)
{
    secret_wipe(credentials, sizeof(*credentials));
}

static bool needs_proof(const struct rest_request *request)
{
    return !request->anonymous && !request->frame;
}

static const char *method_of(const struct rest_request *request)
{
    return request->method ? request->method : request->body.len ? "POST" : "GET";
}

static enum hufu_result make_credentials(struct hufu *hufu, const struct rest_request *request,
                                         const char *url, struct credentials *credentials)
{
    if (request->anonymous)
        return HUFU_RESULT_OK;
    (void)snprintf(credentials->authorization, sizeof(credentials->authorization), "DPoP %s",
                   hufu->device.session_token);
    return needs_proof(request) ? dpop_make(hufu, method_of(request), url, credentials->proof)
                                : HUFU_RESULT_OK;
}

static enum hufu_result call_once(struct hufu *hufu, const struct rest_request *request,
                                  struct rest_answer *answer)
{
    rest_answer_done(answer);
    *answer = (struct rest_answer){0};
    char url[URL_SIZE];
    (void)snprintf(url, sizeof(url), "%s%s", hufu->device.url, request->path);
    if (!hufu_address_allowed(hufu->device.url))
        return HUFU_RESULT_ADDRESS;
    __attribute__((cleanup(body_free))) struct body *body = calloc(1, sizeof(*body));
    if (!body)
        return HUFU_RESULT_INTERNAL;
    __attribute__((cleanup(credentials_wipe))) struct credentials credentials = {.proof = ""};
    enum hufu_result result = make_credentials(hufu, request, url, &credentials);
    if (result)
        return result;
    const struct hufu_http_request http_request = {
        .method = method_of(request),
        .url = url,
        .authorization = request->anonymous ? NULL : credentials.authorization,
        .dpop = needs_proof(request) ? credentials.proof : NULL,
        .body = request->body.len ? request->body.data : NULL,
        .body_len = request->body.len,
        .tls_pin = hufu->device.has_tls_pin ? hufu->device.tls_pin : NULL,
    };
    struct hufu_http_answer http = {.body = body->bytes, .body_cap = sizeof(body->bytes)};
    const struct hufu_transport *transport = &hufu->platform.transport;
    result = transport->request(transport->context, &http_request, &http);
    if (result == HUFU_RESULT_LIMIT || http.body_len > http.body_cap)
        return HUFU_RESULT_FAULT;
    answer->retry_after_s = http.retry_after_s;
    return result ? result : read_answer(hufu, answer, request->raw, &http);
}

enum hufu_result rest_take_time(struct hufu *hufu, const struct rest_answer *answer)
{
    enum hufu_result result = clock_adjust(hufu, answer->service_time_ms);
    return result ? result : device_record_store(&hufu->device, &hufu->platform.storage);
}

enum hufu_result rest_call(struct hufu *hufu, const struct rest_request *request, struct rest_answer *answer)
{
    enum hufu_result result = call_once(hufu, request, answer);
    if (result != HUFU_RESULT_CLOCK || !needs_proof(request) || !answer->service_time_ms)
        return result;
    result = rest_take_time(hufu, answer);
    return result ? result : call_once(hufu, request, answer);
}

bool rest_pause(struct hufu *hufu, const struct rest_answer *last, uint32_t attempt)
{
    uint64_t asked_ms = (uint64_t)last->retry_after_s * 1000, usual_ms = (uint64_t)attempt * REST_PAUSE_MS;
    if (asked_ms > REST_PAUSE_MAX_MS)
        return false;
    clock_wait(hufu, (uint32_t)(asked_ms > usual_ms ? asked_ms : usual_ms));
    return true;
}

enum hufu_result rest_call_repeatedly(struct hufu *hufu, const struct rest_request *request,
                                      struct rest_answer *answer)
{
    enum hufu_result result = rest_call(hufu, request, answer);
    for (uint32_t attempt = 1; attempt < REST_ATTEMPTS && rest_answer_lost(result); attempt++) {
        if (!rest_pause(hufu, answer, attempt))
            break;
        result = rest_call(hufu, request, answer);
    }
    return result;
}
