/* SPDX-License-Identifier: Apache-2.0 */
/* Files that must survive a power failure: SoftHSM syncs nothing itself. */
#ifndef HUFU_HSM_DISK_H
#define HUFU_HSM_DISK_H

#include "common/buf.h"
#include "common/err.h"

#define DISK_PATH_MAX 4096

/* Makes a directory for the owner alone, unless it is there. HUFU_ERR_NOT_FOUND: it cannot be made. */
enum hufu_err disk_make_directory(const char *path) HUFU_MUST_CHECK;
/* The whole of DIRECTORY/NAME, appended to out. HUFU_ERR_NOT_FOUND: no such file; HUFU_ERR_LIMIT: it does not fit. */
enum hufu_err disk_read(struct buf *out, const char *directory, const char *name) HUFU_MUST_CHECK;
/* Writes DIRECTORY/NAME whole or not at all, readable by the owner alone, and syncs it. HUFU_ERR_INTERNAL. */
enum hufu_err disk_write(const char *directory, const char *name, struct bytes content) HUFU_MUST_CHECK;
/* Syncs a directory and everything below it. HUFU_ERR_INTERNAL. */
enum hufu_err disk_sync_tree(const char *path) HUFU_MUST_CHECK;

#endif
