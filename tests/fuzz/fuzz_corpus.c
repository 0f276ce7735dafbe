/* SPDX-License-Identifier: Apache-2.0 */
/* main() that writes a target's seeds as files seed-0, seed-1, … into the folder given, for libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

struct corpus {
    const char *folder;
    unsigned count;
};

static void write_seed(void *context, struct bytes seed)
{
    struct corpus *corpus = context;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/seed-%u", corpus->folder, corpus->count++);
    FILE *file = fopen(path, "we");
    FUZZ_CHECK(file != NULL);
    FUZZ_CHECK(fwrite(seed.data, 1, seed.len, file) == seed.len);
    FUZZ_CHECK(fclose(file) == 0);
}

int main(int argc, char **argv)
{
    struct corpus corpus = {.folder = argc > 1 ? argv[1] : "."};
    fuzz_seeds(write_seed, &corpus);
    return corpus.count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
