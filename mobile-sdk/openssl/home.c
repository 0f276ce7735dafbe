/* SPDX-License-Identifier: Apache-2.0 */
/* Values in encrypted files. A value is written beside its name, synced, and renamed over it; then the directory is
 * synced: at every moment the name has the old value or the new one. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mobile-sdk/openssl/hufu_openssl.h"
#include "mobile-sdk/openssl/sealed_file.h"

#define KEY_FILE "storage.key"
#define LOCK_FILE "lock"
#define NEW_FILE "new" /* what is being written; the lock makes it one at a time */
#define FILE_MAX (HUFU_STORED_VALUE_MAX + SEALED_FILE_OVERHEAD + 1) /* one more, to notice what is longer */
#define FILE_NAME_SIZE (HUFU_STORED_NAME_MAX + sizeof(".sealed"))

struct hufu_home {
    int directory;
    int lock;
    uint8_t key[SEALED_FILE_KEY_SIZE];
};

/* A whole file in memory, wiped with its scope: it may be the key. */
struct contents {
    uint8_t bytes[FILE_MAX];
    size_t len;
};

static void contents_wipe(struct contents *contents)
{
    OPENSSL_cleanse(contents, sizeof(*contents));
}
#define CONTENTS_WIPED __attribute__((cleanup(contents_wipe)))

static void file_close(const int *file)
{
    if (*file >= 0)
        (void)close(*file);
}
#define FILE_CLOSED __attribute__((cleanup(file_close)))

