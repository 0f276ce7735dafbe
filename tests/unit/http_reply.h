/* SPDX-License-Identifier: Apache-2.0 */
/* What a request was answered, read back. */
#ifndef HUFU_TESTS_UNIT_HTTP_REPLY_H
#define HUFU_TESTS_UNIT_HTTP_REPLY_H

#include <jansson.h>
#include <string.h>

#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/http/request.h"
#include "tests/unit/unit.h"

static inline json_t *reply_document(const struct http_request *request)
{
    assert_true(request->reply.given);
    assert_non_null(request->reply.body);
    json_t *document = json_loadb((const char *)request->reply.body->data, request->reply.body->len, 0, NULL);
    assert_non_null(document);
    return document;
}

static inline const char *reply_header_value(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->reply.header_count; i++) {
        if (strcmp(request->reply.headers[i].name, name) == 0)
            return request->reply.headers[i].value;
    }
    return NULL;
}

/* field and limit: NULL and -1 when there must be none. */
static inline void assert_problem(const struct http_request *request, enum problem problem, const char *field,
                                  json_int_t limit)
{
    json_t *document = reply_document(request);
    assert_string_equal(json_string_value(json_object_get(document, "message_key")), problem_slug(problem));
    assert_int_equal(request->reply.status, problem_status(problem));
    if (field)
        assert_string_equal(json_string_value(json_object_get(document, "field")), field);
    else
        assert_null(json_object_get(document, "field"));
    if (limit >= 0)
        assert_int_equal(json_integer_value(json_object_get(document, "limit")), limit);
    else
        assert_null(json_object_get(document, "limit"));
    json_decref(document);
}

#endif
