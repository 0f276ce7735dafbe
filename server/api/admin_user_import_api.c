/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts from a CSV file. */
#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/core/account_import.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct import_body {
    const char *project;
    struct bytes csv;
};

static const struct field import_fields[] = {
    {.name = "project",
     .type = FIELD_TEXT,
     .offset = offsetof(struct import_body, project),
     .min = 1,
     .max = PROJECT_NAME_MAX},
    {.name = "csv",
     .type = FIELD_BYTES,
     .offset = offsetof(struct import_body, csv),
     .min = 0,
     .max = ACCOUNT_IMPORT_BYTES_MAX},
    {.name = NULL},
};

static void import_release(struct account_import **import)
{
    account_import_free(*import);
}

static json_t *import_faults_json(const struct account_import *import)
{
    json_t *list = json_array();
    for (size_t i = 0; i < import->fault_count; i++) {
        const struct account_fault *fault = &import->faults[i];
        json_t *one =
            json_pack("{sI, so}", "line", (json_int_t)fault->line, "reason", json_text(fault->reason));
        if (fault->field[0] != '\0')
            json_object_set_new(one, "field", json_text(fault->field));
        if (fault->limit >= 0)
            json_object_set_new(one, "limit", json_integer(fault->limit));
        json_array_append_new(list, one);
    }
    return json_pack("{so}", "errors", list);
}

static json_t *import_json(const struct account_import *import)
{
    json_t *list = json_array();
    for (size_t i = 0; i < import->count; i++) {
        const struct account_imported *one = &import->accounts[i];
        json_array_append_new(list, json_pack("{so, so, s{so, so}}", "id", json_uuid(one->account_id),
                                              "work_number", json_text(one->work_number), "activation",
                                              "text", json_text(one->code.text), "expires_at",
                                              json_time(one->code.expires_ms)));
    }
    return json_pack("{so}", "users", list);
}

void admin_user_import(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.import");
    struct import_body body = {0};
    struct account_import *import __attribute__((cleanup(import_release))) = NULL;
    if (!field_read_body(request, import_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    import = account_import_new();
    enum hufu_err err =
        import == NULL ? HUFU_ERR_INTERNAL : account_import_run(worker, &act, body.project, body.csv, import);
    if (err == HUFU_OK)
        reply_json(request, 201, import_json(import));
    else if (act.refusal == REFUSAL_CSV_INVALID)
        answer_refused_with(request, worker, &act, err, import_faults_json(import));
    else
        answer_refused(request, worker, &act, err);
}
