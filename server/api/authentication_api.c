/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/captcha_body.h"
#include "server/api/view.h"
#include "server/core/authentication.h"
#include "server/core/code.h"
#include "server/core/face.h"
#include "server/core/password_text.h"
#include "server/core/remembered.h"
#include "server/http/reply.h"

#define AUTHENTICATION_QR_PREFIX "hufu:authenticate?a="

struct authentication_body {
    const char *project, *work_number;
    int purpose;
    struct bytes device_key;
    struct captcha_answer captcha;
};

/* Confirming is for sessions alone, under a path of their own. */
static const char *const authentication_public_purposes[] = {"bind-device", "sign-in", "recover", NULL};
static const enum authentication_purpose authentication_purposes[] = {
    AUTHENTICATION_BIND_DEVICE, AUTHENTICATION_SIGN_IN, AUTHENTICATION_RECOVER};

static const struct field authentication_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct authentication_body, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "work_number",
     .type = FIELD_TEXT,
     .offset = offsetof(struct authentication_body, work_number),
     .min = 1,
     .max = ACCOUNT_WORK_NUMBER_MAX},
    {.name = "purpose",
     .type = FIELD_ENUM,
     .offset = offsetof(struct authentication_body, purpose),
     .names = authentication_public_purposes},
    {.name = "device_key",
     .type = FIELD_BYTES,
     .offset = offsetof(struct authentication_body, device_key),
     .optional = true,
     .min = FRAME_DEVICE_KEY_SIZE,
     .max = FRAME_DEVICE_KEY_SIZE},
    CAPTCHA_BODY_FIELD(struct authentication_body, captcha),
    {.name = NULL},
};

/* What the bodies of tries hold; each has its table. */
struct authentication_try_body {
    struct bytes token, remembered, proof, picture, scanned;
    const char *password, *new_password, *code;
};

#define AUTHENTICATION_TOKEN_FIELD                                                                   \
    {                                                                                                \
        .name = "authentication", .type = FIELD_BYTES,                                               \
        .offset = offsetof(struct authentication_try_body, token), .min = AUTHENTICATION_TOKEN_SIZE, \
        .max = AUTHENTICATION_TOKEN_SIZE                                                             \
    }

static const struct field authentication_token_fields[] = {AUTHENTICATION_TOKEN_FIELD, {.name = NULL}};
static const struct field authentication_password_fields[] = {
    AUTHENTICATION_TOKEN_FIELD,
    {.name = "password",
     .type = FIELD_TEXT,
     .offset = offsetof(struct authentication_try_body, password),
     .min = 1,
     .max = PASSWORD_GIVEN_MAX},
    {.name = "new_password",
     .type = FIELD_TEXT,
     .offset = offsetof(struct authentication_try_body, new_password),
     .optional = true,
     .min = 1,
     .max = PASSWORD_GIVEN_MAX},
    {.name = NULL},
};
static const struct field authentication_code_fields[] = {
    AUTHENTICATION_TOKEN_FIELD,
    {.name = "code",
     .type = FIELD_TEXT,
     .offset = offsetof(struct authentication_try_body, code),
     .min = CODE_DIGITS,
     .max = CODE_DIGITS},
    {.name = NULL},
};
static const struct field authentication_remembered_fields[] = {
    AUTHENTICATION_TOKEN_FIELD,
    {.name = "remembered",
     .type = FIELD_BYTES,
     .offset = offsetof(struct authentication_try_body, remembered),
     .min = REMEMBERED_TOKEN_SIZE,
     .max = REMEMBERED_TOKEN_SIZE},
    {.name = "proof",
     .type = FIELD_BYTES,
     .offset = offsetof(struct authentication_try_body, proof),
     .min = FRAME_SIGNATURE_SIZE,
     .max = FRAME_SIGNATURE_SIZE},
    {.name = NULL},
};
static const struct field authentication_face_fields[] = {
    AUTHENTICATION_TOKEN_FIELD,
    {.name = "picture",
     .type = FIELD_BYTES,
     .offset = offsetof(struct authentication_try_body, picture),
     .min = 1,
     .max = FACE_STORED_MAX},
    {.name = NULL},
};
static const struct field authentication_picture_fields[] = {
    {.name = "picture",
     .type = FIELD_BYTES,
     .offset = offsetof(struct authentication_try_body, picture),
     .min = 1,
     .max = FACE_STORED_MAX},
    {.name = NULL},
};
static const struct field authentication_scanned_fields[] = {
    {.name = "code",
     .type = FIELD_BYTES,
     .offset = offsetof(struct authentication_try_body, scanned),
     .min = AUTHENTICATION_QR_SIZE,
     .max = AUTHENTICATION_QR_SIZE},
    {.name = NULL},
};

static json_t *authentication_begun_json(const struct authentication_out *out)
{
    return json_pack("{so, so, so}", "authentication", json_bytes(bytes_of(out->token, sizeof out->token)),
                     "methods", view_combinations(out->rule, 0), "expires_at", json_time(out->expires_ms));
}

static json_t *authentication_progress_json(const struct authentication_progress *progress)
{
    bool passed = progress->state == AUTHENTICATION_PASSED;
    return json_pack("{so, so, so}", "state", json_text(authentication_state_names[progress->state]),
                     "passed", view_methods(progress->passed), "remaining",
                     passed ? json_array() : view_combinations(progress->rule, progress->passed));
}

