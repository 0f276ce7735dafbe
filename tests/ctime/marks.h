/* SPDX-License-Identifier: Apache-2.0 */
/* What the constant-time programs share. Each runs one path of the code with its secrets marked (common/secret.h), under
 * valgrind's memcheck or built for MemorySanitizer; either reports a branch or an address that depends on a mark.
 *
 *   PROGRAM run           everything; exit status 0 when nothing was reported, and what came out is still marked
 *   PROGRAM leak-branch   the same path, and an early exit upon what came out of it
 *   PROGRAM leak-table    the same path, and a table read where that says
 *
 * The last two must be reported: they show that marks live through this path and that they are watched. */
#ifndef HUFU_TESTS_CTIME_MARKS_H
#define HUFU_TESTS_CTIME_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether these bytes depend on a secret, as far as who watches knows: memcheck, for every byte; MSan, for any, as it does
 * not follow carries and the upper halves of products. */
bool is_marked(const void *data, size_t len);
#define IS_MARKED(object) is_marked(&(object), sizeof(object))

/* Bytes that are the same from run to run. */
void fill_bytes(void *out, size_t len, uint64_t seed);

struct ctime_program {
    /* False when a mark was lost or a result is wrong; says so itself. */
    bool (*run)(void);
    /* 64 bits that depend on a secret, and have gone through the path. */
    uint64_t (*secret)(void);
};
int ctime_main(int argc, char **argv, const struct ctime_program *program);

#endif
