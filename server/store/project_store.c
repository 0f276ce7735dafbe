/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/project_store.h"

#include <assert.h>
#include <string.h>

#include "server/store/connection.h"

/* The rules, in the order of project_rule_table; $2 is the first of them. */
#define PROJECT_RULE_COLUMNS                                                                   \
    ", signup, language, device_mode, secondary_limit"                                         \
    ", time_zone, session_days"                                                                \
    ", methods_sign_in, methods_bind_device, methods_confirm, methods_recover, hold_seconds, " \
    "lock_out_tries,"                                                                          \
    " lock_out_minutes, captcha_bits, remember_days"                                           \
    ", refresh_days, refresh_signatures"                                                       \
    ", confirm, pin_unlock, organization_list"                                                 \
    ", authorization_days, authorization_uses, authorization_unlimited, authorization_limit"   \
    ", authorization_operations, authorization_form, authorization_search"
#define PROJECT_RULE_CHANGES                                                                                 \
    "signup = coalesce($2::text, signup), language = coalesce($3::text, language), "                         \
    "device_mode = coalesce($4::text, device_mode), secondary_limit = coalesce($5::int8, secondary_limit), " \
    "time_zone = coalesce($6::text, time_zone), session_days = coalesce($7::int8, session_days)"             \
    ", methods_sign_in = coalesce($8::int8, methods_sign_in)"                                                \
    ", methods_bind_device = coalesce($9::int8, methods_bind_device)"                                        \
    ", methods_confirm = coalesce($10::int8, methods_confirm)"                                               \
    ", methods_recover = coalesce($11::int8, methods_recover)"                                               \
    ", hold_seconds = coalesce($12::int8, hold_seconds)"                                                     \
    ", lock_out_tries = coalesce($13::int8, lock_out_tries)"                                                 \
    ", lock_out_minutes = coalesce($14::int8, lock_out_minutes)"                                             \
    ", captcha_bits = coalesce($15::int8, captcha_bits)"                                                     \
    ", remember_days = coalesce($16::int8, remember_days)"                                                   \
    ", refresh_days = coalesce($17::int8, refresh_days)"                                                     \
    ", refresh_signatures = coalesce($18::int8, refresh_signatures)"                                         \
    ", confirm = coalesce($19::int8, confirm)"                                                               \
    ", pin_unlock = coalesce($20::bool, pin_unlock)"                                                         \
    ", organization_list = coalesce($21::bool, organization_list)"                                           \
    ", authorization_days = coalesce($22::int8, authorization_days)"                                         \
    ", authorization_uses = coalesce($23::int8, authorization_uses)"                                         \
    ", authorization_unlimited = coalesce($24::bool, authorization_unlimited)"                               \
    ", authorization_limit = coalesce($25::int8, authorization_limit)"                                       \
    ", authorization_operations = coalesce($26::int8, authorization_operations)"                             \
    ", authorization_form = coalesce($27::text, authorization_form)"                                         \
    ", authorization_search = coalesce($28::bool, authorization_search)"

/* The nil project holds what belongs to the service as a whole; nobody sees it as a project. */
#define PROJECT_SEEN "project_id <> '00000000-0000-0000-0000-000000000000'"
#define PROJECT_COLUMNS \
    "select project_id, name, created_at" PROJECT_RULE_COLUMNS " from project where " PROJECT_SEEN

static const struct statement project_insert_statement = {
    .name = "project_insert",
    .sql = "insert into project (project_id, name) values ($1::uuid, $2::text)",
};
static const struct statement project_read_statement = {
    .name = "project_read",
    .sql = PROJECT_COLUMNS " and project_id = $1::uuid",
    .repeatable = true,
};
static const struct statement project_read_named_statement = {
    .name = "project_read_named",
    .sql = PROJECT_COLUMNS " and name = $1::text",
    .repeatable = true,
};
static const struct statement project_list_statement = {
    .name = "project_list",
    .sql = PROJECT_COLUMNS " and project_id > $1::uuid order by project_id limit $2::int4",
    .repeatable = true,
};
static const struct statement project_update_rules_statement = {
    .name = "project_update_rules",
    .sql = "update project set " PROJECT_RULE_CHANGES " where " PROJECT_SEEN
           " and project_id = $1::uuid returning project_id, name, created_at" PROJECT_RULE_COLUMNS,
};

