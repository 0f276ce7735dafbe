/* SPDX-License-Identifier: Apache-2.0 */
/* `hufu-hsm --check-confinement`: the forbidden acts, tried from inside. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hsm/confine.h"

/* An act returns 0 when it succeeded, which is bad, and otherwise leaves errno. */
struct act {
    const char *name;
    int (*attempt)(const struct confine_paths *paths);
};

static int closed(int fd)
{
    if (fd < 0)
        return -1;
    (void)close(fd);
    return 0;
}

static int run_program(const struct confine_paths *paths)
{
    char *const arguments[] = {NULL};
    (void)paths;
    return execve("/bin/true", arguments, arguments);
}

static int fork_process(const struct confine_paths *paths)
{
    (void)paths;
    /* By number: the library's fork runs handlers that expect a child. */
    long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
        _exit(0);
    return child > 0 ? 0 : -1;
}

static int read_users(const struct confine_paths *paths)
{
    (void)paths;
    return closed(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int write_users(const struct confine_paths *paths)
{
    (void)paths;
    return closed(open("/etc/passwd", O_WRONLY | O_CLOEXEC));
}

static int make_temporary_file(const struct confine_paths *paths)
{
    (void)paths;
    return closed(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

static int read_pin(const struct confine_paths *paths)
{
    return closed(open(paths->pin_file, O_RDONLY | O_CLOEXEC));
}

static int list_state(const struct confine_paths *paths)
{
    return closed(open(paths->state_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int read_memory_file(const struct confine_paths *paths)
{
    (void)paths;
    return closed(open("/proc/self/mem", O_RDWR | O_CLOEXEC));
}

static int open_inet_socket(const struct confine_paths *paths)
{
    (void)paths;
    return closed(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int open_inet6_socket(const struct confine_paths *paths)
{
    (void)paths;
    return closed(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int open_unix_socket(const struct confine_paths *paths)
{
    (void)paths;
    return closed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int trace_parent(const struct confine_paths *paths)
{
    (void)paths;
    return (int)ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
}

static int read_other_process(const struct confine_paths *paths)
{
    uint8_t byte = 0;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    (void)paths;
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) < 0 ? -1 : 0;
}

static int signal_parent(const struct confine_paths *paths)
{
    (void)paths;
    return kill(getppid(), 0);
}

static int make_code(const struct confine_paths *paths)
{
    (void)paths;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static int become_root(const struct confine_paths *paths)
{
    (void)paths;
    return setuid(0);
}

static int allow_core_dumps(const struct confine_paths *paths)
{
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    (void)paths;
    return setrlimit(RLIMIT_CORE, &all);
}

static int leave_core_dump(const struct confine_paths *paths)
{
    struct rlimit limit = {1, 1};
    (void)paths;
    bool none = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0 &&
                prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    errno = EPERM;
    return none ? -1 : 0;
}

static const struct act acts[] = {
    {"run another program", run_program},
    {"fork", fork_process},
    {"read /etc/passwd", read_users},
    {"write /etc/passwd", write_users},
    {"make a file in /tmp", make_temporary_file},
    {"read the PIN file", read_pin},
    {"list the state directory", list_state},
    {"open its own memory as a file", read_memory_file},
    {"open an IPv4 socket", open_inet_socket},
    {"open an IPv6 socket", open_inet6_socket},
    {"open a Unix socket", open_unix_socket},
    {"trace its parent", trace_parent},
    {"read memory by process_vm_readv", read_other_process},
    {"signal its parent", signal_parent},
    {"make executable memory", make_code},
    {"change its user", become_root},
    {"allow itself core dumps", allow_core_dumps},
    {"leave a core dump", leave_core_dump},
};

static bool check_act(const struct act *act, const struct confine_paths *paths)
{
    errno = 0;
    bool refused = act->attempt(paths) != 0;
    (void)printf("%-36s %s%s\n", act->name, refused ? "refused: " : "POSSIBLE",
                 refused ? strerror(errno) : "");
    return refused;
}

static bool check_token(const char *what, enum hufu_err err)
{
    (void)printf("%-36s %s\n", what, err ? hufu_err_name(err) : "works");
    return !err;
}

bool confine_check(const struct confine_paths *paths, struct token *token)
{
    bool good = true;
    if (HUFU_SANITIZED) {
        (void)printf("this build has sanitizers and is not confined\n");
        return true;
    }
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        good = check_act(&acts[i], paths) && good;
    good = check_token("use the sealing key", token_probe(token, 0)) && good;
    good = check_token("re-open the token", token_reopen(token)) && good;
    good = check_token("use the sealing key again", token_probe(token, 0)) && good;
    (void)printf("confinement: %s\n", good ? "complete" : "INCOMPLETE");
    return good;
}
