/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "server/http/problem.h"
#include "server/http/request.h"

#define JSON_DEPTH_MAX 8
#define FIELD_NAME_MAX 64

const struct field field_none[] = {{.name = NULL}};

/* One reading: where problems go, and how the names in them begin ("subject." inside that object). */
struct reading {
    struct http_request *request;
    const char *prefix;
};

/* Cuts a name at FIELD_NAME_MAX bytes, at the start of a character: an unknown name is the sender's text. */
static void full_name(char name[2 * FIELD_NAME_MAX], const struct reading *reading, const char *field)
{
    size_t len = strlen(field);
    if (len > FIELD_NAME_MAX) {
        len = FIELD_NAME_MAX;
        while (len > 0 && ((unsigned char)field[len] & 0xc0) == 0x80)
            len--;
    }
    (void)snprintf(name, 2 * FIELD_NAME_MAX, "%s%.*s", reading->prefix, (int)len, field);
}

static bool refuse(const struct reading *reading, enum problem problem, const char *field, const char *reason,
                   int64_t limit)
{
    char name[2 * FIELD_NAME_MAX];
    full_name(name, reading, field);
    problem_reply_field(reading->request, problem, name, reason, limit);
    return false;
}

static bool bad(const struct reading *reading, const struct field *field, const char *reason, int64_t limit)
{
    return refuse(reading, PROBLEM_BAD_FIELD, field->name, reason, limit);
}

/* Lengths of bytes and texts, values of numbers. */
static bool check_length(const struct reading *reading, const struct field *field, int64_t len)
{
    if (field->min == field->max && len != field->min)
        return bad(reading, field, "is not of the exact length", field->min);
    if (len > field->max)
        return bad(reading, field, "is longer than the limit", field->max);
    if (len < field->min)
        return bad(reading, field, "is shorter than the limit", field->min);
    return true;
}

static bool read_bytes(const struct reading *reading, const struct field *field, const json_t *value,
                       void *at)
{
    if (!json_is_string(value))
        return bad(reading, field, "must be a base64url text", -1);
    size_t text_len = json_string_length(value);
    size_t len = text_len / 4 * 3 + (text_len % 4 > 1 ? text_len % 4 - 1 : 0);
    if (!check_length(reading, field, (int64_t)len))
        return false;
    uint8_t *memory = request_alloc(reading->request, len + 1);
    if (!memory) {
        problem_reply(reading->request, PROBLEM_INTERNAL, NULL, NULL);
        return false;
    }
    struct buf decoded;
    buf_init(&decoded, memory, len);
    if (base64url_decode(&decoded, json_string_value(value)))
        return bad(reading, field, "must be base64url without padding", -1);
    struct bytes result = buf_bytes(&decoded);
    memcpy(at, &result, sizeof(result));
    return true;
}

static bool read_text(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    if (!json_is_string(value))
        return bad(reading, field, "must be a text", -1);
    const char *text = json_string_value(value);
    if (!check_length(reading, field, (int64_t)json_string_length(value)))
        return false;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            return bad(reading, field, "must not hold control characters", -1);
    }
    memcpy(at, &text, sizeof(text));
    return true;
}

static bool read_int(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    if (!json_is_integer(value))
        return bad(reading, field, "must be a whole number", -1);
    int64_t number = json_integer_value(value);
    if (number > field->max)
        return bad(reading, field, "is greater than the limit", field->max);
    if (number < field->min)
        return bad(reading, field, "is less than the limit", field->min);
    memcpy(at, &number, sizeof(number));
    return true;
}

static bool read_bool(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    if (!json_is_boolean(value))
        return bad(reading, field, "must be true or false", -1);
    bool flag = json_is_true(value);
    memcpy(at, &flag, sizeof(flag));
    return true;
}

/* The index of the text in the field's names; -1: it is none of them. */
static int find_name(const struct field *field, const json_t *value)
{
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    for (int i = 0; field->names[i]; i++) {
        if (strcmp(field->names[i], text) == 0)
            return i;
    }
    return -1;
}

static bool read_enum(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    int index = find_name(field, value);
    if (index < 0)
        return bad(reading, field, "is none of the accepted values", -1);
    memcpy(at, &index, sizeof(index));
    return true;
}

static bool read_set(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    unsigned set = 0;
    if (!json_is_array(value))
        return bad(reading, field, "must be an array", -1);
    if (!check_length(reading, field, (int64_t)json_array_size(value)))
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        int index = find_name(field, json_array_get(value, i));
        if (index < 0)
            return bad(reading, field, "holds none of the accepted values", -1);
        if ((set >> index & 1) != 0)
            return bad(reading, field, "holds a value twice", -1);
        set |= 1u << index;
    }
    memcpy(at, &set, sizeof(set));
    return true;
}

