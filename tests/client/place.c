/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/place.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FOLDERS 16

const char *place_bin(void)
{
    const char *bin = getenv("HUFU_TEST_BIN");
    return bin ? bin : HUFU_TEST_BIN_DEFAULT;
}

const char *place_stack_script(void)
{
    return HUFU_TEST_STACK_SCRIPT;
}

enum hufu_err place_make_directory(char *path, size_t size)
{
    static const char pattern[] = "/tmp/hufu-test.XXXXXX";
    if (size < sizeof(pattern))
        return HUFU_ERR_LIMIT;
    memcpy(path, pattern, sizeof(pattern));
    return mkdtemp(path) ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    (void)remove(path);
    return 0;
}

void place_remove_directory(const char *path)
{
    (void)nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

enum hufu_err place_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return HUFU_ERR_INTERNAL;
    size_t len = strlen(text);
    ssize_t wrote = write(fd, text, len);
    return close(fd) == 0 && wrote == (ssize_t)len ? HUFU_OK : HUFU_ERR_INTERNAL;
}

char *place_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    size_t used = 0, cap = 65536;
    char *text = malloc(cap + 1);
    while (text) {
        used += fread(text + used, 1, cap - used, file);
        if (used < cap)
            break;
        cap *= 2;
        char *more = realloc(text, cap + 1);
        if (!more)
            free(text);
        text = more;
    }
    (void)fclose(file);
    if (text)
        text[used] = 0;
    if (len)
        *len = text ? used : 0;
    return text;
}
