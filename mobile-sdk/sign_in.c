/* SPDX-License-Identifier: Apache-2.0 */
/* A new session of this device, by an authentication. */
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "common/sign_in.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/rest.h"

#define REQUEST_MAX 512

struct memory {
    uint8_t token[SIGN_IN_TOKEN_SIZE];
    uint8_t message[192];
    uint8_t proof[HUFU_SIGNATURE_SIZE];
    uint8_t request[REQUEST_MAX];
};

static void memory_wipe(struct memory *memory)
{
    secret_wipe(memory, sizeof(*memory));
}

static enum hufu_result make_proof(struct hufu *hufu, struct memory *memory, uint64_t time_ms)
{
    struct buf token, message;
    buf_init(&token, memory->token, sizeof(memory->token));
    buf_init(&message, memory->message, sizeof(memory->message));
    if (base64url_decode(&token, hufu->authentication) || token.len != sizeof(memory->token) ||
        sign_in_signed_message(&message, memory->token, hufu->device.device_key, time_ms))
        return HUFU_RESULT_INTERNAL;
    return device_sign(hufu, buf_bytes(&message), memory->proof);
}

static enum hufu_result make_request(struct hufu *hufu, const char *application, struct memory *memory,
                                     struct buf *body)
{
    uint64_t now = clock_now(hufu);
    buf_init(body, memory->request, sizeof(memory->request));
    json_begin(body);
    enum hufu_result result = authentication_put(hufu, body);
    if (!result)
        result = make_proof(hufu, memory, now);
    if (result)
        return result;
    json_put_bytes(body, "device_key", bytes_of(hufu->device.device_key, sizeof(hufu->device.device_key)));
    json_put_bytes(body, "proof", bytes_of(memory->proof, sizeof(memory->proof)));
    json_put_u64(body, "time", now);
    if (application)
        json_put_text(body, "application", application);
    json_end(body);
    return buf_finish(body) ? HUFU_RESULT_ARGUMENT : HUFU_RESULT_OK;
}

/* Of this account and this device, or it is not for us. */
static enum hufu_result keep_session(struct hufu *hufu, const struct json_t *json)
{
    struct device_record next = hufu->device;
    struct hufu_id account, device;
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "session_token", next.session_token, sizeof(next.session_token));
    json_read_time(&reader, "session_expires_at", &next.session_expires_ms);
    json_read_id(&reader, "account.id", &account);
    json_read_id(&reader, "device.id", &device);
    enum hufu_result result = HUFU_RESULT_FAULT;
    if (!json_finish(&reader) && next.session_token[0] && id_equal(&account, &next.account) &&
        id_equal(&device, &next.device)) {
        hufu->device = next;
        result = device_record_store(&hufu->device, &hufu->platform.storage);
    }
    device_record_wipe(&next);
    return result;
}

static enum hufu_result ask_once(struct hufu *hufu, const char *application, struct rest_answer *answer)
{
    __attribute__((cleanup(memory_wipe))) struct memory memory;
    struct buf body;
    enum hufu_result result = make_request(hufu, application, &memory, &body);
    if (result)
        return result;
    const struct rest_request request = {.path = "/v1/sessions", .body = buf_bytes(&body), .anonymous = true};
    return rest_call(hufu, &request, answer);
}

/* The proof carries the time, so a request that is refused for it is made anew, once. */
static enum hufu_result ask(struct hufu *hufu, const char *application, struct rest_answer *answer)
{
    enum hufu_result result = ask_once(hufu, application, answer);
    if (result != HUFU_RESULT_CLOCK || !answer->service_time_ms)
        return result;
    result = rest_take_time(hufu, answer);
    return result ? result : ask_once(hufu, application, answer);
}

enum hufu_result hufu_sign_in(struct hufu *hufu, const char *application)
{
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    if (!hufu->authentication[0])
        return report_end(hufu, HUFU_RESULT_AUTHENTICATION_NEEDED);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    enum hufu_result result = ask(hufu, application, &answer);
    if (!result)
        authentication_forget(hufu);
    return report_end(hufu, result ? result : keep_session(hufu, answer.json));
}
