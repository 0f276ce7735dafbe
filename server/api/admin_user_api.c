/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "server/api/account_body.h"
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/list_query.h"
#include "server/api/view.h"
#include "server/core/account.h"
#include "server/core/project.h"
#include "server/http/field.h"
#include "server/http/reply.h"

#define USER_SUBJECT_PART_MAX 256 /* X.520's limits count characters and are smaller */

/* One optional text of the subject. */
#define USER_SUBJECT_FIELD(json_name, member)                                                \
    {                                                                                        \
        .name = (json_name), .type = FIELD_TEXT, .offset = offsetof(struct subject, member), \
        .optional = true, .min = 1, .max = USER_SUBJECT_PART_MAX                             \
    }

static const struct field user_subject_fields[] = {
    USER_SUBJECT_FIELD("C", country),
    USER_SUBJECT_FIELD("ST", province),
    USER_SUBJECT_FIELD("L", locality),
    USER_SUBJECT_FIELD("O", organization),
    USER_SUBJECT_FIELD("OU", unit),
    USER_SUBJECT_FIELD("CN", common_name),
    USER_SUBJECT_FIELD("serialNumber", serial_number),
    {.name = NULL},
};

/* Those of the table, and what no column of a CSV file holds. */
#define USER_FIELDS_MAX (ACCOUNT_FIELDS_MAX + 3)

static void user_fields(struct field fields[USER_FIELDS_MAX + 1])
{
    size_t count = account_body_fields(fields, 0);
    fields[count++] = (struct field){.name = "project",
                                     .type = FIELD_TEXT,
                                     .offset = offsetof(struct account_in, project),
                                     .min = 1,
                                     .max = PROJECT_NAME_MAX};
    fields[count++] = (struct field){.name = "subject",
                                     .type = FIELD_OBJECT,
                                     .offset = offsetof(struct account_in, subject),
                                     .optional = true,
                                     .fields = user_subject_fields};
    fields[count] = (struct field){.name = NULL};
}

/* The one time that the code is told. */
static json_t *user_activation_json(const struct activation_code *code)
{
    return json_pack("{so, so}", "text", json_text(code->text), "expires_at", json_time(code->expires_ms));
}

void admin_user_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.create");
    struct account_in in = {0};
    struct account account;
    struct activation_code code ACTIVATION_CODE_WIPED = {0};
    struct field fields[USER_FIELDS_MAX + 1];
    user_fields(fields);
    if (!field_read_body(request, fields, &in)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = account_create(worker, &act, &in, &account, &code);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201,
                   json_pack("{so, so}", "account", view_account(&account), "activation",
                             user_activation_json(&code)));
}

/* The account that the path names; no fields in the body. */
static bool user_read(struct http_request *request, struct worker *worker, struct act *act,
                      uint8_t account_id[UUID_SIZE])
{
    if (field_read_path_uuid(request, 0, "id", account_id) && field_read_body(request, field_none, NULL))
        return true;
    answer_form_refused(request, worker, act);
    return false;
}

void admin_user_post_activation(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "activation.create");
    uint8_t account_id[UUID_SIZE];
    struct activation_code code ACTIVATION_CODE_WIPED = {0};
    if (!user_read(request, worker, &act, account_id))
        return;
    enum hufu_err err = activation_create(worker, &act, account_id, &code);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 201, json_pack("{so}", "activation", user_activation_json(&code)));
}

static void user_change(struct http_request *request, struct worker *worker, const char *action,
                        enum account_event event)
{
    struct act act = answer_begin(request, action);
    uint8_t account_id[UUID_SIZE];
    struct account account;
    if (!user_read(request, worker, &act, account_id))
        return;
    enum hufu_err err = account_change(worker, &act, account_id, event, &account);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "account", view_account(&account)));
}

void admin_user_suspend(struct http_request *request, struct worker *worker)
{
    user_change(request, worker, "account.suspend", ACCOUNT_SUSPEND);
}

void admin_user_resume(struct http_request *request, struct worker *worker)
{
    user_change(request, worker, "account.resume", ACCOUNT_RESUME);
}

void admin_user_approve(struct http_request *request, struct worker *worker)
{
    user_change(request, worker, "account.approve", ACCOUNT_APPROVE);
}

void admin_user_close(struct http_request *request, struct worker *worker)
{
    user_change(request, worker, "account.close", ACCOUNT_CLOSE);
}

struct refusal_body {
    const char *reason;
};
static const struct field user_refusal_fields[] = {
    {.name = "reason",
     .type = FIELD_TEXT,
     .offset = offsetof(struct refusal_body, reason),
     .min = 1,
     .max = ACCOUNT_TEXT_MAX},
    {.name = NULL},
};

void admin_user_refuse(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.refuse");
    struct refusal_body body = {0};
    uint8_t account_id[UUID_SIZE];
    struct account account;
    if (!field_read_path_uuid(request, 0, "id", account_id) ||
        !field_read_body(request, user_refusal_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = account_refuse(worker, &act, account_id, body.reason, &account);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "account", view_account(&account)));
}

/* What can be corrected, or (null) cleared: all that is known of the person, but name, work number and organization, which stand in
 * the certificate. The kind of a document goes with its number. */
