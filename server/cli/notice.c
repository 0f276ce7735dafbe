/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "server/cli/answer.h"
#include "server/cli/arguments.h"

enum cli_exit notice_test(const struct cli *cli, int argc, char **argv)
{
    const char *project = NULL, *sms = NULL, *email = NULL;
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {
        {.name = "--project", .value = &project, .required = true},
        {.name = "--sms", .value = &sms},
        {.name = "--email", .value = &email},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, NULL, 0))
        return CLI_USAGE;
    if (!sms == !email) {
        complain(cli->language, MESSAGE_NOTICE_RECIPIENT);
        return CLI_USAGE;
    }
    json_t *body =
        json_pack("{ss, ss, ss}", "project", project, "kind", sms ? "sms" : "email", "to", sms ? sms : email);
    enum cli_exit done = client_call(cli, "POST", "/admin/v1/notices", body, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_NOTICE_POSTED, answer_text(answer, "notice", "id"));
    return done;
}

enum cli_exit notice_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},           {MESSAGE_COLUMN_CREATED, "created_at"},
        {MESSAGE_COLUMN_KIND, "kind"},       {MESSAGE_COLUMN_TEXT, "text"},
        {MESSAGE_COLUMN_STATE, "state"},     {MESSAGE_COLUMN_ATTEMPTS, "attempts"},
        {MESSAGE_COLUMN_FAILURE, "failure"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/notices";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
        return CLI_USAGE;
    return answer_print_list(cli, path, "notices", columns, sizeof(columns) / sizeof(columns[0]));
}
