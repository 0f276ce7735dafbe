/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/field.h"
#include "tests/unit/http_reply.h"

enum colour {
    RED,
    GREEN
};

struct inner {
    const char *C, *CN;
};

#define STROKES 2
#define STROKE_POINTS 3
struct stroke {
    struct field_numbers x;
    struct inner by;
};

struct input {
    struct bytes frame, signature;
    const char *name;
    bool has_count;
    int64_t count;
    bool flag;
    int colour;
    unsigned colours;
    uint8_t id[16];
    struct inner subject;
    struct field_list strokes;
};

static const char *const colours[] = {"red", "green", NULL};
static const struct field inner_fields[] = {
    {.name = "C",
     .type = FIELD_TEXT,
     .offset = offsetof(struct inner, C),
     .min = 2,
     .max = 2,
     .optional = true},
    {.name = "CN", .type = FIELD_TEXT, .offset = offsetof(struct inner, CN), .min = 1, .max = 8},
    {.name = NULL},
};
static const struct field stroke_fields[] = {
    {.name = "x",
     .type = FIELD_NUMBERS,
     .offset = offsetof(struct stroke, x),
     .min = -1,
     .max = 9,
     .most = STROKE_POINTS},
    {.name = "by",
     .type = FIELD_OBJECT,
     .offset = offsetof(struct stroke, by),
     .fields = inner_fields,
     .optional = true},
    {.name = NULL},
};
static const struct field fields[] = {
    {.name = "frame", .type = FIELD_BYTES, .offset = offsetof(struct input, frame), .min = 2, .max = 4},
    {.name = "signature",
     .type = FIELD_BYTES,
     .offset = offsetof(struct input, signature),
     .min = 3,
     .max = 3,
     .optional = true},
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct input, name),
     .min = 1,
     .max = 6,
     .optional = true},
    {.name = "count",
     .type = FIELD_INT,
     .offset = offsetof(struct input, count),
     .min = -1,
     .max = 100,
     .optional = true,
     .present = offsetof(struct input, has_count)},
    {.name = "flag", .type = FIELD_BOOL, .offset = offsetof(struct input, flag), .optional = true},
    {.name = "colour",
     .type = FIELD_ENUM,
     .offset = offsetof(struct input, colour),
     .names = colours,
     .optional = true},
    {.name = "colours",
     .type = FIELD_SET,
     .offset = offsetof(struct input, colours),
     .min = 1,
     .max = 2,
     .names = colours,
     .optional = true},
    {.name = "id", .type = FIELD_UUID, .offset = offsetof(struct input, id), .optional = true},
    {.name = "subject",
     .type = FIELD_OBJECT,
     .offset = offsetof(struct input, subject),
     .fields = inner_fields,
     .optional = true},
    {.name = "strokes",
     .type = FIELD_LIST,
     .offset = offsetof(struct input, strokes),
     .fields = stroke_fields,
     .most = STROKES,
     .size = sizeof(struct stroke),
     .optional = true},
    {.name = NULL},
};

static struct http_request *request_of(const char *body, size_t len)
{
    struct http_request *request = request_new();
    request_body_add(request, body, len);
    return request;
}

static void assert_refused(const char *body, enum problem problem, const char *field, json_int_t limit)
{
    struct input in = {0};
    struct http_request *request = request_of(body, strlen(body));
    assert_false(field_read_body(request, fields, &in));
    assert_problem(request, problem, field, limit);
    request_free(request);
}

/* "frame":"AAA" is two zero bytes. */
#define WITH(rest) "{\"frame\":\"AAA\"," rest "}"

