/* SPDX-License-Identifier: Apache-2.0 */
/* The account's devices, and one taking the primary's place, as the played service has them. */
#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "mobile-sdk/json.h"
#include "tests/unit/sdk_service.h"

#define DEVICE_JSON                                                                                       \
    "{\"id\":\"00000000-0000-7000-8000-00000000000%d\",\"role\":\"%s\",\"state\":\"active\",\"this\":%s," \
    "\"created_at\":\"2026-01-02T03:04:05.678Z\",\"pin\":{\"failures\":0,\"limit\":5,\"tries_left\":5,"   \
    "\"locked\":false}}"

const char *sdk_role_name(bool secondary)
{
    return secondary ? "secondary" : "primary";
}

static void get_devices(const struct sdk_service *service, struct hufu_http_answer *answer)
{
    (void)sdk_reply(answer, 200, "{\"devices\":[" DEVICE_JSON "," DEVICE_JSON "]}", 3,
                    sdk_role_name(service->secondary), "true", 4, sdk_role_name(!service->secondary),
                    "false");
}

static void post_promotion(struct sdk_service *service, const struct json_t *json,
                           struct hufu_http_answer *answer)
{
    char token[64], lost[UUID_TEXT_SIZE] = "";
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "authentication", token, sizeof(token));
    if (json_has(&reader, "lost"))
        json_read_text(&reader, "lost", lost, sizeof(lost));
    assert_ok(json_finish(&reader));
    assert_string_equal(token, SDK_AUTHENTICATION);
    if (!service->secondary || strcmp(lost, SDK_PRIMARY_DEVICE) != 0) {
        (void)sdk_problem(answer, 409, "conflict", "");
        return;
    }
    service->secondary = false;
    service->orders++;
    (void)sdk_reply(answer, 200,
                    "{\"device\":" DEVICE_JSON ",\"dead_keys\":[\"00000000-0000-7000-8000-000000000009\"]}",
                    3, "primary", "true");
}

static void post_authentication(struct hufu_http_answer *answer)
{
    (void)sdk_reply(answer, 201,
                    "{\"authentication\":\"" SDK_AUTHENTICATION "\",\"methods\":[[\"password\",\"sms\"]]}");
}

bool sdk_devices_request(struct sdk_service *service, const char *path, const struct json_t *json,
                         struct hufu_http_answer *answer)
{
    if (strncmp(path, "/v1/devices?", 12) == 0)
        get_devices(service, answer);
    else if (strcmp(path, "/v1/devices/00000000-0000-7000-8000-000000000003/promote") == 0)
        post_promotion(service, json, answer);
    else if (strcmp(path, "/v1/account/authentications") == 0)
        post_authentication(answer);
    else
        return false;
    return true;
}
