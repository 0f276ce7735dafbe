/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/request.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/secret.h"
#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/identifier.h"

#define BODY_SIZE_FIRST 1024

struct http_memory {
    struct http_memory *next;
    size_t size;
    max_align_t data[];
};

struct http_request *request_new(void)
{
    struct http_request *request = calloc(1, sizeof(*request));
    if (!request)
        return NULL;
    request->reply.problem = PROBLEM_COUNT;
    request->started_us = clock_monotonic_us();
    identifier_new(request->id);
    uuid_format(request->id_text, request->id);
    return request;
}

void request_free(struct http_request *request)
{
    if (!request)
        return;
    json_decref(request->json);
    json_decref(request->query_json);
    if (request->body)
        secret_wipe(request->body, request->body_size);
    free(request->body);
    reply_body_free(request->reply.body);
    while (request->memory) {
        struct http_memory *next = request->memory->next;
        secret_wipe(request->memory->data, request->memory->size);
        free(request->memory);
        request->memory = next;
    }
    secret_wipe(request, sizeof(*request));
    free(request);
}

void *request_alloc(struct http_request *request, size_t size)
{
    struct http_memory *memory = calloc(1, sizeof(*memory) + size);
    if (!memory)
        return NULL;
    memory->size = size;
    memory->next = request->memory;
    request->memory = memory;
    return memory->data;
}

char *request_copy_text(struct http_request *request, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = request_alloc(request, size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

static bool body_grow(struct http_request *request, size_t size)
{
    uint8_t *body = malloc(size);
    if (!body)
        return false;
    if (request->body) {
        memcpy(body, request->body, request->body_len);
        secret_wipe(request->body, request->body_size);
        free(request->body);
    }
    request->body = body;
    request->body_size = size;
    return true;
}

void request_refuse_size(struct http_request *request)
{
    problem_reply(request, PROBLEM_BODY_TOO_LARGE, NULL, json_pack("{si}", "limit", HTTP_BODY_MAX));
}

void request_body_add(struct http_request *request, const void *data, size_t len)
{
    if (request->reply.given)
        return;
    if (len > HTTP_BODY_MAX - request->body_len) {
        request_refuse_size(request);
        return;
    }
    size_t size = request->body_size ? request->body_size : BODY_SIZE_FIRST;
    while (size < request->body_len + len)
        size *= 2;
    if (size > request->body_size && !body_grow(request, size)) {
        problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
        return;
    }
    memcpy(request->body + request->body_len, data, len);
    request->body_len += len;
}
