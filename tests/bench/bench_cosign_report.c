/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_cosign_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A goal holds for the implementations it names; "fast" is every one but the portable. */
struct goal {
    const char *op;
    const char *impl; /* "fast", "portable" or "any" */
    uint32_t batch;
    double ratio_min;  /* or 0 */
    double median_max; /* µs, or 0 */
};

static const struct goal goals[] = {
    {.op = "fixed-base", .impl = "fast", .batch = 1, .ratio_min = 30},
    {.op = "fixed-base", .impl = "portable", .batch = 1, .ratio_min = 12},
    {.op = "variable-base", .impl = "fast", .batch = 1, .ratio_min = 6},
    {.op = "variable-base", .impl = "portable", .batch = 1, .ratio_min = 3},
    {.op = "verify", .impl = "any", .batch = 1, .ratio_min = 5},
    {.op = "sign/service", .impl = "fast", .batch = 1, .median_max = 145},
    {.op = "sign/service", .impl = "fast", .batch = 256, .median_max = 80},
    {.op = "sign/service/each", .impl = "fast", .batch = 8, .median_max = 60},
    {.op = "sign/device", .impl = "fast", .batch = 1, .median_max = 150},
};

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

void report_series(struct report *report, struct series *series)
{
    const double middle = median(series->times, series->runs);
    const double ratio = series->has_ratio ? median(series->ratios, series->runs) : 0;
    printf("{\"op\": \"%s\", \"impl\": \"%s\", \"batch\": %u, \"runs\": %zu, \"median_us\": %.4f, "
           "\"min_us\": %.4f, \"max_us\": %.4f",
           series->op, series->impl, series->batch, series->runs, middle, series->times[0],
           series->times[series->runs - 1]);
    if (series->has_ratio)
        printf(", \"ratio\": %.3f", ratio);
    if (series->item_size)
        printf(", \"mb_per_s\": %.1f", (double)series->item_size / middle);
    printf("}\n");
    (void)fflush(stdout);
    if (report->count < LINES_MAX) {
        struct line *line = &report->lines[report->count++];
        *line = (struct line){.impl = series->impl, .batch = series->batch, .median = middle, .ratio = ratio};
        memcpy(line->op, series->op, sizeof(line->op));
    }
}

static bool concerns(const struct goal *goal, const struct line *line)
{
    const bool portable = strcmp(line->impl, "portable") == 0;
    if (strcmp(line->impl, "openssl") == 0 || strcmp(goal->op, line->op) != 0 || goal->batch != line->batch)
        return false;
    return strcmp(goal->impl, "any") == 0 || portable == (strcmp(goal->impl, "portable") == 0);
}

static void print_goals_of(const struct line *line)
{
    for (size_t i = 0; i < sizeof(goals) / sizeof(goals[0]); i++) {
        const struct goal *goal = &goals[i];
        if (!concerns(goal, line))
            continue;
        if (goal->ratio_min > 0) {
            fprintf(stderr, "  >= %.0fx: %s", goal->ratio_min,
                    line->ratio >= goal->ratio_min ? "reached" : "not reached");
        } else {
            fprintf(stderr, "  <= %.0f us: %s", goal->median_max,
                    line->median <= goal->median_max ? "reached" : "not reached");
        }
    }
}

void report_table(const struct report *report)
{
    fprintf(stderr, "\n%-24s %-9s %5s %12s %9s  %s\n", "operation", "impl", "batch", "us per item", "OpenSSL",
            "goal");
    for (size_t i = 0; i < report->count; i++) {
        const struct line *line = &report->lines[i];
        fprintf(stderr, "%-24s %-9s %5u %12.3f", line->op, line->impl, line->batch, line->median);
        if (line->ratio > 0)
            fprintf(stderr, " %8.2fx", line->ratio);
        else
            fprintf(stderr, " %9s", "");
        print_goals_of(line);
        fprintf(stderr, "\n");
    }
}