static void field_read_body_fills_the_struct(void **state)
{
    static const char body[] =
        WITH("\"signature\":\"AQID\",\"name\":\"\xe6\x9d\x8e\xe6\x98\x8e\",\"count\":-1,\"flag\":true,"
             "\"colour\":\"green\","
             "\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"subject\":{\"CN\":\"x\"}");
    struct input in = {0};
    struct http_request *request = request_of(body, strlen(body));
    (void)state;
    assert_true(field_read_body(request, fields, &in));
    assert_int_equal(in.frame.len, 2);
    assert_int_equal(in.signature.len, 3);
    assert_memory_equal(in.signature.data, "\1\2\3", 3);
    assert_string_equal(in.name, "\xe6\x9d\x8e\xe6\x98\x8e");
    assert_int_equal(in.count, -1);
    assert_true(in.has_count);
    assert_true(in.flag);
    assert_int_equal(in.colour, GREEN);
    assert_int_equal(in.id[0], 0x01);
    assert_int_equal(in.id[15], 0x57);
    assert_string_equal(in.subject.CN, "x");
    assert_null(in.subject.C);
    assert_false(request->reply.given);
    request_free(request);
}

static void an_absent_optional_field_leaves_what_was_there(void **state)
{
    static const char body[] = "{\"frame\":\"AAA\"}";
    struct input in = {.count = 42, .colour = GREEN};
    struct http_request *request = request_of(body, strlen(body));
    (void)state;
    assert_true(field_read_body(request, fields, &in));
    assert_int_equal(in.count, 42);
    assert_false(in.has_count);
    assert_int_equal(in.colour, GREEN);
    assert_null(in.name);
    assert_null(in.signature.data);
    request_free(request);
}

/* Every type but these three refuses null, also where a table says that it may be. */
static void null_is_the_empty_value_where_the_table_takes_it(void **state)
{
    struct field nullable[sizeof(fields) / sizeof(fields[0])];
    struct input in = {.count = 42, .colour = GREEN};
    (void)state;
    memcpy(nullable, fields, sizeof(fields));
    for (struct field *field = nullable; field->name; field++)
        field->nullable = true;
    static const char body[] = WITH("\"signature\":null,\"name\":null,\"colour\":null");
    struct http_request *request = request_of(body, strlen(body));
    assert_true(field_read_body(request, nullable, &in));
    assert_int_equal(in.signature.len, 0);
    assert_non_null(in.signature.data);
    assert_string_equal(in.name, "");
    assert_int_equal(in.colour, -1);
    request_free(request);
    static const char *const others[] = {"count", "flag", "colours", "id", "subject", "strokes"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char text[64];
        (void)snprintf(text, sizeof(text), WITH("\"%s\":null"), others[i]);
        request = request_of(text, strlen(text));
        assert_false(field_read_body(request, nullable, &in));
        assert_problem(request, PROBLEM_BAD_FIELD, others[i], -1);
        request_free(request);
    }
}

static void a_body_that_is_no_json_object_is_refused(void **state)
{
    static const char *const bodies[] = {"",
                                         "{",
                                         "[]",
                                         "17",
                                         "null",
                                         "\"x\"",
                                         "{}x",
                                         "{\"frame\":\"AAA\",}",
                                         "{\"frame\":\"AAA\",\"frame\":\"AAA\"}",
                                         "{\"frame\":\"\xff\"}",
                                         "{\"frame\":\"\\u0000\"}",
                                         "{\"count\":99999999999999999999}"};
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_refused(bodies[i], PROBLEM_BAD_JSON, NULL, -1);
}

static void deep_nesting_is_refused_before_it_is_parsed(void **state)
{
    (void)state;
    assert_refused("{\"a\":[[[[[[[[1]]]]]]]]}", PROBLEM_BAD_JSON, NULL, 8);
    assert_refused("{\"a\":[[[[[[[1]]]]]]]}", PROBLEM_UNKNOWN_FIELD, "a", -1);
    assert_refused("{\"a\":\"[[[[[[[[[[[[\\\"[[[[\"}", PROBLEM_UNKNOWN_FIELD, "a", -1);
}

static void an_unknown_or_missing_field_is_named(void **state)
{
    (void)state;
    assert_refused(WITH("\"flavour\":1"), PROBLEM_UNKNOWN_FIELD, "flavour", -1);
    assert_refused("{\"name\":\"x\"}", PROBLEM_MISSING_FIELD, "frame", -1);
    assert_refused(WITH("\"subject\":{\"CN\":\"x\",\"L\":\"y\"}"), PROBLEM_UNKNOWN_FIELD, "subject.L", -1);
    assert_refused(WITH("\"subject\":{}"), PROBLEM_MISSING_FIELD, "subject.CN", -1);
}

