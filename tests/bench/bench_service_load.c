/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/client/command.h"

#define SIGNATURES_MAX 400000 /* prepared for one slice: about 4 KB of memory each */
#define WARM_UP_FIRST 4       /* requests of each client in the first, short warm-up */
#define WARM_UP_SECONDS 3     /* of the second one, which tells the rate */
#define WARM_UP_LIMIT 60      /* seconds: it ends with its frames */
#define HEADROOM 1.4          /* frames prepared for each that the last rate asks for */
#define START_MARGIN_MS 500   /* between the end of the preparation and the first request */
#define PREPARATION_SLACK 1.2 /* how much longer than estimated it may take */

enum hufu_err load_init(struct load *load, enum report_kind kind, const struct shot_sender *senders,
                        size_t count, uint32_t batch, const struct wire_service *service)
{
    *load = (struct load){.report = {.kind = kind, .clients = count, .batch = batch}};
    return crowd_init(&load->crowd, senders, count, batch, service);
}

void load_done(struct load *load)
{
    crowd_done(&load->crowd);
    report_done(&load->report);
}

/* ---- Before ---- */

/* Frames for the start_ms at which their preparation will have ended. */
static enum hufu_err prepare(struct load *load, size_t each)
{
    uint64_t takes = 0;
    enum hufu_err err = crowd_preparation_ms(&load->crowd, each, &takes);
    if (err)
        return err;
    const uint64_t start = device_now_ms() + (uint64_t)((double)takes * PREPARATION_SLACK) + START_MARGIN_MS;
    const double interval = load->per_second > 0 ? 1000.0 * (double)load->crowd.count / load->per_second : 0;
    err = crowd_prepare(&load->crowd, each, start, interval);
    for (uint64_t now = device_now_ms(); !err && now < start; now = device_now_ms())
        command_pause_ms((long)(start - now));
    return err;
}

static enum hufu_err warm_up(struct load *load, size_t each)
{
    struct crowd_outcome outcome;
    enum hufu_err err = prepare(load, each);
    if (!err)
        err = crowd_fire(&load->crowd, WARM_UP_LIMIT, NULL, NULL, NULL, &outcome);
    if (!err && (outcome.answered != outcome.requests || outcome.elapsed_us == 0)) {
        fprintf(stderr, "bench-service: refused while warming up, HTTP status %u\n", outcome.first_refusal);
        err = HUFU_ERR_STATE;
    }
    if (!err)
        load->per_second = (double)outcome.requests * 1e6 / (double)outcome.elapsed_us;
    return err;
}

enum hufu_err load_warm_up(struct load *load)
{
    enum hufu_err err = warm_up(load, WARM_UP_FIRST);
    return err ? err
               : warm_up(load, (size_t)(load->per_second * WARM_UP_SECONDS / (double)load->crowd.count) + 1);
}

/* ---- The measured part ---- */

struct looking {
    const struct stack *stack;
    struct report_slice slice;
};

static void look(const struct stack *stack, struct usage usage[REPORT_PROCESS_COUNT])
{
    /* Own time first at the end and last at the beginning would be ideal; a look costs below a millisecond. */
    if (usage_of_process(&usage[REPORT_SERVER], stack_pid(stack, "server")) ||
        usage_of_process(&usage[REPORT_HSM], stack_pid(stack, "hsm")) ||
        usage_of_family(&usage[REPORT_DATABASE], stack_pid(stack, "db")) ||
        usage_of_process(&usage[REPORT_LOAD], getpid()))
        fprintf(stderr, "bench-service: a process of the service is not there\n");
    usage[REPORT_LOAD].cpu_us = usage_own_cpu_us();
    uint64_t known = 0;
    for (int i = 0; i < REPORT_OTHERS; i++)
        known += usage[i].cpu_us;
    usage[REPORT_OTHERS].cpu_us = usage_machine_cpu_us() - known;
}

static void look_before(void *context)
{
    struct looking *looking = context;
    look(looking->stack, looking->slice.before);
}

static void look_after(void *context)
{
    struct looking *looking = context;
    look(looking->stack, looking->slice.after);
}

static size_t frames_each(const struct load *load, unsigned seconds)
{
    const size_t clients = load->crowd.count;
    const size_t each = (size_t)(load->per_second * seconds * HEADROOM / (double)clients) + WARM_UP_FIRST;
    const size_t most = SIGNATURES_MAX / load->crowd.batch / clients;
    return each < most ? each : most;
}

static enum hufu_err fire(struct load *load, struct looking *looking, unsigned seconds)
{
    struct crowd_outcome *outcome = &looking->slice.outcome;
    const size_t each = frames_each(load, seconds);
    enum hufu_err err = prepare(load, each);
    if (!err)
        err = crowd_fire(&load->crowd, seconds, look_before, look_after, looking, outcome);
    if (err)
        return err;
    if (outcome->ran_out > 0)
        fprintf(stderr, "bench-service: the prepared frames, %zu of each client, ended after %.1f s\n", each,
                (double)outcome->elapsed_us / 1e6);
    return crowd_verify(&load->crowd, outcome);
}

enum hufu_err load_measure(struct load *load, const struct stack *stack, unsigned seconds, double *rate)
{
    struct looking looking = {.stack = stack};
    struct report_slice *slice = &looking.slice;
    enum hufu_err err = fire(load, &looking, seconds);
    if (err)
        return err;
    uint64_t *latencies = crowd_latencies(&load->crowd, &slice->latency_count);
    slice->latencies = latencies;
    err = report_add(&load->report, slice);
    free(latencies);
    *rate = crowd_rate(&slice->outcome);
    if (*rate > load->per_second)
        load->per_second = *rate; /* the next one needs as many frames */
    return err;
}
