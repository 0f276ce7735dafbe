/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_plans.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/client/sql_link.h"

#define QUERY_SHOWN 150 /* characters of a statement */
#define QUERY_TEXT "\tQuery Text: "

static enum hufu_err administer(struct stack *stack, const char *const *statements)
{
    struct sql_link *link = sql_open(stack_value(stack, "HUFU_DATABASE_ADMIN"));
    enum hufu_err err = link ? HUFU_OK : HUFU_ERR_AWAY;
    for (; !err && *statements; statements++)
        err = sql_run(link, *statements, SQL_WITHOUT);
    sql_close(link);
    return err ? err : stack_command(stack, "restart", "server");
}

enum hufu_err plans_begin(struct stack *stack, size_t *since)
{
    static const char *const statements[] = {
        "alter role hufu_server set session_preload_libraries = 'auto_explain'",
        "alter role hufu_server set auto_explain.log_min_duration = 0",
        "alter role hufu_server set auto_explain.log_analyze = on",
        "alter role hufu_server set auto_explain.log_buffers = on", NULL};
    char *log = stack_log(stack, "db", since);
    if (!log)
        return HUFU_ERR_AWAY;
    free(log);
    return administer(stack, statements);
}

enum hufu_err plans_end(struct stack *stack, size_t since, FILE *out)
{
    static const char *const statements[] = {"alter role hufu_server reset all", NULL};
    enum hufu_err err = administer(stack, statements);
    size_t len = 0;
    char *log = err ? NULL : stack_log(stack, "db", &len);
    if (!err)
        err = log && len >= since ? plans_print(log + since, out) : HUFU_ERR_AWAY;
    free(log);
    return err;
}

/* ---- The log ---- */

struct plan {
    const char *query;
    const char *duration; /* "0.123 ms" */
    const char *text;     /* its lines begin with a tab */
    unsigned executions;
};

struct plans {
    struct plan *all;
    size_t count;
};

/* Cuts the line off and gives what follows. */
static char *line_cut(char *line)
{
    char *end = strchr(line, '\n');
    if (!end)
        return line + strlen(line);
    *end = '\0';
    return end + 1;
}

/* The line that the next entry of the log begins with; what belongs to one begins with a tab. */
static char *entry_end(char *line)
{
    while (*line == '\t') {
        char *end = strchr(line, '\n');
        if (!end)
            return line + strlen(line);
        line = end + 1;
    }
    return line;
}

static enum hufu_err plans_add(struct plans *plans, const struct plan *plan)
{
    for (size_t i = 0; i < plans->count; i++) {
        if (strcmp(plans->all[i].query, plan->query) == 0) {
            const unsigned executions = plans->all[i].executions + 1;
            plans->all[i] = *plan;
            plans->all[i].executions = executions;
            return HUFU_OK;
        }
    }
    struct plan *all = realloc(plans->all, (plans->count + 1) * sizeof(*all));
    if (!all)
        return HUFU_ERR_INTERNAL;
    plans->all = all;
    all[plans->count] = *plan;
    all[plans->count++].executions = 1;
    return HUFU_OK;
}

/* Of "… duration: 0.123 ms  plan:", the query's text on the next line, and the plan. */
static enum hufu_err plans_take(struct plans *plans, char *line, char *next, char **after)
{
    struct plan plan = {.duration = strstr(line, "duration: ")};
    char *const plan_mark = strstr(line, "  plan:");
    *after = next;
    if (!plan.duration || !plan_mark || strncmp(next, QUERY_TEXT, strlen(QUERY_TEXT)) != 0)
        return HUFU_OK;
    plan.duration += strlen("duration: ");
    *plan_mark = '\0';
    plan.query = next + strlen(QUERY_TEXT);
    char *text = line_cut(next);
    plan.text = text;
    *after = entry_end(text);
    if (*after > text)
        (*after)[-1] = '\0';
    return plans_add(plans, &plan);
}

enum hufu_err plans_print(char *log, FILE *out)
{
    struct plans plans = {0};
    enum hufu_err err = HUFU_OK;
    for (char *line = log; !err && *line;) {
        char *next = line_cut(line);
        err = plans_take(&plans, line, next, &line);
    }
    for (size_t i = 0; !err && i < plans.count; i++) {
        const struct plan *plan = &plans.all[i];
        fprintf(out, "-- %u times, the last in %s: %.*s\n%s\n\n", plan->executions, plan->duration,
                QUERY_SHOWN, plan->query, plan->text);
    }
    free(plans.all);
    return err;
}
