/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_TRIES 200
#define STOP_PAUSE_MS 50

extern char **environ;

void command_pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
        ;
}

static size_t count_of(const char *const *list)
{
    size_t count = 0;
    while (list && list[count])
        count++;
    return count;
}

/* One's own environment and more; the texts are shared. */
static char **environment_with(const char *const *more)
{
    size_t own = count_of((const char *const *)environ), added = count_of(more);
    char **all = calloc(own + added + 1, sizeof(*all));
    if (!all)
        return NULL;
    for (size_t i = 0; i < added; i++)
        all[i] = strdup(more[i]);
    memcpy(all + added, environ, own * sizeof(*all));
    return all;
}

static void environment_free(char **all, const char *const *more)
{
    for (size_t i = 0; all && i < count_of(more); i++)
        free(all[i]);
    free(all);
}

enum hufu_err command_start(pid_t *pid, const char *const *argv, const char *const *environment,
                            const char *log)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return HUFU_ERR_INTERNAL;
    char **all = environment_with(environment);
    int bad = !all;
    bad |= posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (log) {
        bad |= posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
        bad |= posix_spawn_file_actions_adddup2(&actions, 1, 2);
    }
    /* posix_spawn only reads argv; its type is older than const. */
    union {
        const char *const *in;
        char *const *out;
    } arguments = {.in = argv};
    if (!bad)
        bad = posix_spawn(pid, argv[0], &actions, NULL, arguments.out, all);
    (void)posix_spawn_file_actions_destroy(&actions);
    environment_free(all, environment);
    return bad ? HUFU_ERR_AWAY : HUFU_OK;
}

static int wait_for(pid_t pid, int options, int *status)
{
    pid_t got = -1;
    do {
        got = waitpid(pid, status, options);
    } while (got < 0 && errno == EINTR);
    return got;
}

enum hufu_err command_run(const char *const *argv, const char *const *environment, const char *log)
{
    pid_t pid = 0;
    int status = 0;
    enum hufu_err err = command_start(&pid, argv, environment, log);
    if (err)
        return err;
    if (wait_for(pid, 0, &status) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return HUFU_ERR_STATE;
    return HUFU_OK;
}

bool command_running(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

bool command_stop(pid_t pid)
{
    int status = 0;
    (void)kill(pid, SIGTERM);
    for (int tries = 0; tries < STOP_TRIES; tries++) {
        if (wait_for(pid, WNOHANG, &status) != 0)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        command_pause_ms(STOP_PAUSE_MS);
    }
    (void)kill(pid, SIGKILL);
    (void)wait_for(pid, 0, &status);
    return false;
}
