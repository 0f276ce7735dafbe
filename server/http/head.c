/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/head.h"

#include <string.h>
#include <strings.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "server/http/dpop.h"
#include "server/http/problem.h"
#include "server/http/reply.h"

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

bool head_is_json(const char *content_type)
{
    static const char json[] = "application/json", charset[] = "charset=";
    if (!content_type)
        return false;
    const char *rest = skip_blanks(content_type);
    if (strncasecmp(rest, json, sizeof(json) - 1) != 0)
        return false;
    rest = skip_blanks(rest + sizeof(json) - 1);
    if (*rest == '\0')
        return true;
    if (*rest != ';')
        return false;
    rest = skip_blanks(rest + 1);
    if (strncasecmp(rest, charset, sizeof(charset) - 1) != 0)
        return false;
    rest += sizeof(charset) - 1;
    return strcasecmp(rest, "utf-8") == 0 || strcasecmp(rest, "\"utf-8\"") == 0;
}

bool head_token(uint8_t token[HTTP_TOKEN_SIZE], const char *authorization)
{
    static const char scheme[] = "DPoP ";
    memset(token, 0, HTTP_TOKEN_SIZE);
    if (!authorization || strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
        return false;
    struct buf decoded;
    buf_init(&decoded, token, HTTP_TOKEN_SIZE);
    if (base64url_decode(&decoded, authorization + sizeof(scheme) - 1) == HUFU_OK &&
        decoded.len == HTTP_TOKEN_SIZE)
        return true;
    secret_wipe(token, HTTP_TOKEN_SIZE);
    return false;
}

uint64_t head_body_length(const struct head *head)
{
    uint64_t length = 0;
    if (!head->content_length)
        return 0;
    for (const char *c = head->content_length; *c; c++) {
        if (*c < '0' || *c > '9' || length > UINT64_MAX / 16)
            return UINT64_MAX;
        length = length * 10 + (uint64_t)(*c - '0');
    }
    return length;
}

static bool find_route(struct http_request *request, const struct http_route *const *routes)
{
    enum hufu_err err = route_find(&request->match, routes, request->method, request->path);
    if (err == HUFU_OK)
        return true;
    if (err == HUFU_ERR_STATE) {
        reply_header(request, "Allow", request->match.allow);
        problem_reply(request, PROBLEM_METHOD_NOT_ALLOWED, NULL, NULL);
    } else {
        problem_reply(request, PROBLEM_NOT_FOUND, NULL, NULL);
    }
    return false;
}

static bool check_access(struct http_request *request, const struct head *head)
{
    enum route_access access = request->match.route->access;
    if (access == ROUTE_OPERATOR && request->principal.kind != PRINCIPAL_OPERATOR) {
        problem_reply(request, PROBLEM_NOT_ALLOWED, "this user may not administer the service", NULL);
        return false;
    }
    if (access == ROUTE_PUBLIC || access == ROUTE_OPERATOR)
        return true;
    request->has_token = head_token(request->token, head->authorization);
    if (!request->has_token)
        problem_reply(request, PROBLEM_UNAUTHENTICATED, NULL, NULL);
    /* None, two, or one without end: all three are no proof, which is told once it is known whose token it is. */
    if (head->dpop_count == 1 && strlen(head->dpop) <= DPOP_TEXT_MAX)
        request->dpop = request_copy_text(request, head->dpop);
    return request->has_token;
}

static bool check_body(struct http_request *request, const struct head *head)
{
    uint64_t length = head_body_length(head);
    if (length > HTTP_BODY_MAX) {
        request_refuse_size(request);
        return false;
    }
    if ((length > 0 || head->chunked) && !head_is_json(head->content_type)) {
        problem_reply(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE, NULL, NULL);
        return false;
    }
    return true;
}

void head_judge(struct http_request *request, const struct head *head, const struct http_route *const *routes)
{
    (void)(find_route(request, routes) && check_access(request, head) && check_body(request, head));
}
