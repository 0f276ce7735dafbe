/* SPDX-License-Identifier: Apache-2.0 */
/* Where the programs under test are. Set when the tests are built; HUFU_TEST_BIN names another folder of programs. */
#ifndef HUFU_TESTS_PLACE_H
#define HUFU_TESTS_PLACE_H

#include <stddef.h>

#include "common/err.h"

/* The folder of hufu-hsm, hufu-server and hufu. */
const char *place_bin(void);
/* tools/stack.sh */
const char *place_stack_script(void);

/* A fresh temporary folder, mode 0700. */
enum hufu_err place_make_directory(char *path, size_t size) HUFU_MUST_CHECK;
/* Removes a folder and what is in it. */
void place_remove_directory(const char *path);
/* Writes text to a file with mode 0600. */
enum hufu_err place_write(const char *path, const char *text) HUFU_MUST_CHECK;
/* The whole file with a final NUL, malloc'ed; NULL when it cannot be read. len may be NULL. */
char *place_read(const char *path, size_t *len);

#endif
