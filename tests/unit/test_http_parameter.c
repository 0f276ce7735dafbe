/* SPDX-License-Identifier: Apache-2.0 */
/* What the query and the path of a request may hold. */
#include "server/http/field.h"
#include "tests/unit/http_reply.h"

struct page {
    int64_t limit;
    const char *cursor;
};
static const struct field page_fields[] = {
    {.name = "limit",
     .type = FIELD_INT,
     .offset = offsetof(struct page, limit),
     .min = 1,
     .max = 500,
     .optional = true},
    {.name = "cursor",
     .type = FIELD_TEXT,
     .offset = offsetof(struct page, cursor),
     .min = 1,
     .max = 16,
     .optional = true},
    {.name = NULL},
};

static struct http_request *request_asking(const char *name, const char *value)
{
    struct http_request *request = request_new();
    request->query[0] = (struct http_parameter){name, value};
    request->query_count = 1;
    return request;
}

static void field_read_query_reads_numbers_and_texts(void **state)
{
    struct page page = {.limit = 100};
    struct http_request *request = request_asking("limit", "17");
    (void)state;
    request->query[request->query_count++] = (struct http_parameter){"cursor", "17"};
    assert_true(field_read_query(request, page_fields, &page));
    assert_int_equal(page.limit, 17);
    assert_string_equal(page.cursor, "17");
    request_free(request);
}

static void field_read_query_refuses_what_the_table_does_not_say(void **state)
{
    static const struct {
        const char *name, *value;
        enum problem problem;
        json_int_t limit;
    } cases[] = {
        {"limit", "501", PROBLEM_BAD_FIELD, 500}, {"limit", "0", PROBLEM_BAD_FIELD, 1},
        {"limit", "+7", PROBLEM_BAD_FIELD, -1},   {"limit", "7x", PROBLEM_BAD_FIELD, -1},
        {"limit", "", PROBLEM_BAD_FIELD, -1},     {"limit", "99999999999999999999", PROBLEM_BAD_FIELD, -1},
        {"cursor", "", PROBLEM_BAD_FIELD, 1},     {"cursor", "12345678901234567", PROBLEM_BAD_FIELD, 16},
        {"page", "1", PROBLEM_UNKNOWN_FIELD, -1},
    };
    struct page page = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_request *request = request_asking(cases[i].name, cases[i].value);
        assert_false(field_read_query(request, page_fields, &page));
        assert_problem(request, cases[i].problem, cases[i].name, cases[i].limit);
        request_free(request);
    }
}

static void a_repeated_or_undecodable_parameter_is_refused(void **state)
{
    struct page page = {0};
    struct http_request *request = request_asking("limit", "1");
    (void)state;
    request->query[request->query_count++] = (struct http_parameter){"limit", "2"};
    assert_false(field_read_query(request, page_fields, &page));
    assert_problem(request, PROBLEM_BAD_FIELD, "limit", -1);
    request_free(request);
    request = request_asking("cursor", "\xff");
    assert_false(field_read_query(request, page_fields, &page));
    assert_problem(request, PROBLEM_BAD_FIELD, "query", -1);
    request_free(request);
}

static void path_parameters_are_identifiers_or_names(void **state)
{
    uint8_t id[16];
    char name[8];
    struct http_request *request = request_new();
    (void)state;
    request->match.parameters[0] = (struct route_parameter){"01890a5d-ac96-774b-bcce-b302099a8057/rest", 36};
    request->match.parameters[1] = (struct route_parameter){"sm2", 3};
    assert_true(field_read_path_uuid(request, 0, "id", id));
    assert_true(field_read_path_text(request, 1, "name", name, sizeof(name)));
    assert_string_equal(name, "sm2");
    assert_false(field_read_path_text(request, 0, "name", name, sizeof(name)));
    assert_problem(request, PROBLEM_BAD_FIELD, "name", 7);
    assert_false(field_read_path_uuid(request, 1, "id", id));
    assert_problem(request, PROBLEM_BAD_FIELD, "id", -1);
    request->match.parameters[1] = (struct route_parameter){"a%b", 3};
    assert_false(field_read_path_text(request, 1, "name", name, sizeof(name)));
    assert_problem(request, PROBLEM_BAD_FIELD, "name", -1);
    request_free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_read_query_reads_numbers_and_texts),
        cmocka_unit_test(field_read_query_refuses_what_the_table_does_not_say),
        cmocka_unit_test(a_repeated_or_undecodable_parameter_is_refused),
        cmocka_unit_test(path_parameters_are_identifiers_or_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
