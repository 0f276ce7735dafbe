/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/authentication.h"

#include <string.h>

#include "common/secret.h"
#include "mobile-sdk/captcha.h"
#include "mobile-sdk/device_session.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/service.h"

#define PASSWORD_MAX 512 /* bytes; the service has its own rules below that */
#define CODE_TEXT_MAX 16

const char *authentication_purpose_name(enum hufu_authentication_purpose purpose)
{
    static const char *const names[] = {
        [HUFU_AUTHENTICATE_BIND_DEVICE] = "bind-device",
        [HUFU_AUTHENTICATE_SIGN_IN] = "sign-in",
        [HUFU_AUTHENTICATE_CONFIRM] = "confirm",
        [HUFU_AUTHENTICATE_RECOVER] = "recover",
    };
    size_t index = (size_t)purpose;
    return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

/* A text of the caller's with an end, for JSON. */
struct given_text {
    char text[PASSWORD_MAX + 1];
};

static void given_text_wipe(struct given_text *given)
{
    secret_wipe(given, sizeof(*given));
}
#define GIVEN_TEXT_WIPED __attribute__((cleanup(given_text_wipe)))

static enum hufu_result take_text(struct given_text *out, const char *text, size_t len)
{
    memset(out, 0, sizeof(*out));
    if (!text || len == 0 || len > PASSWORD_MAX || memchr(text, '\0', len))
        return HUFU_RESULT_PASSWORD_FORM;
    memcpy(out->text, text, len);
    return HUFU_RESULT_OK;
}

enum hufu_result authentication_put(struct hufu *hufu, struct buf *body)
{
    if (!hufu->authentication[0])
        return HUFU_RESULT_AUTHENTICATION;
    json_put_text(body, "authentication", hufu->authentication);
    return HUFU_RESULT_OK;
}

void authentication_forget(struct hufu *hufu)
{
    secret_wipe(hufu->authentication, sizeof(hufu->authentication));
}

void authentication_body_wipe(struct authentication_body *body)
{
    secret_wipe(body, sizeof(*body));
}

static void begin_body(struct authentication_body *body)
{
    buf_init(&body->json, body->memory, sizeof(body->memory));
    json_begin(&body->json);
}

enum hufu_result authentication_body_begin(struct hufu *hufu, struct authentication_body *body)
{
    begin_body(body);
    return authentication_put(hufu, &body->json);
}

/* ---- what the service says ---- */

static unsigned read_method(struct json_reader *names, size_t index)
{
    static const char *const known[] = {"password", "sms", "face", "qr"};
    struct json_reader element = json_element(names, "", index);
    char name[24];
    json_read_text(&element, "", name, sizeof(name));
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!json_finish(&element) && strcmp(known[i], name) == 0)
            return 1u << i;
    }
    return 0; /* one of a later service's: not for us */
}

/* 0: it holds one that this library does not know. */
static unsigned read_methods(struct json_reader names)
{
    unsigned methods = 0;
    for (size_t i = 0; i < json_count(&names, ""); i++) {
        unsigned method = read_method(&names, i);
        if (method == 0)
            return 0;
        methods |= method;
    }
    return methods;
}

static void read_ways(struct json_reader *reader, const char *name, struct hufu_authentication *state)
{
    for (size_t i = 0; i < json_count(reader, name) && state->way_count < HUFU_WAYS_MAX; i++) {
        unsigned methods = read_methods(json_element(reader, name, i));
        if (methods != 0)
            state->ways[state->way_count++] = methods;
    }
}

static enum hufu_result read_progress(const struct json_t *json, struct hufu_authentication *state)
{
    struct json_reader reader = json_reader_of(json);
    struct hufu_authentication progress = {.passed = read_methods(json_member(&reader, "passed"))};
    char text[16];
    json_read_text(&reader, "state", text, sizeof(text));
    progress.done = strcmp(text, "passed") == 0;
    read_ways(&reader, "remaining", &progress);
    if (json_finish(&reader))
        return HUFU_RESULT_FAULT;
    *state = progress;
    return HUFU_RESULT_OK;
}