static void user_profile_fields(struct field fields[ACCOUNT_BODY_FIELDS_MAX + 1])
{
    static const char *const fixed[] = {"work_number", "name", "organization"};
    struct field all[ACCOUNT_BODY_FIELDS_MAX];
    size_t count = account_body_fields(all, 0), kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_fixed = false;
        for (size_t k = 0; k < sizeof fixed / sizeof fixed[0]; k++)
            is_fixed = is_fixed || strcmp(all[i].name, fixed[k]) == 0;
        all[i].nullable = strcmp(all[i].name, "identity_kind") != 0;
        if (!is_fixed)
            fields[kept++] = all[i];
    }
    fields[kept] = (struct field){.name = NULL};
}

void admin_user_patch(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.set");
    struct field fields[ACCOUNT_BODY_FIELDS_MAX + 1];
    struct account_in in = {0};
    uint8_t account_id[UUID_SIZE];
    struct account account;
    user_profile_fields(fields);
    if (!field_read_path_uuid(request, 0, "id", account_id) || !field_read_body(request, fields, &in)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = account_set_profile(worker, &act, account_id, &in.profile, &account);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "account", view_account(&account)));
}

void admin_user_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.show");
    uint8_t account_id[UUID_SIZE];
    struct account account;
    if (!field_read_path_uuid(request, 0, "id", account_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = account_get(worker, &act, account_id, &account);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "account", view_account(&account)));
}

void admin_user_get_picture(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.show-picture");
    uint8_t account_id[UUID_SIZE];
    struct buf picture;
    if (!field_read_path_uuid(request, 0, "id", account_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    uint8_t *memory = request_alloc(request, ACCOUNT_PICTURE_MAX);
    buf_init(&picture, memory, ACCOUNT_PICTURE_MAX);
    enum hufu_err err =
        memory == NULL ? HUFU_ERR_INTERNAL : account_get_picture(worker, &act, account_id, &picture);
    const char *type = err == HUFU_OK ? profile_picture_type(buf_bytes(&picture)) : NULL;
    if (err == HUFU_OK && type == NULL)
        err = HUFU_ERR_INTERNAL;
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_bytes(request, 200, type, buf_bytes(&picture));
}

/* ?project=&work_number=&mobile=&state=&cursor=&limit= */
struct user_query {
    const char *project, *work_number, *mobile, *cursor;
    bool has_state;
    int state;
    int64_t limit;
};

/* One optional text of the query. */
#define USER_QUERY_TEXT(json_name, member, most)                                                \
    {                                                                                           \
        .name = (json_name), .type = FIELD_TEXT, .offset = offsetof(struct user_query, member), \
        .optional = true, .min = 1, .max = (most)                                               \
    }

static const struct field user_query_fields[] = {
    USER_QUERY_TEXT("project", project, PROJECT_NAME_MAX),
    USER_QUERY_TEXT("work_number", work_number, ACCOUNT_WORK_NUMBER_MAX),
    USER_QUERY_TEXT("mobile", mobile, ACCOUNT_TEXT_MAX),
    USER_QUERY_TEXT("cursor", cursor, CURSOR_TEXT_MAX),
    {.name = "state",
     .type = FIELD_ENUM,
     .offset = offsetof(struct user_query, state),
     .optional = true,
     .present = offsetof(struct user_query, has_state),
     .names = account_state_names},
    {.name = "limit",
     .type = FIELD_INT,
     .offset = offsetof(struct user_query, limit),
     .optional = true,
     .min = 1,
     .max = PAGE_MAX},
    {.name = NULL},
};

/* Who has a mobile number is found by a hash that differs from project to project. */
static bool user_query_read(struct http_request *request, struct user_query *query, struct list_query *list)
{
    *query = (struct user_query){.limit = LIST_LIMIT_DEFAULT};
    *list = (struct list_query){0};
    if (!field_read_query(request, user_query_fields, query) ||
        !cursor_read(request, "cursor", query->cursor, &list->after))
        return false;
    list->limit = (size_t)query->limit;
    if (query->mobile == NULL || query->project != NULL)
        return true;
    problem_reply_field(request, PROBLEM_MISSING_FIELD, "project", "must be given with mobile", -1);
    return false;
}

static enum hufu_err user_page(struct worker *worker, struct act *act, const struct user_query *query,
                               const struct list_query *list, struct account *accounts, size_t *count)
{
    uint8_t project_id[UUID_SIZE], mobile_hash[HASH_SIZE];
    struct account_query wanted = {.work_number = query->work_number,
                                   .state = query->has_state ? account_state_names[query->state] : NULL,
                                   .after = list->after.id,
                                   .limit = list->limit};
    *count = 0;
    enum hufu_err err = list_query_project(worker, act, query->project, project_id, &wanted.project_id);
    if (err == HUFU_OK && query->mobile != NULL) {
        err = profile_mobile_hash(worker, project_id, query->mobile, mobile_hash);
        wanted.mobile_hash = mobile_hash;
    }
    if (err == HUFU_ERR_FORM && act->refusal == REFUSAL_NONE)
        return act_refuse_field(act, "mobile", "is no mobile number");
    return err == HUFU_OK ? page_accounts(worker, &wanted, accounts, count) : err;
}

void admin_user_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.list");
    struct user_query query;
    struct list_query list_query;
    size_t count;
    if (!user_query_read(request, &query, &list_query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct account *accounts = request_alloc(request, list_query.limit * sizeof *accounts);
    enum hufu_err err =
        accounts == NULL ? HUFU_ERR_INTERNAL : user_page(worker, &act, &query, &list_query, accounts, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_account(&accounts[i]));
    const uint8_t *last_id = count > 0 ? accounts[count - 1].account_id : NULL;
    reply_json(request, 200, list_query_answer(&list_query, "users", list, count, last_id));
}
