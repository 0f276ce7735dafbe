/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "server/cli/answer.h"
#include "server/cli/arguments.h"

static const struct option_spec no_options[] = {{.name = NULL}};

enum cli_exit device_list(const struct cli *cli, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_ID, "id"},
        {MESSAGE_COLUMN_WORK_NUMBER, "account.work_number"},
        {MESSAGE_COLUMN_ROLE, "role"},
        {MESSAGE_COLUMN_STATE, "state"},
        {MESSAGE_COLUMN_NAME, "name"},
        {MESSAGE_COLUMN_MODEL, "model"},
        {MESSAGE_COLUMN_LAST_USE, "last_use_at"},
        {MESSAGE_COLUMN_TRIES_LEFT, "pin.tries_left"},
    };
    char path[CLIENT_PATH_MAX] = "/admin/v1/devices";
    const char *project = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project}, {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, NULL, 0) || !client_add_query(path, "project", project))
        return CLI_USAGE;
    return answer_print_list(cli, path, "devices", columns, sizeof(columns) / sizeof(columns[0]));
}

enum cli_exit device_freeze(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/devices/", "/freeze", MESSAGE_FROZEN);
}

enum cli_exit device_unfreeze(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/devices/", "/unfreeze", MESSAGE_UNFROZEN);
}

enum cli_exit device_unlock(const struct cli *cli, int argc, char **argv)
{
    return answer_do(cli, argc, argv, "/admin/v1/devices/", "/unlock", MESSAGE_UNLOCKED);
}

enum cli_exit device_remove(const struct cli *cli, int argc, char **argv)
{
    char path[CLIENT_PATH_MAX];
    ANSWER_OWNED json_t *answer = NULL;
    if (!answer_take_path(cli, no_options, argc, argv, "/admin/v1/devices/", "", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "DELETE", path, NULL, &answer);
    if (done != CLI_DONE || answer_print_json(cli, answer))
        return done;
    const json_t *dead = json_object_get(answer, "dead_keys");
    say(cli->language, MESSAGE_REMOVED);
    if (!json_is_true(json_object_get(json_object_get(answer, "device"), "destroyed")))
        say(cli->language, MESSAGE_DESTRUCTION_WAITS);
    for (size_t i = 0; i < json_array_size(dead); i++)
        say(cli->language, MESSAGE_KEY_DEAD, json_string_value(json_array_get(dead, i)));
    return CLI_DONE;
}
