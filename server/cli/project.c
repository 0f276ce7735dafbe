/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

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