static void bad_bytes_are_refused_with_their_limit(void **state)
{
    (void)state;
    assert_refused("{\"frame\":\"\"}", PROBLEM_BAD_FIELD, "frame", 2);
    assert_refused("{\"frame\":\"AA\"}", PROBLEM_BAD_FIELD, "frame", 2);
    assert_refused("{\"frame\":\"AAAAAAA\"}", PROBLEM_BAD_FIELD, "frame", 4);
    assert_refused(WITH("\"signature\":\"AAA\""), PROBLEM_BAD_FIELD, "signature", 3);
    assert_refused("{\"frame\":\"AAA=\"}", PROBLEM_BAD_FIELD, "frame", -1);
    assert_refused("{\"frame\":\"AAB\"}", PROBLEM_BAD_FIELD, "frame", -1);
    assert_refused("{\"frame\":\"AA+\"}", PROBLEM_BAD_FIELD, "frame", -1);
    assert_refused("{\"frame\":\"AAAAA\"}", PROBLEM_BAD_FIELD, "frame", -1);
    assert_refused("{\"frame\":17}", PROBLEM_BAD_FIELD, "frame", -1);
    assert_refused("{\"frame\":null}", PROBLEM_BAD_FIELD, "frame", -1);
}

static void bad_text_is_refused_with_its_limit(void **state)
{
    (void)state;
    assert_refused(WITH("\"name\":\"\""), PROBLEM_BAD_FIELD, "name", 1);
    assert_refused(WITH("\"name\":\"1234567\""), PROBLEM_BAD_FIELD, "name", 6);
    assert_refused(WITH("\"name\":\"\xe6\x9d\x8e\xe6\x98\x8e.\""), PROBLEM_BAD_FIELD, "name", 6);
    assert_refused(WITH("\"name\":\"a\\nb\""), PROBLEM_BAD_FIELD, "name", -1);
    assert_refused(WITH("\"name\":null"), PROBLEM_BAD_FIELD, "name", -1);
    assert_refused(WITH("\"subject\":{\"CN\":\"x\",\"C\":\"CNN\"}"), PROBLEM_BAD_FIELD, "subject.C", 2);
    assert_refused(WITH("\"subject\":17"), PROBLEM_BAD_FIELD, "subject", -1);
}

static void bad_numbers_and_names_are_refused(void **state)
{
    (void)state;
    assert_refused(WITH("\"count\":101"), PROBLEM_BAD_FIELD, "count", 100);
    assert_refused(WITH("\"count\":-2"), PROBLEM_BAD_FIELD, "count", -1);
    assert_refused(WITH("\"count\":1.0"), PROBLEM_BAD_FIELD, "count", -1);
    assert_refused(WITH("\"count\":\"1\""), PROBLEM_BAD_FIELD, "count", -1);
    assert_refused(WITH("\"flag\":1"), PROBLEM_BAD_FIELD, "flag", -1);
    assert_refused(WITH("\"colour\":\"blue\""), PROBLEM_BAD_FIELD, "colour", -1);
    assert_refused(WITH("\"colour\":1"), PROBLEM_BAD_FIELD, "colour", -1);
    assert_refused(WITH("\"id\":\"17\""), PROBLEM_BAD_FIELD, "id", -1);
    assert_refused(WITH("\"id\":1"), PROBLEM_BAD_FIELD, "id", -1);
}

