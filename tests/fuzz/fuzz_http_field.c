/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies and queries read by a table (server/http/field.h), and what a head decides (server/http/head.h). Whatever is
 * refused has its problem as the reply; whatever is taken keeps to the table's limits. */
#include <stdlib.h>
#include <string.h>

#include "server/http/field.h"
#include "server/http/head.h"
#include "server/http/problem.h"
#include "server/http/request.h"
#include "tests/fuzz/fuzz.h"

#define NAME_MAX_BYTES 6
#define FRAME_MIN_BYTES 2
#define FRAME_MAX_BYTES 64

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
    struct bytes frame;
    const char *name;
    bool has_count;
    int64_t count;
    bool flag;
    int colour;
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
    {.name = "frame",
     .type = FIELD_BYTES,
     .offset = offsetof(struct input, frame),
     .min = FRAME_MIN_BYTES,
     .max = FRAME_MAX_BYTES},
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct input, name),
     .min = 1,
     .max = NAME_MAX_BYTES,
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

static const struct field query_fields[] = {
    {.name = "frame",
     .type = FIELD_BYTES,
     .offset = offsetof(struct input, frame),
     .min = FRAME_MIN_BYTES,
     .max = FRAME_MAX_BYTES,
     .optional = true},
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct input, name),
     .min = 1,
     .max = NAME_MAX_BYTES,
     .optional = true},
    {.name = "count",
     .type = FIELD_INT,
     .offset = offsetof(struct input, count),
     .min = -1,
     .max = 100,
     .optional = true,
     .present = offsetof(struct input, has_count)},
    {.name = "id", .type = FIELD_UUID, .offset = offsetof(struct input, id), .optional = true},
    {.name = NULL},
};

static void check_strokes(const struct field_list *list)
{
    const struct stroke *strokes = list->items;
    FUZZ_CHECK(list->count <= STROKES);
    for (size_t i = 0; i < list->count; i++) {
        FUZZ_CHECK(strokes[i].x.count <= STROKE_POINTS);
        for (size_t j = 0; j < strokes[i].x.count; j++)
            FUZZ_CHECK(strokes[i].x.items[j] >= -1 && strokes[i].x.items[j] <= 9);
    }
}

static void check_taken(const struct input *in)
{
    check_strokes(&in->strokes);
    if (in->frame.data)
        FUZZ_CHECK(in->frame.len >= FRAME_MIN_BYTES && in->frame.len <= FRAME_MAX_BYTES);
    if (in->name)
        FUZZ_CHECK(strlen(in->name) >= 1 && strlen(in->name) <= NAME_MAX_BYTES);
    FUZZ_CHECK(!in->has_count || (in->count >= -1 && in->count <= 100));
    FUZZ_CHECK(in->colour >= 0 && in->colour <= 1);
    if (in->subject.CN)
        FUZZ_CHECK(strlen(in->subject.CN) >= 1 && strlen(in->subject.CN) <= 8);
}

static void check_refused(const struct http_request *request)
{
    FUZZ_CHECK(request->reply.given);
    FUZZ_CHECK(request->reply.status >= 400 && request->reply.status < 500);
}

static void try_body(struct bytes input)
{
    struct input in = {0};
    struct http_request *request = request_new();
    FUZZ_CHECK(request != NULL);
    request_body_add(request, input.data, input.len);
    if (field_read_body(request, fields, &in))
        check_taken(&in);
    else
        check_refused(request);
    request_free(request);
}

/* name NUL value NUL name NUL value …, as libmicrohttpd hands parameters over: decoded, any bytes. */
static void try_query(char *text, size_t size)
{
    struct input in = {0};
    struct http_request *request = request_new();
    FUZZ_CHECK(request != NULL);
    size_t at = 0;
    while (at < size && request->query_count < HTTP_QUERY_MAX) {
        const char *name = text + at;
        at += strlen(name) + 1;
        const char *value = at < size ? text + at : "";
        at += strlen(value) + 1;
        request->query[request->query_count++] = (struct http_parameter){name, value};
    }
    if (field_read_query(request, query_fields, &in))
        check_taken(&in);
    else
        check_refused(request);
    request_free(request);
}

static void try_head(const char *text)
{
    uint8_t token[HTTP_TOKEN_SIZE];
    struct head head = {.content_type = text, .content_length = text, .authorization = text};
    (void)head_body_length(&head);
    (void)head_is_json(text);
    (void)head_token(token, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    try_body(bytes_of(data, size));
    try_query(text, size);
    try_head(text);
    free(text);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    static const char whole[] =
        "{\"frame\":\"AQID\",\"name\":\"\xe6\x9d\x8e\",\"count\":-1,\"flag\":true,\"colour\":\"green\","
        "\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"subject\":{\"C\":\"CN\",\"CN\":\"x\"}}";
    static const char *const seeds[] = {
        whole,
        "{\"frame\":\"AAA\",\"name\":\"a\\u00e9\\n\",\"count\":1e2}",
        "{\"frame\":\"AQID\",\"strokes\":[{\"x\":[1,2,3]},{\"x\":[-1],\"by\":{\"CN\":\"x\"}}]}",
        "{\"frame\":[[[[[[[[[[]]]]]]]]]],\"frame\":null}",
        "DPoP AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "application/json; charset=utf-8",
        "18446744073709551616",
    };
    static const char query[] = "name\0abc\0count\0-1\0id\0f1890a5d-ac96-774b-bcce-b302099a8057\0frame\0AQID";
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        emit(context, bytes_of_text(seeds[i]));
    emit(context, bytes_of(query, sizeof(query)));
}
