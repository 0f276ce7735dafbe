/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of the REST face: names, cursors, PEM. */
#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdio.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/cursor.h"
#include "server/api/pem.h"
#include "tests/unit/unit.h"

static void a_refusal_has_one_name_in_the_audit_trail_and_in_its_problem(void **state)
{
    (void)state;
    for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
        enum refusal refusal = (enum refusal)i;
        assert_string_equal(refusal_slug(refusal), problem_slug(answer_problem_of(refusal)));
        assert_int_not_equal(refusal_error(refusal), HUFU_OK);
    }
}

static void every_verdict_but_ok_is_a_refusal(void **state)
{
    (void)state;
    assert_int_equal(refusal_of_verdict(VERDICT_OK), REFUSAL_NONE);
    for (int i = VERDICT_OK + 1; i < VERDICT_COUNT; i++)
        assert_int_not_equal(refusal_of_verdict((enum operation_verdict)i), REFUSAL_NONE);
}

static void a_cursor_comes_back_as_it_went(void **state)
{
    (void)state;
    const struct cursor_place place = {.us = 1767225600123456, .id = {1, 2, 3, 255}};
    struct cursor_place back;
    struct http_request *request = request_new();
    json_t *text = cursor_json(&place);
    assert_true(cursor_read(request, "cursor", json_string_value(text), &back));
    assert_int_equal(back.us, place.us);
    assert_memory_equal(back.id, place.id, sizeof back.id);
    assert_true(cursor_read(request, "cursor", NULL, &back));
    assert_int_equal(back.us, 0);
    json_decref(text);
    request_free(request);
}

static void a_cursor_that_no_list_gave_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "x", "AAAA", "////", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct cursor_place place;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct http_request *request = request_new();
        assert_false(cursor_read(request, "after", bad[i], &place));
        assert_int_equal(request->reply.problem, PROBLEM_BAD_FIELD);
        request_free(request);
    }
}

/* OpenSSL reads what we wrote, for every length around a line's end. */
static void pem_is_what_others_read(void **state)
{
    (void)state;
    uint8_t der[200], memory[PEM_SIZE(sizeof der)];
    for (size_t i = 0; i < sizeof der; i++)
        der[i] = (uint8_t)(i * 37 + 5);
    for (size_t len = 1; len <= sizeof der; len++) {
        struct buf pem;
        char *name = NULL, *header = NULL;
        unsigned char *data = NULL;
        long data_len = 0;
        buf_init(&pem, memory, PEM_SIZE(len));
        pem_put_certificate(&pem, bytes_of(der, len));
        assert_ok(buf_finish(&pem));
        BIO *in = BIO_new_mem_buf(pem.data, (int)pem.len);
        assert_int_equal(PEM_read_bio(in, &name, &header, &data, &data_len), 1);
        assert_string_equal(name, "CERTIFICATE");
        assert_int_equal(data_len, len);
        assert_memory_equal(data, der, len);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
        BIO_free(in);
    }
}

