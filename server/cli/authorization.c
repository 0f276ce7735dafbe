/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

#define PREFIX "/admin/v1/authorizations/"

enum cli_exit authorization_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_STATE, "state"},
        {MESSAGE_COLUMN_HOLDER, "holder.work_number"},
        {MESSAGE_COLUMN_AUTHORIZED, "authorized.work_number"},
        {MESSAGE_COLUMN_FROM, "valid_from"},
        {MESSAGE_COLUMN_UNTIL, "valid_until"},
        {MESSAGE_COLUMN_USES_LEFT, "uses_left"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/authorizations";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
        return CLI_USAGE;
    return answer_print_list(cli, path, "authorizations", columns, sizeof(columns) / sizeof(columns[0]));
}

enum cli_exit authorization_show(const struct cli *cli, int argc, char **argv)
{
    return answer_show(cli, argc, argv, PREFIX, "authorization");
}

enum cli_exit authorization_delete(const struct cli *cli, int argc, char **argv)
{
    static const struct option_spec none[] = {{.name = NULL}};
    char path[CLIENT_PATH_MAX];
    ANSWER_OWNED json_t *answer = NULL;
    if (!answer_take_path(cli, none, argc, argv, PREFIX, "", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "DELETE", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, MESSAGE_AUTHORIZATION_DELETED);
    return done;
}
