/* SPDX-License-Identifier: Apache-2.0 */
/* The whole service for a test: PostgreSQL, SoftHSM2, hufu-hsm and hufu-server, started by tools/stack.sh in a
 * temporary folder of its own. */
#ifndef HUFU_TESTS_STACK_H
#define HUFU_TESTS_STACK_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

#define STACK_VALUES_MAX 32

struct stack {
    char directory[128];
    char log[160]; /* what tools/stack.sh said */
    char *text;    /* of stack.env, in which names and values point */
    size_t count;
    const char *names[STACK_VALUES_MAX];
    const char *values[STACK_VALUES_MAX];
};

/* Starts everything; options: further arguments of `tools/stack.sh start` ("--http", "--supervise", "--server",
 * "workers=4", …), ended by NULL, or NULL. On failure prints what the script said and leaves nothing behind. */
enum hufu_err stack_start(struct stack *stack, const char *const *options) HUFU_MUST_CHECK;
/* `tools/stack.sh command which DIR`, e.g. ("kill9", "server"), ("restart", "hsm"), ("down", "db"); reads stack.env
 * again. */
enum hufu_err stack_command(struct stack *stack, const char *command, const char *which) HUFU_MUST_CHECK;
/* Ends the processes and removes the data. A zeroed stack is fine. */
void stack_stop(struct stack *stack);
#define STACK_STOPPED __attribute__((cleanup(stack_stop)))

/* A value of stack.env (names: tools/stack.sh help), "" when there is none. Lives until the next stack_ call that
 * changes the stack. */
const char *stack_value(const struct stack *stack, const char *name);
/* The process id of "server", "server2", "hsm" or "db" as it is now; 0 when it does not run. */
pid_t stack_pid(const struct stack *stack, const char *which);
/* SIGKILL to "server", "server2", "hsm" or "db" (every process of it) now, without waiting for anything. HUFU_ERR_AWAY: it does not run. */
enum hufu_err stack_kill(const struct stack *stack, const char *which) HUFU_MUST_CHECK;
/* The user as whom hufu-server runs, the only one that hufu-hsm serves. */
uid_t stack_server_uid(void);
/* The log of "server", "hsm" or "db" so far; malloc'ed, NULL when it cannot be read. */
char *stack_log(const struct stack *stack, const char *which, size_t *len);

#endif
