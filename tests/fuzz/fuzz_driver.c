/* SPDX-License-Identifier: Apache-2.0 */
/* main() of a fuzz target without libFuzzer: TARGET [RUNS [SEED]]. Every seed as it is, then RUNS mutations of them;
 * mutations that were mutated before are kept now and then, so that changes add up. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutation.h"

#define INPUTS_MAX 64
#define RUNS_DEFAULT 20000u
#define KEEP_EVERY 16

#define SHOWN_MAX 4096

/* The input in hand, for show_input. */
static struct bytes current;

/* Says which input it was that ended the program. */
static void show_input(int number)
{
    static const char digits[] = "0123456789abcdef";
    char line[2 * SHOWN_MAX + 1];
    size_t len = current.len < SHOWN_MAX ? current.len : SHOWN_MAX;
    (void)number;
    for (size_t i = 0; i < len; i++) {
        line[2 * i] = digits[current.data[i] >> 4];
        line[2 * i + 1] = digits[current.data[i] & 15];
    }
    line[2 * len] = '\n';
    (void)!write(STDERR_FILENO, line, 2 * len + 1);
}

struct input {
    uint8_t *data;
    size_t len;
};

struct inputs {
    struct input list[INPUTS_MAX];
    size_t count;
    size_t seeds; /* the first ones, which stay */
};

static void store(struct input *input, const uint8_t *data, size_t len)
{
    free(input->data);
    input->data = malloc(len + 1);
    FUZZ_CHECK(input->data != NULL);
    memcpy(input->data, data, len);
    input->len = len;
}

static void add_seed(void *context, struct bytes seed)
{
    struct inputs *inputs = context;
    static const uint8_t none;
    FUZZ_CHECK(inputs->count < INPUTS_MAX / 2 && seed.len <= FUZZ_INPUT_MAX);
    store(&inputs->list[inputs->count++], seed.data ? seed.data : &none, seed.len);
    inputs->seeds = inputs->count;
}

/* The input has exactly its own size on the heap, so that a sanitizer sees a read past its end. */
static void run_exact(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, len);
    current = bytes_of(copy, len);
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void keep(struct inputs *inputs, struct mutation *mutation, const uint8_t *data, size_t len)
{
    size_t room = INPUTS_MAX - inputs->seeds;
    size_t at = inputs->seeds + mutation_below(mutation, room);
    if (at >= inputs->count)
        at = inputs->count++;
    store(&inputs->list[at], data, len);
}

static void run_mutated(struct inputs *inputs, struct mutation *mutation, uint8_t *memory)
{
    const struct input *from = &inputs->list[mutation_below(mutation, inputs->count)];
    const struct input *other = &inputs->list[mutation_below(mutation, inputs->count)];
    size_t len = from->len;
    memcpy(memory, from->data, len);
    mutation_apply(mutation, memory, &len, FUZZ_INPUT_MAX, bytes_of(other->data, other->len));
    run_exact(memory, len);
    if (mutation_below(mutation, KEEP_EVERY) == 0)
        keep(inputs, mutation, memory, len);
}

int main(int argc, char **argv)
{
    struct inputs inputs = {0};
    unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : RUNS_DEFAULT;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct mutation mutation = {.state = seed};
    uint8_t *memory = malloc(FUZZ_INPUT_MAX);
    FUZZ_CHECK(memory != NULL);
    const struct sigaction show = {.sa_handler = show_input, .sa_flags = (int)SA_RESETHAND};
    FUZZ_CHECK(sigaction(SIGABRT, &show, NULL) == 0);
    fuzz_seeds(add_seed, &inputs);
    FUZZ_CHECK(inputs.count > 0);
    printf("%s: %zu seeds, %lu mutations, seed %" PRIu64 "\n", argv[0], inputs.count, runs, seed);
    (void)fflush(stdout);
    for (size_t i = 0; i < inputs.seeds; i++)
        run_exact(inputs.list[i].data, inputs.list[i].len);
    for (unsigned long i = 0; i < runs; i++)
        run_mutated(&inputs, &mutation, memory);
    for (size_t i = 0; i < inputs.count; i++)
        free(inputs.list[i].data);
    free(memory);
    return 0;
}
