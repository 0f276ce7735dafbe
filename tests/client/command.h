/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that a test starts: never through a shell, always waited for. */
#ifndef HUFU_TESTS_COMMAND_H
#define HUFU_TESTS_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

/* argv[0] is the program's path, argv ends with NULL; environment: more "NAME=value", ended by NULL, or NULL. The
 * child's output goes to log (appended), or to the caller's when log is NULL. */

/* Runs it to its end: HUFU_OK when it exits with 0, HUFU_ERR_STATE for any other end, HUFU_ERR_AWAY when it cannot
 * be started. */
enum hufu_err command_run(const char *const *argv, const char *const *environment,
                          const char *log) HUFU_MUST_CHECK;
/* Starts it and goes on. */
enum hufu_err command_start(pid_t *pid, const char *const *argv, const char *const *environment,
                            const char *log) HUFU_MUST_CHECK;
/* Whether the started child still runs. */
bool command_running(pid_t pid);
/* SIGTERM, ten seconds, SIGKILL. True when it went at SIGTERM with exit code 0. */
bool command_stop(pid_t pid);

void command_pause_ms(long ms);

#endif
