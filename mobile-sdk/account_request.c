/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for an account. The token by which one asks later what became of it is stored before the request is sent, and the same for
 * all requests of this device to one project: no crash loses it. */
#include "mobile-sdk/account_request.h"

#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "mobile-sdk/captcha.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/service.h"

#define RECORD_NAME "account-request" /* in storage */
#define TOKEN_SIZE 32
#define RECORD_SIZE (HUFU_HASH_SIZE + HUFU_ID_SIZE + TOKEN_SIZE)
#define CODE_MAX 16
#define CODE_REQUEST_MAX 2048
#define TEXTS_MAX 16384 /* the fields that are text, at their longest and with every character escaped */

/* Secret. The token, and whose it is: the service that was proved, and its project. */
struct token {
    uint8_t identity_hash[HUFU_HASH_SIZE];
    uint8_t project[HUFU_ID_SIZE];
    uint8_t bytes[TOKEN_SIZE];
};
_Static_assert(sizeof(struct token) == RECORD_SIZE, "it is stored as it stands");

static void token_wipe(struct token *token)
{
    secret_wipe(token, sizeof(*token));
}
#define TOKEN_WIPED __attribute__((cleanup(token_wipe)))

static bool is_of_project(const struct token *token, const struct device_record *device)
{
    return secret_equal(token->identity_hash, device->identity_hash, sizeof(token->identity_hash)) &&
           secret_equal(token->project, device->project.bytes, sizeof(token->project));
}

/* HUFU_RESULT_NOT_FOUND also for one of another project. */
static enum hufu_result load(const struct hufu *hufu, struct token *token)
{
    const struct hufu_storage *storage = &hufu->platform.storage;
    size_t len = 0;
    enum hufu_result result =
        storage->get(storage->context, RECORD_NAME, (uint8_t *)token, sizeof(*token), &len);
    if (!result && len != sizeof(*token))
        result = HUFU_RESULT_DAMAGED;
    if (!result && !is_of_project(token, &hufu->device))
        result = HUFU_RESULT_NOT_FOUND;
    return result;
}

static enum hufu_result load_or_make(const struct hufu *hufu, struct token *token)
{
    const struct hufu_storage *storage = &hufu->platform.storage;
    enum hufu_result result = load(hufu, token);
    if (result != HUFU_RESULT_NOT_FOUND)
        return result;
    memcpy(token->identity_hash, hufu->device.identity_hash, sizeof(token->identity_hash));
    memcpy(token->project, hufu->device.project.bytes, sizeof(token->project));
    result = random_fill(hufu, token->bytes, sizeof(token->bytes));
    return result ? result
                  : storage->put(storage->context, RECORD_NAME, (const uint8_t *)token, sizeof(*token));
}

enum hufu_result account_request_remove(const struct hufu *hufu)
{
    const struct hufu_storage *storage = &hufu->platform.storage;
    return storage->remove(storage->context, RECORD_NAME);
}

/* What is told goes to the service of the text alone. */
static enum hufu_result check_service(struct hufu *hufu)
{
    return hufu->device.project_name[0] ? service_fetch(hufu, NULL) : HUFU_RESULT_NOT_ENROLLED;
}

/* ---- the code ---- */

struct code_text {
    uint8_t bytes[CODE_REQUEST_MAX];
};

static void code_text_wipe(struct code_text *text)
{
    secret_wipe(text, sizeof(*text));
}

static enum hufu_result send_code(struct hufu *hufu, const char *mobile)
{
    __attribute__((cleanup(code_text_wipe))) struct code_text text;
    struct buf body;
    buf_init(&body, text.bytes, sizeof(text.bytes));
    json_begin(&body);
    json_put_text(&body, "project", hufu->device.project_name);
    json_put_text(&body, "mobile", mobile);
    enum hufu_result result = captcha_put(hufu, &body, hufu->device.project_name);
    json_end(&body);
    if (result || buf_finish(&body))
        return result ? result : HUFU_RESULT_ARGUMENT;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .path = "/v1/account-requests/codes", .body = buf_bytes(&body), .anonymous = true};
    return rest_call(hufu, &request, &answer);
}

enum hufu_result hufu_account_request_code(struct hufu *hufu, const char *mobile)
{
    report_begin(hufu);
    if (!mobile || !mobile[0])
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    enum hufu_result result = check_service(hufu);
    return report_end(hufu, result ? result : send_code(hufu, mobile));
}

/* ---- the request ---- */

