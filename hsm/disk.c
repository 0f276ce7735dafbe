/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TREE_DEPTH 8 /* descriptors that the walk may hold */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define CLOSED __attribute__((cleanup(close_fd)))

enum hufu_err disk_make_directory(const char *path)
{
    struct stat there;
    if (mkdir(path, S_IRWXU) == 0)
        return HUFU_OK;
    return errno == EEXIST && stat(path, &there) == 0 && S_ISDIR(there.st_mode) ? HUFU_OK
                                                                                : HUFU_ERR_NOT_FOUND;
}

static enum hufu_err join(char path[DISK_PATH_MAX], const char *directory, const char *name,
                          const char *suffix)
{
    int len = snprintf(path, DISK_PATH_MAX, "%s/%s%s", directory, name, suffix);
    return len > 0 && len < DISK_PATH_MAX ? HUFU_OK : HUFU_ERR_LIMIT;
}

enum hufu_err disk_read(struct buf *out, const char *directory, const char *name)
{
    char path[DISK_PATH_MAX];
    struct stat file;
    enum hufu_err err = join(path, directory, name, "");
    if (err)
        return err;
    CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
        return HUFU_ERR_NOT_FOUND;
    size_t size = (size_t)file.st_size;
    uint8_t *room = buf_reserve(out, size);
    if (!room)
        return HUFU_ERR_LIMIT;
    return read(fd, room, size) == (ssize_t)size ? HUFU_OK : HUFU_ERR_NOT_FOUND;
}

static bool sync_path(const char *path)
{
    CLOSED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && fsync(fd) == 0;
}

static bool write_synced(const char *path, struct bytes content)
{
    CLOSED int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    return fd >= 0 && write(fd, content.data, content.len) == (ssize_t)content.len && fsync(fd) == 0;
}

enum hufu_err disk_write(const char *directory, const char *name, struct bytes content)
{
    char path[DISK_PATH_MAX], unfinished[DISK_PATH_MAX];
    enum hufu_err err = join(path, directory, name, "");
    if (!err)
        err = join(unfinished, directory, name, ".new");
    if (err)
        return err;
    if (!write_synced(unfinished, content) || rename(unfinished, path) != 0)
        return HUFU_ERR_INTERNAL;
    return sync_path(directory) ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static int sync_entry(const char *path, const struct stat *entry, int kind, struct FTW *place)
{
    (void)entry;
    (void)place;
    return kind == FTW_F || kind == FTW_DP ? !sync_path(path) : 0;
}

enum hufu_err disk_sync_tree(const char *path)
{
    return nftw(path, sync_entry, TREE_DEPTH, FTW_PHYS | FTW_DEPTH) == 0 ? HUFU_OK : HUFU_ERR_INTERNAL;
}