/* ---- beginning ---- */

static enum hufu_result put_beginning(struct hufu *hufu, struct buf *body,
                                      enum hufu_authentication_purpose purpose)
{
    const struct device_record *device = &hufu->device;
    if (purpose == HUFU_AUTHENTICATE_CONFIRM)
        return HUFU_RESULT_OK;
    json_put_text(body, "project", device->project_name);
    json_put_text(body, "work_number", device->work_number);
    json_put_text(body, "purpose", authentication_purpose_name(purpose));
    if (purpose == HUFU_AUTHENTICATE_SIGN_IN || purpose == HUFU_AUTHENTICATE_BIND_DEVICE)
        json_put_bytes(body, "device_key", bytes_of(device->device_key, sizeof(device->device_key)));
    return captcha_put(hufu, body, device->project_name);
}

static enum hufu_result begin(struct hufu *hufu, enum hufu_authentication_purpose purpose,
                              struct hufu_authentication *state)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    begin_body(&body);
    enum hufu_result result = put_beginning(hufu, &body.json, purpose);
    json_end(&body.json);
    if (!result && buf_finish(&body.json))
        result = HUFU_RESULT_INTERNAL;
    if (result)
        return result;
    bool confirm = purpose == HUFU_AUTHENTICATE_CONFIRM;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .path = confirm ? "/v1/account/authentications" : "/v1/authentications",
        .body = buf_bytes(&body.json),
        .anonymous = !confirm,
    };
    result = rest_call(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    json_read_text(&reader, "authentication", hufu->authentication, sizeof(hufu->authentication));
    read_ways(&reader, "methods", state);
    if (!json_finish(&reader))
        return HUFU_RESULT_OK;
    authentication_forget(hufu);
    *state = (struct hufu_authentication){.done = false};
    return HUFU_RESULT_FAULT;
}

/* Whether the handle is far enough for it. A device that is nobody's yet sees first that the service is the one whose text it was
 * given, and has the key that it will be bound by. */
static enum hufu_result prepare(struct hufu *hufu, enum hufu_authentication_purpose purpose)
{
    static const struct hufu_enrolment nobody = {.code = NULL};
    const struct device_record *device = &hufu->device;
    bool of_session = purpose == HUFU_AUTHENTICATE_CONFIRM || purpose == HUFU_AUTHENTICATE_SIGN_IN;
    if (device->session_token[0])
        return HUFU_RESULT_OK;
    if (of_session || !device->work_number[0])
        return HUFU_RESULT_NOT_ENROLLED;
    enum hufu_result result = service_fetch(hufu, NULL);
    if (!result && purpose == HUFU_AUTHENTICATE_BIND_DEVICE)
        result = device_session_make_key(hufu, &nobody);
    return result;
}

enum hufu_result hufu_authenticate(struct hufu *hufu, enum hufu_authentication_purpose purpose,
                                   struct hufu_authentication *state)
{
    *state = (struct hufu_authentication){.done = false};
    report_begin(hufu);
    authentication_forget(hufu);
    if (!authentication_purpose_name(purpose))
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    enum hufu_result result = prepare(hufu, purpose);
    return report_end(hufu, result ? result : begin(hufu, purpose, state));
}

/* ---- one method after the other ---- */

enum hufu_result authentication_send(struct hufu *hufu, const char *path, struct buf *body,
                                     struct hufu_authentication *state)
{
    json_end(body);
    if (buf_finish(body))
        return HUFU_RESULT_ARGUMENT;
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path, .body = buf_bytes(body), .anonymous = true};
    enum hufu_result result = rest_call(hufu, &request, &answer);
    return result || !state ? result : read_progress(answer.json, state);
}

/* The one field that the service may find fault with is the new password. */
static enum hufu_result judge_password(const struct hufu *hufu, enum hufu_result result)
{
    bool bad = result == HUFU_RESULT_REFUSED && strcmp(hufu->report.message_key, "bad-field") == 0;
    return bad ? HUFU_RESULT_PASSWORD_FORM : result;
}

