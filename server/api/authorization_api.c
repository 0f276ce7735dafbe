/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations, for the two people of each and for operators. */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/authorization_view.h"
#include "server/api/list_query.h"
#include "server/core/authorization.h"
#include "server/core/page.h"
#include "server/http/field.h"
#include "server/http/reply.h"

/* Replies with the authorization, or with why not. */
static void authorization_reply(struct http_request *request, struct worker *worker, struct act *act,
                                enum hufu_err err, unsigned status, struct authorization *authorization)
{
    if (err != HUFU_OK)
        answer_refused(request, worker, act, err);
    else
        reply_json(request, status,
                   json_pack("{so}", "authorization", view_authorization(worker, act, authorization)));
}

/* ---- terms, as bodies have them ---- */

struct authorization_body {
    const char *other;
    unsigned operations;
    const char *from, *until;
    bool has_uses;
    int64_t uses;
    const char *reason, *remark;
    bool has_key;
    uint8_t key_id[UUID_SIZE];
};

#define BODY_TIME(title, member, may_be_left_out)                                                   \
    {                                                                                               \
        .name = (title), .type = FIELD_TEXT, .offset = offsetof(struct authorization_body, member), \
        .optional = (may_be_left_out), .min = RFC3339_TEXT_SIZE - 1, .max = RFC3339_TEXT_SIZE - 1   \
    }
#define BODY_USES(may_be_left_out)                                                                         \
    {                                                                                                      \
        .name = "uses", .type = FIELD_INT, .offset = offsetof(struct authorization_body, uses),            \
        .optional = (may_be_left_out), .present = offsetof(struct authorization_body, has_uses), .min = 0, \
        .max = PROJECT_AUTHORIZATION_USES_MAX                                                              \
    }
#define BODY_TEXT(title, member, most)                                                              \
    {                                                                                               \
        .name = (title), .type = FIELD_TEXT, .offset = offsetof(struct authorization_body, member), \
        .optional = true, .min = 1, .max = (most)                                                   \
    }
#define BODY_OTHER(title)                                                                                    \
    {                                                                                                        \
        .name = (title), .type = FIELD_TEXT, .offset = offsetof(struct authorization_body, other), .min = 1, \
        .max = ACCOUNT_WORK_NUMBER_MAX                                                                       \
    }
#define BODY_KEY                                                                                     \
    {                                                                                                \
        .name = "key_id", .type = FIELD_UUID, .offset = offsetof(struct authorization_body, key_id), \
        .optional = true, .present = offsetof(struct authorization_body, has_key)                    \
    }
#define BODY_BEGIN                                                                                     \
    {.name = "operations",                                                                             \
     .type = FIELD_SET,                                                                                \
     .offset = offsetof(struct authorization_body, operations),                                        \
     .min = 1,                                                                                         \
     .max = PROJECT_USE_COUNT,                                                                         \
     .names = project_use_names},                                                                      \
        BODY_TIME("valid_from", from, true), BODY_TIME("valid_until", until, false), BODY_USES(false), \
        BODY_TEXT("reason", reason, AUTHORIZATION_TEXT_MAX),                                           \
        BODY_TEXT("remark", remark, AUTHORIZATION_TEXT_MAX)

static const struct field apply_fields[] = {BODY_OTHER("holder"), BODY_BEGIN, {.name = NULL}};
static const struct field grant_fields[] = {BODY_OTHER("authorized"), BODY_KEY, BODY_BEGIN, {.name = NULL}};
static const struct field confirm_fields[] = {BODY_KEY, {.name = NULL}};
static const struct field refuse_fields[] = {BODY_TEXT("reason", reason, AUTHORIZATION_WHY_MAX),
                                             {.name = NULL}};
static const struct field modify_fields[] = {BODY_TIME("valid_from", from, true),
                                             BODY_TIME("valid_until", until, true),
                                             BODY_USES(true),
                                             {.name = NULL}};
static const struct field renew_fields[] = {BODY_TIME("valid_from", from, true),
                                            BODY_TIME("valid_until", until, false),
                                            BODY_USES(false),
                                            {.name = NULL}};

/* 0: not given. False: a problem was replied. */
static bool body_read_time(struct http_request *request, const char *field, const char *text,
                           uint64_t *time_ms)
{
    *time_ms = 0;
    if (text == NULL || (rfc3339_parse(time_ms, text) == HUFU_OK && *time_ms > 0))
        return true;
    problem_reply_field(request, PROBLEM_BAD_FIELD, field, "is no time like 2026-01-31T12:00:00.000Z", -1);
    return false;
}

static bool body_read(struct http_request *request, const struct field *fields,
                      struct authorization_body *out, struct authorization_terms *terms)
{
    *out = (struct authorization_body){.other = NULL};
    bool whole = field_read_body(request, fields, out) &&
                 body_read_time(request, "valid_from", out->from, &terms->from_ms) &&
                 body_read_time(request, "valid_until", out->until, &terms->until_ms);
    terms->uses = out->uses;
    return whole;
}

/* ---- begun ---- */

