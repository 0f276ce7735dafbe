/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/password.h"

#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/core/authentication.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct password_body {
    struct bytes token;
    const char *old, *wanted;
};

#define PASSWORD_FIELD(json_name, member)                                                                    \
    {                                                                                                        \
        .name = (json_name), .type = FIELD_TEXT, .offset = offsetof(struct password_body, member), .min = 1, \
        .max = PASSWORD_GIVEN_MAX                                                                            \
    }

static const struct field password_change_fields[] = {
    PASSWORD_FIELD("old", old),
    PASSWORD_FIELD("new", wanted),
    {.name = NULL},
};
static const struct field password_recover_fields[] = {
    {.name = "authentication",
     .type = FIELD_BYTES,
     .offset = offsetof(struct password_body, token),
     .min = AUTHENTICATION_TOKEN_SIZE,
     .max = AUTHENTICATION_TOKEN_SIZE},
    PASSWORD_FIELD("password", wanted),
    {.name = NULL},
};

static void password_reply(struct http_request *request, struct worker *worker, struct act *act,
                           enum hufu_err err)
{
    if (err != HUFU_OK)
        answer_refused(request, worker, act, err);
    else
        reply_json(request, 200, json_object());
}

void password_put_account(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "password.change");
    struct password_body body = {0};
    if (!field_read_body(request, password_change_fields, &body))
        answer_form_refused(request, worker, &act);
    else
        password_reply(request, worker, &act, password_change(worker, &act, body.old, body.wanted));
}

void password_post_recovery(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "password.recover");
    struct password_body body = {0};
    if (!field_read_body(request, password_recover_fields, &body))
        answer_form_refused(request, worker, &act);
    else
        password_reply(request, worker, &act, password_recover(worker, &act, body.token.data, body.wanted));
}

/* The one time that it is told. */
void admin_password_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "password.issue");
    uint8_t account_id[UUID_SIZE];
    struct password_initial initial PASSWORD_INITIAL_WIPED = {.until_ms = 0};
    if (!field_read_path_uuid(request, 0, "id", account_id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = password_issue(worker, &act, account_id, &initial);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201,
                   json_pack("{so, so}", "password", json_text(initial.text), "expires_at",
                             json_time(initial.until_ms)));
}