static bool read_uuid(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    uint8_t id[UUID_SIZE];
    if (!json_is_string(value) || uuid_parse(id, json_string_value(value)))
        return bad(reading, field, "must be a UUID", -1);
    memcpy(at, id, sizeof(id));
    return true;
}

static bool read_object(const struct reading *reading, json_t *object, const struct field *table, void *out);

static bool read_inner(const struct reading *reading, const struct field *field, json_t *value, void *at)
{
    char prefix[FIELD_NAME_MAX];
    if (!json_is_object(value))
        return bad(reading, field, "must be an object", -1);
    (void)snprintf(prefix, sizeof(prefix), "%s%s.", reading->prefix, field->name);
    struct reading inner = {reading->request, prefix};
    return read_object(&inner, value, field->fields, at);
}

/* Numbers of one range, in memory of the request's. */
static bool read_numbers(const struct reading *reading, const struct field *field, const json_t *value,
                         void *at)
{
    if (!json_is_array(value))
        return bad(reading, field, "must be an array", -1);
    struct field_numbers numbers = {.count = json_array_size(value)};
    if (numbers.count > field->most)
        return bad(reading, field, "holds more than the limit", (int64_t)field->most);
    int64_t *items = request_alloc(reading->request, (numbers.count + 1) * sizeof(*items));
    if (!items) {
        problem_reply(reading->request, PROBLEM_INTERNAL, NULL, NULL);
        return false;
    }
    for (size_t i = 0; i < numbers.count; i++) {
        if (!read_int(reading, field, json_array_get(value, i), &items[i]))
            return false;
    }
    numbers.items = items;
    memcpy(at, &numbers, sizeof(numbers));
    return true;
}

/* Objects of one table, each in a struct of the size that the field says, in memory of the request's. */
static bool read_list(const struct reading *reading, const struct field *field, const json_t *value, void *at)
{
    if (!json_is_array(value))
        return bad(reading, field, "must be an array", -1);
    struct field_list list = {.count = json_array_size(value)};
    if (list.count > field->most)
        return bad(reading, field, "holds more than the limit", (int64_t)field->most);
    char *items = request_alloc(reading->request, (list.count + 1) * field->size);
    if (!items) {
        problem_reply(reading->request, PROBLEM_INTERNAL, NULL, NULL);
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        char prefix[2 * FIELD_NAME_MAX];
        (void)snprintf(prefix, sizeof(prefix), "%s%s[%zu].", reading->prefix, field->name, i);
        struct reading inner = {reading->request, prefix};
        json_t *element = json_array_get(value, i);
        if (!json_is_object(element))
            return bad(reading, field, "must hold objects alone", -1);
        if (!read_object(&inner, element, field->fields, items + i * field->size))
            return false;
    }
    list.items = items;
    memcpy(at, &list, sizeof(list));
    return true;
}

static bool read_value(const struct reading *reading, const struct field *field, json_t *value, void *at)
{
    switch (field->type) {
    case FIELD_BYTES:
        return read_bytes(reading, field, value, at);
    case FIELD_TEXT:
        return read_text(reading, field, value, at);
    case FIELD_INT:
        return read_int(reading, field, value, at);
    case FIELD_BOOL:
        return read_bool(reading, field, value, at);
    case FIELD_ENUM:
        return read_enum(reading, field, value, at);
    case FIELD_SET:
        return read_set(reading, field, value, at);
    case FIELD_UUID:
        return read_uuid(reading, field, value, at);
    case FIELD_OBJECT:
        return read_inner(reading, field, value, at);
    case FIELD_NUMBERS:
        return read_numbers(reading, field, value, at);
    case FIELD_LIST:
        return read_list(reading, field, value, at);
    }
    return false;
}

/* What null stands for. False: nothing. */
static bool read_null(const struct field *field, void *at)
{
    static const char none[] = "";
    const char *text = none;
    const struct bytes bytes = {(const uint8_t *)none, 0};
    if (!field->nullable)
        return false;
    if (field->type == FIELD_TEXT)
        memcpy(at, &text, sizeof(text));
    else if (field->type == FIELD_BYTES)
        memcpy(at, &bytes, sizeof(bytes));
    else if (field->type == FIELD_ENUM)
        memcpy(at, &(int){-1}, sizeof(int));
    return field->type == FIELD_TEXT || field->type == FIELD_BYTES || field->type == FIELD_ENUM;
}