static void authorization_post_as(struct http_request *request, struct worker *worker,
                                  enum authorization_party as)
{
    struct act act =
        answer_begin(request, as == PARTY_HOLDER ? "authorization.grant" : "authorization.apply");
    struct authorization_body body;
    struct authorization_in in = {.other = NULL};
    struct authorization authorization;
    if (!body_read(request, as == PARTY_HOLDER ? grant_fields : apply_fields, &body, &in.terms)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    in.other = body.other;
    in.operations = body.operations;
    in.reason = body.reason;
    in.remark = body.remark;
    in.key_id = body.has_key ? body.key_id : NULL;
    enum hufu_err err = authorization_begin(worker, &act, as, &in, &authorization);
    authorization_reply(request, worker, &act, err, 201, &authorization);
}

void authorization_post(struct http_request *request, struct worker *worker)
{
    authorization_post_as(request, worker, PARTY_AUTHORIZED);
}

void authorization_post_grant(struct http_request *request, struct worker *worker)
{
    authorization_post_as(request, worker, PARTY_HOLDER);
}

struct search_body {
    const char *name;
};
static const struct field search_fields[] = {
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct search_body, name),
     .min = 2,
     .max = ACCOUNT_NAME_MAX},
    {.name = NULL},
};

void authorization_post_search(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authorization.search");
    struct search_body body = {0};
    struct authorization_found found[AUTHORIZATION_FOUND_MAX];
    size_t count;
    if (!field_read_body(request, search_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authorization_find_holders(worker, &act, body.name, found, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_authorization_found(&found[i]));
    reply_json(request, 200, json_pack("{so}", "holders", list));
}

/* ---- steps ---- */

typedef enum hufu_err authorization_call(struct worker *worker, struct act *act,
                                         const uint8_t authorization_id[UUID_SIZE],
                                         struct authorization *out);

static void authorization_do(struct http_request *request, struct worker *worker, const char *action,
                             authorization_call *call)
{
    struct act act = answer_begin(request, action);
    struct authorization authorization;
    uint8_t id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", id) || !field_read_body(request, field_none, NULL)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    authorization_reply(request, worker, &act, call(worker, &act, id, &authorization), 200, &authorization);
}

static enum hufu_err freeze(struct worker *worker, struct act *act, const uint8_t id[UUID_SIZE],
                            struct authorization *out)
{
    return authorization_set_frozen(worker, act, id, true, out);
}

static enum hufu_err unfreeze(struct worker *worker, struct act *act, const uint8_t id[UUID_SIZE],
                              struct authorization *out)
{
    return authorization_set_frozen(worker, act, id, false, out);
}

void authorization_get_one(struct http_request *request, struct worker *worker)
{
    authorization_do(request, worker, "authorization.read", authorization_get);
}

void authorization_post_freeze(struct http_request *request, struct worker *worker)
{
    authorization_do(request, worker, "authorization.freeze", freeze);
}

void authorization_post_unfreeze(struct http_request *request, struct worker *worker)
{
    authorization_do(request, worker, "authorization.unfreeze", unfreeze);
}

void authorization_post_password_reset(struct http_request *request, struct worker *worker)
{
    authorization_do(request, worker, "authorization.reset_password", authorization_reset_password);
}

void authorization_delete_one(struct http_request *request, struct worker *worker)
{
    authorization_do(request, worker, "authorization.delete", authorization_delete);
}

void authorization_post_confirm(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authorization.confirm");
    struct authorization_body body;
    struct authorization_terms none;
    struct authorization authorization;
    uint8_t id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", id) ||
        !body_read(request, request->body_len == 0 ? field_none : confirm_fields, &body, &none)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err =
        authorization_confirm(worker, &act, id, body.has_key ? body.key_id : NULL, &authorization);
    authorization_reply(request, worker, &act, err, 200, &authorization);
}

void authorization_post_refuse(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "authorization.refuse");
    struct authorization_body body;
    struct authorization_terms none;
    struct authorization authorization;
    uint8_t id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", id) ||
        !body_read(request, request->body_len == 0 ? field_none : refuse_fields, &body, &none)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = authorization_refuse(worker, &act, id, body.reason, &authorization);
    authorization_reply(request, worker, &act, err, 200, &authorization);
}

static void authorization_change_by(struct http_request *request, struct worker *worker, bool renew)
{
    struct act act = answer_begin(request, renew ? "authorization.renew" : "authorization.modify");
    struct authorization_body body;
    struct authorization_change change = {.has_from = false};
    struct authorization authorization;
    uint8_t id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", id) ||
        !body_read(request, renew ? renew_fields : modify_fields, &body, &change.terms)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    change.has_from = body.from != NULL;
    change.has_until = body.until != NULL;
    change.has_uses = renew || body.has_uses;
    enum hufu_err err = renew ? authorization_renew(worker, &act, id, &change, &authorization)
                              : authorization_modify(worker, &act, id, &change, &authorization);
    authorization_reply(request, worker, &act, err, 200, &authorization);
}

void authorization_patch(struct http_request *request, struct worker *worker)
{
    authorization_change_by(request, worker, false);
}

void authorization_post_renew(struct http_request *request, struct worker *worker)
{
    authorization_change_by(request, worker, true);
}
