/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

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

static const struct field user_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct account_in, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct account_in, name),
     .min = 1,
     .max = ACCOUNT_NAME_MAX},
    {.name = "work_number",
     .type = FIELD_TEXT,
     .offset = offsetof(struct account_in, work_number),
     .min = 1,
     .max = ACCOUNT_WORK_NUMBER_MAX},
    {.name = "organization",
     .type = FIELD_TEXT,
     .offset = offsetof(struct account_in, organization),
     .optional = true,
     .min = 1,
     .max = ACCOUNT_NAME_MAX},
    {.name = "subject",
     .type = FIELD_OBJECT,
     .offset = offsetof(struct account_in, subject),
     .optional = true,
     .fields = user_subject_fields},
    {.name = NULL},
};

static const struct field user_no_fields[] = {{.name = NULL}};

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
    if (!field_read_body(request, user_fields, &in)) {
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
    if (field_read_path_uuid(request, 0, "id", account_id) && field_read_body(request, user_no_fields, NULL))
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

static enum hufu_err user_page(struct worker *worker, struct act *act, const struct list_query *query,
                               struct account *accounts, size_t *count)
{
    struct project project;
    if (query->project == NULL)
        return page_accounts(worker, NULL, query->after.id, query->limit, accounts, count);
    enum hufu_err err = project_find(worker, act, query->project, &project);
    return err == HUFU_OK
               ? page_accounts(worker, project.project_id, query->after.id, query->limit, accounts, count)
               : err;
}

void admin_user_list(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.list");
    struct list_query query;
    size_t count;
    if (!list_query_read_with_project(request, &query)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    struct account *accounts = request_alloc(request, query.limit * sizeof *accounts);
    enum hufu_err err =
        accounts == NULL ? HUFU_ERR_INTERNAL : user_page(worker, &act, &query, accounts, &count);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_account(&accounts[i]));
    const uint8_t *last_id = count > 0 ? accounts[count - 1].account_id : NULL;
    reply_json(request, 200, list_query_answer(&query, "users", list, count, last_id));
}
