/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files (common/config.h). */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config.h"
#include "tests/fuzz/fuzz.h"

struct values {
    char *socket;
    char *label;
    long workers;
    bool strict;
};

static const struct config_key table[] = {
    {.name = "socket", .type = CONFIG_TEXT, .offset = offsetof(struct values, socket)},
    {.name = "label", .type = CONFIG_TEXT, .offset = offsetof(struct values, label), .default_text = "hufu"},
    {.name = "workers",
     .type = CONFIG_INT,
     .offset = offsetof(struct values, workers),
     .default_text = "4",
     .min = 1,
     .max = 64},
    {.name = "strict",
     .type = CONFIG_BOOL,
     .offset = offsetof(struct values, strict),
     .default_text = "true"},
    {.type = CONFIG_END},
};

/* The file is in memory; its descriptor has a path. */
static int file_of(const uint8_t *data, size_t size)
{
    int fd = memfd_create("hufu.conf", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32], message[256] = "";
    struct values values = {0};
    if (size > 4096 || memmem(data, size, "include", 7)) /* libconfuse would open what it names */
        return 0;
    int fd = file_of(data, size);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    enum hufu_err err = config_load(&values, table, "fuzz", path, message, sizeof(message));
    if (err) {
        FUZZ_CHECK(message[0] != 0 && memchr(message, 0, sizeof(message)) != NULL);
    } else {
        FUZZ_CHECK(values.socket != NULL && values.label != NULL && values.workers >= 1 &&
                   values.workers <= 64);
        config_free(&values, table);
    }
    (void)close(fd);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    static const char *const seeds[] = {
        "socket = \"/run/hufu/hsm.sock\"\nlabel = 'other'\nworkers = \"16\"\nstrict = \"false\"\n",
        "# comment\nsocket = \"a\" // more\nworkers = 3\nstrict = yes\n/* c */",
        "socket = \"${HOME}/x\\n\\x41\\101\"",
        "unknown = 1",
    };
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        emit(context, bytes_of_text(seeds[i]));
}
