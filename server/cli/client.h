/* SPDX-License-Identifier: Apache-2.0 */
/* REST over the service's administrative socket. client.c alone includes libcurl. */
#ifndef HUFU_SERVER_CLI_CLIENT_H
#define HUFU_SERVER_CLI_CLIENT_H

#include <jansson.h>

#include "server/cli/cli.h"

#define CLIENT_ANSWER_MAX (16 * 1024 * 1024)
#define CLIENT_PATH_MAX 1024

/* One call; body (may be NULL) is taken over. On CLI_DONE *answer is the caller's: a JSON value, or NULL for an answer
 * without content. Otherwise the fault was told. */
enum cli_exit client_call(const struct cli *cli, const char *method, const char *path, json_t *body,
                          json_t **answer);

/* Appends name=value, percent-encoded, to a path; nothing when value is NULL. False: it does not fit. */
bool client_add_query(char path[CLIENT_PATH_MAX], const char *name, const char *value);
/* prefix, id (percent-encoded), suffix. False: it does not fit. */
bool client_make_path(char path[CLIENT_PATH_MAX], const char *prefix, const char *id, const char *suffix);

#endif