static size_t project_count_names(const char *const *names)
{
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    return count;
}

static void project_fill_rule(struct row *row, const struct project_rule *rule, void *member)
{
    switch (rule->kind) {
    case PROJECT_RULE_CHOICE:
        memcpy(member, &(int){row_name(row, rule->names, project_count_names(rule->names))}, sizeof(int));
        break;
    case PROJECT_RULE_NUMBER:
        memcpy(member, &(int64_t){row_i64(row)}, sizeof(int64_t));
        break;
    case PROJECT_RULE_FLAG:
        memcpy(member, &(bool){row_bool(row)}, sizeof(bool));
        break;
    case PROJECT_RULE_SET:
        memcpy(member, &(unsigned){(unsigned)row_i64(row)}, sizeof(unsigned));
        break;
    }
}

static enum hufu_err project_fill(struct row *row, struct project *out)
{
    *out = (struct project){0};
    row_uuid(row, out->project_id);
    row_text(row, out->name, sizeof out->name);
    out->created_ms = row_time(row);
    for (const struct project_rule *rule = project_rule_table; rule->name != NULL; rule++)
        project_fill_rule(row, rule, (char *)&out->rules + rule->offset);
    return row_finish(row);
}

static enum hufu_err project_one(struct store *store, const struct statement *statement,
                                 const struct parameters *parameters, struct project *out)
{
    *out = (struct project){0};
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, statement, parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    return project_fill(&row, out);
}

enum hufu_err project_insert(struct store *store, const uint8_t project_id[UUID_SIZE], const char *name)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, name);
    return store_change(store, &project_insert_statement, &parameters, NULL);
}

enum hufu_err project_read(struct store *store, const uint8_t project_id[UUID_SIZE], struct project *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    return project_one(store, &project_read_statement, &parameters, out);
}

enum hufu_err project_read_named(struct store *store, const char *name, struct project *out)
{
    struct parameters parameters = {0};
    parameter_text(&parameters, name);
    return project_one(store, &project_read_named_statement, &parameters, out);
}

static void project_give_rule(struct parameters *parameters, const struct project_rules *rules,
                              const struct project_rule *rule)
{
    switch (rule->kind) {
    case PROJECT_RULE_CHOICE:
        parameter_text(parameters, rule->names[project_rule_choice(rules, rule)]);
        break;
    case PROJECT_RULE_NUMBER:
        parameter_i64(parameters, project_rule_number(rules, rule));
        break;
    case PROJECT_RULE_FLAG:
        parameter_bool(parameters, project_rule_flag(rules, rule));
        break;
    case PROJECT_RULE_SET:
        parameter_i64(parameters, project_rule_set(rules, rule));
        break;
    }
}

static_assert(PROJECT_RULES_MAX + 1 <= PARAMETERS_MAX, "all rules fit into one statement");
enum hufu_err project_update_rules(struct store *store, const uint8_t project_id[UUID_SIZE],
                                   const struct project_change *change, struct project *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    for (size_t i = 0; project_rule_table[i].name != NULL; i++) {
        if (change->given[i])
            project_give_rule(&parameters, &change->rules, &project_rule_table[i]);
        else
            parameter_null(&parameters);
    }
    return project_one(store, &project_update_rules_statement, &parameters, out);
}

enum hufu_err project_list(struct store *store, const uint8_t after[UUID_SIZE], size_t limit,
                           struct project *projects, size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, after);
    parameter_limit(&parameters, limit, PROJECT_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &project_list_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = project_fill(&row, &projects[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
