/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FAMILY_DEPTH 8

static void file_close(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}

static FILE *proc_open(pid_t pid, const char *name)
{
    char path[96];
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

static uint64_t microseconds(uint64_t ticks)
{
    return ticks * UINT64_C(1000000) / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Fields 14 to 17 of /proc/PID/stat: utime, stime, and the same of children that were waited for. */
static enum hufu_err cpu_read(pid_t pid, uint64_t *own_us, uint64_t *children_us)
{
    char line[1024];
    __attribute__((cleanup(file_close))) FILE *file = proc_open(pid, "stat");
    if (!file || !fgets(line, sizeof(line), file))
        return HUFU_ERR_AWAY;
    char *at = strrchr(line, ')'); /* the name may hold spaces and parentheses */
    uint64_t ticks[4] = {0};
    for (int field = 2; at && field < 14; field++)
        at = strchr(at + 1, ' ');
    if (!at)
        return HUFU_ERR_AWAY;
    for (size_t i = 0; i < 4; i++)
        ticks[i] = strtoull(at, &at, 10);
    *own_us = microseconds(ticks[0] + ticks[1]);
    *children_us = microseconds(ticks[2] + ticks[3]);
    return HUFU_OK;
}

static enum hufu_err memory_read(pid_t pid, struct usage *usage)
{
    char line[256];
    __attribute__((cleanup(file_close))) FILE *file = proc_open(pid, "status");
    if (!file)
        return HUFU_ERR_AWAY;
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "RssAnon:", 8) == 0 || strncmp(line, "RssFile:", 8) == 0)
            usage->private_kb += strtoull(line + 8, NULL, 10);
        else if (strncmp(line, "RssShmem:", 9) == 0)
            usage->shared_kb += strtoull(line + 9, NULL, 10);
    }
    return HUFU_OK;
}

static enum hufu_err add_process(struct usage *usage, pid_t pid, bool with_ended_children)
{
    uint64_t own = 0;
    uint64_t children = 0;
    if (cpu_read(pid, &own, &children) || memory_read(pid, usage))
        return HUFU_ERR_AWAY;
    usage->cpu_us += own + (with_ended_children ? children : 0);
    usage->processes++;
    return HUFU_OK;
}

/* Each thread of a process has a list of its own of the children that it started. PostgreSQL has one thread. */
static void add_children(struct usage *usage, pid_t pid, int depth)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "task/%d/children", (int)pid);
    __attribute__((cleanup(file_close))) FILE *file = proc_open(pid, name);
    char word[32];
    size_t len = 0;
    for (int c = file ? fgetc(file) : EOF; c != EOF; c = fgetc(file)) {
        if (c != ' ' && len < sizeof(word) - 1) {
            word[len++] = (char)c;
            continue;
        }
        word[len] = '\0';
        len = 0;
        pid_t child = (pid_t)strtol(word, NULL, 10);
        /* One that ended in between is in its parent's count of ended children by the next reading. */
        if (child > 0 && add_process(usage, child, true) == HUFU_OK && depth < FAMILY_DEPTH)
            add_children(usage, child, depth + 1);
    }
}

enum hufu_err usage_of_process(struct usage *usage, pid_t pid)
{
    *usage = (struct usage){0};
    struct usage found = {0};
    if (add_process(&found, pid, false))
        return HUFU_ERR_AWAY;
    *usage = found;
    return HUFU_OK;
}

enum hufu_err usage_of_family(struct usage *usage, pid_t pid)
{
    *usage = (struct usage){0};
    struct usage found = {0};
    if (add_process(&found, pid, true))
        return HUFU_ERR_AWAY;
    add_children(&found, pid, 0);
    *usage = found;
    return HUFU_OK;
}

/* The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what follows counts again. */
uint64_t usage_machine_cpu_us(void)
{
    static const bool busy[] = {true, true, true, false, false, true, true, true};
    char line[512];
    __attribute__((cleanup(file_close))) FILE *file = fopen("/proc/stat", "re");
    if (!file || !fgets(line, sizeof(line), file) || strncmp(line, "cpu ", 4) != 0)
        return 0;
    uint64_t ticks = 0;
    char *at = line + 4;
    for (size_t i = 0; i < sizeof(busy); i++) {
        const uint64_t value = strtoull(at, &at, 10);
        ticks += busy[i] ? value : 0;
    }
    return microseconds(ticks);
}

uint64_t usage_own_cpu_us(void)
{
    struct rusage used = {0};
    (void)getrusage(RUSAGE_SELF, &used);
    return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * UINT64_C(1000000) +
           (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}
