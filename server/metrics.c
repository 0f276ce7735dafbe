/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"

/* The statuses that the service gives; the last stands for any other. */
static const unsigned statuses[] = {200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 415, 500, 503, 0};
#define STATUS_COUNT (sizeof(statuses) / sizeof(statuses[0]))

/* Upper bounds of the latency histogram; the last bucket, +Inf, is the count. */
static const struct {
    uint64_t microseconds;
    const char *seconds;
} buckets[] = {
    {1000, "0.001"}, {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"}, {25000, "0.025"}, {50000, "0.05"},
    {100000, "0.1"}, {250000, "0.25"}, {500000, "0.5"}, {1000000, "1"},  {2500000, "2.5"}, {5000000, "5"},
};
#define BUCKET_COUNT (sizeof(buckets) / sizeof(buckets[0]))

struct metric_text {
    const char *name, *help;
};

static const struct metric_text counter_texts[] = {
    [METRICS_COSIGNATURES] = {"hufu_cosignatures_total", "Digests co-signed and recorded."},
    [METRICS_DECRYPTIONS] = {"hufu_decryptions_total", "Decryption points answered and recorded."},
    [METRICS_PIN_FAILURES] = {"hufu_pin_failures_total", "Wrong PINs recorded."},
    [METRICS_PIN_LOCKS] = {"hufu_pin_locks_total", "Devices locked by wrong PINs."},
    [METRICS_REPLAYS] = {"hufu_replays_total", "Stored answers given again to the same request."},
    [METRICS_ACTIVATIONS] = {"hufu_activations_total", "Activation codes redeemed."},
    [METRICS_ACTIVATIONS_REFUSED] = {"hufu_activations_refused_total", "Activations refused."},
    [METRICS_SESSIONS_REFUSED] = {"hufu_sessions_refused_total", "Requests without a valid session."},
    [METRICS_CERTIFICATES] = {"hufu_certificates_total", "Certificates issued."},
    [METRICS_HSM_CONNECTS] = {"hufu_hsm_connects_total", "Connections opened to hufu-hsm."},
    [METRICS_HSM_ERRORS] = {"hufu_hsm_errors_total", "Calls that hufu-hsm did not answer, or not in form."},
    [METRICS_DATABASE_CONNECTS] = {"hufu_database_connects_total", "Connections opened to PostgreSQL."},
    [METRICS_DATABASE_ERRORS] = {"hufu_database_errors_total", "Statements that failed."},
    [METRICS_QUEUE_REFUSED] = {"hufu_queue_refused_total", "Requests turned away by a full queue."},
    [METRICS_GROUPS] = {"hufu_signature_groups_total",
                        "Times that a worker took the signature requests that waited, 1 to 16."},
    [METRICS_OUTSIDE_ERRORS] = {"hufu_outside_errors_total",
                                "Calls that an outside service did not answer, or refused."},
    [METRICS_AUTHENTICATION_FAILURES] = {"hufu_authentication_failures_total",
                                         "Wrong passwords, codes and faces."},
    [METRICS_TRIES_REPELLED] = {"hufu_tries_repelled_total", "Tries not looked at: there were too many."},
    [METRICS_REFUSALS_UNWRITTEN] = {"hufu_refusals_unwritten_total",
                                    "Refusals of a token without a proof that were too many for the audit "
                                    "trail."},
    [METRICS_FORWARDED_IGNORED] = {"hufu_forwarded_ignored_total",
                                   "Forwarded headers of trusted proxies that are malformed or too long."},
    [METRICS_NOTICES_POSTED] = {"hufu_notices_posted_total", "Messages put into the outbox."},
    [METRICS_NOTICES_DELIVERED] = {"hufu_notices_delivered_total", "Messages that the outside service took."},
    [METRICS_NOTICES_FAILED] = {"hufu_notices_failed_total", "Messages given up: refused, or too old."},
};
static_assert(sizeof(counter_texts) / sizeof(counter_texts[0]) == METRICS_COUNTER_COUNT,
              "one text a counter");

static const struct metric_text gauge_texts[] = {
    [METRICS_QUEUE_DEPTH] = {"hufu_queue_depth", "Requests that wait for a worker."},
    [METRICS_WORKERS_BUSY] = {"hufu_workers_busy", "Workers with a request in hand."},
    [METRICS_CONNECTIONS] = {"hufu_http_connections", "Open HTTP connections."},
    [METRICS_READY] = {"hufu_ready", "1 when the last readiness check succeeded."},
    [METRICS_KEY_PROCESSES_OUT] = {"hufu_key_processes_out",
                                   "Registered key processes that were away or behind at that check."},
    [METRICS_NOTICES_WAITING] = {"hufu_notices_waiting",
                                 "Messages in the outbox; every server tells of the same."},
};
static_assert(sizeof(gauge_texts) / sizeof(gauge_texts[0]) == METRICS_GAUGE_COUNT, "one text a gauge");

struct route_metrics {
    const char *method, *path;
    atomic_uint_fast64_t by_status[STATUS_COUNT];
    atomic_uint_fast64_t by_bucket[BUCKET_COUNT]; /* each counts its own range; the report adds them up */
    atomic_uint_fast64_t microseconds;
};

struct metrics {
    double started;
    atomic_uint_fast64_t counters[METRICS_COUNTER_COUNT];
    atomic_int_fast64_t gauges[METRICS_GAUGE_COUNT];
    size_t route_count; /* without the last entry, which is that of requests without a route */
    struct route_metrics routes[];
};

struct metrics *metrics_new(size_t routes)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics) + (routes + 1) * sizeof(metrics->routes[0]));
    if (!metrics)
        return NULL;
    metrics->started = (double)clock_wall_ms() / 1000;
    metrics->route_count = routes;
    for (size_t i = 0; i <= routes; i++)
        metrics_route(metrics, i, "", "");
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

