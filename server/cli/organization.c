/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

enum cli_exit organization_add(const struct cli *cli, int argc, char **argv)
{
    const char *project = NULL, *name = NULL, *credit_code = NULL;
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {
        {.name = "--project", .value = &project, .required = true},
        {.name = "--name", .value = &name, .required = true},
        {.name = "--credit-code", .value = &credit_code},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, NULL, 0))
        return CLI_USAGE;
    json_t *body = json_pack("{ss, ss, ss*}", "project", project, "name", name, "credit_code", credit_code);
    enum cli_exit done = client_call(cli, "POST", "/admin/v1/organizations", body, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_ORGANIZATION_ADDED, answer_text(answer, NULL, "id"));
    return done;
}

enum cli_exit organization_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_NAME, "name"},
        {MESSAGE_COLUMN_CREDIT_CODE, "credit_code"},
        {MESSAGE_COLUMN_CREATED, "created_at"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/organizations";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
        return CLI_USAGE;
    return answer_print_list(cli, path, "organizations", columns, sizeof(columns) / sizeof(columns[0]));
}