void authentication_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.begin");
    struct authentication_body body = {0};
    if (!field_read_body(request, authentication_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    const struct authentication_in in = {
        .project = body.project,
        .work_number = body.work_number,
        .purpose = authentication_purposes[body.purpose],
        .device_key = body.device_key.len > 0 ? body.device_key.data : NULL,
        .captcha = body.captcha,
    };
    struct authentication_out out AUTHENTICATION_OUT_WIPED;
    enum hufu_err err = authentication_begin(worker, &act, &in, &out);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, authentication_begun_json(&out));
}

void authentication_post_confirm(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.begin");
    if (!field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct authentication_out out AUTHENTICATION_OUT_WIPED;
    enum hufu_err err = authentication_begin_confirm(worker, &act, &out);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, authentication_begun_json(&out));
}

static void authentication_reply(struct http_request *request, struct worker *worker, struct act *act,
                                 enum hufu_err err, const struct authentication_progress *progress)
{
    if (err != HUFU_OK)
        answer_refused(request, worker, act, err);
    else
        reply_json(request, 200, authentication_progress_json(progress));
}

void authentication_post_state(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.show");
    struct authentication_try_body body = {0};
    struct authentication_progress progress;
    if (!field_read_body(request, authentication_token_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_show(worker, &act, body.token.data, &progress);
    authentication_reply(request, worker, &act, err, &progress);
}

void authentication_post_password(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.password");
    struct authentication_try_body body = {0};
    struct authentication_progress progress;
    if (!field_read_body(request, authentication_password_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_try_password(worker, &act, body.token.data, body.password,
                                                    body.new_password, &progress);
    authentication_reply(request, worker, &act, err, &progress);
}

void authentication_post_code(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.code");
    struct authentication_try_body body = {0};
    uint64_t expires_ms;
    if (!field_read_body(request, authentication_token_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_send_code(worker, &act, body.token.data, &expires_ms);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, json_pack("{so}", "expires_at", json_time(expires_ms)));
}

void authentication_post_sms(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.sms");
    struct authentication_try_body body = {0};
    struct authentication_progress progress;
    if (!field_read_body(request, authentication_code_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err =
        authentication_try_code(worker, &act, body.token.data, bytes_of_text(body.code), &progress);
    authentication_reply(request, worker, &act, err, &progress);
}

void authentication_post_remembered(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.remembered");
    struct authentication_try_body body = {0};
    struct authentication_progress progress;
    if (!field_read_body(request, authentication_remembered_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_try_remembered(worker, &act, body.token.data, body.remembered.data,
                                                      body.proof.data, &progress);
    authentication_reply(request, worker, &act, err, &progress);
}

void authentication_post_face(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.face");
    struct authentication_try_body body = {0};
    struct authentication_progress progress;
    if (!field_read_body(request, authentication_face_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_try_face(worker, &act, body.token.data, body.picture, &progress);
    authentication_reply(request, worker, &act, err, &progress);
}

/* ---- QR code ---- */

void authentication_post_qr(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.qr");
    struct authentication_try_body body = {0};
    uint8_t code[AUTHENTICATION_QR_SIZE];
    if (!field_read_body(request, authentication_token_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_show_qr(worker, &act, body.token.data, code);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    char text[sizeof AUTHENTICATION_QR_PREFIX + BASE64URL_TEXT_SIZE(AUTHENTICATION_QR_SIZE)] =
        AUTHENTICATION_QR_PREFIX;
    base64url_encode(text + strlen(text), sizeof text - strlen(text), bytes_of(code, sizeof code));
    reply_json(request, 201, json_pack("{so}", "text", json_text(text)));
}

void authentication_post_qr_request(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.scan");
    struct authentication_try_body body = {0};
    struct authentication_request asked;
    if (!field_read_body(request, authentication_scanned_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_read_qr(worker, &act, body.scanned.data, &asked);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200,
                   json_pack("{so, so, so}", "purpose",
                             json_text(authentication_purpose_names[asked.purpose]), "begun_at",
                             json_time(asked.begun_ms), "expires_at", json_time(asked.expires_ms)));
}

void authentication_post_qr_approval(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authentication.approve");
    struct authentication_try_body body = {0};
    if (!field_read_body(request, authentication_scanned_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authentication_approve_qr(worker, &act, body.scanned.data);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_object());
}

/* ---- what an account keeps for authenticating ---- */

void remembered_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "password.remember");
    struct remembered_out out REMEMBERED_OUT_WIPED = {.expires_ms = 0};
    if (!field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = remembered_create(worker, &act, &out);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201,
                   json_pack("{so, so}", "remembered", json_bytes(bytes_of(out.token, sizeof out.token)),
                             "expires_at", json_time(out.expires_ms)));
}

void remembered_delete(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "password.forget");
    enum hufu_err err = remembered_forget(worker, &act);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_object());
}

void face_put_account(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "face.enrol");
    struct authentication_try_body body = {0};
    if (!field_read_body(request, authentication_picture_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = face_enrol(worker, &act, body.picture);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_object());
}
