/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/account_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "server/core/account_field.h"
#include "server/core/csv.h"
#include "server/core/project.h"
#include "server/core/service_key.h"
#include "server/core/utf8.h"

struct account_import *account_import_new(void)
{
    struct account_import *import = calloc(1, sizeof *import);
    if (import == NULL)
        return NULL;
    import->accounts = calloc(ACCOUNT_IMPORT_LINES_MAX, sizeof import->accounts[0]);
    if (import->accounts != NULL)
        return import;
    free(import);
    return NULL;
}

void account_import_free(struct account_import *import)
{
    if (import == NULL)
        return;
    secret_wipe(import->accounts, ACCOUNT_IMPORT_LINES_MAX * sizeof import->accounts[0]);
    free(import->accounts);
    free(import);
}

/* One run: the file in memory that is read in place, and the accounts that come of it. */
struct run {
    struct worker *worker;
    const struct act *act;
    struct project project;
    struct account_import *import;
    char *text;
    struct csv csv;
    size_t column_count;
    const struct account_field *columns[CSV_VALUES_MAX];
    struct account *accounts;
    size_t *lines; /* of each account */
};

static void run_done(struct run *run)
{
    if (run->text != NULL)
        secret_wipe(run->text, ACCOUNT_IMPORT_BYTES_MAX + 1);
    free(run->text);
    free(run->accounts);
    free(run->lines);
}
#define RUN_DONE __attribute__((cleanup(run_done)))

static void run_blame(struct run *run, size_t line, const char *field, const char *reason, int64_t limit)
{
    struct account_import *import = run->import;
    if (import->fault_count == ACCOUNT_IMPORT_FAULTS_MAX)
        return;
    struct account_fault *fault = &import->faults[import->fault_count++];
    *fault = (struct account_fault){.line = line, .reason = reason, .limit = limit};
    /* What is cut may end within a character. */
    snprintf(fault->field, sizeof fault->field, "%s", field);
    fault->field[utf8_whole(fault->field)] = '\0';
}

static const struct account_field *run_find_column(const char *heading)
{
    for (const struct account_field *field = account_field_table; field->name != NULL; field++)
        if (strcmp(field->name, heading) == 0 || strcmp(field->chinese, heading) == 0)
            return field;
    return NULL;
}

static bool run_has_column(const struct run *run, const struct account_field *field)
{
    for (size_t i = 0; i < run->column_count; i++)
        if (run->columns[i] == field)
            return true;
    return false;
}

static void run_take_headings(struct run *run, const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct account_field *field = run_find_column(record->values[i]);
        if (field == NULL)
            run_blame(run, record->line, record->values[i], "there is no such column", -1);
        else if (run_has_column(run, field))
            run_blame(run, record->line, field->name, "is there twice", -1);
        run->columns[run->column_count++] = field;
    }
    for (const struct account_field *field = account_field_table; field->name != NULL; field++)
        if (field->required && !run_has_column(run, field))
            run_blame(run, record->line, field->name, "must be a column", -1);
}

static int run_find_choice(const struct account_field *field, const char *value)
{
    for (int i = 0; field->names[i] != NULL; i++)
        if (strcmp(field->names[i], value) == 0 || strcmp(field->chinese_names[i], value) == 0)
            return i;
    return -1;
}

static bool run_has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

/* One value into its place; blames it otherwise. */
static bool run_take_value(struct run *run, size_t line, const struct account_field *field, const char *value,
                           struct account_in *in)
{
    char *place = (char *)in + field->offset;
    if (value[0] == '\0') {
        if (field->required)
            run_blame(run, line, field->name, "must be given", -1);
        return !field->required;
    }
    if (field->kind == ACCOUNT_FIELD_TEXT && strlen(value) > field->max) {
        run_blame(run, line, field->name, "is longer than the limit", (int64_t)field->max);
        return false;
    }
    if (field->kind == ACCOUNT_FIELD_TEXT && run_has_control(value)) {
        run_blame(run, line, field->name, "must not hold control characters", -1);
        return false;
    }
    if (field->kind == ACCOUNT_FIELD_TEXT) {
        memcpy(place, &value, sizeof value);
        return true;
    }
    int choice = run_find_choice(field, value);
    if (choice < 0) {
        run_blame(run, line, field->name, "is none of the accepted values", -1);
        return false;
    }
    memcpy(place, &choice, sizeof choice);
    memcpy((char *)in + field->present, &(bool){true}, sizeof(bool));
    return true;
}

