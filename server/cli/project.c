/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/qr.h"
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

static const struct option_spec no_options[] = {{.name = NULL}};

enum cli_exit project_add(const struct cli *cli, int argc, char **argv)
{
    const char *name = NULL;
    ANSWER_OWNED json_t *answer = NULL;
    if (!arguments_parse(cli, no_options, argc, argv, &name, 1))
        return CLI_USAGE;
    enum cli_exit done =
        client_call(cli, "POST", "/admin/v1/projects", json_pack("{ss}", "name", name), &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_PROJECT_ADDED, answer_text(answer, NULL, "id"));
    return done;
}

enum cli_exit project_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_NAME, "name"},
        {MESSAGE_COLUMN_CREATED, "created_at"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/projects";
    if (!arguments_parse(cli, no_options, argc, argv, NULL, 0))
        return CLI_USAGE;
    return answer_print_list(cli, path, "projects", columns, sizeof(columns) / sizeof(columns[0]));
}

#define PROJECTS "/admin/v1/projects/"

enum cli_exit project_show(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    ANSWER_OWNED json_t *answer = NULL;
    if (!answer_take_path(cli, no_options, argc, argv, PROJECTS, "", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "GET", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        answer_print_members(answer);
    return done;
}

/* Nothing in it is secret: it may hang on the wall. */
enum cli_exit project_qr(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    struct qr_choice qr = {0};
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {
        {.name = "--qr", .flag = &qr.yes},
        {.name = "--no-qr", .flag = &qr.no},
        {.name = NULL},
    };
    if (!answer_take_path(cli, options, argc, argv, PROJECTS, "/service-text", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "GET", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        qr_show(answer_text(answer, NULL, "text"), &qr);
    return done;
}

static json_t *split_names(const char *text)
{
    json_t *names = json_array();
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        (void)json_array_append_new(names, json_stringn(at, len));
        at += len;
        at += *at == ',';
    }
    return names;
}

/* The text as a value of the kind that the project has there now; what does not convert stays text, and the service refuses
 * it. */
static json_t *value_like(const json_t *present, const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    if (json_is_array(present))
        return split_names(text);
    if (json_is_integer(present) && text[0] && *end == '\0')
        return json_integer(number);
    if (json_is_boolean(present) && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return json_boolean(text[0] == 't');
    return json_string(text);
}

/* name=value; false: it is none. */
static bool add_change(json_t *body, const json_t *project, const char *argument)
{
    char name[64];
    size_t len = strcspn(argument, "=");
    if (argument[len] != '=' || len == 0 || len >= sizeof(name))
        return false;
    (void)snprintf(name, sizeof(name), "%.*s", (int)len, argument);
    json_t *value = value_like(json_object_get(project, name), argument + len + 1);
    return json_object_set_new(body, name, value) == 0;
}

static enum cli_exit patch_project(const struct cli *cli, const char *path, int count, char **changes)
{
    ANSWER_OWNED json_t *present = NULL, *body = json_object(), *answer = NULL;
    enum cli_exit done = client_call(cli, "GET", path, NULL, &present);
    if (done != CLI_DONE)
        return done;
    for (int i = 0; i < count; i++) {
        if (add_change(body, present, changes[i]))
            continue;
        complain(cli->language, MESSAGE_NOT_A_CHANGE, changes[i]);
        return CLI_USAGE;
    }
    done = client_call(cli, "PATCH", path, json_incref(body), &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_PROJECT_SET);
    return done;
}

enum cli_exit project_set(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    if (argc >= 2 && argv[0][0] != '-' && client_make_path(path, PROJECTS, argv[0], ""))
        return patch_project(cli, path, argc - 1, argv + 1);
    complain(cli->language, MESSAGE_ARGUMENT_COUNT);
    return CLI_USAGE;
}
