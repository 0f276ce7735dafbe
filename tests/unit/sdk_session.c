/* SPDX-License-Identifier: Apache-2.0 */
/* The played service's sessions, and lists that never end. */
#include <stdio.h>

#include "common/encoding.h"
#include "common/frame.h"
#include "common/sign_in.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/sdk_service.h"
#include "tests/unit/unit.h"

bool sdk_proves_sign_in(const uint8_t *authentication, const uint8_t *device_key, uint64_t time_ms,
                        const uint8_t *proof)
{
    uint8_t memory[192];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    assert_ok(sign_in_signed_message(&message, authentication, device_key, time_ms));
    const struct hufu_device_key p256 = hufu_openssl_device_key();
    return p256.verify(NULL, device_key, message.data, message.len, proof) == HUFU_RESULT_OK;
}

void sdk_post_session(struct sdk_service *service, const struct json_t *json, struct hufu_http_answer *answer)
{
    uint8_t authentication[SIGN_IN_TOKEN_SIZE], device_key[65], proof[64];
    uint64_t time_ms, now = service->clock_ms;
    struct json_reader reader = json_reader_of(json);
    json_read_exact(&reader, "authentication", authentication, sizeof(authentication));
    json_read_exact(&reader, "device_key", device_key, sizeof(device_key));
    json_read_exact(&reader, "proof", proof, sizeof(proof));
    json_read_u64(&reader, "time", &time_ms, INT64_MAX);
    assert_ok(json_finish(&reader));
    if (time_ms > now + FRAME_AGE_MAX_MS || time_ms + FRAME_AGE_MAX_MS < now) {
        char time[RFC3339_TEXT_SIZE], extras[64];
        rfc3339_format(time, now);
        (void)snprintf(extras, sizeof(extras), ",\"service_time\":\"%s\"", time);
        (void)sdk_problem(answer, 403, "frame-time", extras);
        return;
    }
    assert_true(sdk_proves_sign_in(authentication, device_key, time_ms, proof));
    uint8_t token[32];
    assert_ok(service->random.fill(NULL, token, sizeof(token)));
    base64url_encode(service->token, sizeof(service->token), bytes_of(token, sizeof(token)));
    (void)sdk_reply(answer, 201,
                    "{\"session_token\":\"%s\",\"session_expires_at\":\"2027-02-01T00:00:00.000Z\","
                    "\"account\":{\"id\":\"00000000-0000-7000-8000-000000000002\"},"
                    "\"device\":{\"id\":\"00000000-0000-7000-8000-000000000003\"}}",
                    service->token);
}

/* A page without sessions that says, as often as it is asked, that there are more. */
static void get_sessions(struct hufu_http_answer *answer)
{
    (void)sdk_reply(answer, 200, "{\"sessions\":[],\"next_cursor\":\"AAAA\"}");
}

/* /v1/sessions/{id} */
static void delete_session(struct hufu_http_answer *answer)
{
    (void)sdk_reply(answer, 200, "{}");
}

static void get_use_records(struct hufu_http_answer *answer)
{
    (void)sdk_reply(answer, 200, "{\"records\":[],\"next_cursor\":\"AAAA\"}");
}

bool sdk_lists_request(const char *path, struct hufu_http_answer *answer)
{
    if (strncmp(path, "/v1/sessions?", 13) == 0)
        get_sessions(answer);
    else if (strncmp(path, "/v1/sessions/", 13) == 0)
        delete_session(answer);
    else if (strcmp(path, "/v1/account/handwriting.svg") == 0)
        (void)sdk_reply(answer, 200, "%s", SDK_SVG);
    else if (strncmp(path, "/v1/use-records?", 16) == 0)
        get_use_records(answer);
    else
        return false;
    return true;
}
