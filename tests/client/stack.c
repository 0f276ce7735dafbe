/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/stack.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/client/command.h"
#include "tests/client/place.h"

#define ARGUMENTS_MAX 32

/* KEY=VALUE or KEY='VALUE'. */
static void parse_line(struct stack *stack, char *line)
{
    char *value = strchr(line, '=');
    if (!value || stack->count == STACK_VALUES_MAX)
        return;
    *value++ = 0;
    size_t len = strlen(value);
    if (len >= 2 && value[0] == '\'' && value[len - 1] == '\'') {
        value[len - 1] = 0;
        value++;
    }
    stack->names[stack->count] = line;
    stack->values[stack->count] = value;
    stack->count++;
}

static enum hufu_err read_environment(struct stack *stack)
{
    char path[192], *rest = NULL;
    (void)snprintf(path, sizeof(path), "%s/stack.env", stack->directory);
    free(stack->text);
    stack->count = 0;
    stack->text = place_read(path, NULL);
    if (!stack->text)
        return HUFU_ERR_AWAY;
    for (char *line = strtok_r(stack->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        parse_line(stack, line);
    return HUFU_OK;
}

/* With the port chosen by the script and its lock taken there, two tests may start stacks at once. */
static enum hufu_err run_script(const struct stack *stack, const char *command, const char *which,
                                const char *const *options)
{
    const char *argv[ARGUMENTS_MAX] = {place_stack_script(), command};
    size_t count = 2;
    if (which)
        argv[count++] = which;
    argv[count++] = stack->directory;
    for (; options && *options; options++) {
        if (count == ARGUMENTS_MAX - 1)
            return HUFU_ERR_LIMIT;
        argv[count++] = *options;
    }
    return command_run(argv, NULL, stack->log);
}

static void tell(const struct stack *stack)
{
    char *log = place_read(stack->log, NULL);
    fprintf(stderr, "the service did not start:\n%s\n", log ? log : "(nothing was said)");
    free(log);
}

enum hufu_err stack_start(struct stack *stack, const char *const *options)
{
    *stack = (struct stack){0};
    enum hufu_err err = place_make_directory(stack->directory, sizeof(stack->directory));
    if (err)
        return err;
    (void)chmod(stack->directory, 0755); /* the process users must be able to walk in */
    (void)snprintf(stack->log, sizeof(stack->log), "%s/script.log", stack->directory);
    const char *all[ARGUMENTS_MAX] = {"--bin", place_bin()};
    size_t count = 2;
    for (; options && *options && count < ARGUMENTS_MAX - 1; options++)
        all[count++] = *options;
    err = run_script(stack, "start", NULL, all);
    if (!err)
        err = read_environment(stack);
    if (err) {
        tell(stack);
        stack_stop(stack);
    }
    return err;
}

enum hufu_err stack_command(struct stack *stack, const char *command, const char *which)
{
    enum hufu_err err = run_script(stack, command, which, NULL);
    return err ? err : read_environment(stack);
}

void stack_stop(struct stack *stack)
{
    if (stack->directory[0]) {
        (void)!run_script(stack, "clean", NULL, NULL);
        place_remove_directory(stack->directory);
    }
    free(stack->text);
    *stack = (struct stack){0};
}

const char *stack_value(const struct stack *stack, const char *name)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (strcmp(stack->names[i], name) == 0)
            return stack->values[i];
    }
    return "";
}

static const char *pid_file_name(const char *which)
{
    if (strcmp(which, "hsm") == 0)
        return "HUFU_HSM_PID_FILE";
    if (strcmp(which, "server2") == 0)
        return "HUFU_SERVER2_PID_FILE";
    return strcmp(which, "db") == 0 ? "HUFU_DB_PID_FILE" : "HUFU_SERVER_PID_FILE";
}

pid_t stack_pid(const struct stack *stack, const char *which)
{
    char *text = place_read(stack_value(stack, pid_file_name(which)), NULL);
    pid_t pid = text ? (pid_t)strtol(text, NULL, 10) : 0;
    free(text);
    return pid;
}

/* The postmaster first, as tools/stack.sh does: it would start again what it sees dying. */
enum hufu_err stack_kill(const struct stack *stack, const char *which)
{
    char path[64], *rest = NULL;
    const pid_t pid = stack_pid(stack, which);
    if (pid <= 0)
        return HUFU_ERR_AWAY;
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    char *children = place_read(path, NULL);
    enum hufu_err err = kill(pid, SIGKILL) == 0 ? HUFU_OK : HUFU_ERR_AWAY;
    for (char *child = children ? strtok_r(children, " ", &rest) : NULL; !err && child;
         child = strtok_r(NULL, " ", &rest))
        (void)kill((pid_t)strtol(child, NULL, 10), SIGKILL);
    free(children);
    return err;
}

uid_t stack_server_uid(void)
{
    const struct passwd *user = geteuid() == 0 ? getpwnam("hufu-server") : NULL;
    return user ? user->pw_uid : geteuid();
}

char *stack_log(const struct stack *stack, const char *which, size_t *len)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/log/%s.log", stack_value(stack, "HUFU_HOME"), which);
    return place_read(path, len);
}
