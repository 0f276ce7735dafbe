/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring CPU time in turns: what is compared runs alternately, so that the machine's drift meets both alike. */
#ifndef HUFU_TESTS_BENCH_COSIGN_MEASURE_H
#define HUFU_TESTS_BENCH_COSIGN_MEASURE_H

#include "common/err.h"
#include "tests/bench/bench_cosign_report.h"

struct bench {
    struct report report;
    double seconds; /* of CPU for the whole program, about */
    bool quick;     /* two runs of everything, whatever they say */
};

/* One way to do an operation. run does it `times` times in a row, and false ends the program. */
struct contender {
    const char *impl;
    bool (*run)(void *context, size_t times);
    void *context;
};

struct contest {
    const char *op;
    uint32_t batch;   /* items in one run of ours */
    size_t item_size; /* bytes, or 0 */
    const struct contender *ours;
    size_t count;
    /* A library's way for one item, or NULL. It runs once after every run of each of ours: A B A B … */
    const struct contender *twin;
};

bool measure_contest(struct bench *bench, const struct contest *contest);

/* Steps that work on each other's results, each timed once a round. What they work on is theirs. */
struct world;
struct step {
    const char *op;
    enum hufu_err (*run)(struct world *world);
};

struct chain {
    const char *impl;
    uint32_t batch; /* items in one run of a step */
    struct world *world;
    const struct step *steps;
    size_t count;
    /* A line more, the sum of the steps first and last of every round, or NULL. */
    const char *sum;
    size_t first, last;
    double share; /* of the program's time */
};

#define STEPS_MAX 8
bool measure_chain(struct bench *bench, const struct chain *chain);

#endif
