/* SPDX-License-Identifier: Apache-2.0 */
/* What hufu-hsm takes away from itself once it is started (docs/key-process.md): files by Landlock, system calls by
 * seccomp, core dumps, new privileges. Sanitizers cannot live in it: in such builds nothing is taken away. */
#ifndef HUFU_HSM_CONFINE_H
#define HUFU_HSM_CONFINE_H

#include <stdbool.h>

#include "hsm/token.h"

/* First of all, before the PIN is read: no core dump, not to be traced, no new privileges. HUFU_ERR_INTERNAL. */
enum hufu_err confine_process(void) HUFU_MUST_CHECK;
/* Keeps all of the process in RAM where the limit is infinite, and says in the log how much is kept: the arena of opened
 * records always is. */
void confine_memory(void);
/* After everything was opened and before threads are made, which inherit it: of all files, only the token's directory
 * and SoftHSM2's configuration, which re-opening the token reads. HUFU_ERR_NOT_FOUND: the kernel has no Landlock;
 * HUFU_ERR_INTERNAL. */
enum hufu_err confine_files(const char *token_directory) HUFU_MUST_CHECK;
/* After all threads were made, for all of them: the calls on the list; any other is answered with EPERM. (Not by
 * killing: an unforeseen call of a library then costs one request, and an intruder gains nothing by it.)
 * HUFU_ERR_INTERNAL. */
enum hufu_err confine_calls(void) HUFU_MUST_CHECK;

/* In the confined process: tries each forbidden act, and that the token still works and can be re-opened. A line for
 * each on standard output. Whether all was as it should be. */
struct confine_paths {
    const char *pin_file, *state_directory, *token_directory;
};
bool confine_check(const struct confine_paths *paths, struct token *token);

#endif
