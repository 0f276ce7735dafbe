/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/qr.h"
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

/* The code is a secret that lets anybody be this user once: it is shown, and nothing keeps it. */
static void print_activation(const struct cli *cli, const json_t *answer, const struct qr_choice *qr)
{
    say(cli->language, MESSAGE_ACTIVATION, answer_text(answer, "activation", "expires_at"));
    qr_show(answer_text(answer, "activation", "text"), qr);
}

/* What may be told of a user besides what must be, by the option's name with its hyphens as the field's name has them; empty: to be
 * known no longer. */
static const char *const user_details[] = {
    "--organization", "--mobile",     "--identity-kind", "--identity-number",
    "--email",        "--department", "--occupation",    "--country",
    "--province",     "--city",       "--sex",           "--remark",
};
#define USER_DETAILS (sizeof(user_details) / sizeof(user_details[0]))

static void set_detail(json_t *body, const char *option, const char *value)
{
    char name[32];
    if (!value)
        return;
    (void)snprintf(name, sizeof(name), "%s", option + strlen("--"));
    for (char *c = strchr(name, '-'); c; c = strchr(c, '-'))
        *c = '_';
    (void)json_object_set_new(body, name, value[0] ? json_string(value) : json_null());
}

enum cli_exit user_add(const struct cli *cli, int argc, char **argv)
{
    const char *project = NULL, *name = NULL, *work_number = NULL, *details[USER_DETAILS] = {NULL};
    struct qr_choice qr = {0};
    ANSWER_OWNED json_t *answer = NULL;
    struct option_spec options[USER_DETAILS + 6] = {
        {.name = "--project", .value = &project, .required = true},
        {.name = "--name", .value = &name, .required = true},
        {.name = "--work-number", .value = &work_number, .required = true},
        {.name = "--qr", .flag = &qr.yes},
        {.name = "--no-qr", .flag = &qr.no},
    };
    for (size_t i = 0; i < USER_DETAILS; i++)
        options[5 + i] = (struct option_spec){.name = user_details[i], .value = &details[i]};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0))
        return CLI_USAGE;
    json_t *body = json_pack("{ss, ss, ss}", "project", project, "name", name, "work_number", work_number);
    for (size_t i = 0; i < USER_DETAILS; i++)
        set_detail(body, user_details[i], details[i]);
    enum cli_exit done = client_call(cli, "POST", "/admin/v1/users", body, &answer);
    if (done != CLI_DONE || answer_print_json(cli, answer))
        return done;
    say(cli->language, MESSAGE_USER_ADDED, answer_text(answer, "account", "id"));
    print_activation(cli, answer, &qr);
    return CLI_DONE;
}

enum cli_exit user_set(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    const char *details[USER_DETAILS] = {NULL};
    ANSWER_OWNED json_t *answer = NULL;
    struct option_spec options[USER_DETAILS + 1] = {{.name = NULL}};
    for (size_t i = 0; i < USER_DETAILS; i++)
        options[i] = (struct option_spec){.name = user_details[i], .value = &details[i]};
    if (!answer_take_path(cli, options, argc, argv, "/admin/v1/users/", "", path))
        return CLI_USAGE;
    json_t *body = json_object();
    for (size_t i = 0; i < USER_DETAILS; i++)
        set_detail(body, user_details[i], details[i]);
    enum cli_exit done = client_call(cli, "PATCH", path, body, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_USER_SET);
    return done;
}

enum cli_exit user_code(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    struct qr_choice qr = {0};
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {
        {.name = "--qr", .flag = &qr.yes},
        {.name = "--no-qr", .flag = &qr.no},
        {.name = NULL},
    };
    if (!answer_take_path(cli, options, argc, argv, "/admin/v1/users/", "/activations", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "POST", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        print_activation(cli, answer, &qr);
    return done;
}

/* Secret like the code, and kept by nothing either. */
enum cli_exit user_password(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {{.name = NULL}};
    if (!answer_take_path(cli, options, argc, argv, "/admin/v1/users/", "/password", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "POST", path, NULL, &answer);
    if (done != CLI_DONE || answer_print_json(cli, answer))
        return done;
    say(cli->language, MESSAGE_PASSWORD, answer_text(answer, NULL, "expires_at"));
    (void)printf("%s\n", answer_text(answer, NULL, "password"));
    return CLI_DONE;
}

enum cli_exit user_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_WORK_NUMBER, "work_number"},
        {MESSAGE_COLUMN_NAME, "name"},
        {MESSAGE_COLUMN_STATE, "state"},
        {MESSAGE_COLUMN_MOBILE, "mobile"},
        {MESSAGE_COLUMN_CREATED, "created_at"},
        {MESSAGE_COLUMN_ORGANIZATION, "organization"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/users";
    const char *project = NULL, *state = NULL, *mobile = NULL, *work_number = NULL;
    const struct option_spec options[] = {
        {.name = "--project", .value = &project},
        {.name = "--state", .value = &state},
        {.name = "--mobile", .value = &mobile},
        {.name = "--work-number", .value = &work_number},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project) ||
        !client_add_query(path, "state", state) || !client_add_query(path, "mobile", mobile) ||
        !client_add_query(path, "work_number", work_number))
        return CLI_USAGE;
    return answer_print_list(cli, path, "users", columns, sizeof(columns) / sizeof(columns[0]));
}

enum cli_exit user_suspend(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/users/", "/suspend", MESSAGE_SUSPENDED);
}

enum cli_exit user_resume(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/users/", "/resume", MESSAGE_RESUMED);
}

enum cli_exit user_approve(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/users/", "/approve", MESSAGE_APPROVED);
}

enum cli_exit user_close(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/users/", "/close", MESSAGE_CLOSED);
}

enum cli_exit user_refuse(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    const char *reason = NULL;
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {{.name = "--reason", .value = &reason, .required = true},
                                          {.name = NULL}};
    if (!answer_take_path(cli, options, argc, argv, "/admin/v1/users/", "/refuse", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "POST", path, json_pack("{ss}", "reason", reason), &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_REFUSAL_TOLD);
    return done;
}

enum cli_exit user_show(const struct cli *cli, int argc, char **argv)
{
    return answer_show(cli, argc, argv, "/admin/v1/users/", "account");
}