static void a_set_is_read_as_bits_in_whatever_order_it_comes(void **state)
{
    static const struct {
        const char *body;
        unsigned set;
    } cases[] = {
        {WITH("\"colours\":[\"red\"]"), 1},
        {WITH("\"colours\":[\"green\"]"), 2},
        {WITH("\"colours\":[\"green\",\"red\"]"), 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct input in = {0};
        struct http_request *request = request_of(cases[i].body, strlen(cases[i].body));
        assert_true(field_read_body(request, fields, &in));
        assert_int_equal(in.colours, cases[i].set);
        request_free(request);
    }
    assert_refused(WITH("\"colours\":[]"), PROBLEM_BAD_FIELD, "colours", 1);
    assert_refused(WITH("\"colours\":[\"red\",\"green\",\"red\"]"), PROBLEM_BAD_FIELD, "colours", 2);
    assert_refused(WITH("\"colours\":[\"red\",\"red\"]"), PROBLEM_BAD_FIELD, "colours", -1);
    assert_refused(WITH("\"colours\":[\"blue\"]"), PROBLEM_BAD_FIELD, "colours", -1);
    assert_refused(WITH("\"colours\":[1]"), PROBLEM_BAD_FIELD, "colours", -1);
    assert_refused(WITH("\"colours\":\"red\""), PROBLEM_BAD_FIELD, "colours", -1);
}

static void an_array_of_objects_is_read_into_structs(void **state)
{
    static const char body[] = WITH("\"strokes\":[{\"x\":[1,-1,9]},{\"x\":[],\"by\":{\"CN\":\"y\"}}]");
    struct input in = {0};
    struct http_request *request = request_of(body, strlen(body));
    (void)state;
    assert_true(field_read_body(request, fields, &in));
    assert_int_equal(in.strokes.count, 2);
    const struct stroke *strokes = in.strokes.items;
    assert_int_equal(strokes[0].x.count, 3);
    assert_int_equal(strokes[0].x.items[0], 1);
    assert_int_equal(strokes[0].x.items[1], -1);
    assert_int_equal(strokes[0].x.items[2], 9);
    assert_null(strokes[0].by.CN);
    assert_int_equal(strokes[1].x.count, 0);
    assert_string_equal(strokes[1].by.CN, "y");
    request_free(request);
}

static void an_empty_array_is_read_as_none(void **state)
{
    static const char body[] = WITH("\"strokes\":[]");
    struct input in = {.strokes = {.count = 7}};
    struct http_request *request = request_of(body, strlen(body));
    (void)state;
    assert_true(field_read_body(request, fields, &in));
    assert_int_equal(in.strokes.count, 0);
    request_free(request);
}

static void bad_arrays_are_refused_by_place_and_limit(void **state)
{
    (void)state;
    assert_refused(WITH("\"strokes\":{}"), PROBLEM_BAD_FIELD, "strokes", -1);
    assert_refused(WITH("\"strokes\":[1]"), PROBLEM_BAD_FIELD, "strokes", -1);
    assert_refused(WITH("\"strokes\":[null]"), PROBLEM_BAD_FIELD, "strokes", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":[]},{\"x\":[]},{\"x\":[]}]"), PROBLEM_BAD_FIELD, "strokes",
                   STROKES);
    assert_refused(WITH("\"strokes\":[{\"x\":[]},{}]"), PROBLEM_MISSING_FIELD, "strokes[1].x", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":[],\"z\":1}]"), PROBLEM_UNKNOWN_FIELD, "strokes[0].z", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":1}]"), PROBLEM_BAD_FIELD, "strokes[0].x", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":[1,2,3,4]}]"), PROBLEM_BAD_FIELD, "strokes[0].x", STROKE_POINTS);
    assert_refused(WITH("\"strokes\":[{\"x\":[1,10]}]"), PROBLEM_BAD_FIELD, "strokes[0].x", 9);
    assert_refused(WITH("\"strokes\":[{\"x\":[-2]}]"), PROBLEM_BAD_FIELD, "strokes[0].x", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":[1.5]}]"), PROBLEM_BAD_FIELD, "strokes[0].x", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":[\"1\"]}]"), PROBLEM_BAD_FIELD, "strokes[0].x", -1);
    assert_refused(WITH("\"strokes\":[{\"x\":[],\"by\":{}}]"), PROBLEM_MISSING_FIELD, "strokes[0].by.CN", -1);
}

