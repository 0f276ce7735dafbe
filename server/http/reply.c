/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/secret.h"
#include "server/http/problem.h"
#include "server/http/request.h"

/* The answer to a signature fits: writing it takes about as long as finding out how long it is. */
#define JSON_BODY_FIRST 1024

void reply_body_free(struct reply_body *body)
{
    if (!body)
        return;
    secret_wipe(body->data, body->len);
    free(body);
}

static struct reply_body *body_new(size_t len)
{
    struct reply_body *body = malloc(sizeof(*body) + len);
    if (body)
        body->len = len;
    return body;
}

/* Writes into room bytes, and once more where that is not enough; NULL without memory or value. */
static struct reply_body *body_of_json(const json_t *value, size_t room)
{
    struct reply_body *body = value ? body_new(room) : NULL;
    size_t len = body ? json_dumpb(value, (char *)body->data, room, JSON_COMPACT) : 0;
    if (len > 0 && len <= room) {
        body->len = len;
        return body;
    }
    reply_body_free(body);
    return len > room ? body_of_json(value, len) : NULL;
}

/* Headers stay: a handler may set them before the reply. */
static void give(struct http_request *request, unsigned status, const char *content_type,
                 struct reply_body *body)
{
    struct http_reply *reply = &request->reply;
    reply_body_free(reply->body);
    reply->given = true;
    reply->status = status;
    reply->problem = PROBLEM_COUNT;
    reply->content_type = content_type;
    reply->body = body;
}

/* The last resort, when there is no memory for a body. */
static void give_nothing(struct http_request *request)
{
    give(request, 500, NULL, NULL);
}

void reply_json_as(struct http_request *request, unsigned status, const char *content_type, json_t *value)
{
    struct reply_body *body = body_of_json(value, JSON_BODY_FIRST);
    if (body)
        give(request, status, content_type, body);
    else
        give_nothing(request);
    json_decref(value);
}

void reply_json(struct http_request *request, unsigned status, json_t *body)
{
    if (body)
        reply_json_as(request, status, "application/json", body);
    else
        problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
}

void reply_bytes(struct http_request *request, unsigned status, const char *content_type,
                 struct bytes content)
{
    struct reply_body *body = body_new(content.len);
    if (!body) {
        give_nothing(request);
        return;
    }
    if (content.len > 0)
        memcpy(body->data, content.data, content.len);
    give(request, status, content_type, body);
}

void reply_empty(struct http_request *request, unsigned status)
{
    give(request, status, NULL, NULL);
}

static bool is_header_value(const char *value)
{
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (*c < 0x20 || *c >= 0x7f)
            return false;
    }
    return true;
}

/* The place of a header: where one of that name stands, or a new one; NULL when there are too many. */
static struct http_parameter *header_place(struct http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, name) == 0)
            return &reply->headers[i];
    }
    return reply->header_count < HTTP_HEADERS_MAX ? &reply->headers[reply->header_count++] : NULL;
}

void reply_header(struct http_request *request, const char *name, const char *value)
{
    if (!is_header_value(value))
        return;
    struct http_parameter header = {request_copy_text(request, name), request_copy_text(request, value)};
    struct http_parameter *place = header.name && header.value ? header_place(&request->reply, name) : NULL;
    if (place)
        *place = header;
}

void reply_send(struct http_request *request)
{
    *request->place = NULL;
    request->done(request);
}

json_t *json_bytes(struct bytes value)
{
    size_t size = BASE64URL_TEXT_SIZE(value.len);
    char *text = malloc(size);
    if (!text)
        return NULL;
    base64url_encode(text, size, value);
    json_t *json = json_string(text);
    secret_wipe(text, size);
    free(text);
    return json;
}

json_t *json_uuid(const uint8_t value[UUID_SIZE])
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, value);
    return json_string(text);
}

json_t *json_time(uint64_t time_ms)
{
    char text[RFC3339_TEXT_SIZE];
    rfc3339_format(text, time_ms);
    return json_string(text);
}

json_t *json_text(const char *value)
{
    return value ? json_string(value) : json_null();
}
