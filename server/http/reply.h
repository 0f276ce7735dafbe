/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of handlers, and the JSON forms of the types that the contract knows. A second reply on one request
 * replaces the first (a handler that finds out late that it must refuse). */
#ifndef HUFU_SERVER_HTTP_REPLY_H
#define HUFU_SERVER_HTTP_REPLY_H

#include <jansson.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"

struct http_request;

/* The bytes of a reply: a session token may be among them, so they are wiped when they are freed. */
struct reply_body {
    size_t len;
    uint8_t data[];
};
void reply_body_free(struct reply_body *body);

/* body: an object (application/json); the reference is taken over; NULL (no memory while it was made) gives
 * 500. */
void reply_json(struct http_request *request, unsigned status, json_t *body);
/* The same with another content type (application/problem+json). */
void reply_json_as(struct http_request *request, unsigned status, const char *content_type, json_t *value);
/* Any other content; the bytes are copied. content_type is kept, not copied. */
void reply_bytes(struct http_request *request, unsigned status, const char *content_type, struct bytes body);
void reply_empty(struct http_request *request, unsigned status);
/* One more header, or another value for it; both texts are copied; values with control characters are dropped. */
void reply_header(struct http_request *request, const char *name, const char *value);

/* The reply is whole, and goes out before those of the requests that were taken together with this one (route.h); without it, it
 * goes when the handler returns. The request is no longer the handler's. On a worker only. */
void reply_send(struct http_request *request);

/* New references; NULL without memory (json_pack and json_object_set_new then fail as a whole). */
json_t *json_bytes(struct bytes value);            /* base64url */
json_t *json_uuid(const uint8_t value[UUID_SIZE]); /* 8-4-4-4-12 */
json_t *json_time(uint64_t time_ms);               /* RFC 3339 with milliseconds */
json_t *json_text(const char *value);              /* UTF-8; null for NULL */

#endif
