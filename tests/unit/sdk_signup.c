/* SPDX-License-Identifier: Apache-2.0 */
/* The played service's answers to people who have no session. */
#include "tests/unit/sdk_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "common/sign_in.h"
#include "mobile-sdk/json.h"
#include "tests/unit/unit.h"

#define PROJECT_PATH "/v1/projects/00000000-0000-7000-8000-000000000001"
#define ORGANIZATIONS 5
static const uint8_t authentication_token[SIGN_IN_TOKEN_SIZE] = {9, 8, 7};

static void get_project(struct hufu_http_answer *answer)
{
    (void)sdk_reply(answer, 200,
                    "{\"id\":\"00000000-0000-7000-8000-000000000001\",\"name\":\"第一医院\","
                    "\"account_requests\":true,\"organization_list\":true}");
}

/* Five of them, in pages of the size that is asked for; the cursor is the number of the next. */
static void get_organizations(const char *query, struct hufu_http_answer *answer)
{
    char list[1024] = "", end[64] = "";
    const char *cursor = strstr(query, "&cursor=");
    assert_int_equal(strncmp(query, "?limit=", 7), 0);
    unsigned long limit = strtoul(query + 7, NULL, 10);
    unsigned long from = cursor ? strtoul(cursor + 8, NULL, 10) : 0, i = from;
    for (; i < from + limit && i < ORGANIZATIONS; i++) {
        size_t len = strlen(list);
        (void)snprintf(list + len, sizeof(list) - len,
                       "%s{\"id\":\"00000000-0000-7000-8000-0000000001%02lu\",\"name\":\"Ward %lu\"}",
                       len ? "," : "", i, i);
    }
    if (i < ORGANIZATIONS)
        (void)snprintf(end, sizeof(end), ",\"next_cursor\":\"%lu\"", i);
    (void)sdk_reply(answer, 200, "{\"organizations\":[%s]%s}", list, end);
}

static void post_captcha(const struct sdk_service *service, struct hufu_http_answer *answer)
{
    uint8_t challenge[57] = {1};
    SDK_TEXT(text, challenge, sizeof(challenge));
    (void)sdk_reply(answer, 201, "{\"challenge\":\"%s\",\"bits\":%u}", text, service->captcha_bits);
}

static void post_authentication(struct sdk_service *service, const struct json_t *json,
                                struct hufu_http_answer *answer)
{
    char project[64], work_number[64], purpose[32];
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "project", project, sizeof(project));
    json_read_text(&reader, "work_number", work_number, sizeof(work_number));
    json_read_text(&reader, "purpose", purpose, sizeof(purpose));
    assert_true(json_has(&reader, "captcha.answer"));
    if (strcmp(purpose, "bind-device") == 0)
        json_read_exact(&reader, "device_key", service->device_key, sizeof(service->device_key));
    assert_ok(json_finish(&reader));
    assert_string_equal(project, "第一医院");
    assert_string_equal(work_number, "A-17");
    SDK_TEXT(token, authentication_token, sizeof(authentication_token));
    (void)sdk_reply(answer, 201, "{\"authentication\":\"%s\",\"methods\":[[\"password\"]]}", token);
}

static void post_password(struct sdk_service *service, struct hufu_http_answer *answer)
{
    service->authenticated = true;
    (void)sdk_reply(answer, 200, "{\"state\":\"passed\",\"passed\":[\"password\"],\"remaining\":[]}");
}