void metrics_add(struct metrics *metrics, enum metrics_counter counter, uint64_t n)
{
    atomic_fetch_add_explicit(&metrics->counters[counter], n, memory_order_relaxed);
}

void metrics_set(struct metrics *metrics, enum metrics_gauge gauge, int64_t value)
{
    atomic_store_explicit(&metrics->gauges[gauge], value, memory_order_relaxed);
}

void metrics_move(struct metrics *metrics, enum metrics_gauge gauge, int64_t by)
{
    atomic_fetch_add_explicit(&metrics->gauges[gauge], by, memory_order_relaxed);
}

void metrics_route(struct metrics *metrics, size_t index, const char *method, const char *path)
{
    metrics->routes[index].method = method;
    metrics->routes[index].path = path;
}

static size_t status_index(unsigned status)
{
    size_t i = 0;
    while (i < STATUS_COUNT - 1 && statuses[i] != status)
        i++;
    return i;
}

static void count_one(atomic_uint_fast64_t *count)
{
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

void metrics_request(struct metrics *metrics, size_t route, unsigned status, uint64_t microseconds)
{
    struct route_metrics *m = &metrics->routes[route < metrics->route_count ? route : metrics->route_count];
    size_t bucket = 0;
    while (bucket < BUCKET_COUNT && microseconds > buckets[bucket].microseconds)
        bucket++;
    count_one(&m->by_status[status_index(status)]);
    if (bucket < BUCKET_COUNT)
        count_one(&m->by_bucket[bucket]);
    atomic_fetch_add_explicit(&m->microseconds, microseconds, memory_order_relaxed);
}

static void print_head(FILE *out, const char *name, const char *help, const char *type)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static unsigned long long value_of(const atomic_uint_fast64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

static void print_statuses(FILE *out, const struct route_metrics *m)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        unsigned long long n = value_of(&m->by_status[i]);
        if (n)
            fprintf(out, "hufu_http_requests_total{method=\"%s\",route=\"%s\",status=\"%u\"} %llu\n",
                    m->method, m->path, statuses[i], n);
    }
}

static void print_histogram(FILE *out, const struct route_metrics *m)
{
    static const char name[] = "hufu_http_request_duration_seconds";
    unsigned long long all = 0, sum = 0;
    for (size_t i = 0; i < STATUS_COUNT; i++)
        all += value_of(&m->by_status[i]);
    if (!all)
        return;
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        sum += value_of(&m->by_bucket[i]);
        /* The counts move while they are read; a bucket never shows more than the whole. */
        fprintf(out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %llu\n", name, m->method, m->path,
                buckets[i].seconds, sum < all ? sum : all);
    }
    fprintf(out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"+Inf\"} %llu\n", name, m->method, m->path, all);
    fprintf(out, "%s_sum{method=\"%s\",route=\"%s\"} %.6f\n", name, m->method, m->path,
            (double)value_of(&m->microseconds) / 1e6);
    fprintf(out, "%s_count{method=\"%s\",route=\"%s\"} %llu\n", name, m->method, m->path, all);
}

static void print_routes(FILE *out, const struct metrics *metrics)
{
    print_head(out, "hufu_http_requests_total", "Requests answered, by route and status.", "counter");
    for (size_t i = 0; i <= metrics->route_count; i++)
        print_statuses(out, &metrics->routes[i]);
    print_head(out, "hufu_http_request_duration_seconds", "From a request's head to its answer.",
               "histogram");
    for (size_t i = 0; i <= metrics->route_count; i++)
        print_histogram(out, &metrics->routes[i]);
}

static void print_scalars(FILE *out, const struct metrics *metrics)
{
    for (size_t i = 0; i < METRICS_COUNTER_COUNT; i++) {
        print_head(out, counter_texts[i].name, counter_texts[i].help, "counter");
        fprintf(out, "%s %llu\n", counter_texts[i].name, value_of(&metrics->counters[i]));
    }
    for (size_t i = 0; i < METRICS_GAUGE_COUNT; i++) {
        print_head(out, gauge_texts[i].name, gauge_texts[i].help, "gauge");
        fprintf(out, "%s %lld\n", gauge_texts[i].name,
                (long long)atomic_load_explicit(&metrics->gauges[i], memory_order_relaxed));
    }
    print_head(out, "hufu_build_info", "Version of hufu-server.", "gauge");
    fprintf(out, "hufu_build_info{version=\"%s\"} 1\n", HUFU_VERSION);
    print_head(out, "process_start_time_seconds", "Unix time at which the process started.", "gauge");
    fprintf(out, "process_start_time_seconds %.3f\n", metrics->started);
}

char *metrics_report(const struct metrics *metrics)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    print_routes(out, metrics);
    print_scalars(out, metrics);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
