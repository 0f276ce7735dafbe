/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a file can be changed by: files that steer this process must be out of reach of everybody but root and the
 * user it runs as. */
#ifndef HUFU_HSM_TRUST_H
#define HUFU_HSM_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A path that cannot be trusted because of what stands at `where`. */
struct trust_fault {
    const char *reason; /* static; NULL: no fault */
    char where[PATH_MAX];
};

/* Root or this user. */
bool trust_owner(const struct stat *file);

/* A file, and every folder and link on the way to it from the root: each belongs to a trusted owner and none can be
 * written by others, but for folders with the sticky bit, in which nobody can replace what is another's. path is
 * absolute. */
void trust_judge_way(struct trust_fault *fault, const char *path);

/* A file and the folder that it lies in, links followed. */
void trust_judge_file(struct trust_fault *fault, const char *path);

#endif
