/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ctime/dudect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/repeatable.h"

#define BATCHES 9
#define CHUNK 128 /* inputs that are prepared before the first of them is timed */
#define CROPS 6

/* Of all times of a batch, the shortest so many per cent: interrupts and other processes are in the rest. */
static const unsigned kept[CROPS] = {100, 99, 95, 90, 75, 50};

struct samples {
    uint64_t *times;
    uint64_t *sorted;
    uint8_t *classes;
    size_t count;
};

/* Welch's test of one crop of one batch. */
struct welch {
    double t;
    double error; /* the standard error of the difference of the means */
};

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A clock that waits for what is before it, and lets nothing that follows begin before. */
static uint64_t ticks(void)
{
#if defined(__x86_64__)
    __builtin_ia32_lfence();
    const uint64_t now = __builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    return now;
#else
    return nanoseconds();
#endif
}

/* ---- measuring ---- */

/* Both classes come from slots of the same array in the same way, and go through the same memory, so that caches know
 * nothing of the class. */
static void measure_chunk(struct samples *samples, const struct dudect_subject *subject, size_t count,
                          uint64_t *random)
{
    static _Alignas(64) uint8_t inputs[CHUNK][DUDECT_INPUT_MAX];
    static _Alignas(64) uint8_t work[DUDECT_INPUT_MAX];
    uint8_t *const classes = samples->classes + samples->count;
    uint64_t *const times = samples->times + samples->count;
    for (size_t i = 0; i < count; i++) {
        classes[i] = (uint8_t)(repeatable_number(random) >> 63);
        subject->prepare(inputs[i], classes[i] == 0, random);
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(work, inputs[i], subject->size);
        if (subject->load)
            subject->load(work);
        const uint64_t start = ticks();
        subject->run(work);
        times[i] = ticks() - start;
    }
    samples->count += count;
}

static void measure_batch(struct samples *samples, const struct dudect_subject *subject, size_t wanted,
                          double seconds, uint64_t *random)
{
    const uint64_t start = nanoseconds();
    samples->count = 0;
    while (samples->count < wanted && (double)(nanoseconds() - start) < seconds * 1e9)
        measure_chunk(samples, subject, wanted - samples->count < CHUNK ? wanted - samples->count : CHUNK,
                      random);
}

/* ---- statistics ---- */

static int compare_times(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(const double values[BATCHES])
{
    double sorted[BATCHES];
    memcpy(sorted, values, sizeof(sorted));
    qsort(sorted, BATCHES, sizeof(sorted[0]), compare_doubles);
    return sorted[BATCHES / 2];
}

static struct welch welch_of(const struct samples *samples, uint64_t longest)
{
    double count[2] = {0}, mean[2] = {0}, squares[2] = {0}; /* B. P. Welford's updates */
    for (size_t i = 0; i < samples->count; i++) {
        if (samples->times[i] > longest)
            continue;
        const uint8_t class = samples->classes[i];
        const double time = (double)samples->times[i], off = time - mean[class];
        count[class] += 1;
        mean[class] += off / count[class];
        squares[class] += off * (time - mean[class]);
    }
    if (count[0] < 2 || count[1] < 2)
        return (struct welch){0, 0};
    const double error =
        sqrt(squares[0] / (count[0] - 1) / count[0] + squares[1] / (count[1] - 1) / count[1]);
    const double difference = mean[0] - mean[1];
    /* A clock that is too coarse to show any spread shows a difference all the more. */
    return (struct welch){error > 0 ? difference / error : difference * 1e3, error};
}

static double mean_of(const struct samples *samples)
{
    double sum = 0;
    for (size_t i = 0; i < samples->count; i++)
        sum += (double)samples->times[i];
    return sum / (double)samples->count;
}

/* All crops of a batch. */
static void judge_batch(struct samples *samples, double t[CROPS][BATCHES], double error[CROPS][BATCHES],
                        size_t batch)
{
    memcpy(samples->sorted, samples->times, samples->count * sizeof(samples->sorted[0]));
    qsort(samples->sorted, samples->count, sizeof(samples->sorted[0]), compare_times);
    for (size_t crop = 0; crop < CROPS; crop++) {
        const size_t last = (samples->count * kept[crop] + 99) / 100 - 1;
        const struct welch welch = welch_of(samples, samples->sorted[last]);
        t[crop][batch] = welch.t;
        error[crop][batch] = welch.error;
    }
}

/* The median of nine normal values has 0.408 of the standard deviation of one: so many standard errors is it from 0. */
#define MEDIAN_DEVIATION 0.408

static void conclude(struct dudect_result *result, const double t[CROPS][BATCHES],
                     const double error[CROPS][BATCHES], double bound)
{
    for (size_t crop = 0; crop < CROPS; crop++) {
        const double value = median_of(t[crop]) / MEDIAN_DEVIATION;
        const double noticed = median_of(error[crop]) * MEDIAN_DEVIATION * bound;
        if (crop == 0 || fabs(value) > fabs(result->t)) {
            result->t = value;
            result->kept = kept[crop];
        }
        if (crop == 0 || noticed < result->noticed) {
            result->noticed = noticed;
            result->best_kept = kept[crop];
        }
    }
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fprintf(stderr, "dudect: out of memory\n");
        exit(2);
    }
    return memory;
}

struct dudect_result dudect_measure(const struct dudect_subject *subject, size_t samples_wanted,
                                    double seconds, double bound)
{
    const size_t wanted = samples_wanted / BATCHES;
    struct samples samples = {.times = allocate(wanted, sizeof(uint64_t)),
                              .sorted = allocate(wanted, sizeof(uint64_t)),
                              .classes = allocate(wanted, 1)};
    static double t[CROPS][BATCHES], error[CROPS][BATCHES];
    struct dudect_result result = {0};
    uint64_t random = nanoseconds(); /* another sequence at each attempt */
    const uint64_t start = nanoseconds(), start_ticks = ticks();
    measure_batch(&samples, subject, CHUNK, seconds, &random); /* warms up; not counted */
    for (size_t batch = 0; batch < BATCHES; batch++) {
        measure_batch(&samples, subject, wanted, seconds / BATCHES, &random);
        judge_batch(&samples, t, error, batch);
        result.samples += samples.count;
        result.mean += mean_of(&samples) / BATCHES;
    }
    const double tick = (double)(nanoseconds() - start) / (double)(ticks() - start_ticks);
    conclude(&result, (const double(*)[BATCHES])t, (const double(*)[BATCHES])error, bound);
    result.mean *= tick;
    result.noticed *= tick;
    free(samples.times);
    free(samples.sorted);
    free(samples.classes);
    return result;
}
