/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

enum cli_exit key_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "key_id"},
        {MESSAGE_COLUMN_WORK_NUMBER, "account.work_number"},
        {MESSAGE_COLUMN_OWNER, "account.name"},
        {MESSAGE_COLUMN_USAGE, "usage"},
        {MESSAGE_COLUMN_STATE, "state"},
        {MESSAGE_COLUMN_BINDING, "binding_state"},
        {MESSAGE_COLUMN_GENERATION, "generation"},
        {MESSAGE_COLUMN_PIN, "pin.failures"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/keys";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
        return CLI_USAGE;
    return answer_print_list(cli, path, "keys", columns, sizeof(columns) / sizeof(columns[0]));
}

enum cli_exit key_freeze(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/keys/", "/freeze", MESSAGE_FROZEN);
}

enum cli_exit key_unfreeze(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/keys/", "/unfreeze", MESSAGE_UNFROZEN);
}
