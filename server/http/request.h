/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP request from its head to its answer. Handlers read the first part; the second is http/'s own. */
#ifndef HUFU_SERVER_HTTP_REQUEST_H
#define HUFU_SERVER_HTTP_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "server/http/route.h"
#include "server/principal.h"

#define HTTP_BODY_MAX 98304 /* 96 KiB: a frame of FRAME_MAX in base64url, and what stands around it */
#define HTTP_QUERY_MAX 8
#define HTTP_HEADERS_MAX 4
#define HTTP_TOKEN_SIZE 32
#define HTTP_PEER_SIZE 16

struct reply_body;  /* reply.h */
struct http_memory; /* what a request allocated: freed, and wiped, with it */

struct http_parameter {
    const char *name, *value;
};

struct http_reply {
    bool given;
    unsigned status;
    int problem; /* enum problem; PROBLEM_COUNT when the reply is none */
    const char *content_type;
    struct reply_body *body; /* NULL: empty */
    struct http_parameter headers[HTTP_HEADERS_MAX];
    size_t header_count;
};

struct http_request {
    /* For handlers. */
    uint8_t id[UUID_SIZE];
    char id_text[UUID_TEXT_SIZE];
    struct principal principal;
    struct route_match match;
    uint8_t peer[HTTP_PEER_SIZE]; /* as worker.h has it */

    struct http_request *next; /* to be handled with this one (route.h) */

    /* For http/ itself. */
    const char *method, *path;
    struct http_parameter query[HTTP_QUERY_MAX];
    size_t query_count;
    bool has_token;
    uint8_t token[HTTP_TOKEN_SIZE]; /* wiped before the handler runs */
    const char *dpop;               /* the one proof that came with it; NULL: none, or several, or too long */
    uint8_t *body;
    size_t body_len, body_size;
    json_t *json, *query_json; /* of body and query, once parsed */
    struct http_memory *memory;
    struct http_reply reply;
    uint64_t started_us;
    void **place; /* where its worker has it, until it is sent (reply_send) */
    void (*done)(struct http_request *request);
    void *carrier; /* of whoever brought the request here */
};

/* A request with a fresh id and nothing else. NULL without memory. */
struct http_request *request_new(void);
/* Wipes body, token and everything allocated. NULL is fine. */
void request_free(struct http_request *request);
/* Appends to the body; beyond HTTP_BODY_MAX the problem is the reply, and what follows is dropped. */
void request_body_add(struct http_request *request, const void *data, size_t len);
/* Replies that the body is too large. */
void request_refuse_size(struct http_request *request);
/* Zeroed memory that lives, and is wiped, with the request. NULL without memory. */
void *request_alloc(struct http_request *request, size_t size);
char *request_copy_text(struct http_request *request, const char *text);

#endif
