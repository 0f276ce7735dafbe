/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations as the service shows them: one, lists, and holders found by name. */
#include "mobile-sdk/authorization.h"

#include <stdio.h>
#include <string.h>

#include "common/encoding.h"

#define PAGE_MAX 20 /* a page with the longest texts is far below HUFU_HTTP_BODY_MAX */
#define SEARCH_MAX 2048
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const party_names[HUFU_PARTY_COUNT] = {
    [HUFU_PARTY_HOLDER] = "holder",
    [HUFU_PARTY_AUTHORIZED] = "authorized",
};
/* In the order of their bits. */
static const char *const operation_names[] = {"sign", "login", "decrypt"};
static const char *const event_names[] = {"confirm", "refuse", "bind",           "freeze", "unfreeze",
                                          "modify",  "renew",  "reset_password", "delete"};

void authorization_path(char path[REST_PATH_MAX], const struct hufu_id *id, const char *rest)
{
    char text[HUFU_ID_TEXT_SIZE];
    uuid_format(text, id->bytes);
    (void)snprintf(path, REST_PATH_MAX, "/v1/authorizations/%s%s", text, rest);
}

const char *authorization_operation_name(unsigned operations, size_t index)
{
    for (size_t i = 0; i < COUNT(operation_names); i++) {
        if ((operations >> i & 1) && index-- == 0)
            return operation_names[i];
    }
    return NULL;
}

/* Those that a later service may add are passed over. */
static unsigned read_set(const struct json_reader *reader, const char *path, const char *const *names,
                         size_t name_count)
{
    unsigned set = 0;
    for (size_t i = 0; i < json_count(reader, path); i++) {
        char name[32];
        struct json_reader element = json_element(reader, path, i);
        json_read_text(&element, "", name, sizeof(name));
        for (size_t k = 0; !element.failed && k < name_count; k++) {
            if (strcmp(names[k], name) == 0)
                set |= 1u << k;
        }
    }
    return set;
}

unsigned authorization_events(const struct json_reader *reader)
{
    return read_set(reader, "possible", event_names, COUNT(event_names));
}

static void read_party(struct json_reader *reader, const char *path, enum hufu_party *party)
{
    char name[16];
    json_read_text(reader, path, name, sizeof(name));
    bool authorized = strcmp(name, party_names[HUFU_PARTY_AUTHORIZED]) == 0;
    if (!authorized && strcmp(name, party_names[HUFU_PARTY_HOLDER]) != 0)
        reader->failed = true;
    *party = authorized ? HUFU_PARTY_AUTHORIZED : HUFU_PARTY_HOLDER;
}

static void read_told(struct json_reader *reader, const char *path, char *text, size_t size)
{
    if (json_has(reader, path))
        json_read_text(reader, path, text, size);
}

/* What the other person wrote: one that cannot be shown must not hide the authorization. */
static void read_free_text(const struct json_reader *reader, const char *path, char *text, size_t size)
{
    struct json_reader alone = *reader;
    read_told(&alone, path, text, size);
}

static void read_person(struct json_reader *reader, const char *party,
                        struct hufu_authorization_person *person)
{
    struct json_reader member = json_member(reader, party);
    read_told(&member, "name", person->name, sizeof(person->name));
    read_told(&member, "work_number", person->work_number, sizeof(person->work_number));
    read_told(&member, "mobile", person->mobile, sizeof(person->mobile));
    reader->failed = reader->failed || member.failed;
}

static bool read_id_if_told(struct json_reader *reader, const char *path, struct hufu_id *id)
{
    bool told = json_has(reader, path);
    if (told)
        json_read_id(reader, path, id);
    return told;
}

static void read_terms(struct json_reader *reader, struct hufu_authorization *out)
{
    out->operations = read_set(reader, "operations", operation_names, COUNT(operation_names));
    json_read_time(reader, "valid_from", &out->from_ms);
    json_read_time(reader, "valid_until", &out->until_ms);
    json_read_u64(reader, "uses", &out->uses, INT64_MAX);
    out->has_uses_left = json_has(reader, "uses_left");
    if (out->has_uses_left)
        json_read_u64(reader, "uses_left", &out->uses_left, INT64_MAX);
    json_read_bool(reader, "policy_due", &out->policy_due);
}

