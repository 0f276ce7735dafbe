/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/head.h"
#include "tests/unit/http_reply.h"

#define TOKEN "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static void handler(struct http_request *request, struct worker *worker)
{
    (void)worker;
    reply_empty(request, 204);
}

static const struct http_route table[] = {
    {"POST", "/public", ROUTE_PUBLIC, ROUTE_WORKER, handler},
    {"POST", "/session", ROUTE_SESSION, ROUTE_WORKER, handler},
    {"POST", "/token", ROUTE_TOKEN, ROUTE_WORKER, handler},
    {"POST", "/operator", ROUTE_OPERATOR, ROUTE_WORKER, handler},
    {.method = NULL},
};
static const struct http_route *const tables[] = {table, NULL};

static struct http_request *judged(const char *path, const struct head *head)
{
    struct http_request *request = request_new();
    request->method = "POST";
    request->path = path;
    head_judge(request, head, tables);
    return request;
}

static void assert_judged(const char *path, const struct head *head, enum problem problem, json_int_t limit)
{
    struct http_request *request = judged(path, head);
    if (problem == PROBLEM_COUNT)
        assert_false(request->reply.given);
    else
        assert_problem(request, problem, NULL, limit);
    request_free(request);
}

static void head_is_json_takes_json_with_or_without_charset(void **state)
{
    static const char *const accepted[] = {"application/json", "Application/JSON",
                                           "application/json; charset=utf-8",
                                           "application/json;charset=\"UTF-8\"", "application/json "};
    static const char *const refused[] = {"",
                                          "text/plain",
                                          "application/jsonx",
                                          "application/json; charset=gbk",
                                          "application/json; q=1",
                                          "application/json charset=utf-8",
                                          "application/problem+json",
                                          "application/json; charset=utf-8x"};
    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
        assert_true(head_is_json(accepted[i]));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(head_is_json(refused[i]));
    assert_false(head_is_json(NULL));
}

static void head_token_takes_32_bytes_of_base64url_alone(void **state)
{
    uint8_t token[HTTP_TOKEN_SIZE];
    static const char *const refused[] = {"",
                                          "DPoP",
                                          "DPoP ",
                                          "Basic " TOKEN,
                                          "Bearer " TOKEN,
                                          "DPoP  " TOKEN,
                                          "DPoP " TOKEN " ",
                                          "DPoP " TOKEN "=",
                                          "DPoP " TOKEN "AA",
                                          "DPoP AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
                                          "DPoP AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
                                          "DPoP AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+"};
    static const uint8_t zero[HTTP_TOKEN_SIZE];
    (void)state;
    assert_true(head_token(token, "DPoP " TOKEN));
    for (uint8_t i = 0; i < HTTP_TOKEN_SIZE; i++)
        assert_int_equal(token[i], i);
    assert_true(head_token(token, "dpop " TOKEN));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_false(head_token(token, refused[i]));
        assert_memory_equal(token, zero, sizeof(zero));
    }
    assert_false(head_token(token, NULL));
}

static void head_judge_refuses_a_body_of_another_type(void **state)
{
    (void)state;
    assert_judged("/public", &(struct head){.content_length = "2", .content_type = "text/plain"},
                  PROBLEM_UNSUPPORTED_MEDIA_TYPE, -1);
    assert_judged("/public", &(struct head){.chunked = true}, PROBLEM_UNSUPPORTED_MEDIA_TYPE, -1);
    assert_judged("/public", &(struct head){.content_length = "0"}, PROBLEM_COUNT, -1);
    assert_judged("/public", &(struct head){0}, PROBLEM_COUNT, -1);
}

static void head_judge_refuses_a_declared_length_beyond_the_limit(void **state)
{
    static const char json[] = "application/json";
    (void)state;
    assert_judged("/public", &(struct head){.content_length = "98304", .content_type = json}, PROBLEM_COUNT,
                  -1);
    assert_judged("/public", &(struct head){.content_length = "98305", .content_type = json},
                  PROBLEM_BODY_TOO_LARGE, HTTP_BODY_MAX);
    assert_judged("/public",
                  &(struct head){.content_length = "99999999999999999999999", .content_type = json},
                  PROBLEM_BODY_TOO_LARGE, HTTP_BODY_MAX);
    assert_judged("/public", &(struct head){.content_length = "-1", .content_type = json},
                  PROBLEM_BODY_TOO_LARGE, HTTP_BODY_MAX);
}

static void head_judge_asks_for_a_token_where_the_route_does(void **state)
{
    (void)state;
    assert_judged("/session", &(struct head){0}, PROBLEM_UNAUTHENTICATED, -1);
    assert_judged("/token", &(struct head){.authorization = "DPoP x"}, PROBLEM_UNAUTHENTICATED, -1);
    assert_judged("/session", &(struct head){.authorization = "DPoP " TOKEN}, PROBLEM_COUNT, -1);
    assert_judged("/token", &(struct head){.authorization = "DPoP " TOKEN}, PROBLEM_COUNT, -1);
    assert_judged("/public", &(struct head){.authorization = "nonsense"}, PROBLEM_COUNT, -1);
}

static void head_judge_lets_operators_alone_administer(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    assert_judged("/operator", &(struct head){.authorization = "DPoP " TOKEN}, PROBLEM_NOT_ALLOWED, -1);
    request->method = "POST";
    request->path = "/operator";
    request->principal.kind = PRINCIPAL_OPERATOR;
    head_judge(request, &(struct head){0}, tables);
    assert_false(request->reply.given);
    request_free(request);
}

static void head_judge_says_which_methods_there_are(void **state)
{
    struct http_request *request = request_new();
    (void)state;
    request->method = "PUT";
    request->path = "/public";
    head_judge(request, &(struct head){0}, tables);
    assert_problem(request, PROBLEM_METHOD_NOT_ALLOWED, NULL, -1);
    assert_string_equal(reply_header_value(request, "Allow"), "POST");
    request_free(request);
    assert_judged("/nothing", &(struct head){0}, PROBLEM_NOT_FOUND, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_is_json_takes_json_with_or_without_charset),
        cmocka_unit_test(head_token_takes_32_bytes_of_base64url_alone),
        cmocka_unit_test(head_judge_refuses_a_body_of_another_type),
        cmocka_unit_test(head_judge_refuses_a_declared_length_beyond_the_limit),
        cmocka_unit_test(head_judge_asks_for_a_token_where_the_route_does),
        cmocka_unit_test(head_judge_lets_operators_alone_administer),
        cmocka_unit_test(head_judge_says_which_methods_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