/* HUFU_OK also when the line was blamed. */
static enum hufu_err run_take_record(struct run *run, const struct csv_record *record)
{
    struct account_in in = {0};
    struct act act = *run->act; /* of this line alone */
    bool taken = true;
    if (record->count != run->column_count) {
        run_blame(run, record->line, "", "has not as many values as there are columns",
                  (int64_t)run->column_count);
        return HUFU_OK;
    }
    for (size_t i = 0; i < record->count; i++)
        if (!run_take_value(run, record->line, run->columns[i], record->values[i], &in))
            taken = false;
    if (!taken)
        return HUFU_OK;
    enum hufu_err err = account_prepare(run->worker, &act, &in, &run->project, ACCOUNT_ACTIVE,
                                        &run->accounts[run->import->count]);
    if (act.refusal == REFUSAL_BAD_FIELD) {
        run_blame(run, record->line, act.field, act.reason, -1);
        return HUFU_OK;
    }
    if (err == HUFU_OK)
        run->lines[run->import->count++] = record->line;
    return err;
}

static enum hufu_err run_read(struct run *run)
{
    struct csv_record record;
    enum hufu_err err = csv_next(&run->csv, &record);
    if (err == HUFU_OK)
        run_take_headings(run, &record);
    else if (err == HUFU_ERR_NOT_FOUND)
        run_blame(run, 1, "", "the file is empty", -1);
    if (run->import->fault_count > 0)
        return HUFU_OK;
    size_t records = 0;
    while (err == HUFU_OK && (err = csv_next(&run->csv, &record)) == HUFU_OK) {
        if (++records > ACCOUNT_IMPORT_LINES_MAX) {
            run_blame(run, record.line, "", "there are more accounts than the limit",
                      ACCOUNT_IMPORT_LINES_MAX);
            return HUFU_OK;
        }
        err = run_take_record(run, &record);
    }
    if (err == HUFU_ERR_FORM)
        run_blame(run, record.line, "", "is not of the form of RFC 4180", -1);
    else if (err == HUFU_ERR_LIMIT)
        run_blame(run, record.line, "", "has more values than the limit", CSV_VALUES_MAX);
    else if (err != HUFU_ERR_NOT_FOUND)
        return err;
    else if (records == 0)
        run_blame(run, record.line, "", "there is no account in the file", -1);
    return HUFU_OK;
}

static enum hufu_err run_insert(struct run *run, struct act *act, const struct service_address *service)
{
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; err == HUFU_OK && i < run->import->count; i++) {
        struct account *account = &run->accounts[i];
        struct account_imported *imported = &run->import->accounts[i];
        err = account_add(run->worker, act, account, bytes_of(NULL, 0));
        if (err == HUFU_ERR_CONFLICT) {
            /* Also one that an earlier line has. */
            run_blame(run, run->lines[i], "work_number", "belongs to another account", -1);
            err = HUFU_OK;
            continue;
        }
        if (err == HUFU_OK)
            err = activation_issue(run->worker, account, service, &imported->code);
        act_set_account(act, account->project_id, account->account_id);
        memcpy(imported->account_id, account->account_id, UUID_SIZE);
        snprintf(imported->work_number, sizeof imported->work_number, "%s", account->work_number);
        if (err == HUFU_OK)
            err = act_record(run->worker, act, NULL);
    }
    act->has_account = false;
    return err;
}

static enum hufu_err run_refuse(struct run *run, struct act *act)
{
    run->import->count = 0;
    return act_refuse(act, REFUSAL_CSV_INVALID);
}

static enum hufu_err run_start(struct run *run, struct bytes csv)
{
    run->text = malloc(ACCOUNT_IMPORT_BYTES_MAX + 1);
    run->accounts = calloc(ACCOUNT_IMPORT_LINES_MAX, sizeof run->accounts[0]);
    run->lines = calloc(ACCOUNT_IMPORT_LINES_MAX, sizeof run->lines[0]);
    if (run->text == NULL || run->accounts == NULL || run->lines == NULL ||
        csv.len > ACCOUNT_IMPORT_BYTES_MAX)
        return HUFU_ERR_INTERNAL;
    if (csv.len > 0)
        memcpy(run->text, csv.data, csv.len);
    csv_init(&run->csv, run->text, csv.len);
    return HUFU_OK;
}

enum hufu_err account_import_run(struct worker *worker, struct act *act, const char *project,
                                 struct bytes csv, struct account_import *import)
{
    struct run run RUN_DONE = {.worker = worker, .act = act, .import = import};
    struct service_address service;
    enum hufu_err err = project_find(worker, act, project, &run.project);
    if (err == HUFU_OK)
        err = run_start(&run, csv);
    if (err != HUFU_OK)
        return err;
    act_set_project(act, run.project.project_id);
    if (!utf8_valid(bytes_of(run.text, csv.len)))
        run_blame(&run, 1, "", "the file is not UTF-8", -1);
    else
        err = run_read(&run);
    if (err == HUFU_OK && import->fault_count > 0)
        return run_refuse(&run, act);
    if (err == HUFU_OK)
        err = service_locate(worker, &service);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = run_insert(&run, act, &service);
    if (err == HUFU_OK && import->fault_count > 0) {
        store_rollback(&transaction);
        return run_refuse(&run, act);
    }
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
