/* SPDX-License-Identifier: Apache-2.0 */
#include "server/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define REMOVE (LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* Rights that came after the kernel headers of Debian 12 (ABI 3 and 5). */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

#define RIGHTS_ABI_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

/* Name service, time zones, libpq's and TLS's system files; libraries that the name service loads when asked. */
static const struct {
    const char *path;
    uint64_t access;
} readable[] = {
    {"/etc", READ},
    {"/run/systemd/resolve", READ},
    {"/usr/share", READ},
    {"/usr/lib", READ | LANDLOCK_ACCESS_FS_EXECUTE},
    {"/lib", READ | LANDLOCK_ACCESS_FS_EXECUTE},
    {"/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE},
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define CLOSED __attribute__((cleanup(close_fd)))

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

static bool allow(int rules, const char *path, uint64_t access)
{
    CLOSED int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT; /* nothing there to be allowed */
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool restrict_files(const char *const *removable)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) {
        log_event(LOG_WARNING, "confine.no_landlock", "detail", "this kernel does not restrict files", NULL);
        return true;
    }
    struct landlock_ruleset_attr ruleset = {.handled_access_fs = known_rights(abi)};
    CLOSED int rules = abi < 1 ? -1 : (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);
    if (rules < 0)
        return false;
    for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
        if (!allow(rules, readable[i].path, readable[i].access))
            return false;
    }
    for (; *removable; removable++) {
        if (!allow(rules, *removable, REMOVE))
            return false;
    }
    return syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}

static bool give_up(const char *what)
{
    log_event(LOG_ERROR, "confine.failed", "what", what, "detail", strerror(errno), NULL);
    return false;
}

static bool give_up_privileges(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return give_up("core dumps");
    /* LeakSanitizer traces its own process at the end. */
    if (!HUFU_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return give_up("being traced");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return give_up("new privileges");
    return true;
}

enum hufu_err confine(const char *const *removable)
{
    if (!give_up_privileges())
        return HUFU_ERR_AWAY;
    /* The sanitizers read files of their own when they report. */
    if (!HUFU_SANITIZED && !restrict_files(removable)) {
        (void)give_up("files");
        return HUFU_ERR_AWAY;
    }
    return HUFU_OK;
}
