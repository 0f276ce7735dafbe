/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/process_memory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/client/place.h"

#define PIECE_SIZE ((size_t)4 << 20)
#define PATH_SIZE 64

uint64_t process_memory_resident_kb(pid_t pid)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    char *status = place_read(path, NULL);
    const char *line = status ? strstr(status, "VmRSS:") : NULL;
    uint64_t kb = line ? strtoull(line + strlen("VmRSS:"), NULL, 10) : 0;
    free(status);
    return kb;
}

/* One line of /proc/PID/maps: "from-to perms offset device inode path". */
static bool parse_mapping(const char *line, uint64_t *from, uint64_t *to)
{
    char *end = NULL;
    *from = strtoull(line, &end, 16);
    if (*end != '-')
        return false;
    *to = strtoull(end + 1, &end, 16);
    return end[0] == ' ' && end[1] == 'r' && !strstr(end, "/dev/") && !strstr(end, "[v");
}

struct reading {
    int fd;
    uint8_t *memory;
    size_t overlap;
    process_memory_piece *take;
    void *context;
    uint64_t total;
};

/* Pages that cannot be read (guard pages, or unmapped meanwhile) are left out. */
static void read_mapping(struct reading *reading, uint64_t from, uint64_t to)
{
    while (from < to) {
        size_t want = to - from < PIECE_SIZE ? (size_t)(to - from) : PIECE_SIZE;
        ssize_t got = pread(reading->fd, reading->memory, want, (off_t)from);
        if (got <= 0)
            return;
        reading->take(bytes_of(reading->memory, (size_t)got), reading->context);
        reading->total += (uint64_t)got;
        if (from + (uint64_t)got >= to || (size_t)got <= reading->overlap)
            return;
        from += (uint64_t)got - reading->overlap;
    }
}

static enum hufu_err read_all(struct reading *reading, pid_t pid)
{
    char path[PATH_SIZE], *rest = NULL;
    (void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    char *maps = place_read(path, NULL);
    if (!maps)
        return HUFU_ERR_AWAY;
    for (char *line = strtok_r(maps, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        uint64_t from = 0, to = 0;
        if (parse_mapping(line, &from, &to))
            read_mapping(reading, from, to);
    }
    free(maps);
    return reading->total > 0 ? HUFU_OK : HUFU_ERR_AWAY;
}

enum hufu_err process_memory_read(pid_t pid, size_t overlap, process_memory_piece *take, void *context,
                                  uint64_t *total)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    struct reading reading = {.overlap = overlap, .take = take, .context = context};
    reading.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reading.fd < 0)
        return HUFU_ERR_AWAY;
    reading.memory = malloc(PIECE_SIZE);
    enum hufu_err err = reading.memory ? read_all(&reading, pid) : HUFU_ERR_INTERNAL;
    free(reading.memory);
    (void)close(reading.fd);
    if (total)
        *total = reading.total;
    return err;
}
