/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/project.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/core/service_key.h"
#include "server/identifier.h"
#include "server/store/audit_store.h"

enum hufu_err project_create(struct worker *worker, struct act *act, const char *name, struct project *out)
{
    uint8_t project_id[UUID_SIZE];
    identifier_new(project_id);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = project_insert(worker->store, project_id, name);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "there is a project of this name");
    if (err == HUFU_OK)
        err = project_read(worker->store, project_id, out);
    act_set_project(act, project_id);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err project_find(struct worker *worker, struct act *act, const char *id_or_name,
                           struct project *out)
{
    uint8_t project_id[UUID_SIZE];
    enum hufu_err err = HUFU_ERR_NOT_FOUND;
    if (uuid_parse(project_id, id_or_name) == HUFU_OK)
        err = project_read(worker->store, project_id, out);
    if (err == HUFU_ERR_NOT_FOUND)
        err = project_read_named(worker->store, id_or_name, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse_reason(act, REFUSAL_NOT_FOUND, "there is no such project")
                                     : err;
}

enum hufu_err project_get(struct worker *worker, struct act *act, const uint8_t project_id[UUID_SIZE],
                          struct project *out)
{
    enum hufu_err err = project_read(worker->store, project_id, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
}

enum hufu_err project_get_text(struct worker *worker, struct act *act, const uint8_t project_id[UUID_SIZE],
                               char text[SERVICE_TEXT_MAX])
{
    static_assert(SERVICE_PROJECT_SIZE == UUID_SIZE, "a project's id fits");
    struct project project;
    struct service_project whole = {.project_id = {0}};
    text[0] = '\0';
    enum hufu_err err = project_get(worker, act, project_id, &project);
    if (err == HUFU_OK)
        err = service_locate(worker, &whole.service);
    memcpy(whole.project_id, project_id, UUID_SIZE);
    return err == HUFU_OK ? service_project_encode(text, &whole) : err;
}

static void project_describe_set(struct buf *out, const struct project_rule *rule, unsigned set)
{
    const char *separator = "";
    for (size_t i = 0; rule->names[i] != NULL; i++) {
        if ((set >> i & 1) == 0)
            continue;
        buf_put(out, separator, strlen(separator));
        buf_put(out, rule->names[i], strlen(rule->names[i]));
        separator = ",";
    }
}

static enum hufu_err project_describe_rule(char text[AUDIT_DETAIL_MAX + 1], const struct project_rule *rule,
                                           const struct project_rules *rules)
{
    char number[24];
    const char *value = number;
    struct buf out;
    buf_init(&out, text, AUDIT_DETAIL_MAX);
    buf_put(&out, rule->name, strlen(rule->name));
    buf_put(&out, "=", 1);
    if (rule->kind == PROJECT_RULE_SET)
        value = "";
    else if (rule->kind == PROJECT_RULE_NUMBER)
        snprintf(number, sizeof number, "%" PRId64, project_rule_number(rules, rule));
    else if (rule->kind == PROJECT_RULE_FLAG)
        value = project_rule_flag(rules, rule) ? "true" : "false";
    else
        value = rule->names[project_rule_choice(rules, rule)];
    buf_put(&out, value, strlen(value));
    if (rule->kind == PROJECT_RULE_SET)
        project_describe_set(&out, rule, project_rule_set(rules, rule));
    text[out.len] = '\0';
    return buf_finish(&out);
}

static enum hufu_err project_record_rule(struct worker *worker, const struct act *act,
                                         const struct project_rule *rule, const struct project_rules *rules)
{
    char detail[AUDIT_DETAIL_MAX + 1];
    enum hufu_err err = project_describe_rule(detail, rule, rules);
    return err == HUFU_OK ? act_record(worker, act, detail) : HUFU_ERR_INTERNAL;
}

enum hufu_err project_set_rules(struct worker *worker, struct act *act, const uint8_t project_id[UUID_SIZE],
                                const struct project_change *change, struct project *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = project_update_rules(worker->store, project_id, change, out);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    act_set_project(act, project_id);
    for (size_t i = 0; err == HUFU_OK && project_rule_table[i].name != NULL; i++)
        if (change->given[i])
            err = project_record_rule(worker, act, &project_rule_table[i], &out->rules);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