enum hufu_result hufu_authenticate_password(struct hufu *hufu, const char *password, size_t password_len,
                                            const char *changed, size_t changed_len,
                                            struct hufu_authentication *state)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    GIVEN_TEXT_WIPED struct given_text given, wanted = {.text = ""};
    *state = (struct hufu_authentication){.done = false};
    report_begin(hufu);
    enum hufu_result result = take_text(&given, password, password_len);
    if (!result && changed)
        result = take_text(&wanted, changed, changed_len);
    if (!result)
        result = authentication_body_begin(hufu, &body);
    if (result)
        return report_end(hufu, result);
    json_put_text(&body.json, "password", given.text);
    if (changed)
        json_put_text(&body.json, "new_password", wanted.text);
    return report_end(hufu, judge_password(hufu, authentication_send(hufu, "/v1/authentications/password",
                                                                     &body.json, state)));
}

enum hufu_result hufu_authenticate_send_code(struct hufu *hufu)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    report_begin(hufu);
    enum hufu_result result = authentication_body_begin(hufu, &body);
    if (!result)
        result = authentication_send(hufu, "/v1/authentications/sms-codes", &body.json, NULL);
    return report_end(hufu, result);
}

enum hufu_result hufu_authenticate_code(struct hufu *hufu, const char *code,
                                        struct hufu_authentication *state)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    *state = (struct hufu_authentication){.done = false};
    report_begin(hufu);
    if (!code || strlen(code) > CODE_TEXT_MAX)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    enum hufu_result result = authentication_body_begin(hufu, &body);
    if (result)
        return report_end(hufu, result);
    json_put_text(&body.json, "code", code);
    return report_end(hufu, authentication_send(hufu, "/v1/authentications/sms", &body.json, state));
}

enum hufu_result hufu_authentication_state(struct hufu *hufu, struct hufu_authentication *state)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    *state = (struct hufu_authentication){.done = false};
    report_begin(hufu);
    enum hufu_result result = authentication_body_begin(hufu, &body);
    if (!result)
        result = authentication_send(hufu, "/v1/authentications/state", &body.json, state);
    return report_end(hufu, result);
}

/* ---- the password itself ---- */

enum hufu_result hufu_password_change(struct hufu *hufu, const char *old, size_t old_len, const char *wanted,
                                      size_t wanted_len)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    GIVEN_TEXT_WIPED struct given_text before, after = {.text = ""};
    report_begin(hufu);
    enum hufu_result result = take_text(&before, old, old_len);
    if (!result)
        result = take_text(&after, wanted, wanted_len);
    if (!result && !hufu->device.session_token[0])
        result = HUFU_RESULT_NOT_ENROLLED;
    if (result)
        return report_end(hufu, result);
    begin_body(&body);
    json_put_text(&body.json, "old", before.text);
    json_put_text(&body.json, "new", after.text);
    json_end(&body.json);
    if (buf_finish(&body.json))
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {
        .method = "PUT", .path = "/v1/account/password", .body = buf_bytes(&body.json)};
    return report_end(hufu, judge_password(hufu, rest_call(hufu, &request, &answer)));
}

enum hufu_result hufu_password_recover(struct hufu *hufu, const char *wanted, size_t wanted_len)
{
    AUTHENTICATION_BODY_WIPED struct authentication_body body;
    GIVEN_TEXT_WIPED struct given_text after;
    report_begin(hufu);
    enum hufu_result result = take_text(&after, wanted, wanted_len);
    if (!result && !hufu->authentication[0])
        result = HUFU_RESULT_AUTHENTICATION_NEEDED;
    if (!result)
        result = authentication_body_begin(hufu, &body);
    if (result)
        return report_end(hufu, result);
    json_put_text(&body.json, "password", after.text);
    result = authentication_send(hufu, "/v1/password-recoveries", &body.json, NULL);
    if (!result)
        authentication_forget(hufu);
    return report_end(hufu, judge_password(hufu, result));
}
