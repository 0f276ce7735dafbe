/* SPDX-License-Identifier: Apache-2.0 */
/* The head of the destruction log as data objects of the token; token.c's own. It is never changed in place: a new object is
 * made beside the old one, and that is removed afterwards, so that a process killed in between leaves a whole one. */
#ifndef HUFU_HSM_TOKEN_HEAD_H
#define HUFU_HSM_TOKEN_HEAD_H

#include "common/destruction.h"
#include "hsm/cryptoki.h"

/* The one that goes furthest. HUFU_ERR_NOT_FOUND, HUFU_ERR_CONFLICT: as token_read_head says. */
enum hufu_err token_head_read(const struct cryptoki *module, unsigned long session,
                              struct destruction_head *head) HUFU_MUST_CHECK;
enum hufu_err token_head_write(const struct cryptoki *module, unsigned long session,
                               const struct destruction_head *head) HUFU_MUST_CHECK;
/* Removes what does not go as far as head, or (all) whatever is not head. */
enum hufu_err token_head_sweep(const struct cryptoki *module, unsigned long session,
                               const struct destruction_head *head, bool all) HUFU_MUST_CHECK;

#endif