/* Personal as a whole. */
struct request_text {
    uint8_t bytes[TEXTS_MAX + HUFU_SEAL_PICTURE_MAX / 3 * 4 + 4];
};

static void request_text_free(struct request_text **text)
{
    if (*text)
        secret_wipe(*text, sizeof(**text));
    free(*text);
}

static void put_optional(struct buf *body, const char *name, const char *text)
{
    if (text && text[0])
        json_put_text(body, name, text);
}

static void put_person(struct buf *body, const struct hufu_account_request *request)
{
    put_optional(body, "work_number", request->work_number);
    put_optional(body, "name", request->name);
    put_optional(body, "organization", request->organization);
    put_optional(body, "mobile", request->mobile);
    put_optional(body, "identity_kind", request->identity_kind);
    put_optional(body, "identity_number", request->identity_number);
    put_optional(body, "email", request->email);
    put_optional(body, "department", request->department);
    put_optional(body, "occupation", request->occupation);
    put_optional(body, "country", request->country);
    put_optional(body, "province", request->province);
    put_optional(body, "city", request->city);
    put_optional(body, "sex", request->sex);
    put_optional(body, "remark", request->remark);
    if (request->seal_picture_len)
        json_put_bytes(body, "seal_picture", bytes_of(request->seal_picture, request->seal_picture_len));
}

static enum hufu_result send_request(struct hufu *hufu, const struct hufu_account_request *told,
                                     const char *code, const struct token *token)
{
    __attribute__((cleanup(request_text_free))) struct request_text *text = malloc(sizeof(*text));
    struct buf body;
    if (!text)
        return HUFU_RESULT_INTERNAL;
    buf_init(&body, text->bytes, sizeof(text->bytes));
    json_begin(&body);
    json_put_text(&body, "project", hufu->device.project_name);
    json_put_text(&body, "code", code);
    json_put_bytes(&body, "request", bytes_of(token->bytes, sizeof(token->bytes)));
    put_person(&body, told);
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_ARGUMENT;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .path = "/v1/account-requests", .body = buf_bytes(&body), .anonymous = true};
    return rest_call(hufu, &request, &answer);
}

static bool is_given(const char *text)
{
    return text && text[0];
}

enum hufu_result hufu_account_request(struct hufu *hufu, const struct hufu_account_request *request,
                                      const char *code)
{
    TOKEN_WIPED struct token token = {.bytes = {0}};
    report_begin(hufu);
    if (!is_given(request->work_number) || !is_given(request->name) || !is_given(request->mobile) ||
        !is_given(code) || strlen(code) > CODE_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    if (request->seal_picture_len > HUFU_SEAL_PICTURE_MAX)
        return report_end(hufu, HUFU_RESULT_LIMIT);
    enum hufu_result result = check_service(hufu);
    if (!result)
        result = load_or_make(hufu, &token);
    return report_end(hufu, result ? result : send_request(hufu, request, code, &token));
}

/* ---- what became of it ---- */

static enum hufu_result read_state(const struct json_t *json, struct hufu_account_request_state *state)
{
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "state", state->state, sizeof(state->state));
    if (json_has(&reader, "refusal"))
        json_read_text(&reader, "refusal", state->refusal, sizeof(state->refusal));
    if (!json_finish(&reader))
        return HUFU_RESULT_OK;
    *state = (struct hufu_account_request_state){.state = ""};
    return HUFU_RESULT_FAULT;
}

static enum hufu_result ask_state(struct hufu *hufu, const struct token *token,
                                  struct hufu_account_request_state *state)
{
    __attribute__((cleanup(code_text_wipe))) struct code_text text;
    struct buf body;
    buf_init(&body, text.bytes, sizeof(text.bytes));
    json_begin(&body);
    json_put_bytes(&body, "request", bytes_of(token->bytes, sizeof(token->bytes)));
    json_end(&body);
    if (buf_finish(&body))
        return HUFU_RESULT_INTERNAL;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .path = "/v1/account-requests/state", .body = buf_bytes(&body), .anonymous = true};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    return result ? result : read_state(answer.json, state);
}

enum hufu_result hufu_account_request_state(struct hufu *hufu, struct hufu_account_request_state *state)
{
    TOKEN_WIPED struct token token = {.bytes = {0}};
    *state = (struct hufu_account_request_state){.state = ""};
    report_begin(hufu);
    enum hufu_result result = check_service(hufu);
    if (!result)
        result = load(hufu, &token);
    return report_end(hufu, result ? result : ask_state(hufu, &token, state));
}
