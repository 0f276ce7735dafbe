/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/hsm_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/client/command.h"
#include "tests/client/place.h"

#define READY_TRIES 600
#define READY_PAUSE_MS 50
#define LOG_TAIL 4000

static bool join(char *path, size_t size, const char *directory, const char *name)
{
    int len = snprintf(path, size, "%s/%s", directory, name);
    return len > 0 && (size_t)len < size;
}

static enum hufu_err make_folders(struct hsm_process *process)
{
    char path[HSM_PROCESS_PATH_MAX * 2];
    enum hufu_err err = place_make_directory(process->directory, sizeof(process->directory));
    for (size_t i = 0; !err && i < 2; i++) {
        bool made =
            join(path, sizeof(path), process->directory, i ? "tokens" : "state") && mkdir(path, 0700) == 0;
        err = made ? HUFU_OK : HUFU_ERR_INTERNAL;
    }
    return err;
}

static enum hufu_err write_softhsm(const struct hsm_process *process)
{
    char path[HSM_PROCESS_PATH_MAX * 2], text[1024];
    if (!join(path, sizeof(path), process->directory, "softhsm2.conf"))
        return HUFU_ERR_LIMIT;
    (void)snprintf(text, sizeof(text),
                   "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
                   process->directory);
    return place_write(path, text);
}

static enum hufu_err write_configuration(const struct hsm_process *process)
{
    char path[HSM_PROCESS_PATH_MAX * 2], text[2048];
    if (!join(path, sizeof(path), process->directory, "pin"))
        return HUFU_ERR_LIMIT;
    enum hufu_err err = place_write(path, "0123456789abcdef0123456789abcdef");
    (void)snprintf(text, sizeof(text),
                   "socket = \"%s\"\nallowed_uid = \"%u\"\nmodule = \"/usr/lib/softhsm/libsofthsm2.so\"\n"
                   "token_label = \"hufu\"\npin_file = \"%s\"\nstate_directory = \"%s/state\"\n"
                   "token_directory = \"%s/tokens\"\n",
                   process->socket, (unsigned)geteuid(), path, process->directory, process->directory);
    return err ? err : place_write(process->configuration, text);
}

static enum hufu_err prepare(struct hsm_process *process)
{
    *process = (struct hsm_process){0};
    enum hufu_err err = make_folders(process);
    if (err)
        return err;
    const char *directory = process->directory;
    if (!join(process->socket, sizeof(process->socket), directory, "hsm.sock") ||
        !join(process->configuration, sizeof(process->configuration), directory, "hufu-hsm.conf") ||
        !join(process->log, sizeof(process->log), directory, "hsm.log"))
        return HUFU_ERR_LIMIT;
    (void)snprintf(process->softhsm_variable, sizeof(process->softhsm_variable),
                   "SOFTHSM2_CONF=%s/softhsm2.conf", directory);
    err = write_softhsm(process);
    return err ? err : write_configuration(process);
}

static enum hufu_err make_token(const struct hsm_process *process)
{
    char program[512];
    if (!join(program, sizeof(program), place_bin(), "hufu-hsm"))
        return HUFU_ERR_LIMIT;
    const char *argv[] = {program, "init", "--config", process->configuration, "--ca", "sm2", NULL};
    const char *environment[] = {process->softhsm_variable, NULL};
    return command_run(argv, environment, process->log);
}

/* Listening is not yet serving: the process answers `status` when it is ready. */
static bool answers(const struct hsm_process *process)
{
    HSM_LINK_CLOSED struct hsm_link link = {.fd = -1};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    return hsm_process_connect(process, &link) == HUFU_OK &&
           hsm_link_call(&link, &reply, "status", NULL, 0) == HUFU_OK && reply.error == HUFU_OK;
}

enum hufu_err hsm_process_up(struct hsm_process *process)
{
    char program[512];
    if (!join(program, sizeof(program), place_bin(), "hufu-hsm"))
        return HUFU_ERR_LIMIT;
    const char *argv[] = {program, "--config", process->configuration, NULL};
    const char *environment[] = {process->softhsm_variable, NULL};
    enum hufu_err err = command_start(&process->pid, argv, environment, process->log);
    if (err)
        return err;
    for (int tries = 0; tries < READY_TRIES && command_running(process->pid); tries++) {
        if (answers(process))
            return HUFU_OK;
        command_pause_ms(READY_PAUSE_MS);
    }
    return HUFU_ERR_AWAY;
}

static void tell(const struct hsm_process *process)
{
    size_t len = 0;
    char *log = place_read(process->log, &len);
    fprintf(stderr, "hufu-hsm did not start; the end of its log:\n%s\n",
            log ? log + (len > LOG_TAIL ? len - LOG_TAIL : 0) : "(none)");
    free(log);
}

enum hufu_err hsm_process_start(struct hsm_process *process)
{
    enum hufu_err err = prepare(process);
    if (!err)
        err = make_token(process);
    if (!err)
        err = hsm_process_up(process);
    if (err) {
        tell(process);
        (void)hsm_process_stop(process);
    }
    return err;
}

bool hsm_process_running(const struct hsm_process *process)
{
    return process->pid > 0 && command_running(process->pid);
}

bool hsm_process_stop(struct hsm_process *process)
{
    bool clean = process->pid > 0 && command_stop(process->pid);
    if (process->directory[0])
        place_remove_directory(process->directory);
    *process = (struct hsm_process){0};
    return clean;
}

enum hufu_err hsm_process_connect(const struct hsm_process *process, struct hsm_link *link)
{
    return hsm_link_open(link, process->socket, geteuid());
}