/* The field of that name; NULL: there is none. */
static const struct field *find_field(const struct field *table, const char *name)
{
    for (; table->name; table++) {
        if (strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

static bool read_object(const struct reading *reading, json_t *object, const struct field *table, void *out)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (!find_field(table, name))
            return refuse(reading, PROBLEM_UNKNOWN_FIELD, name, "there is no such field", -1);
    }
    for (const struct field *field = table; field->name; field++) {
        value = json_object_get(object, field->name);
        if (!value && !field->optional)
            return refuse(reading, PROBLEM_MISSING_FIELD, field->name, "must be given", -1);
        if (!value)
            continue;
        void *at = (char *)out + field->offset;
        if (!(json_is_null(value) && read_null(field, at)) && !read_value(reading, field, value, at))
            return false;
        if (field->optional && field->present > 0)
            memcpy((char *)out + field->present, &(bool){true}, sizeof(bool));
    }
    return true;
}

/* jansson bounds its own recursion far above what any body here needs. */
static bool is_shallow(const uint8_t *text, size_t len)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string && (text[i] == '{' || text[i] == '['))
            depth++;
        else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0)
            depth--;
        if (depth > JSON_DEPTH_MAX)
            return false;
    }
    return true;
}

static bool parse_body(struct http_request *request, bool may_be_empty)
{
    json_error_t error;
    if (request->body_len == 0 && may_be_empty) {
        request->json = json_object();
        return true;
    }
    if (!is_shallow(request->body, request->body_len)) {
        problem_reply(request, PROBLEM_BAD_JSON, "nested too deeply",
                      json_pack("{si}", "limit", JSON_DEPTH_MAX));
        return false;
    }
    request->json =
        json_loadb((const char *)request->body, request->body_len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(request->json))
        return true;
    char detail[64];
    (void)snprintf(detail, sizeof(detail), "not a JSON object (byte %d)", request->json ? 0 : error.position);
    problem_reply(request, PROBLEM_BAD_JSON, detail, NULL);
    return false;
}

bool field_read_body(struct http_request *request, const struct field *table, void *out)
{
    struct reading reading = {request, ""};
    if (!request->json && !parse_body(request, table->name == NULL))
        return false;
    return read_object(&reading, request->json, table, out);
}

/* A parameter's text as the JSON value that its field expects; what does not convert stays text, and is refused by
 * the field's own check. */
static json_t *query_value(const struct field *field, const char *text)
{
    char again[24];
    long long number = strtoll(text, NULL, 10);
    (void)snprintf(again, sizeof(again), "%lld", number);
    if (field && field->type == FIELD_INT && strcmp(again, text) == 0)
        return json_integer(number);
    if (field && field->type == FIELD_BOOL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return json_boolean(text[0] == 't');
    return json_string(text);
}

bool field_read_query(struct http_request *request, const struct field *table, void *out)
{
    struct reading reading = {request, ""};
    json_decref(request->query_json);
    request->query_json = json_object();
    for (size_t i = 0; i < request->query_count; i++) {
        const char *name = request->query[i].name;
        json_t *value = query_value(find_field(table, name), request->query[i].value);
        if (json_object_get(request->query_json, name)) {
            json_decref(value);
            return refuse(&reading, PROBLEM_BAD_FIELD, name, "is given twice", -1);
        }
        if (json_object_set_new(request->query_json, name, value) != 0)
            return refuse(&reading, PROBLEM_BAD_FIELD, "query", "must be UTF-8", -1);
    }
    return read_object(&reading, request->query_json, table, out);
}

static bool copy_parameter(char *text, size_t size, const struct http_request *request, size_t index)
{
    const struct route_parameter *parameter = &request->match.parameters[index];
    text[0] = '\0';
    if (index >= ROUTE_PARAMETERS_MAX || !parameter->text || parameter->len >= size)
        return false;
    memcpy(text, parameter->text, parameter->len);
    text[parameter->len] = '\0';
    return true;
}

bool field_read_path_uuid(struct http_request *request, size_t index, const char *name,
                          uint8_t out[UUID_SIZE])
{
    struct reading reading = {request, ""};
    char text[UUID_TEXT_SIZE];
    memset(out, 0, UUID_SIZE);
    if (copy_parameter(text, sizeof(text), request, index) && uuid_parse(out, text) == HUFU_OK)
        return true;
    return refuse(&reading, PROBLEM_BAD_FIELD, name, "must be a UUID", -1);
}

bool field_read_path_text(struct http_request *request, size_t index, const char *name, char *out,
                          size_t size)
{
    static const char accepted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    struct reading reading = {request, ""};
    if (!copy_parameter(out, size, request, index))
        return refuse(&reading, PROBLEM_BAD_FIELD, name, "is longer than the limit", (int64_t)size - 1);
    if (out[strspn(out, accepted)] == '\0')
        return true;
    out[0] = '\0';
    return refuse(&reading, PROBLEM_BAD_FIELD, name, "holds a character that no name has", -1);
}
