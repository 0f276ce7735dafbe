/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "server/http/route.h"
#include "tests/unit/unit.h"

static void handler(struct http_request *request, struct worker *worker)
{
    (void)request;
    (void)worker;
}

static const struct http_route first[] = {
    {"GET", "/healthz", ROUTE_PUBLIC, ROUTE_NETWORK, handler},
    {.method = NULL},
};
static const struct http_route second[] = {
    {"POST", "/v1/keys", ROUTE_SESSION, ROUTE_WORKER, handler},
    {"GET", "/v1/keys", ROUTE_SESSION, ROUTE_WORKER, handler},
    {"GET", "/v1/keys/{id}", ROUTE_SESSION, ROUTE_WORKER, handler},
    {"POST", "/v1/keys/{id}/keygen/begin", ROUTE_SESSION, ROUTE_WORKER, handler},
    {"GET", "/v1/ca/{name}/{file}", ROUTE_PUBLIC, ROUTE_WORKER, handler},
    {.method = NULL},
};
static const struct http_route *const tables[] = {first, second, NULL};

static void assert_parameter(const struct route_match *match, size_t index, const char *text)
{
    assert_int_equal(match->parameters[index].len, strlen(text));
    assert_memory_equal(match->parameters[index].text, text, strlen(text));
}

static void route_find_takes_the_route_of_method_and_path(void **state)
{
    struct route_match match;
    (void)state;
    assert_int_equal(route_find(&match, tables, "GET", "/healthz"), HUFU_OK);
    assert_ptr_equal(match.route, &first[0]);
    assert_int_equal(match.index, 0);
    assert_int_equal(route_find(&match, tables, "GET", "/v1/keys"), HUFU_OK);
    assert_ptr_equal(match.route, &second[1]);
    assert_int_equal(match.index, 2);
}

static void route_find_gives_the_parameters_in_their_order(void **state)
{
    struct route_match match;
    (void)state;
    assert_int_equal(route_find(&match, tables, "GET", "/v1/ca/sm2/crl"), HUFU_OK);
    assert_parameter(&match, 0, "sm2");
    assert_parameter(&match, 1, "crl");
    assert_int_equal(route_find(&match, tables, "POST", "/v1/keys/abc/keygen/begin"), HUFU_OK);
    assert_parameter(&match, 0, "abc");
    assert_null(match.parameters[1].text);
}

static void route_find_refuses_paths_that_do_not_exist(void **state)
{
    static const char *const paths[] = {"",
                                        "/",
                                        "/v1",
                                        "/v1/keys/",
                                        "/v1//keys",
                                        "/v1/keysx",
                                        "/v1/key",
                                        "/v1/keys//keygen/begin",
                                        "/v1/keys/a/b",
                                        "/v1/keys/a/keygen/begin/",
                                        "/v1/ca/a/b/c",
                                        "v1/keys",
                                        "/V1/keys"};
    struct route_match match;
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(route_find(&match, tables, "GET", paths[i]), HUFU_ERR_NOT_FOUND);
        assert_null(match.route);
        assert_null(match.parameters[0].text);
    }
}

static void route_find_names_the_methods_that_a_path_has(void **state)
{
    struct route_match match;
    (void)state;
    assert_int_equal(route_find(&match, tables, "DELETE", "/v1/keys"), HUFU_ERR_STATE);
    assert_string_equal(match.allow, "POST, GET");
    assert_null(match.route);
    assert_int_equal(route_find(&match, tables, "get", "/healthz"), HUFU_ERR_STATE);
}

static void route_find_answers_head_by_get(void **state)
{
    struct route_match match;
    (void)state;
    assert_int_equal(route_find(&match, tables, "HEAD", "/healthz"), HUFU_OK);
    assert_ptr_equal(match.route, &first[0]);
    assert_int_equal(route_find(&match, tables, "HEAD", "/v1/keys/x/keygen/begin"), HUFU_ERR_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(route_find_takes_the_route_of_method_and_path),
        cmocka_unit_test(route_find_gives_the_parameters_in_their_order),
        cmocka_unit_test(route_find_refuses_paths_that_do_not_exist),
        cmocka_unit_test(route_find_names_the_methods_that_a_path_has),
        cmocka_unit_test(route_find_answers_head_by_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
