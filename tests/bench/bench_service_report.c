/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_report.h"

#include <inttypes.h>

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
    const uint64_t elapsed = report->outcome.elapsed_us;
    return elapsed > 0 ? (double)report->outcome.signatures * 1e6 / (double)elapsed : 0;
}

static uint64_t cpu_us(const struct report *report, enum report_process process)
{
    const uint64_t before = report->before[process].cpu_us;
    const uint64_t after = report->after[process].cpu_us;
    return after > before ? after - before : 0;
}

static double cpu_per_signature(const struct report *report, enum report_process process)
{
    const uint64_t signatures = report->outcome.signatures;
    return signatures > 0 ? (double)cpu_us(report, process) / (double)signatures : 0;
}

/* How much of all cores it took. */
static double cpu_share(const struct report *report, enum report_process process)
{
    const double all = (double)report->outcome.elapsed_us * report->cores;
    return all > 0 ? 100.0 * (double)cpu_us(report, process) / all : 0;
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
            "{\"bench\":\"service\",\"clients\":%zu,\"batch\":%" PRIu32 ",\"cores\":%u,\"transport\":\"%s\","
            "\"seconds\":%.3f,\"requests\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"signatures\":%" PRIu64
            ",\"verified\":%" PRIu64 ",\"signatures_per_second\":%.1f,\"worst_stamp_skew_ms\":%" PRIu64 "}\n",
            report->clients, report->batch, report->cores, report->transport,
            (double)outcome->elapsed_us / 1e6, outcome->requests,
            outcome->requests - outcome->answered + outcome->bad, outcome->signatures, outcome->verified,
            per_second(report), outcome->worst_skew_ms);
    fprintf(out, "{\"bench\":\"service-latency\"");
    for (size_t i = 0; i < PERCENTILES; i++)
        fprintf(out, ",\"%s_ms\":%.2f", percentiles[i].name,
                (double)report_percentile(report->latencies, report->latency_count, percentiles[i].share) /
                    1e3);
    fprintf(out, "}\n");
    for (int i = 0; i < REPORT_PROCESS_COUNT; i++)
        fprintf(out,
                "{\"bench\":\"service-process\",\"process\":\"%s\",\"cpu_us_per_signature\":%.1f,\"cpu_"
                "percent\":%.1f,"
                "\"resident_kb\":%" PRIu64 ",\"shared_kb\":%" PRIu64 "}\n",
                report_process_name((enum report_process)i),
                cpu_per_signature(report, (enum report_process)i), cpu_share(report, (enum report_process)i),
                report->after[i].private_kb, report->after[i].shared_kb);
}

void report_table(const struct report *report, FILE *out)
{
    const struct crowd_outcome *outcome = &report->outcome;
    fprintf(out, "\n%zu clients, %" PRIu32 " digests in a request, %s, %u cores, %.1f s\n", report->clients,
            report->batch, report->transport, report->cores, (double)outcome->elapsed_us / 1e6);
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
