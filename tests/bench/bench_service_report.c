/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    double share;
} percentiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};

#define PERCENTILES (sizeof(percentiles) / sizeof(percentiles[0]))

const char *report_process_name(enum report_process process)
{
    static const char *const names[] = {
        [REPORT_SERVER] = "hufu-server", [REPORT_HSM] = "hufu-hsm",  [REPORT_DATABASE] = "postgresql",
        [REPORT_LOAD] = "load",          [REPORT_OTHERS] = "others",
    };
    _Static_assert(sizeof(names) / sizeof(names[0]) == REPORT_PROCESS_COUNT, "a name for each process");
    return names[process];
}

static const char *const kind_names[] = {
    [REPORT_HOLDER] = "holder",
    [REPORT_AUTHORIZED] = "authorized",
};
_Static_assert(sizeof(kind_names) / sizeof(kind_names[0]) == REPORT_KIND_COUNT, "a name for each kind");

/* ---- Slices ---- */

static int by_size(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left;
    const uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static enum hufu_err add_latencies(struct report *report, const uint64_t *latencies, size_t count)
{
    if (count == 0)
        return HUFU_OK;
    uint64_t *all = realloc(report->latencies, (report->latency_count + count) * sizeof(*all));
    if (!all)
        return HUFU_ERR_INTERNAL;
    memcpy(all + report->latency_count, latencies, count * sizeof(*all));
    report->latencies = all;
    report->latency_count += count;
    qsort(all, report->latency_count, sizeof(*all), by_size);
    return HUFU_OK;
}

static void add_outcome(struct crowd_outcome *sum, const struct crowd_outcome *slice)
{
    sum->elapsed_us += slice->elapsed_us;
    sum->requests += slice->requests;
    sum->answered += slice->answered;
    sum->signatures += slice->signatures;
    sum->verified += slice->verified;
    sum->bad += slice->bad;
    sum->ran_out += slice->ran_out;
    if (slice->worst_skew_ms > sum->worst_skew_ms)
        sum->worst_skew_ms = slice->worst_skew_ms;
    if (sum->first_refusal == 0)
        sum->first_refusal = slice->first_refusal;
}

enum hufu_err report_add(struct report *report, const struct report_slice *slice)
{
    add_outcome(&report->outcome, &slice->outcome);
    for (int i = 0; i < REPORT_PROCESS_COUNT; i++) {
        const uint64_t before = slice->before[i].cpu_us;
        const uint64_t after = slice->after[i].cpu_us;
        report->cpu_us[i] += after > before ? after - before : 0;
        report->after[i] = slice->after[i];
    }
    return add_latencies(report, slice->latencies, slice->latency_count);
}

void report_done(struct report *report)
{
    free(report->latencies);
    *report = (struct report){0};
}

/* ---- What it comes to ---- */

uint64_t report_percentile(const uint64_t *ascending, size_t count, double share)
{
    if (count == 0)
        return 0;
    const double exact = share * (double)count;
    size_t rank = (size_t)exact;
    if ((double)rank < exact)
        rank++;
    return ascending[rank > 0 ? rank - 1 : 0];
}

static double per_second(const struct report *report)
{
    return crowd_rate(&report->outcome);
}

static double cpu_per_signature(const struct report *report, enum report_process process)
{
    const uint64_t signatures = report->outcome.signatures;
    return signatures > 0 ? (double)report->cpu_us[process] / (double)signatures : 0;
}

/* How much of all cores it took. */
static double cpu_share(const struct report *report, enum report_process process)
{
    const double all = (double)report->outcome.elapsed_us * report->cores;
    return all > 0 ? 100.0 * (double)report->cpu_us[process] / all : 0;
}

bool report_is_clean(const struct report *report)
{
    const struct crowd_outcome *outcome = &report->outcome;
    return outcome->requests > 0 && outcome->answered == outcome->requests && outcome->bad == 0 &&
           outcome->verified == outcome->signatures;
}

void report_json(const struct report *report, FILE *out)
{
    const struct crowd_outcome *outcome = &report->outcome;
    fprintf(out,
            "{\"bench\":\"service\",\"kind\":\"%s\",\"clients\":%zu,\"batch\":%" PRIu32
            ",\"cores\":%u,\"transport\":\"%s\","
            "\"seconds\":%.3f,\"requests\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"signatures\":%" PRIu64
            ",\"verified\":%" PRIu64 ",\"signatures_per_second\":%.1f,\"worst_stamp_skew_ms\":%" PRIu64 "}\n",
            kind_names[report->kind], report->clients, report->batch, report->cores, report->transport,
            (double)outcome->elapsed_us / 1e6, outcome->requests,
            outcome->requests - outcome->answered + outcome->bad, outcome->signatures, outcome->verified,
            per_second(report), outcome->worst_skew_ms);
    fprintf(out, "{\"bench\":\"service-latency\",\"kind\":\"%s\"", kind_names[report->kind]);
    for (size_t i = 0; i < PERCENTILES; i++)
        fprintf(out, ",\"%s_ms\":%.2f", percentiles[i].name,
                (double)report_percentile(report->latencies, report->latency_count, percentiles[i].share) /
                    1e3);
    fprintf(out, "}\n");
    for (int i = 0; i < REPORT_PROCESS_COUNT; i++)
        fprintf(out,
                "{\"bench\":\"service-process\",\"kind\":\"%s\",\"process\":\"%s\",\"cpu_us_per_signature\":%"
                ".1f,\"cpu_"
                "percent\":%.1f,"
                "\"resident_kb\":%" PRIu64 ",\"shared_kb\":%" PRIu64 "}\n",
                kind_names[report->kind], report_process_name((enum report_process)i),
                cpu_per_signature(report, (enum report_process)i), cpu_share(report, (enum report_process)i),
                report->after[i].private_kb, report->after[i].shared_kb);
}

void report_table(const struct report *report, FILE *out)
{
    const struct crowd_outcome *outcome = &report->outcome;
    fprintf(out, "\n%s: %zu clients, %" PRIu32 " digests in a request, %s, %u cores, %.1f s\n",
            kind_names[report->kind], report->clients, report->batch, report->transport, report->cores,
            (double)outcome->elapsed_us / 1e6);
    fprintf(out, "  co-signatures      %10.1f /s   (%" PRIu64 " in %" PRIu64 " requests)\n",
            per_second(report), outcome->signatures, outcome->requests);
    fprintf(out, "  verified           %10" PRIu64 "      (failed: %" PRIu64 ")\n", outcome->verified,
            outcome->requests - outcome->answered + outcome->bad);
    for (size_t i = 0; i < PERCENTILES; i++)
        fprintf(out, "  latency %-10s %10.2f ms\n", percentiles[i].name,
                (double)report_percentile(report->latencies, report->latency_count, percentiles[i].share) /
                    1e3);
    for (int i = 0; i < REPORT_PROCESS_COUNT; i++)
        fprintf(out, "  CPU %-14s %10.1f µs for a co-signature (%4.1f %% of all cores)\n",
                report_process_name((enum report_process)i),
                cpu_per_signature(report, (enum report_process)i), cpu_share(report, (enum report_process)i));
}

/* ---- Beside each other ---- */

static int by_ratio(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double service_cpu(const struct report *report)
{
    return cpu_per_signature(report, REPORT_SERVER) + cpu_per_signature(report, REPORT_HSM) +
           cpu_per_signature(report, REPORT_DATABASE);
}

void report_compare(struct report_comparison *comparison, const struct report *holder,
                    const struct report *authorized, double *ratios, size_t count)
{
    qsort(ratios, count, sizeof(*ratios), by_ratio);
    const double own = service_cpu(holder);
    *comparison = (struct report_comparison){
        .slices = count,
        .rate_median = (ratios[(count - 1) / 2] + ratios[count / 2]) / 2,
        .rate_least = ratios[0],
        .rate_most = ratios[count - 1],
        .cpu = own > 0 ? service_cpu(authorized) / own : 0,
    };
}

void report_comparison_json(const struct report_comparison *comparison, FILE *out)
{
    fprintf(out,
            "{\"bench\":\"service-comparison\",\"slices\":%zu,\"rate_median\":%.3f,\"rate_least\":%.3f,"
            "\"rate_most\":%.3f,\"cpu\":%.3f}\n",
            comparison->slices, comparison->rate_median, comparison->rate_least, comparison->rate_most,
            comparison->cpu);
}

void report_comparison_table(const struct report_comparison *comparison, FILE *out)
{
    fprintf(out, "\nauthorized by holder, %zu slices of each in turns\n", comparison->slices);
    fprintf(out, "  co-signatures/s    %10.3f      (median; %.3f to %.3f)\n", comparison->rate_median,
            comparison->rate_least, comparison->rate_most);
    fprintf(out, "  CPU of the service %10.3f      (for a co-signature)\n", comparison->cpu);
}
