/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of the service benchmark found, for machines (one JSON object a line) and for people (a table). */
#ifndef HUFU_TESTS_BENCH_SERVICE_REPORT_H
#define HUFU_TESTS_BENCH_SERVICE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/err.h"
#include "tests/bench/bench_service_crowd.h"
#include "tests/bench/bench_service_usage.h"

enum report_process {
    REPORT_SERVER,
    REPORT_HSM,
    REPORT_DATABASE, /* all processes under the postmaster */
    REPORT_LOAD,     /* the benchmark itself, in the measured part alone */
    REPORT_OTHERS, /* whatever else the machine does, its kernel's own threads included: little, or the run says little */
    REPORT_PROCESS_COUNT
};

const char *report_process_name(enum report_process process);

/* Whose signatures a load asks for. */
enum report_kind {
    REPORT_HOLDER,
    REPORT_AUTHORIZED,
    REPORT_KIND_COUNT
};

/* Caller-owned, all zero at first but for the first five; released by report_done. */
struct report {
    enum report_kind kind;
    const char *transport; /* "https, TLSv1.3 TLS_AES_256_GCM_SHA384, keep-alive" */
    size_t clients;
    uint32_t batch;
    unsigned cores;
    struct crowd_outcome outcome; /* of all slices: sums, and the worst skew */
    uint64_t *latencies;          /* µs, ascending */
    size_t latency_count;
    uint64_t cpu_us[REPORT_PROCESS_COUNT];
    struct usage after[REPORT_PROCESS_COUNT]; /* the last slice */
};

/* What one slice of the measured part found. */
struct report_slice {
    struct crowd_outcome outcome;
    const uint64_t *latencies; /* µs, in any order */
    size_t latency_count;
    struct usage before[REPORT_PROCESS_COUNT];
    struct usage after[REPORT_PROCESS_COUNT];
};

/* HUFU_ERR_INTERNAL without memory. */
enum hufu_err report_add(struct report *report, const struct report_slice *slice) HUFU_MUST_CHECK;
void report_done(struct report *report);

/* The value that `share` (0 to 1) of the ascending values do not exceed: the nearest rank. 0 when there are none. */
uint64_t report_percentile(const uint64_t *ascending, size_t count, double share);

void report_json(const struct report *report, FILE *out);
void report_table(const struct report *report, FILE *out);
/* Whether every request was answered and every signature holds. */
bool report_is_clean(const struct report *report);

/* An authorized user's signatures beside the holder's own, of slices that took turns: each ratio is of two that were
 * neighbours, so what else the machine did falls on both. */
struct report_comparison {
    size_t slices;                             /* of each */
    double rate_median, rate_least, rate_most; /* signatures a second, by the holder's */
    double cpu; /* CPU of hufu-server, hufu-hsm and PostgreSQL for one, by the holder's: of all slices */
};

/* ratios: of the rates, pair by pair, count of them (1 or more); they are sorted. */
void report_compare(struct report_comparison *comparison, const struct report *holder,
                    const struct report *authorized, double *ratios, size_t count);
void report_comparison_json(const struct report_comparison *comparison, FILE *out);
void report_comparison_table(const struct report_comparison *comparison, FILE *out);

#endif
