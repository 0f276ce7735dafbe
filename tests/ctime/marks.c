/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ctime/marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"

#if HUFU_MSAN
#include <sanitizer/msan_interface.h>

static bool is_watched(void)
{
    return true;
}

bool is_marked(const void *data, size_t len)
{
    return __msan_test_shadow(data, len) >= 0;
}
#else
#include <valgrind/memcheck.h>

static bool is_watched(void)
{
    return RUNNING_ON_VALGRIND;
}

bool is_marked(const void *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t bits = 0;
        if (VALGRIND_GET_VBITS((const uint8_t *)data + i, &bits, 1) != 1 || bits == 0)
            return false;
    }
    return true;
}
#endif

void fill_bytes(void *out, size_t len, uint64_t seed)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++) { /* Knuth's multiplier; the upper bits are the good ones */
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        bytes[i] = (uint8_t)(seed >> 56);
    }
}

/* What must never be written: it stops at the first byte that differs. */
__attribute__((noinline)) static bool equal_with_early_exit(const volatile uint8_t *a, const uint8_t *b,
                                                            size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* Nor this: which line of the cache it reads is seen from outside. */
__attribute__((noinline)) static uint8_t read_where(const volatile uint8_t *table, uint8_t index)
{
    return table[index];
}

static int leak_branch(uint64_t secret)
{
    static const uint8_t guess[sizeof(secret)];
    bool equal = equal_with_early_exit((const uint8_t *)&secret, guess, sizeof(secret));
    secret_unmark(&equal, sizeof(equal));
    puts(equal ? "equal" : "different");
    return EXIT_SUCCESS;
}

static int leak_table(uint64_t secret)
{
    static const uint8_t table[256] = {1, 2, 3};
    uint8_t entry = read_where(table, (uint8_t)secret);
    secret_unmark(&entry, sizeof(entry));
    printf("%d\n", entry);
    return EXIT_SUCCESS;
}

int ctime_main(int argc, char **argv, const struct ctime_program *program)
{
    if (argc == 2 && is_watched()) {
        if (strcmp(argv[1], "run") == 0)
            return program->run() ? EXIT_SUCCESS : EXIT_FAILURE;
        if (strcmp(argv[1], "leak-branch") == 0)
            return leak_branch(program->secret());
        if (strcmp(argv[1], "leak-table") == 0)
            return leak_table(program->secret());
    }
    fprintf(stderr, "usage: [valgrind …] %s run|leak-branch|leak-table\n", argv[0]);
    return 2;
}
