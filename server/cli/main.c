/* SPDX-License-Identifier: Apache-2.0 */
/* hufu, the operator's command. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "server/cli/arguments.h"
#include "server/cli/cli.h"

static const struct {
    const char *noun, *verb; /* verb NULL: the noun is the whole command */
    cli_command *run;
} commands[] = {
    // clang-format off
    {"project", "add", project_add},
    {"project", "list", project_list},
    {"project", "show", project_show},
    {"project", "set", project_set},
    {"project", "qr", project_qr},
    {"organization", "add", organization_add},
    {"organization", "list", organization_list},
    {"user", "add", user_add},
    {"user", "list", user_list},
    {"user", "suspend", user_suspend},
    {"user", "resume", user_resume},
    {"user", "import", user_import},
    {"user", "show", user_show},
    {"user", "set", user_set},
    {"user", "approve", user_approve},
    {"user", "refuse", user_refuse},
    {"user", "close", user_close},
    {"user", "code", user_code},
    {"user", "password", user_password},
    {"key", "list", key_list},
    {"key", "freeze", key_freeze},
    {"key", "unfreeze", key_unfreeze},
    {"session", "list", session_list},
    {"session", "end", session_end},
    {"device", "list", device_list},
    {"device", "freeze", device_freeze},
    {"device", "unfreeze", device_unfreeze},
    {"device", "unlock", device_unlock},
    {"device", "remove", device_remove},
    {"authorization", "list", authorization_list},
    {"authorization", "show", authorization_show},
    {"authorization", "delete", authorization_delete},
    {"notice", "test", notice_test},
    {"notice", "list", notice_list},
    {"audit", "tail", audit_tail},
    {"migrate", NULL, migrate},
    // clang-format on
};

static enum cli_exit run_command(const struct cli *cli, int argc, char **argv)
{
    for (size_t i = 0; argc > 0 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].noun, argv[0]) != 0)
            continue;
        if (!commands[i].verb)
            return commands[i].run(cli, argc - 1, argv + 1);
        if (argc > 1 && strcmp(commands[i].verb, argv[1]) == 0)
            return commands[i].run(cli, argc - 2, argv + 2);
    }
    complain(cli->language, MESSAGE_UNKNOWN_COMMAND);
    return CLI_USAGE;
}

static enum cli_exit set_language(struct cli *cli, const char *tag)
{
    if (!tag || language_of(&cli->language, tag))
        return CLI_DONE;
    complain(cli->language, MESSAGE_UNKNOWN_OPTION, tag);
    return CLI_USAGE;
}

static const char *socket_default(void)
{
    const char *path = getenv("HUFU_ADMIN_SOCKET");
    return path && path[0] ? path : CLI_SOCKET_DEFAULT;
}

int main(int argc, char **argv)
{
    struct cli cli = {.socket = socket_default(), .language = language_of_environment()};
    const char *tag = NULL;
    bool help = false, version = false;
    const struct option_spec options[] = {
        {.name = "--socket", .value = &cli.socket}, {.name = "--lang", .value = &tag},
        {.name = "--json", .flag = &cli.json},      {.name = "--help", .flag = &help},
        {.name = "--version", .flag = &version},    {.name = NULL},
    };
    /* What is shown is UTF-8, whatever the environment says: how wide its characters are must be known. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    log_init("hufu", LOG_ERROR);
    int taken = arguments_parse_leading(&cli, options, argc - 1, argv + 1);
    if (taken < 0 || set_language(&cli, tag) != CLI_DONE)
        return CLI_USAGE;
    if (version)
        return printf("hufu %s\n", HUFU_VERSION) > 0 ? CLI_DONE : CLI_REFUSED;
    if (help) {
        say(cli.language, MESSAGE_USAGE);
        return CLI_DONE;
    }
    return (int)run_command(&cli, argc - 1 - taken, argv + 1 + taken);
}
