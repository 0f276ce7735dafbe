/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_cosign_measure.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* What a run lasts at least, by repetition: the clock itself costs about half a microsecond. */
#define RUN_US 300.0
#define QUICK_RUN_US 20.0
#define RUNS_MIN 5
#define QUICK_RUNS 2
/* Of the program's time for one contender of a contest, its twin included. */
#define CONTENDER_SHARE (1.0 / 34)

static double cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static bool more_runs(const struct bench *bench, size_t runs, double spent, double share)
{
    if (bench->quick)
        return runs < QUICK_RUNS;
    return runs < RUNS_MAX && (runs < RUNS_MIN || spent < share * bench->seconds * 1e6);
}

static void series_init(struct series *series, const char *op, const char *impl, uint32_t batch)
{
    memset(series, 0, sizeof(*series));
    (void)snprintf(series->op, sizeof(series->op), "%s", op);
    series->impl = impl;
    series->batch = batch;
}

static bool failed(const char *op, const char *what)
{
    fprintf(stderr, "%s: failed: %s\n", op, what);
    return false;
}

/* ---- Contests ---- */

/* Negative when it failed. */
static double time_of(const struct contender *contender, size_t times)
{
    const double start = cpu_us();
    return contender->run(contender->context, times) ? cpu_us() - start : -1;
}

/* How often in a row, so that one run is long enough to be timed; also the warm-up. 0 when it failed. */
static size_t repetitions(const struct bench *bench, const struct contender *contender)
{
    const double enough = bench->quick ? QUICK_RUN_US : RUN_US;
    size_t times = 1;
    for (;;) {
        const double us = time_of(contender, times);
        if (us < 0)
            return 0;
        if (us >= enough)
            return times;
        times *= 2;
    }
}

static bool measure_pairs(const struct bench *bench, const struct contest *contest,
                          const struct contender *ours, struct series *series, struct series *theirs)
{
    const struct contender *twin = contest->twin;
    const size_t times = repetitions(bench, ours);
    const size_t twin_times = twin ? repetitions(bench, twin) : 1;
    double spent = 0;
    if (!times || !twin_times)
        return failed(contest->op, ours->impl);
    while (more_runs(bench, series->runs, spent, CONTENDER_SHARE)) {
        const double us = time_of(ours, times);
        const double twin_us = twin ? time_of(twin, twin_times) : 0;
        if (us < 0 || twin_us < 0)
            return failed(contest->op, ours->impl);
        const double item = us / (double)times / contest->batch;
        const double twin_item = twin_us / (double)twin_times;
        spent += us + twin_us;
        if (twin && theirs->runs < RUNS_MAX)
            theirs->times[theirs->runs++] = twin_item;
        series->ratios[series->runs] = twin_item / item;
        series->times[series->runs++] = item;
    }
    return true;
}

bool measure_contest(struct bench *bench, const struct contest *contest)
{
    static struct series series, theirs;
    /* Of which it does one after the other. */
    series_init(&theirs, contest->op, contest->twin ? contest->twin->impl : NULL, contest->batch);
    theirs.item_size = contest->item_size;
    for (size_t i = 0; i < contest->count; i++) {
        series_init(&series, contest->op, contest->ours[i].impl, contest->batch);
        series.item_size = contest->item_size;
        series.has_ratio = contest->twin != NULL;
        if (!measure_pairs(bench, contest, &contest->ours[i], &series, &theirs))
            return false;
        report_series(&bench->report, &series);
    }
    if (contest->twin)
        report_series(&bench->report, &theirs);
    return true;
}

/* ---- Chains ---- */

static bool run_round(const struct chain *chain, double us[STEPS_MAX])
{
    for (size_t i = 0; i < chain->count; i++) {
        const double start = cpu_us();
        const enum hufu_err err = chain->steps[i].run(chain->world);
        if (err)
            return failed(chain->steps[i].op, hufu_err_name(err));
        us[i] = (cpu_us() - start) / chain->batch;
    }
    return true;
}

bool measure_chain(struct bench *bench, const struct chain *chain)
{
    static struct series series[STEPS_MAX], sum;
    double us[STEPS_MAX], spent = 0;
    for (size_t i = 0; i < chain->count; i++)
        series_init(&series[i], chain->steps[i].op, chain->impl, chain->batch);
    series_init(&sum, chain->sum ? chain->sum : "", chain->impl, chain->batch);
    if (!run_round(chain, us)) /* the warm-up */
        return false;
    while (more_runs(bench, sum.runs, spent, chain->share)) {
        if (!run_round(chain, us))
            return false;
        for (size_t i = 0; i < chain->count; i++) {
            series[i].times[series[i].runs++] = us[i];
            spent += us[i] * chain->batch;
        }
        sum.times[sum.runs++] = us[chain->first] + us[chain->last];
    }
    for (size_t i = 0; i < chain->count; i++)
        report_series(&bench->report, &series[i]);
    if (chain->sum)
        report_series(&bench->report, &sum);
    return true;
}
