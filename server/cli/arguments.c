/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/arguments.h"

#include <string.h>

static const struct option_spec *find(const struct option_spec *options, const char *word, const char **value)
{
    size_t len = strcspn(word, "=");
    *value = word[len] == '=' ? word + len + 1 : NULL;
    for (; options->name; options++) {
        if (strlen(options->name) == len && strncmp(options->name, word, len) == 0)
            return options;
    }
    return NULL;
}

/* Takes the option at argv[0]; gives how many words it took, 0 when it is refused. */
static int take_option(const struct cli *cli, const struct option_spec *options, int argc, char **argv)
{
    const char *value;
    const struct option_spec *option = find(options, argv[0], &value);
    if (!option || (value && !option->value)) {
        complain(cli->language, MESSAGE_UNKNOWN_OPTION, argv[0]);
        return 0;
    }
    if (!option->value) {
        *option->flag = true;
        return 1;
    }
    if (value) {
        *option->value = value;
        return 1;
    }
    if (argc < 2) {
        complain(cli->language, MESSAGE_OPTION_VALUE, argv[0]);
        return 0;
    }
    *option->value = argv[1];
    return 2;
}

static bool has_required(const struct cli *cli, const struct option_spec *options)
{
    for (; options->name; options++) {
        if (options->required && !*options->value) {
            complain(cli->language, MESSAGE_OPTION_MISSING, options->name);
            return false;
        }
    }
    return true;
}

bool arguments_parse(const struct cli *cli, const struct option_spec *options, int argc, char **argv,
                     const char **plain, int count)
{
    int found = 0;
    bool ended = false;
    for (int i = 0; i < argc;) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
            i++;
        } else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0') {
            int taken = take_option(cli, options, argc - i, argv + i);
            if (taken == 0)
                return false;
            i += taken;
        } else if (found < count) {
            plain[found++] = argv[i++];
        } else {
            complain(cli->language, MESSAGE_ARGUMENT_COUNT);
            return false;
        }
    }
    if (found < count) {
        complain(cli->language, MESSAGE_ARGUMENT_COUNT);
        return false;
    }
    return has_required(cli, options);
}

int arguments_parse_leading(const struct cli *cli, const struct option_spec *options, int argc, char **argv)
{
    int at = 0;
    while (at < argc && argv[at][0] == '-') {
        int taken = take_option(cli, options, argc - at, argv + at);
        if (taken == 0)
            return -1;
        at += taken;
    }
    return at;
}
