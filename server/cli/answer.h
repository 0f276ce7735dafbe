/* SPDX-License-Identifier: Apache-2.0 */
/* How an answer is shown: as JSON, or for people. */
#ifndef HUFU_SERVER_CLI_ANSWER_H
#define HUFU_SERVER_CLI_ANSWER_H

#include <jansson.h>

#include "server/cli/arguments.h"
#include "server/cli/cli.h"
#include "server/cli/client.h"
#include "server/cli/table.h"

/* With --json prints the answer and says true. */
bool answer_print_json(const struct cli *cli, const json_t *answer);

/* Asks for every page of a list (its array is named list) and prints it. path has room for the cursor. */
enum cli_exit answer_print_list(const struct cli *cli, char path[CLIENT_PATH_MAX], const char *list,
                                const struct table_column *columns, size_t column_count);

/* Prints an object for people, a line for each member: name=value; of an object in it name.member=value. */
void answer_print_members(json_t *object);

/* The command line of a command about one thing: its id, which goes into the path behind prefix and before suffix, and the
 * options. False: the fault was told. */
bool answer_take_path(const struct cli *cli, const struct option_spec *options, int argc, char **argv,
                      const char *prefix, const char *suffix, char path[CLIENT_PATH_MAX]);

/* GET of prefix, id; prints the members of the object that the answer has under that name. */
enum cli_exit answer_show(const struct cli *cli, int argc, char **argv, const char *prefix, const char *name);

/* POST without a body to prefix, id, suffix; says message. */
enum cli_exit answer_do(const struct cli *cli, int argc, char **argv, const char *prefix, const char *suffix,
                        enum message message);

/* A text in the answer, by its path of at most two names; "" when it is not there. */
const char *answer_text(const json_t *answer, const char *outer, const char *name);

void answer_release(json_t **answer);
#define ANSWER_OWNED __attribute__((cleanup(answer_release)))

#endif
