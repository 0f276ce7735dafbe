/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/trust.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 16

bool trust_owner(const struct stat *file)
{
    return file->st_uid == 0 || file->st_uid == geteuid();
}

static void refuse(struct trust_fault *fault, const char *where, const char *reason)
{
    fault->reason = reason;
    (void)snprintf(fault->where, sizeof(fault->where), "%s", where);
}

/* The mode of a link says nothing: who may replace it, its folder says. */
static void judge(struct trust_fault *fault, const char *path, const struct stat *file)
{
    bool by_others = (file->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !S_ISLNK(file->st_mode);
    bool is_sticky_folder = S_ISDIR(file->st_mode) && (file->st_mode & S_ISVTX);
    if (!trust_owner(file))
        refuse(fault, path, "belongs neither to root nor to this user");
    else if (by_others && !is_sticky_folder)
        refuse(fault, path, "can be written by others");
}

static void walk(struct trust_fault *fault, const char *path, unsigned links);

/* The folder of the link is the first folder_len bytes of its path. */
static void follow(struct trust_fault *fault, const char *link, size_t folder_len, unsigned links)
{
    char target[PATH_MAX], path[PATH_MAX];
    ssize_t len = readlink(link, target, sizeof(target) - 1);
    if (len <= 0 || links == 0) {
        refuse(fault, link, len <= 0 ? strerror(errno) : "is one link too many");
        return;
    }
    target[len] = '\0';
    int whole = target[0] == '/' ? snprintf(path, sizeof(path), "%s", target)
                                 : snprintf(path, sizeof(path), "%.*s/%s", (int)folder_len, link, target);
    if (whole < 0 || (size_t)whole >= sizeof(path))
        refuse(fault, link, strerror(ENAMETOOLONG));
    else
        walk(fault, path, links - 1);
}

/* Judges "/", "/a", "/a/b" and so on; where one of them is a link, also the way that it leads. */
static void walk(struct trust_fault *fault, const char *path, unsigned links)
{
    char way[PATH_MAX];
    struct stat step;
    size_t folder_len = 0, len = 0;
    if (strlen(path) >= sizeof(way)) {
        refuse(fault, path, strerror(ENAMETOOLONG));
        return;
    }
    do {
        (void)snprintf(way, sizeof(way), "%.*s", len ? (int)len : 1, len ? path : "/");
        if (lstat(way, &step) != 0)
            refuse(fault, way, strerror(errno));
        else
            judge(fault, way, &step);
        if (!fault->reason && S_ISLNK(step.st_mode))
            follow(fault, way, folder_len, links);
        folder_len = len;
        len += strspn(path + len, "/");
        len += strcspn(path + len, "/");
    } while (!fault->reason && len > folder_len);
}

void trust_judge_way(struct trust_fault *fault, const char *path)
{
    fault->reason = NULL;
    walk(fault, path, LINKS_MAX);
}

static void judge_followed(struct trust_fault *fault, const char *path)
{
    struct stat file;
    if (stat(path, &file) != 0)
        refuse(fault, path, strerror(errno));
    else
        judge(fault, path, &file);
}

void trust_judge_file(struct trust_fault *fault, const char *path)
{
    char whole[PATH_MAX];
    fault->reason = NULL;
    if (!realpath(path, whole)) {
        refuse(fault, path, strerror(errno));
        return;
    }
    judge_followed(fault, whole);
    if (!fault->reason)
        judge_followed(fault, dirname(whole));
}