/* What anybody may ask without a session. */
static bool is_open(const char *path)
{
    static const char *const open[] = {
        "/v1/ca/{name}/chain.pem",
        "/v1/ca/{name}/root.pem",
        "/v1/ca/{name}/crl",
        "/v1/service",
        "/v1/activations",
        "/v1/account-requests",
        "/v1/account-requests/codes",
        "/v1/account-requests/state",
        /* whoever is about to prove who they are */
        "/v1/projects/{id}",
        "/v1/projects/{id}/organizations",
        "/v1/captchas",
        "/v1/authentications",
        "/v1/authentications/state",
        "/v1/authentications/password",
        "/v1/authentications/sms-codes",
        "/v1/authentications/sms",
        "/v1/authentications/face",
        "/v1/authentications/remembered",
        "/v1/authentications/qr",
        "/v1/password-recoveries",
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        if (strcmp(open[i], path) == 0)
            return true;
    return false;
}

static void every_route_has_a_handler_and_an_access_that_fits_its_path(void **state)
{
    (void)state;
    for (const struct http_route *route = api_routes; route->method != NULL; route++) {
        assert_non_null(route->handler);
        assert_int_equal(strncmp(route->path, "/v1/", 4), 0);
        assert_int_not_equal(route->access, ROUTE_OPERATOR);
        bool signs_in = strcmp(route->method, "POST") == 0 &&
                        (strcmp(route->path, "/v1/sessions") == 0 || strcmp(route->path, "/v1/devices") == 0);
        assert_int_equal(route->access == ROUTE_PUBLIC, signs_in || is_open(route->path));
    }
    for (const struct http_route *route = api_admin_routes; route->method != NULL; route++) {
        assert_int_equal(strncmp(route->path, "/admin/v1/", 10), 0);
        assert_int_equal(route->access, ROUTE_OPERATOR);
    }
}

/* Whether the document has this path and, in its block, this method. The document's layout is ours: two blanks before a
 * path, four before a method. */
static bool described(const char *document, const char *path, const char *method)
{
    char line[128];
    snprintf(line, sizeof line, "\n  %s:\n", path);
    const char *block = strstr(document, line);
    if (block == NULL)
        return false;
    block += strlen(line);
    const char *end = strstr(block, "\n  /");
    snprintf(line, sizeof line, "\n    %s:\n", method);
    for (char *c = line; *c != '\0'; c++)
        *c = (char)tolower(*c);
    const char *at = strstr(block - 1, line);
    return at != NULL && (end == NULL || at < end);
}

static size_t count_in(const char *document, const char *text)
{
    size_t count = 0;
    for (const char *at = strstr(document, text); at != NULL; at = strstr(at + 1, text))
        count++;
    return count;
}

static void every_route_is_described_and_nothing_else_is(void **state)
{
    (void)state;
    static char document[1 << 19];
    static const struct http_route *const tables[] = {api_routes, api_admin_routes};
    static const char *const methods[] = {"get", "post", "put", "patch", "delete"};
    FILE *file = fopen("docs/openapi.yaml", "re");
    assert_non_null(file);
    size_t len = fread(document, 1, sizeof document - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_true(len < sizeof document - 1);
    size_t routes = 3; /* /healthz, /readyz, /metrics */
    for (size_t i = 0; i < 2; i++)
        for (const struct http_route *route = tables[i]; route->method != NULL; route++, routes++)
            if (!described(document, route->path, route->method))
                fail_msg("%s %s is not described", route->method, route->path);
    size_t operations = 0;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        char line[16];
        snprintf(line, sizeof line, "\n    %s:\n", methods[i]);
        operations += count_in(document, line);
    }
    assert_int_equal(operations, routes);
}

static void every_problem_of_a_refusal_stands_in_the_guide(void **state)
{
    (void)state;
    static char guide[1 << 18];
    FILE *file = fopen("docs/api.md", "re");
    assert_non_null(file);
    size_t len = fread(guide, 1, sizeof guide - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_true(len < sizeof guide - 1);
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        char name[64];
        snprintf(name, sizeof name, "`%s`", problem_slug((enum problem)i));
        if (strstr(guide, name) == NULL)
            fail_msg("%s is not in docs/api.md", name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_has_one_name_in_the_audit_trail_and_in_its_problem),
        cmocka_unit_test(every_verdict_but_ok_is_a_refusal),
        cmocka_unit_test(a_cursor_comes_back_as_it_went),
        cmocka_unit_test(a_cursor_that_no_list_gave_is_refused_by_name),
        cmocka_unit_test(pem_is_what_others_read),
        cmocka_unit_test(every_route_has_a_handler_and_an_access_that_fits_its_path),
        cmocka_unit_test(every_route_is_described_and_nothing_else_is),
        cmocka_unit_test(every_problem_of_a_refusal_stands_in_the_guide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
