/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "server/api/account_body.h"
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/captcha_body.h"
#include "server/core/account_request.h"
#include "server/core/code.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct code_body {
    const char *project, *mobile;
    struct captcha_answer captcha;
};

static const struct field code_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct code_body, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "mobile",
     .type = FIELD_TEXT,
     .offset = offsetof(struct code_body, mobile),
     .min = 1,
     .max = ACCOUNT_MOBILE_TEXT_MAX},
    CAPTCHA_BODY_FIELD(struct code_body, captcha),
    {.name = NULL},
};

void account_request_post_code(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.request-code");
    struct code_body body = {0};
    uint64_t expires_ms;
    if (!field_read_body(request, code_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err =
        account_request_send_code(worker, &act, body.project, body.mobile, &body.captcha, &expires_ms);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 202, json_pack("{so}", "expires_at", json_time(expires_ms)));
}

struct request_body {
    struct account_in account;
    const char *code;
    struct bytes token;
};
#define REQUEST_FIELDS_MAX (ACCOUNT_BODY_FIELDS_MAX + 3)

#define REQUEST_TOKEN_FIELD(may_be_left_out)                                                                \
    {                                                                                                       \
        .name = "request", .type = FIELD_BYTES, .offset = offsetof(struct request_body, token),             \
        .optional = (may_be_left_out), .min = ACCOUNT_REQUEST_TOKEN_SIZE, .max = ACCOUNT_REQUEST_TOKEN_SIZE \
    }
static const struct field request_token_fields[] = {REQUEST_TOKEN_FIELD(false), {.name = NULL}};

static void request_fields(struct field fields[REQUEST_FIELDS_MAX + 1])
{
    size_t count = account_body_fields(fields, offsetof(struct request_body, account));
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, "mobile") == 0)
            fields[i].optional = false;
    fields[count++] = (struct field){.name = "project",
                                     .type = FIELD_TEXT,
                                     .offset = offsetof(struct request_body, account.project),
                                     .min = 1,
                                     .max = PROJECT_NAME_MAX};
    fields[count++] = (struct field){.name = "code",
                                     .type = FIELD_TEXT,
                                     .offset = offsetof(struct request_body, code),
                                     .min = CODE_DIGITS,
                                     .max = CODE_DIGITS};
    fields[count++] = (struct field)REQUEST_TOKEN_FIELD(true);
    fields[count] = (struct field){.name = NULL};
}

void account_request_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.request");
    struct field fields[REQUEST_FIELDS_MAX + 1];
    struct request_body body = {0};
    request_fields(fields);
    if (!field_read_body(request, fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err =
        account_request_make(worker, &act, &body.account, body.token, bytes_of_text(body.code));
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 202, json_pack("{sb}", "received", 1));
}

void account_request_post_state(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.request-state");
    struct request_body body = {.code = NULL};
    struct account account;
    if (!field_read_body(request, request_token_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = account_request_show(worker, &act, body.token.data, &account);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *answer = json_pack("{so}", "state", json_text(account_state_names[account.state]));
    if (answer != NULL && account.refusal[0] != '\0')
        json_object_set_new(answer, "refusal", json_text(account.refusal));
    reply_json(request, 200, answer);
}