static enum hufu_result read_authorization(struct hufu_authorization *out, struct json_reader *reader)
{
    *out = (struct hufu_authorization){.operations = 0};
    json_read_id(reader, "id", &out->id);
    json_read_text(reader, "state", out->state, sizeof(out->state));
    read_told(reader, "ended", out->ended, sizeof(out->ended));
    read_party(reader, "as", &out->own);
    read_party(reader, "begun_by", &out->begun_by);
    for (int i = 0; i < HUFU_PARTY_COUNT; i++)
        read_person(reader, party_names[i], &out->people[i]);
    read_terms(reader, out);
    out->possible = authorization_events(reader);
    read_free_text(reader, "reason", out->reason, sizeof(out->reason));
    read_free_text(reader, "remark", out->remark, sizeof(out->remark));
    out->has_key = read_id_if_told(reader, "key_id", &out->key);
    out->has_binding = read_id_if_told(reader, "binding_id", &out->binding);
    json_read_time(reader, "created_at", &out->created_ms);
    json_read_time(reader, "state_changed_at", &out->changed_ms);
    return json_finish(reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

enum hufu_result authorization_read_answer(struct hufu_authorization *authorization,
                                           const struct json_t *json)
{
    struct json_reader answer = json_reader_of(json);
    struct json_reader reader = json_member(&answer, "authorization");
    enum hufu_result result = read_authorization(authorization, &reader);
    if (result)
        *authorization = (struct hufu_authorization){.operations = 0};
    return result;
}

enum hufu_result authorization_fetch(struct hufu *hufu, const struct hufu_id *id,
                                     struct hufu_authorization *authorization)
{
    char path[REST_PATH_MAX];
    authorization_path(path, id, "");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = authorization_read_answer(authorization, answer.json);
    if (!result && !id_equal(&authorization->id, id))
        result = HUFU_RESULT_FAULT;
    if (result)
        *authorization = (struct hufu_authorization){.operations = 0};
    return result;
}

enum hufu_result hufu_authorization(struct hufu *hufu, const struct hufu_id *id,
                                    struct hufu_authorization *authorization)
{
    *authorization = (struct hufu_authorization){.operations = 0};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    return report_end(hufu, authorization_fetch(hufu, id, authorization));
}

/* ---- lists ---- */

static enum hufu_result read_page(const struct json_t *json, struct hufu_authorization_query *query,
                                  struct hufu_authorization *authorizations, size_t cap, size_t *count)
{
    struct json_reader reader = json_reader_of(json);
    size_t there = json_count(&reader, "authorizations");
    char cursor[HUFU_CURSOR_MAX + 1];
    if (there > cap || rest_next_page(&reader, there, cursor))
        return HUFU_RESULT_FAULT;
    for (size_t i = 0; i < there; i++) {
        struct json_reader element = json_element(&reader, "authorizations", i);
        enum hufu_result result = read_authorization(&authorizations[i], &element);
        if (result)
            return result;
    }
    memcpy(query->cursor, cursor, sizeof(cursor));
    *count = there;
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_authorizations(struct hufu *hufu, struct hufu_authorization_query *query,
                                     struct hufu_authorization *authorizations, size_t cap, size_t *count)
{
    char path[REST_PATH_MAX];
    *count = 0;
    report_begin(hufu);
    bool known = query->own == HUFU_PARTY_HOLDER || query->own == HUFU_PARTY_AUTHORIZED;
    if (!known || cap == 0 || strlen(query->cursor) > HUFU_CURSOR_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    size_t limit = cap < PAGE_MAX ? cap : PAGE_MAX;
    (void)snprintf(path, sizeof(path), "/v1/authorizations?as=%s&limit=%zu%s%s", party_names[query->own],
                   limit, query->cursor[0] ? "&cursor=" : "", query->cursor);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_page(answer.json, query, authorizations, limit, count);
    return report_end(hufu, result);
}

static enum hufu_result read_holders(const struct json_t *json,
                                     struct hufu_authorization_holder holders[HUFU_HOLDERS_MAX],
                                     size_t *count)
{
    struct json_reader reader = json_reader_of(json);
    size_t there = json_count(&reader, "holders");
    if (json_finish(&reader) || there > HUFU_HOLDERS_MAX)
        return HUFU_RESULT_FAULT;
    for (size_t i = 0; i < there; i++) {
        struct json_reader element = json_element(&reader, "holders", i);
        struct hufu_authorization_holder *holder = &holders[i];
        *holder = (struct hufu_authorization_holder){.name = ""};
        json_read_text(&element, "holder", holder->holder, sizeof(holder->holder));
        json_read_text(&element, "name", holder->name, sizeof(holder->name));
        json_read_text(&element, "work_number", holder->work_number, sizeof(holder->work_number));
        read_told(&element, "organization", holder->organization, sizeof(holder->organization));
        if (json_finish(&element))
            return HUFU_RESULT_FAULT;
    }
    *count = there;
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_authorization_holders(struct hufu *hufu, const char *name,
                                            struct hufu_authorization_holder holders[HUFU_HOLDERS_MAX],
                                            size_t *count)
{
    uint8_t memory[SEARCH_MAX];
    struct buf body;
    *count = 0;
    report_begin(hufu);
    if (!name || strlen(name) > HUFU_NAME_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    buf_init(&body, memory, sizeof(memory));
    json_begin(&body);
    json_put_text(&body, "name", name);
    json_end(&body);
    if (buf_finish(&body))
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = "/v1/authorizations/holders", .body = buf_bytes(&body)};
    enum hufu_result result = rest_call(hufu, &request, &answer);
    if (!result)
        result = read_holders(answer.json, holders, count);
    return report_end(hufu, result);
}
