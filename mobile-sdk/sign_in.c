/* SPDX-License-Identifier: Apache-2.0 */
/* A session by an authentication: of this device, or of one that becomes a device of the account by it. */
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "common/sign_in.h"
#include "mobile-sdk/authentication.h"
#include "mobile-sdk/device_session.h"
#include "mobile-sdk/rest.h"

#define REQUEST_MAX 2048

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

static enum hufu_result make_request(struct hufu *hufu, const struct hufu_enrolment *told,
                                     struct memory *memory, struct buf *body)
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
    device_session_put(body, told);
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

/* Where a session is asked for, and what is told of the device with it. */
struct asking {
    const char *path;
    const struct hufu_enrolment *told;
};

static enum hufu_result ask_once(struct hufu *hufu, const struct asking *asking, struct rest_answer *answer)
{
    __attribute__((cleanup(memory_wipe))) struct memory memory;
    struct buf body;
    enum hufu_result result = make_request(hufu, asking->told, &memory, &body);
    if (result)
        return result;
    const struct rest_request request = {.path = asking->path, .body = buf_bytes(&body), .anonymous = true};
    return rest_call(hufu, &request, answer);
}

/* The proof carries the time, so a request that is refused for it is made anew, once. The authentication is spent by an answer. */
static enum hufu_result ask(struct hufu *hufu, const struct asking *asking, struct rest_answer *answer)
{
    if (!hufu->authentication[0])
        return HUFU_RESULT_AUTHENTICATION_NEEDED;
    enum hufu_result result = ask_once(hufu, asking, answer);
    if (result == HUFU_RESULT_CLOCK && answer->service_time_ms) {
        result = rest_take_time(hufu, answer);
        if (!result)
            result = ask_once(hufu, asking, answer);
    }
    if (!result)
        authentication_forget(hufu);
    return result;
}

enum hufu_result hufu_sign_in(struct hufu *hufu, const char *application)
{
    const struct hufu_enrolment told = {.application = application};
    const struct asking asking = {.path = "/v1/sessions", .told = &told};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    enum hufu_result result = ask(hufu, &asking, &answer);
    return report_end(hufu, result ? result : keep_session(hufu, answer.json));
}

/* Whether the session is of whom hufu_user named, in the project that was chosen. */
static bool is_of_user(const struct hufu *hufu, const struct json_t *json)
{
    struct hufu_id project;
    char work_number[HUFU_NAME_MAX + 1];
    struct json_reader reader = json_reader_of(json);
    json_read_id(&reader, "project.id", &project);
    json_read_text(&reader, "account.work_number", work_number, sizeof(work_number));
    return !json_finish(&reader) && id_equal(&project, &hufu->device.project) &&
           strcmp(work_number, hufu->device.work_number) == 0;
}

/* The service binds a key that it knows as this account's once more, so a lost answer is made good by another authentication. */
static enum hufu_result bind(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    const struct asking asking = {.path = "/v1/devices", .told = enrolment};
    enum hufu_result result = device_session_check(enrolment);
    if (result)
        return result;
    if (!hufu->device.work_number[0])
        return HUFU_RESULT_NOT_ENROLLED;
    if (hufu->device.session_token[0])
        return HUFU_RESULT_OK;
    result = device_session_make_key(hufu, enrolment);
    if (result)
        return result;
    enrolment_tell(enrolment, HUFU_STEP_ACTIVATION);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    result = ask(hufu, &asking, &answer);
    if (!result && !is_of_user(hufu, answer.json))
        result = HUFU_RESULT_FAULT;
    return result ? result : device_session_keep(hufu, answer.json);
}

enum hufu_result hufu_bind_by_authentication(struct hufu *hufu, const struct hufu_enrolment *enrolment)
{
    report_begin(hufu);
    return report_end(hufu, bind(hufu, enrolment));
}
