/* SPDX-License-Identifier: Apache-2.0 */
#include "server/adapter/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/secret.h"
#include "server/config.h"
#include "server/gate.h"

const char *const outside_service_names[OUTSIDE_SERVICE_COUNT] = {
    [OUTSIDE_SMS] = "sms",
    [OUTSIDE_EMAIL] = "email",
    [OUTSIDE_FACE] = "face",
};

struct outside {
    const char *urls[OUTSIDE_SERVICE_COUNT]; /* the configuration's; "": not offered */
    char tokens[OUTSIDE_SERVICE_COUNT][OUTSIDE_TOKEN_MAX + 2];
    char *authorities;
    size_t authorities_len;
    long timeout_ms;
    struct gate *comparisons; /* nobody waits before it */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define CLOSED __attribute__((cleanup(close_fd)))

static enum hufu_err refuse(char *message, size_t size, const char *key, const char *fault)
{
    (void)snprintf(message, size, "%s: %s", key, fault);
    return HUFU_ERR_FORM;
}

/* The whole file, and a NUL behind it. NULL, or what is wrong with it. */
static const char *read_file(const char *path, mode_t forbidden, char *out, size_t size, size_t *len)
{
    struct stat file;
    *len = 0;
    CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &file) != 0)
        return strerror(errno);
    if (!S_ISREG(file.st_mode))
        return "is not a file";
    if (file.st_mode & forbidden)
        return "must be a file that its owner alone can read (mode 0600)";
    ssize_t got = 0;
    while (*len < size && (got = read(fd, out + *len, size - *len)) > 0)
        *len += (size_t)got;
    if (got < 0)
        return strerror(errno);
    if (*len == size)
        return "is too long";
    out[*len] = '\0';
    return NULL;
}

static bool is_visible(const char *text)
{
    for (; *text; text++)
        if (*text < '!' || *text > '~')
            return false;
    return true;
}

static enum hufu_err read_token(char token[OUTSIDE_TOKEN_MAX + 2], const char *key, const char *path,
                                char *message, size_t size)
{
    size_t len;
    const char *fault = read_file(path, S_IRWXG | S_IRWXO, token, OUTSIDE_TOKEN_MAX + 2, &len);
    if (fault)
        return refuse(message, size, key, fault);
    if (len > 0 && token[len - 1] == '\n')
        token[--len] = '\0';
    if (len == 0 || len > OUTSIDE_TOKEN_MAX || strlen(token) != len || !is_visible(token))
        return refuse(message, size, key, "must hold one line of 1 to 512 visible ASCII characters");
    return HUFU_OK;
}

static enum hufu_err read_authorities(struct outside *outside, const char *path, char *message, size_t size)
{
    if (path[0] == '\0')
        return HUFU_OK;
    outside->authorities = malloc(OUTSIDE_AUTHORITIES_MAX + 1);
    if (!outside->authorities)
        return HUFU_ERR_INTERNAL;
    const char *fault =
        read_file(path, 0, outside->authorities, OUTSIDE_AUTHORITIES_MAX + 1, &outside->authorities_len);
    if (!fault && !strstr(outside->authorities, "-----BEGIN CERTIFICATE-----"))
        fault = "holds no certificate in PEM";
    return fault ? refuse(message, size, "outside_ca_file", fault) : HUFU_OK;
}

static enum hufu_err outside_fill(struct outside *outside, const struct server_config *config, char *message,
                                  size_t size)
{
    const struct {
        const char *key, *url, *token_file;
    } services[OUTSIDE_SERVICE_COUNT] = {
        [OUTSIDE_SMS] = {"sms_token_file", config->sms_url, config->sms_token_file},
        [OUTSIDE_EMAIL] = {"email_token_file", config->email_url, config->email_token_file},
        [OUTSIDE_FACE] = {"face_token_file", config->face_url, config->face_token_file},
    };
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; !err && i < OUTSIDE_SERVICE_COUNT; i++) {
        outside->urls[i] = services[i].url;
        if (services[i].url[0])
            err = read_token(outside->tokens[i], services[i].key, services[i].token_file, message, size);
    }
    return err ? err : read_authorities(outside, config->outside_ca_file, message, size);
}

enum hufu_err outside_new(struct outside **outside, const struct server_config *config, char *message,
                          size_t message_size)
{
    *outside = NULL;
    (void)snprintf(message, message_size, "no memory");
    struct outside *o = calloc(1, sizeof(*o));
    if (!o)
        return HUFU_ERR_INTERNAL;
    long comparisons = config->workers / OUTSIDE_WORKERS_PER_COMPARISON;
    o->timeout_ms = config->outside_timeout_ms;
    o->comparisons = gate_new(comparisons > 0 ? (unsigned)comparisons : 1, 0);
    enum hufu_err err = o->comparisons ? outside_fill(o, config, message, message_size) : HUFU_ERR_INTERNAL;
    if (err)
        outside_free(o);
    else
        *outside = o;
    return err;
}

void outside_free(struct outside *outside)
{
    if (!outside)
        return;
    gate_free(outside->comparisons);
    secret_wipe(outside->tokens, sizeof(outside->tokens));
    free(outside->authorities);
    free(outside);
}

bool outside_offers(const struct outside *outside, enum outside_service service)
{
    return outside->urls[service][0] != '\0';
}

const char *outside_url(const struct outside *outside, enum outside_service service)
{
    return outside->urls[service];
}

const char *outside_token(const struct outside *outside, enum outside_service service)
{
    return outside->tokens[service];
}

struct bytes outside_authorities(const struct outside *outside)
{
    return bytes_of(outside->authorities, outside->authorities_len);
}

long outside_timeout_ms(const struct outside *outside)
{
    return outside->timeout_ms;
}

bool outside_enter(struct outside *outside)
{
    return gate_enter(outside->comparisons);
}

void outside_leave(struct outside *outside)
{
    gate_leave(outside->comparisons);
}
