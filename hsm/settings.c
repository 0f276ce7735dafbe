/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/config.h"
#include "hsm/token.h"
#include "hsm/trust.h"

#define LABEL_MAX 32
#define PIN_MIN 4

static const struct config_key keys[] = {
    {"socket", CONFIG_TEXT, offsetof(struct settings, socket), NULL, 0, 0},
    {"allowed_uid", CONFIG_TEXT, offsetof(struct settings, allowed_uid), NULL, 0, 0},
    {"module", CONFIG_TEXT, offsetof(struct settings, module), "/usr/lib/softhsm/libsofthsm2.so", 0, 0},
    {"token_label", CONFIG_TEXT, offsetof(struct settings, token_label), NULL, 0, 0},
    {"pin_file", CONFIG_TEXT, offsetof(struct settings, pin_file), NULL, 0, 0},
    {"state_directory", CONFIG_TEXT, offsetof(struct settings, state_directory), NULL, 0, 0},
    {"token_directory", CONFIG_TEXT, offsetof(struct settings, token_directory), NULL, 0, 0},
    {"sessions", CONFIG_INT, offsetof(struct settings, sessions), "4", 1, TOKEN_SESSIONS_MAX},
    {"log_level", CONFIG_TEXT, offsetof(struct settings, log_level), "info", 0, 0},
    {NULL, CONFIG_END, 0, NULL, 0, 0},
};

static enum hufu_err refuse(char *message, const char *key, const char *value, const char *reason)
{
    (void)snprintf(message, SETTINGS_MESSAGE_SIZE, "%s: \"%.300s\" %s", key, value, reason);
    return HUFU_ERR_FORM;
}

/* The module becomes part of this process: whoever can write it, or choose it, is this process. */
static enum hufu_err check_module(const struct settings *settings, char *message)
{
    struct stat file;
    const char *path = settings->module;
    if (path[0] != '/')
        return refuse(message, "module", path, "is not an absolute path");
    if (stat(path, &file) != 0)
        return refuse(message, "module", path, strerror(errno));
    if (!S_ISREG(file.st_mode))
        return refuse(message, "module", path, "is not a regular file");
    struct trust_fault fault;
    trust_judge_way(&fault, path);
    return fault.reason ? refuse(message, "module", fault.where, fault.reason) : HUFU_OK;
}

/* It names the module. Its folder is judged and no more: further up the caller, who gives the path, answers for it. */
static enum hufu_err check_configuration(const char *path, char *message)
{
    struct trust_fault fault;
    trust_judge_file(&fault, path);
    return fault.reason ? refuse(message, "configuration", fault.where, fault.reason) : HUFU_OK;
}

static enum hufu_err find_user(struct settings *settings, char *message)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(settings->allowed_uid, &end, 10);
    bool is_number = errno == 0 && end != settings->allowed_uid && *end == '\0';
    const struct passwd *user = is_number ? getpwuid((uid_t)number) : getpwnam(settings->allowed_uid);
    if (!user && !is_number)
        return refuse(message, "allowed_uid", settings->allowed_uid, "is no user of this system");
    settings->uid = user ? user->pw_uid : (uid_t)number;
    settings->gid = user ? user->pw_gid : (gid_t)-1;
    return HUFU_OK;
}

static enum hufu_err check(struct settings *settings, char *message)
{
    int level = log_level_of(settings->log_level);
    if (level < 0)
        return refuse(message, "log_level", settings->log_level, "is not debug, info, warning or error");
    settings->level = (enum log_level)level;
    if (strlen(settings->token_label) == 0 || strlen(settings->token_label) > LABEL_MAX)
        return refuse(message, "token_label", settings->token_label, "has not 1 to 32 characters");
    enum hufu_err err = check_module(settings, message);
    return err ? err : find_user(settings, message);
}

enum hufu_err settings_load(struct settings *settings, const char *path, char message[SETTINGS_MESSAGE_SIZE])
{
    *settings = (struct settings){0};
    enum hufu_err err = config_load(settings, keys, "hufu-hsm", path, message, SETTINGS_MESSAGE_SIZE);
    if (err)
        return err;
    err = check_configuration(path, message);
    if (!err)
        err = check(settings, message);
    if (err)
        settings_done(settings);
    return err;
}

void settings_done(struct settings *settings)
{
    config_free(settings, keys);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

enum hufu_err settings_read_pin(const struct settings *settings, struct buf *pin,
                                char message[SETTINGS_MESSAGE_SIZE])
{
    struct stat file;
    const char *path = settings->pin_file;
    __attribute__((cleanup(close_fd))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &file) != 0)
        return refuse(message, "pin_file", path, strerror(errno));
    if (!S_ISREG(file.st_mode) || !trust_owner(&file) || (file.st_mode & (S_IRWXG | S_IRWXO)))
        return refuse(message, "pin_file", path, "must be a file that its owner alone can read (mode 0600)");
    ssize_t len = read(fd, pin->data, pin->cap);
    if (len > 0 && pin->data[len - 1] == '\n')
        len--;
    if (len < PIN_MIN || (size_t)len > SETTINGS_PIN_MAX)
        return refuse(message, "pin_file", path, "must hold one line of 4 to 255 bytes");
    pin->len = (size_t)len;
    return HUFU_OK;
}
