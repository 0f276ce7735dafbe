/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

enum cli_exit session_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_WORK_NUMBER, "account.work_number"},
        {MESSAGE_COLUMN_OWNER, "account.name"},
        {MESSAGE_COLUMN_APPLICATION, "application"},
        {MESSAGE_COLUMN_DEVICE, "device.name"},
        {MESSAGE_COLUMN_CREATED, "created_at"},
        {MESSAGE_COLUMN_LAST_USE, "last_used_at"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/sessions";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
        return CLI_USAGE;
    return answer_print_list(cli, path, "sessions", columns, sizeof(columns) / sizeof(columns[0]));
}

enum cli_exit session_end(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/sessions/", "/end", MESSAGE_SESSION_ENDED);
}
