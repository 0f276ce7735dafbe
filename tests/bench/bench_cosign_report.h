/* SPDX-License-Identifier: Apache-2.0 */
/* What bench-cosign found: one JSON line for every operation and implementation, and at the end a table for people with
 * the goals, on stderr so that stdout stays JSON lines. */
#ifndef HUFU_TESTS_BENCH_COSIGN_REPORT_H
#define HUFU_TESTS_BENCH_COSIGN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNS_MAX 400
#define LINES_MAX 96
#define NAME_SIZE 40

/* Times of one operation in one implementation, in µs of CPU for one item. */
struct series {
    char op[NAME_SIZE];
    const char *impl;
    uint32_t batch;   /* items that were worked on together */
    size_t item_size; /* bytes in one item where throughput means something, else 0 */
    size_t runs;
    double times[RUNS_MAX];
    double ratios[RUNS_MAX]; /* OpenSSL's time by ours, pair by pair; only where has_ratio */
    bool has_ratio;
};

struct line {
    char op[NAME_SIZE];
    const char *impl;
    uint32_t batch;
    double median, ratio; /* ratio 0: none */
};

struct report {
    struct line lines[LINES_MAX];
    size_t count;
};

/* Prints the series as a JSON line and keeps its medians for the table. Sorts the series. */
void report_series(struct report *report, struct series *series);
/* The table, and each goal with "reached" or "not reached". */
void report_table(const struct report *report);

#endif
