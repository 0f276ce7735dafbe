/* SPDX-License-Identifier: Apache-2.0 */
/* What a request's head decides, before its body is read: route, content type, length, form of the session token. */
#ifndef HUFU_SERVER_HTTP_HEAD_H
#define HUFU_SERVER_HTTP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "server/http/request.h"
#include "server/http/route.h"

struct head {
    const char *content_type;   /* NULL: no such header */
    const char *content_length; /* likewise */
    const char *authorization;  /* likewise */
    const char *dpop;           /* the first such header; NULL: none */
    size_t dpop_count;          /* how many there are */
    bool chunked;               /* a body of unknown length follows */
};

/* Fills the request's route match and token (method and path are set already), or leaves the problem as its reply.
 * The principal must stand already when the route is one of the administrative socket. */
void head_judge(struct http_request *request, const struct head *head,
                const struct http_route *const *routes);

/* The declared length of the body; UINT64_MAX when it is not a number, 0 without one. */
uint64_t head_body_length(const struct head *head);

/* "application/json", in any case, with no parameter but charset=utf-8. */
bool head_is_json(const char *content_type);
/* The 32 bytes of "DPoP <43 characters of base64url>"; false for anything else. Not as a bearer's: whoever has but the token
 * has nothing. */
bool head_token(uint8_t token[HTTP_TOKEN_SIZE], const char *authorization);

#endif
