/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of the service benchmark found, for machines (one JSON object a line) and for people (a table). */
#ifndef HUFU_TESTS_BENCH_SERVICE_REPORT_H
#define HUFU_TESTS_BENCH_SERVICE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

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

struct report {
    const char *transport; /* "https, TLSv1.3 TLS_AES_256_GCM_SHA384, keep-alive" */
    size_t clients;
    uint32_t batch;
    unsigned cores;
    struct crowd_outcome outcome;
    const uint64_t *latencies; /* µs, ascending */
    size_t latency_count;
    struct usage before[REPORT_PROCESS_COUNT];
    struct usage after[REPORT_PROCESS_COUNT];
};

/* The value that `share` (0 to 1) of the ascending values do not exceed: the nearest rank. 0 when there are none. */
uint64_t report_percentile(const uint64_t *ascending, size_t count, double share);

void report_json(const struct report *report, FILE *out);
void report_table(const struct report *report, FILE *out);
/* Whether every request was answered and every signature holds. */
bool report_is_clean(const struct report *report);

#endif
