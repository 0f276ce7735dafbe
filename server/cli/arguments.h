/* SPDX-License-Identifier: Apache-2.0 */
/* A command line by a table: options with or without values, in any order, and what remains. */
#ifndef HUFU_SERVER_CLI_ARGUMENTS_H
#define HUFU_SERVER_CLI_ARGUMENTS_H

#include <stdbool.h>

#include "server/cli/cli.h"

struct option_spec {
    const char *name;   /* "--project"; NULL ends a table */
    const char **value; /* takes one ("--project P" or "--project=P"); NULL: a switch */
    bool *flag;         /* of a switch; NULL with value */
    bool required;
};

/* Fills options and exactly count remaining arguments (plain may be NULL when it is 0). "--" ends the options. False:
 * the fault was told. */
bool arguments_parse(const struct cli *cli, const struct option_spec *options, int argc, char **argv,
                     const char **plain, int count);
/* The options that stand at the beginning, before the command; gives how many words they took, -1 when the fault was
 * told. */
int arguments_parse_leading(const struct cli *cli, const struct option_spec *options, int argc, char **argv);

#endif
