/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http_reply.h"

static void every_error_has_a_problem_and_a_status(void **state)
{
    (void)state;
    for (int err = 0; err < HUFU_ERR_COUNT; err++) {
        enum problem problem = problem_of((enum hufu_err)err);
        assert_in_range(problem_status(problem), 400, 503);
        /* A gap in the table would be its first row: only these two errors are an internal fault on purpose. */
        if (problem == PROBLEM_BAD_JSON)
            fail_msg("error %d has no row", err);
    }
    assert_int_equal(problem_of(HUFU_ERR_PROOF), PROBLEM_PIN_WRONG);
    assert_int_equal(problem_of(HUFU_ERR_AWAY), PROBLEM_SERVICE_UNAVAILABLE);
    assert_int_equal(problem_of(HUFU_ERR_BUSY), PROBLEM_BUSY);
    assert_int_equal(problem_of((enum hufu_err)999), PROBLEM_INTERNAL);
}

static void every_problem_has_a_slug_of_its_own_and_a_title(void **state)
{
    (void)state;
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        assert_non_null(problem_slug((enum problem)i));
        assert_true(strlen(problem_title((enum problem)i)) > 0);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(problem_slug((enum problem)i), problem_slug((enum problem)j));
    }
}

static void problem_reply_writes_the_document(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    problem_reply(request, PROBLEM_PIN_WRONG, "one of five", json_pack("{si}", "tries_left", 4));
    json_t *document = reply_document(request);
    assert_string_equal(request->reply.content_type, "application/problem+json");
    assert_int_equal(request->reply.problem, PROBLEM_PIN_WRONG);
    assert_string_equal(json_string_value(json_object_get(document, "type")), "urn:hufu:problem:pin-wrong");
    assert_string_equal(json_string_value(json_object_get(document, "detail")), "one of five");
    assert_string_equal(json_string_value(json_object_get(document, "request_id")), request->id_text);
    assert_int_equal(json_integer_value(json_object_get(document, "status")), 403);
    assert_int_equal(json_integer_value(json_object_get(document, "tries_left")), 4);
    json_decref(document);
    request_free(request);
}

/* A text of every length around the room that is tried first. */
static void a_reply_is_whole_however_long_it_is(void **state)
{
    (void)state;
    for (size_t len = 1000; len < 1050; len++) {
        struct http_request *request = request_new();
        char *text = calloc(1, len + 1);
        assert_non_null(text);
        memset(text, 'x', len);
        reply_json(request, 200, json_pack("{ss}", "text", text));
        json_t *document = reply_document(request);
        assert_string_equal(json_string_value(json_object_get(document, "text")), text);
        assert_int_equal(request->reply.body->len, len + strlen("{\"text\":\"\"}"));
        json_decref(document);
        request_free(request);
        free(text);
    }
}

static void a_problem_that_passes_says_when_to_come_back(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    problem_reply(request, PROBLEM_BUSY, NULL, NULL);
    assert_string_equal(reply_header_value(request, "Retry-After"), "1");
    problem_reply(request, PROBLEM_SERVICE_UNAVAILABLE, NULL, NULL);
    assert_int_equal(request->reply.header_count, 1);
    problem_reply(request, PROBLEM_UNAUTHENTICATED, NULL, NULL);
    assert_string_equal(reply_header_value(request, "WWW-Authenticate"), "DPoP algs=\"ES256\"");
    request->has_token = true;
    problem_reply(request, PROBLEM_UNAUTHENTICATED, NULL, NULL);
    assert_string_equal(reply_header_value(request, "WWW-Authenticate"),
                        "DPoP error=\"invalid_token\", algs=\"ES256\"");
    problem_reply(request, PROBLEM_DPOP_PROOF_TIME, NULL, NULL);
    assert_string_equal(reply_header_value(request, "WWW-Authenticate"),
                        "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"");
    assert_int_equal(request->reply.header_count, 2);
    request_free(request);
}

static void a_later_reply_replaces_the_first(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
    reply_json(request, 201, json_pack("{ss}", "key_id", "x"));
    assert_int_equal(request->reply.status, 201);
    assert_int_equal(request->reply.problem, PROBLEM_COUNT);
    assert_string_equal(request->reply.content_type, "application/json");
    request_free(request);
}

static void a_header_value_with_a_line_break_is_dropped(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    reply_header(request, "Location", "/a\r\nSet-Cookie: b");
    assert_int_equal(request->reply.header_count, 0);
    request_free(request);
}

static void a_reply_that_could_not_be_made_is_a_fault(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    reply_json(request, 200, NULL);
    assert_problem(request, PROBLEM_INTERNAL, NULL, -1);
    request_free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_problem_and_a_status),
        cmocka_unit_test(every_problem_has_a_slug_of_its_own_and_a_title),
        cmocka_unit_test(problem_reply_writes_the_document),
        cmocka_unit_test(a_reply_is_whole_however_long_it_is),
        cmocka_unit_test(a_problem_that_passes_says_when_to_come_back),
        cmocka_unit_test(a_later_reply_replaces_the_first),
        cmocka_unit_test(a_header_value_with_a_line_break_is_dropped),
        cmocka_unit_test(a_reply_that_could_not_be_made_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
