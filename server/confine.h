/* SPDX-License-Identifier: Apache-2.0 */
/* What hufu-server gives up before it serves: core dumps, being traced, new privileges, and the file system but for
 * what its libraries read (host names, time zones, certificates). */
#ifndef HUFU_SERVER_CONFINE_H
#define HUFU_SERVER_CONFINE_H

#include "common/err.h"

/* Before any thread starts, after every file is read and every socket bound. writable: directories where this process
 * may still remove files (its socket, its port file), ended by NULL. HUFU_ERR_AWAY: the kernel refuses one of them
 * (logged); a kernel without Landlock is told in the log and is no error. */
enum hufu_err confine(const char *const *removable) HUFU_MUST_CHECK;

#endif