/* The same key once more is the same device. */
static void post_device(struct sdk_service *service, const struct json_t *json,
                        struct hufu_http_answer *answer)
{
    uint8_t token[SIGN_IN_TOKEN_SIZE], key[65], proof[64];
    static uint8_t bound[65];
    uint64_t time_ms;
    char name[128];
    struct json_reader reader = json_reader_of(json);
    json_read_exact(&reader, "authentication", token, sizeof(token));
    json_read_exact(&reader, "device_key", key, sizeof(key));
    json_read_exact(&reader, "proof", proof, sizeof(proof));
    json_read_u64(&reader, "time", &time_ms, INT64_MAX);
    json_read_text(&reader, "device_name", name, sizeof(name));
    assert_ok(json_finish(&reader));
    assert_true(sdk_proves_sign_in(token, key, time_ms, proof));
    if (!service->authenticated || memcmp(key, service->device_key, sizeof(key)) != 0) {
        (void)sdk_problem(answer, 403, "authentication-needed", "");
        return;
    }
    if (service->device_limit) {
        (void)sdk_problem(answer, 409, "device-limit", "");
        return;
    }
    service->authenticated = false;
    service->devices += service->devices == 0 || memcmp(bound, key, sizeof(key)) != 0;
    memcpy(bound, key, sizeof(key));
    sdk_reply_session(service, answer);
}

static void post_request_code(const struct json_t *json, struct hufu_http_answer *answer)
{
    char mobile[32], project[64];
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "mobile", mobile, sizeof(mobile));
    json_read_text(&reader, "project", project, sizeof(project));
    assert_true(json_has(&reader, "captcha.answer"));
    assert_ok(json_finish(&reader));
    assert_string_equal(mobile, "13800138000");
    (void)sdk_reply(answer, 202, "{\"expires_at\":\"2027-01-01T00:00:00.000Z\"}");
}

static void post_request(struct sdk_service *service, const struct json_t *json,
                         struct hufu_http_answer *answer)
{
    char code[8];
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "code", code, sizeof(code));
    json_read_exact(&reader, "request", service->request_token, sizeof(service->request_token));
    assert_ok(json_finish(&reader));
    assert_string_equal(code, "123456");
    if (service->request_refusal) {
        (void)sdk_problem(answer, 400, service->request_refusal, ",\"field\":\"country\"");
        return;
    }
    service->requests_received++;
    (void)sdk_reply(answer, 202, "{\"received\":true}");
}

static void post_request_state(const struct sdk_service *service, const struct json_t *json,
                               struct hufu_http_answer *answer)
{
    uint8_t token[32];
    struct json_reader reader = json_reader_of(json);
    json_read_exact(&reader, "request", token, sizeof(token));
    assert_ok(json_finish(&reader));
    if (service->requests_received == 0 || memcmp(token, service->request_token, sizeof(token)) != 0)
        (void)sdk_problem(answer, 404, "not-found", "");
    else
        (void)sdk_reply(answer, 200, "{\"state\":\"closed\",\"refusal\":\"Not on our list\"}");
}

bool sdk_signup(struct sdk_service *service, const char *path, const struct json_t *json,
                struct hufu_http_answer *answer)
{
    size_t project_len = strlen(PROJECT_PATH);
    if (strcmp(path, PROJECT_PATH) == 0)
        get_project(answer);
    else if (strncmp(path, PROJECT_PATH "/organizations?", project_len + 15) == 0)
        get_organizations(path + project_len + 14, answer);
    else if (strncmp(path, "/v1/projects/", 13) == 0)
        (void)sdk_problem(answer, 404, "not-found", "");
    else if (strcmp(path, "/v1/captchas") == 0)
        post_captcha(service, answer);
    else if (strcmp(path, "/v1/authentications") == 0)
        post_authentication(service, json, answer);
    else if (strcmp(path, "/v1/authentications/password") == 0)
        post_password(service, answer);
    else if (strcmp(path, "/v1/account-requests/codes") == 0)
        post_request_code(json, answer);
    else if (strcmp(path, "/v1/account-requests/state") == 0)
        post_request_state(service, json, answer);
    else if (strcmp(path, "/v1/account-requests") == 0)
        post_request(service, json, answer);
    else if (strcmp(path, "/v1/devices") == 0 && json)
        post_device(service, json, answer);
    else
        return false;
    return true;
}