static enum hufu_result read_whole(int file, struct contents *contents)
{
    contents->len = 0;
    while (contents->len < sizeof(contents->bytes)) {
        ssize_t got = read(file, contents->bytes + contents->len, sizeof(contents->bytes) - contents->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return HUFU_RESULT_STORAGE;
        if (got == 0)
            return HUFU_RESULT_OK;
        contents->len += (size_t)got;
    }
    return HUFU_RESULT_DAMAGED; /* longer than anything that was put there */
}

static enum hufu_result read_file(const struct hufu_home *home, const char *file_name,
                                  struct contents *contents)
{
    FILE_CLOSED int file = openat(home->directory, file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return errno == ENOENT ? HUFU_RESULT_NOT_FOUND : HUFU_RESULT_STORAGE;
    return read_whole(file, contents);
}

static bool write_whole(int file, const uint8_t *data, size_t len)
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
    return fsync(file) == 0;
}

static enum hufu_result write_file(const struct hufu_home *home, const char *file_name,
                                   const struct contents *contents)
{
    (void)unlinkat(home->directory, NEW_FILE, 0); /* what a crash left */
    FILE_CLOSED int file =
        openat(home->directory, NEW_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0 || !write_whole(file, contents->bytes, contents->len) ||
        renameat(home->directory, NEW_FILE, home->directory, file_name) != 0 || fsync(home->directory) != 0)
        return HUFU_RESULT_STORAGE;
    return HUFU_RESULT_OK;
}

static enum hufu_result make_key(struct hufu_home *home)
{
    CONTENTS_WIPED struct contents contents = {.len = sizeof(home->key)};
    if (RAND_priv_bytes(home->key, sizeof(home->key)) != 1)
        return HUFU_RESULT_PLATFORM;
    memcpy(contents.bytes, home->key, sizeof(home->key));
    return write_file(home, KEY_FILE, &contents);
}

static enum hufu_result load_key(struct hufu_home *home)
{
    CONTENTS_WIPED struct contents contents = {.len = 0};
    enum hufu_result result = read_file(home, KEY_FILE, &contents);
    if (result == HUFU_RESULT_NOT_FOUND)
        return make_key(home);
    if (!result && contents.len != sizeof(home->key))
        result = HUFU_RESULT_DAMAGED;
    if (!result)
        memcpy(home->key, contents.bytes, sizeof(home->key));
    return result;
}

static enum hufu_result open_directory(struct hufu_home *home, const char *directory)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return HUFU_RESULT_STORAGE;
    home->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (home->directory < 0)
        return HUFU_RESULT_STORAGE;
    home->lock = openat(home->directory, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (home->lock < 0)
        return HUFU_RESULT_STORAGE;
    if (flock(home->lock, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? HUFU_RESULT_BUSY : HUFU_RESULT_STORAGE;
    return load_key(home);
}

enum hufu_result hufu_home_open(struct hufu_home **home, const char *directory)
{
    *home = NULL;
    struct hufu_home *opened = calloc(1, sizeof(*opened));
    if (!opened)
        return HUFU_RESULT_INTERNAL;
    opened->directory = opened->lock = -1;
    enum hufu_result result = open_directory(opened, directory);
    if (result) {
        hufu_home_close(opened);
        return result;
    }
    *home = opened;
    return HUFU_RESULT_OK;
}

void hufu_home_close(struct hufu_home *home)
{
    if (!home)
        return;
    file_close(&home->directory);
    file_close(&home->lock);
    OPENSSL_cleanse(home, sizeof(*home));
    free(home);
}

static bool file_name_of(char file_name[FILE_NAME_SIZE], const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > HUFU_STORED_NAME_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
        return false;
    (void)snprintf(file_name, FILE_NAME_SIZE, "%s.sealed", name);
    return true;
}

static enum hufu_result get(void *context, const char *name, uint8_t *value, size_t cap, size_t *len)
{
    const struct hufu_home *home = context;
    *len = 0;
    char file_name[FILE_NAME_SIZE];
    CONTENTS_WIPED struct contents sealed = {.len = 0};
    if (!file_name_of(file_name, name))
        return HUFU_RESULT_ARGUMENT;
    enum hufu_result result = read_file(home, file_name, &sealed);
    if (result)
        return result;
    if (sealed.len < SEALED_FILE_OVERHEAD)
        return HUFU_RESULT_DAMAGED;
    size_t plain_len = sealed.len - SEALED_FILE_OVERHEAD;
    if (plain_len > cap)
        return HUFU_RESULT_LIMIT;
    if (!sealed_file_open(value, home->key, name, sealed.bytes, sealed.len))
        return HUFU_RESULT_DAMAGED;
    *len = plain_len;
    return HUFU_RESULT_OK;
}

static enum hufu_result put(void *context, const char *name, const uint8_t *value, size_t len)
{
    const struct hufu_home *home = context;
    char file_name[FILE_NAME_SIZE];
    CONTENTS_WIPED struct contents sealed = {.len = len + SEALED_FILE_OVERHEAD};
    if (!file_name_of(file_name, name))
        return HUFU_RESULT_ARGUMENT;
    if (len > HUFU_STORED_VALUE_MAX)
        return HUFU_RESULT_LIMIT;
    if (!sealed_file_seal(sealed.bytes, home->key, name, value, len))
        return HUFU_RESULT_PLATFORM;
    return write_file(home, file_name, &sealed);
}

static enum hufu_result remove_value(void *context, const char *name)
{
    const struct hufu_home *home = context;
    char file_name[FILE_NAME_SIZE];
    if (!file_name_of(file_name, name))
        return HUFU_RESULT_ARGUMENT;
    if (unlinkat(home->directory, file_name, 0) != 0 && errno != ENOENT)
        return HUFU_RESULT_STORAGE;
    return fsync(home->directory) == 0 ? HUFU_RESULT_OK : HUFU_RESULT_STORAGE;
}

struct hufu_storage hufu_home_storage(struct hufu_home *home)
{
    return (struct hufu_storage){.context = home, .get = get, .put = put, .remove = remove_value};
}

void hufu_home_platform(struct hufu_home *home, struct hufu_platform *platform)
{
    *platform = (struct hufu_platform){
        .transport = hufu_curl_transport(),
        .storage = hufu_home_storage(home),
        .clock = hufu_system_clock(),
        .random = hufu_openssl_random(),
        .device_key = hufu_openssl_device_key(),
    };
}
