/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_SIZE 65536
#define PEM_FRAME_MAX 64 /* a line around it */
#define PEM_LINE 48      /* bytes; 64 characters */

void file_bytes_free(struct file_bytes *bytes)
{
    if (bytes->data)
        explicit_bzero(bytes->data, bytes->len);
    free(bytes->data);
    *bytes = (struct file_bytes){NULL, 0};
}

static bool unreadable(const struct options *options, const char *path)
{
    say(stderr, options->language, TEXT_FILE_UNREADABLE, path, strerror(errno), NULL);
    return false;
}

bool file_read_pieces(const struct options *options, const char *path,
                      bool (*take)(void *context, const void *data, size_t len), void *context)
{
    static uint8_t piece[PIECE_SIZE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return unreadable(options, path);
    ssize_t got;
    bool ok = true;
    do {
        got = read(file, piece, sizeof(piece));
        if (got < 0 && errno == EINTR)
            continue;
        if (got > 0)
            ok = take(context, piece, (size_t)got);
    } while (ok && (got > 0 || (got < 0 && errno == EINTR)));
    if (got < 0)
        (void)unreadable(options, path);
    (void)close(file);
    return ok && got == 0;
}

static bool take_small(void *context, const void *data, size_t len)
{
    struct file_bytes *bytes = context;
    if (len > FILE_SMALL_MAX - bytes->len)
        return false;
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    return true;
}

bool file_read(struct file_bytes *bytes, const struct options *options, const char *path)
{
    struct stat found;
    bytes->data = malloc(FILE_SMALL_MAX);
    if (!bytes->data)
        return false;
    if (stat(path, &found) == 0 && found.st_size > FILE_SMALL_MAX) {
        say(stderr, options->language, TEXT_FILE_TOO_LARGE, path, "1048576", NULL);
        return false;
    }
    return file_read_pieces(options, path, take_small, bytes);
}

static bool write_all(int file, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t put = write(file, data, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        len -= (size_t)put;
    }
    return true;
}

bool file_write(const struct options *options, const char *path, const void *data, size_t len, unsigned mode)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
    int file = -1;
    bool ok = length > 0 && (size_t)length < sizeof(temporary) && (file = mkstemp(temporary)) >= 0;
    bool made = ok;
    ok = ok && fchmod(file, (mode_t)mode) == 0 && write_all(file, data, len);
    if (file >= 0)
        ok = close(file) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        say(stderr, options->language, TEXT_FILE_UNWRITABLE, path, strerror(errno), NULL);
        if (made)
            (void)unlink(temporary);
    }
    return ok;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static const char *name_in_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool stat_folder(const char *path, struct stat *folder)
{
    char text[PATH_MAX];
    size_t len = (size_t)(name_in_folder(path) - path);
    if (len >= sizeof(text))
        return false;
    memcpy(text, path, len);
    text[len] = '\0';
    return stat(len ? text : ".", folder) == 0;
}

/* One file by two names, or one name for a file that is not there yet. */
static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;
    if (stat(one, &a) == 0 && stat(other, &b) == 0)
        return is_same(&a, &b);
    return strcmp(name_in_folder(one), name_in_folder(other)) == 0 && stat_folder(one, &a) &&
           stat_folder(other, &b) && is_same(&a, &b);
}

bool file_apart(const struct options *options, const char *path, const char *written)
{
    if (!path || !written || !is_same_file(path, written))
        return true;
    say(stderr, options->language, TEXT_FILES_SAME, path, written, NULL);
    return false;
}

static char base64_digit(unsigned value)
{
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[value & 63];
}

static size_t put_base64(char *text, const uint8_t *data, size_t len)
{
    char *at = text;
    for (size_t i = 0; i < len; i += 3) {
        unsigned second = i + 1 < len ? data[i + 1] : 0, third = i + 2 < len ? data[i + 2] : 0;
        unsigned group = (unsigned)data[i] << 16 | second << 8 | third;
        *at++ = base64_digit(group >> 18);
        *at++ = base64_digit(group >> 12);
        *at++ = i + 1 < len ? base64_digit(group >> 6) : '=';
        *at++ = i + 2 < len ? base64_digit(group) : '=';
    }
    return (size_t)(at - text);
}

bool file_append_pem(struct file_bytes *text, const char *label, const uint8_t *der, size_t len)
{
    size_t lines = (len + PEM_LINE - 1) / PEM_LINE;
    size_t room = text->len + 2 * PEM_FRAME_MAX + lines * (PEM_LINE / 3 * 4 + 1);
    uint8_t *longer = realloc(text->data, room);
    if (!longer)
        return false;
    text->data = longer;
    char *begin = (char *)longer + text->len, *at = begin;
    at += snprintf(at, PEM_FRAME_MAX, "-----BEGIN %s-----\n", label);
    for (size_t i = 0; i < len; i += PEM_LINE) {
        at += put_base64(at, der + i, len - i < PEM_LINE ? len - i : PEM_LINE);
        *at++ = '\n';
    }
    at += snprintf(at, PEM_FRAME_MAX, "-----END %s-----\n", label);
    text->len += (size_t)(at - begin);
    return true;
}
