/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "server/cli/answer.h"
#include "server/cli/arguments.h"
#include "server/cli/qr.h"

/* Whether the QR code is drawn: on a terminal, unless told otherwise. */
struct qr_choice {
    bool yes, no;
};

/* The code is a secret that lets anybody be this user once: it is shown, and nothing keeps it. */
static void print_activation(const struct cli *cli, const json_t *answer, const struct qr_choice *qr)
{
    const char *text = answer_text(answer, "activation", "text");
    bool terminal = isatty(STDOUT_FILENO) != 0;
    say(cli->language, MESSAGE_ACTIVATION, answer_text(answer, "activation", "expires_at"));
    (void)printf("%s\n", text);
    if (!qr->no && (qr->yes || terminal))
        (void)qr_print(stdout, text, terminal);
}

static json_t *user_body(const char *project, const char *name, const char *work_number,
                         const char *organization)
{
    return json_pack("{ss, ss, ss, ss*}", "project", project, "name", name, "work_number", work_number,
                     "organization", organization);
}

enum cli_exit user_add(const struct cli *cli, int argc, char **argv)
{
    const char *project = NULL, *name = NULL, *work_number = NULL, *organization = NULL;
    struct qr_choice qr = {0};
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {
        {.name = "--project", .value = &project, .required = true},
        {.name = "--name", .value = &name, .required = true},
        {.name = "--work-number", .value = &work_number, .required = true},
        {.name = "--organization", .value = &organization},
        {.name = "--qr", .flag = &qr.yes},
        {.name = "--no-qr", .flag = &qr.no},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, NULL, 0))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "POST", "/admin/v1/users",
                                     user_body(project, name, work_number, organization), &answer);
    if (done != CLI_DONE || answer_print_json(cli, answer))
        return done;
    say(cli->language, MESSAGE_USER_ADDED, answer_text(answer, "account", "id"));
    print_activation(cli, answer, &qr);
    return CLI_DONE;
}

enum cli_exit user_code(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    const char *id = NULL;
    struct qr_choice qr = {0};
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {
        {.name = "--qr", .flag = &qr.yes},
        {.name = "--no-qr", .flag = &qr.no},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, &id, 1))
        return CLI_USAGE;
    if (!client_make_path(path, "/admin/v1/users/", id, "/activations")) {
        complain(cli->language, MESSAGE_ARGUMENT_COUNT);
        return CLI_USAGE;
    }
    enum cli_exit done = client_call(cli, "POST", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        print_activation(cli, answer, &qr);
    return done;
}

enum cli_exit user_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_WORK_NUMBER, "work_number"},
        {MESSAGE_COLUMN_NAME, "name"},
        {MESSAGE_COLUMN_STATE, "state"},
        {MESSAGE_COLUMN_CREATED, "created_at"},
        {MESSAGE_COLUMN_ORGANIZATION, "organization"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/users";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
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
