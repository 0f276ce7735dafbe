/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "server/cli/arguments.h"
#include "server/store/schema.h"

#define MESSAGE_SIZE 1024

/* The installed migrations, or those of a source tree in whose top folder the command runs. */
static const char *schema_default(void)
{
    return access(HUFU_SCHEMA_DIRECTORY, R_OK) == 0 ? HUFU_SCHEMA_DIRECTORY : "schema";
}

enum cli_exit migrate(const struct cli *cli, int argc, char **argv)
{
    const char *database = getenv("HUFU_DATABASE"), *directory = schema_default();
    char message[MESSAGE_SIZE] = "";
    unsigned applied = 0;
    const struct option_spec options[] = {
        {.name = "--database", .value = &database, .required = true},
        {.name = "--schema", .value = &directory},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, NULL, 0))
        return CLI_USAGE;
    enum hufu_err err = schema_migrate(database, directory, message, sizeof(message), &applied);
    if (err) {
        complain(cli->language, MESSAGE_MIGRATION_FAILED, message[0] ? message : hufu_err_name(err));
        return err == HUFU_ERR_AWAY ? CLI_AWAY : CLI_REFUSED;
    }
    say(cli->language, applied > 0 ? MESSAGE_MIGRATED : MESSAGE_UP_TO_DATE, applied);
    return CLI_DONE;
}