static void a_long_unknown_name_is_cut_at_a_character(void **state)
{
    char body[256] = "{\"", name[65] = "";
    (void)state;
    for (int i = 0; i < 40; i++)
        (void)strncat(body, "\xc3\xa9", sizeof(body) - strlen(body) - 1);
    (void)strncat(body, "\":1}", sizeof(body) - strlen(body) - 1);
    for (int i = 0; i < 32; i++)
        (void)strncat(name, "\xc3\xa9", sizeof(name) - strlen(name) - 1);
    assert_refused(body, PROBLEM_UNKNOWN_FIELD, name, -1);
}

static void every_cut_of_a_body_is_refused_or_read_whole(void **state)
{
    static const char body[] = WITH("\"name\":\"x\\u00e9\",\"count\":12");
    (void)state;
    for (size_t len = 0; len < sizeof(body) - 1; len++) {
        struct input in = {0};
        struct http_request *request = request_of(body, len);
        assert_false(field_read_body(request, fields, &in));
        assert_int_equal(request->reply.status, 400);
        request_free(request);
    }
}

static void every_flipped_bit_is_refused_or_read_whole(void **state)
{
    char body[] = WITH("\"name\":\"xy\",\"count\":12");
    (void)state;
    for (size_t bit = 0; bit < 8 * (sizeof(body) - 1); bit++) {
        struct input in = {0};
        body[bit / 8] = (char)(body[bit / 8] ^ (1 << bit % 8));
        struct http_request *request = request_of(body, sizeof(body) - 1);
        bool read = field_read_body(request, fields, &in);
        assert_int_equal(read, !request->reply.given);
        assert_true(read || request->reply.status == 400);
        request_free(request);
        body[bit / 8] = (char)(body[bit / 8] ^ (1 << bit % 8));
    }
}

static void a_body_beyond_the_limit_is_refused_in_whatever_pieces_it_comes(void **state)
{
    static char piece[1000];
    struct http_request *request = request_new();
    (void)state;
    for (size_t sent = 0; sent + sizeof(piece) <= HTTP_BODY_MAX; sent += sizeof(piece))
        request_body_add(request, piece, sizeof(piece));
    assert_false(request->reply.given);
    request_body_add(request, piece, sizeof(piece));
    assert_problem(request, PROBLEM_BODY_TOO_LARGE, NULL, HTTP_BODY_MAX);
    request_free(request);
}

static void an_empty_body_is_enough_where_no_field_is_known(void **state)
{
    static const struct field none[] = {{.name = NULL}};
    struct http_request *request = request_new();
    (void)state;
    assert_true(field_read_body(request, none, NULL));
    request_free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_read_body_fills_the_struct),
        cmocka_unit_test(an_absent_optional_field_leaves_what_was_there),
        cmocka_unit_test(null_is_the_empty_value_where_the_table_takes_it),
        cmocka_unit_test(a_body_that_is_no_json_object_is_refused),
        cmocka_unit_test(deep_nesting_is_refused_before_it_is_parsed),
        cmocka_unit_test(an_unknown_or_missing_field_is_named),
        cmocka_unit_test(bad_bytes_are_refused_with_their_limit),
        cmocka_unit_test(bad_text_is_refused_with_its_limit),
        cmocka_unit_test(bad_numbers_and_names_are_refused),
        cmocka_unit_test(a_set_is_read_as_bits_in_whatever_order_it_comes),
        cmocka_unit_test(an_array_of_objects_is_read_into_structs),
        cmocka_unit_test(an_empty_array_is_read_as_none),
        cmocka_unit_test(bad_arrays_are_refused_by_place_and_limit),
        cmocka_unit_test(a_long_unknown_name_is_cut_at_a_character),
        cmocka_unit_test(every_cut_of_a_body_is_refused_or_read_whole),
        cmocka_unit_test(every_flipped_bit_is_refused_or_read_whole),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused_in_whatever_pieces_it_comes),
        cmocka_unit_test(an_empty_body_is_enough_where_no_field_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
