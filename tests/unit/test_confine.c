/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/confine.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/hufu-confine.XXXXXX";
static char removable[64], fresh[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(removable, sizeof(removable), "%s/socket", folder);
    (void)snprintf(fresh, sizeof(fresh), "%s/fresh", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(removable);
    return rmdir(folder);
}

/* Each runs in a child that has confined itself, and gives 0 when what it tries ends as it must. */
static int is_undumpable_without_core(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0)
        return 1;
    if (!HUFU_SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 2;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 3;
}

static int cannot_write(void)
{
    return open(removable, O_WRONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int cannot_read(void)
{
    return open(removable, O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int cannot_create(void)
{
    return open(fresh, O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES ? 0 : 1;
}

static int cannot_run_a_program(void)
{
    (void)execl("/bin/true", "true", (char *)NULL);
    return errno == EACCES ? 0 : 1;
}

/* The kernel can refuse it since Landlock's third version. */
static int cannot_truncate(void)
{
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 3)
        return 0;
    return truncate(removable, 0) < 0 && errno == EACCES ? 0 : 1;
}

static int cannot_move_a_file(void)
{
    char elsewhere[80];
    (void)snprintf(elsewhere, sizeof(elsewhere), "/etc/%s", removable + strlen(folder) + 1);
    return rename(removable, elsewhere) < 0 && (errno == EACCES || errno == EXDEV) ? 0 : 1;
}

static int cannot_read_other_processes(void)
{
    return open("/proc/1/status", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int reads_system_files(void)
{
    return open("/etc/hosts", O_RDONLY) >= 0 || errno == ENOENT ? 0 : 1;
}

static int opens_sockets(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 && socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static int removes_its_socket(void)
{
    return unlink(removable);
}

static int nothing(void)
{
    return 0;
}

#define NOT_CONFINED 100

/* What the act gives in a child that confined itself with this removable path. */
static int result_in_confinement(const char *path, int (*act)(void))
{
    int status = 0;
    int fd = open(removable, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        const char *const paths[] = {path, NULL};
        _exit(confine(paths) == HUFU_OK ? act() : NOT_CONFINED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_in_confinement(int (*act)(void))
{
    assert_int_equal(result_in_confinement(folder, act), 0);
}

static void a_confined_process_leaves_no_core_and_cannot_be_traced(void **state)
{
    (void)state;
    assert_in_confinement(is_undumpable_without_core);
}

static void a_confined_process_touches_no_other_file(void **state)
{
    (void)state;
    if (HUFU_SANITIZED)
        skip();
    assert_in_confinement(cannot_write);
    assert_in_confinement(cannot_read);
    assert_in_confinement(cannot_create);
    assert_in_confinement(cannot_run_a_program);
    assert_in_confinement(cannot_read_other_processes);
    assert_in_confinement(cannot_truncate);
    assert_in_confinement(cannot_move_a_file);
}

static void a_path_that_is_not_there_is_passed_over_and_any_other_fault_is_not(void **state)
{
    char below_a_file[80];
    (void)state;
    if (HUFU_SANITIZED)
        skip();
    (void)snprintf(below_a_file, sizeof(below_a_file), "%s/x", removable);
    assert_int_equal(result_in_confinement(fresh, nothing), 0);
    assert_int_equal(result_in_confinement(below_a_file, nothing), NOT_CONFINED);
}

static void a_confined_process_does_what_it_must(void **state)
{
    (void)state;
    assert_in_confinement(reads_system_files);
    assert_in_confinement(opens_sockets);
    assert_in_confinement(removes_its_socket);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confined_process_leaves_no_core_and_cannot_be_traced),
        cmocka_unit_test(a_confined_process_touches_no_other_file),
        cmocka_unit_test(a_path_that_is_not_there_is_passed_over_and_any_other_fault_is_not),
        cmocka_unit_test(a_confined_process_does_what_it_must),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
