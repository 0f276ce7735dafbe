/* SPDX-License-Identifier: Apache-2.0 */
/* The search through files, declared in needles.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/secrecy/needles.h"

#define PATH_TEXT_MAX 1024

struct tree {
    const struct needles *needles;
    const char *const *skip;
    size_t findings;
    size_t files;
    uint64_t bytes;
    enum hufu_err err;
};

static void print_finding(const char *name, const char *form, size_t offset, void *context)
{
    fprintf(stderr, "%s: %s lies here at %zu, as %s\n", (const char *)context, name, offset, form);
}

static bool skipped(const struct tree *tree, const char *path)
{
    for (const char *const *skip = tree->skip; skip && *skip; skip++) {
        if (strcmp(*skip, path) == 0)
            return true;
    }
    return false;
}

static void search_bytes(struct tree *tree, char *path, struct bytes data)
{
    tree->findings += needles_search(tree->needles, data, print_finding, path);
    tree->bytes += data.len;
}

/* A file may go away while its folder is read, as those of a database do; any other failure is told. */
static void search_file(struct tree *tree, char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &status) != 0) {
        if (access(path, F_OK) == 0)
            tree->err = HUFU_ERR_AWAY;
    } else if (status.st_size > 0) {
        const size_t len = (size_t)status.st_size;
        void *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED) {
            tree->err = HUFU_ERR_AWAY;
        } else {
            search_bytes(tree, path, bytes_of(data, len));
            (void)munmap(data, len);
        }
    }
    tree->files++;
    if (fd >= 0)
        (void)close(fd);
}

static void search_folder(struct tree *tree, const char *folder);

static void search_entry(struct tree *tree, const char *folder, const char *name)
{
    char path[PATH_TEXT_MAX];
    struct stat status;
    const int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= sizeof(path)) {
        tree->err = HUFU_ERR_LIMIT;
        return;
    }
    if (skipped(tree, path) || lstat(path, &status) != 0)
        return;
    tree->findings += needles_search(tree->needles, bytes_of_text(name), print_finding, path);
    if (S_ISDIR(status.st_mode))
        search_folder(tree, path);
    else if (S_ISREG(status.st_mode))
        search_file(tree, path);
}

static void search_folder(struct tree *tree, const char *folder)
{
    DIR *directory = opendir(folder);
    if (!directory) {
        tree->err = HUFU_ERR_AWAY;
        return;
    }
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            search_entry(tree, folder, entry->d_name);
    }
    (void)closedir(directory);
}

enum hufu_err needles_search_tree(const struct needles *needles, const char *folder, const char *const *skip,
                                  size_t *findings, size_t *files, uint64_t *bytes)
{
    struct tree tree = {.needles = needles, .skip = skip};
    search_folder(&tree, folder);
    *findings = tree.findings;
    if (files)
        *files = tree.files;
    if (bytes)
        *bytes = tree.bytes;
    return tree.err;
}
