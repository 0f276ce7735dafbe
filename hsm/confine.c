/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"

/* Rights that came after the kernel headers of Debian 12 (ABI 3 and 5). */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

#define RIGHTS_ABI_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define RIGHTS_READ LANDLOCK_ACCESS_FS_READ_FILE
/* SoftHSM2 makes and truncates a lock file and rewrites its count of changes. */
#define RIGHTS_TOKEN                                                                              \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)

/* Where SoftHSM2 looks for its configuration when the environment does not say. */
#define SOFTHSM_VARIABLE "SOFTHSM2_CONF"
#define SOFTHSM_DEFAULT "/etc/softhsm/softhsm2.conf"

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define CLOSED __attribute__((cleanup(close_fd)))

/* Where the limit allows it, all of the process stays in RAM: OpenSSL's and SoftHSM2's heaps hold secrets too, which
 * are not in our arena. Under a finite limit it would make ordinary allocations fail later. */
void confine_memory(void)
{
    struct rlimit limit;
    if (HUFU_SANITIZED)
        return;
    bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
    bool locked = unlimited && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
    log_event(LOG_INFO, "memory.locked", "what", locked ? "all" : "arena", NULL);
}

enum hufu_err confine_process(void)
{
    const struct rlimit none = {0, 0};
    if (HUFU_SANITIZED)
        return HUFU_OK;
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return HUFU_ERR_INTERNAL;
    return HUFU_OK;
}

/* What this kernel can restrict. */
static uint64_t known_rights(long abi)
{
    uint64_t rights = RIGHTS_ABI_1;
    if (abi >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (abi >= 5)
        rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    return rights;
}

static bool allow(int ruleset, const char *path, uint64_t rights)
{
    CLOSED int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0)
        return errno == ENOENT; /* nothing there to be allowed */
    const struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = parent};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

enum hufu_err confine_files(const char *token_directory)
{
    if (HUFU_SANITIZED)
        return HUFU_OK;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return errno == ENOSYS || errno == EOPNOTSUPP ? HUFU_ERR_NOT_FOUND : HUFU_ERR_INTERNAL;
    const struct landlock_ruleset_attr handled = {.handled_access_fs = known_rights(abi)};
    CLOSED int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
    const char *softhsm = getenv(SOFTHSM_VARIABLE);
    bool done = ruleset >= 0 && allow(ruleset, token_directory, RIGHTS_TOKEN & handled.handled_access_fs) &&
                allow(ruleset, softhsm ? softhsm : SOFTHSM_DEFAULT, RIGHTS_READ) &&
                syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    return done ? HUFU_OK : HUFU_ERR_INTERNAL;
}
