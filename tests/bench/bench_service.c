/* SPDX-License-Identifier: Apache-2.0 */
/* How many co-signatures a second the whole service makes: real HTTP, PostgreSQL with synchronous_commit=on, SoftHSM2.
 * The device frames are made beforehand, each stamped for the moment in which it will be sent; the answers are finished
 * and verified afterwards, all of them. docs/performance.md says how to read it. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench_service_crowd.h"
#include "tests/bench/bench_service_members.h"
#include "tests/bench/bench_service_report.h"
#include "tests/client/command.h"

#define SECONDS_MAX 60
#define CLIENTS_MAX 256
#define SIGNATURES_MAX 400000 /* prepared in one run: about 4 KB of memory each */
#define STACK_OPTIONS_MAX 24
#define WARM_UP_FIRST 4       /* requests of each client in the first, short warm-up */
#define WARM_UP_SECONDS 3     /* of the second one, which tells the rate */
#define HEADROOM 1.4          /* frames prepared for each that the warm-up's rate asks for */
#define START_MARGIN_MS 500   /* between the end of the preparation and the first request */
#define PREPARATION_SLACK 1.2 /* how much longer than estimated it may take */

struct settings {
    unsigned seconds;
    unsigned clients;
    unsigned batch;
    const char *directory; /* of a stack that exists; NULL: one of our own */
    const char *stack_options[STACK_OPTIONS_MAX];
    size_t stack_option_count;
};

struct bench {
    struct settings settings;
    struct stack stack;
    struct wire_service *service;
    struct members members;
    struct crowd crowd;
    struct report report;
    char transport[96];
};

/* ---- The command line ---- */

static void usage_print(void)
{
    fprintf(
        stderr,
        "usage: bench-service --seconds N --clients N [--batch N] [--dir DIR] [--http]\n"
        "                     [--server KEY=VALUE]... [--hsm KEY=VALUE]...\n"
        "  --seconds N   of the measured part, 1 to %d (10)\n"
        "  --clients N   each with a device, a key and a connection of its own, 1 to %d (32)\n"
        "  --batch N     digests in one request, 1 to %d (1)\n"
        "  --dir DIR     use the service that tools/stack.sh started there instead of one of its own\n"
        "  --http        plain HTTP instead of TLS; --server, --hsm: configuration of the two processes.\n"
        "                These three are for a service of its own alone.\n",
        SECONDS_MAX, CLIENTS_MAX, FRAME_BATCH_MAX);
}

static bool take_number(unsigned *number, const char *text, unsigned long max)
{
    char *rest = NULL;
    errno = 0;
    const unsigned long value = strtoul(text, &rest, 10);
    *number = (unsigned)value;
    return errno == 0 && *text >= '0' && *text <= '9' && *rest == '\0' && value >= 1 && value <= max;
}

static bool take_stack_option(struct settings *settings, const char *option, const char *value)
{
    if (settings->stack_option_count + 3 > STACK_OPTIONS_MAX)
        return false;
    settings->stack_options[settings->stack_option_count++] = option;
    if (value)
        settings->stack_options[settings->stack_option_count++] = value;
    return true;
}

static bool settings_read(struct settings *settings, int argc, char **argv)
{
    static const struct option options[] = {
        {"seconds", required_argument, NULL, 's'}, {"clients", required_argument, NULL, 'c'},
        {"batch", required_argument, NULL, 'b'},   {"dir", required_argument, NULL, 'd'},
        {"http", no_argument, NULL, 'p'},          {"server", required_argument, NULL, 'w'},
        {"hsm", required_argument, NULL, 'h'},     {NULL, 0, NULL, 0},
    };
    *settings = (struct settings){.seconds = 10, .clients = 32, .batch = 1};
    bool good = true;
    for (int c; good && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 's')
            good = take_number(&settings->seconds, optarg, SECONDS_MAX);
        else if (c == 'c')
            good = take_number(&settings->clients, optarg, CLIENTS_MAX);
        else if (c == 'b')
            good = take_number(&settings->batch, optarg, FRAME_BATCH_MAX);
        else if (c == 'd')
            settings->directory = optarg;
        else if (c == 'p')
            good = take_stack_option(settings, "--http", NULL);
        else if (c == 'w' || c == 'h')
            good = take_stack_option(settings, c == 'w' ? "--server" : "--hsm", optarg);
        else
            good = false;
    }
    return good && optind == argc && !(settings->directory && settings->stack_option_count > 0);
}

/* ---- The service and its members ---- */

/* A stack that exists is looked at through the same fixture; "up" starts nothing that runs. */
static enum hufu_err service_begin(struct bench *bench)
{
    const struct settings *settings = &bench->settings;
    if (!settings->directory)
        return stack_start(&bench->stack, settings->stack_options);
    const int len =
        snprintf(bench->stack.directory, sizeof(bench->stack.directory), "%s", settings->directory);
    (void)snprintf(bench->stack.log, sizeof(bench->stack.log), "/dev/null");
    return len > 0 && (size_t)len < sizeof(bench->stack.directory)
               ? stack_command(&bench->stack, "up", "server")
               : HUFU_ERR_LIMIT;
}

static void service_end(struct bench *bench)
{
    if (!bench->settings.directory)
        stack_stop(&bench->stack);
    else
        free(bench->stack.text);
}

static enum hufu_err connect_crowd(struct bench *bench)
{
    const struct settings *settings = &bench->settings;
    const char *certificate = stack_value(&bench->stack, "HUFU_TLS_CERTIFICATE");
    char project[48];
    (void)snprintf(project, sizeof(project), "bench %" PRIu64, device_now_ms());
    bench->service =
        wire_service_new(stack_value(&bench->stack, "HUFU_URL"), *certificate ? certificate : NULL);
    if (!bench->service)
        return HUFU_ERR_FORM;
    enum hufu_err err = members_enrol(&bench->members, &bench->stack, project, settings->clients);
    return err ? err
               : crowd_init(&bench->crowd, bench->members.senders, settings->clients, settings->batch,
                            bench->service);
}

static enum hufu_err describe_transport(struct bench *bench)
{
    struct wire *wire = NULL;
    enum hufu_err err = wire_open(&wire, bench->service);
    if (!err)
        (void)snprintf(bench->transport, sizeof(bench->transport), "%s, keep-alive", wire_transport(wire));
    wire_close(wire);
    return err;
}

/* ---- The run ---- */

/* Frames for the start_ms at which their preparation will have ended. */
static enum hufu_err prepare(struct bench *bench, size_t each, double per_second)
{
    uint64_t takes = 0;
    enum hufu_err err = crowd_preparation_ms(&bench->crowd, each, &takes);
    if (err)
        return err;
    const uint64_t start = device_now_ms() + (uint64_t)((double)takes * PREPARATION_SLACK) + START_MARGIN_MS;
    const double interval = per_second > 0 ? 1000.0 * (double)bench->crowd.count / per_second : 0;
    err = crowd_prepare(&bench->crowd, each, start, interval);
    for (uint64_t now = device_now_ms(); !err && now < start; now = device_now_ms())
        command_pause_ms((long)(start - now));
    return err;
}

static enum hufu_err warm_up(struct bench *bench, size_t each, double *per_second)
{
    struct crowd_outcome outcome;
    enum hufu_err err = prepare(bench, each, *per_second);
    if (!err)
        err = crowd_fire(&bench->crowd, SECONDS_MAX, NULL, NULL, NULL, &outcome);
    if (!err && (outcome.answered != outcome.requests || outcome.elapsed_us == 0)) {
        fprintf(stderr, "bench-service: refused while warming up, HTTP status %u\n", outcome.first_refusal);
        err = HUFU_ERR_STATE;
    }
    if (!err)
        *per_second = (double)outcome.requests * 1e6 / (double)outcome.elapsed_us;
    return err;
}

static void look(struct bench *bench, struct usage usage[REPORT_PROCESS_COUNT])
{
    const struct stack *stack = &bench->stack;
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
    struct bench *bench = context;
    look(bench, bench->report.before);
}

static void look_after(void *context)
{
    struct bench *bench = context;
    look(bench, bench->report.after);
}

static size_t frames_each(const struct settings *settings, double per_second)
{
    size_t each = (size_t)(per_second * settings->seconds * HEADROOM / settings->clients) + WARM_UP_FIRST;
    const size_t most = SIGNATURES_MAX / settings->batch / settings->clients;
    return each < most ? each : most;
}

static enum hufu_err measure(struct bench *bench)
{
    const struct settings *settings = &bench->settings;
    double per_second = 0;
    enum hufu_err err = warm_up(bench, WARM_UP_FIRST, &per_second);
    if (!err)
        err = warm_up(bench, (size_t)(per_second * WARM_UP_SECONDS / settings->clients) + 1, &per_second);
    if (err)
        return err;
    const size_t each = frames_each(settings, per_second);
    fprintf(stderr, "bench-service: about %.0f requests/s; preparing %zu frames for each of %u clients\n",
            per_second, each, settings->clients);
    err = prepare(bench, each, per_second);
    if (!err)
        err = crowd_fire(&bench->crowd, settings->seconds, look_before, look_after, bench,
                         &bench->report.outcome);
    if (err)
        return err;
    if (bench->report.outcome.ran_out > 0)
        fprintf(stderr, "bench-service: the prepared frames ended after %.1f s\n",
                (double)bench->report.outcome.elapsed_us / 1e6);
    fprintf(stderr, "bench-service: verifying %" PRIu64 " signatures\n", bench->report.outcome.signatures);
    return crowd_verify(&bench->crowd, &bench->report.outcome);
}

static enum hufu_err run(struct bench *bench)
{
    enum hufu_err err = service_begin(bench);
    if (!err)
        err = connect_crowd(bench);
    if (!err)
        err = describe_transport(bench);
    return err ? err : measure(bench);
}

static int conclude(struct bench *bench)
{
    struct report *report = &bench->report;
    uint64_t *latencies = crowd_latencies(&bench->crowd, &report->latency_count);
    report->latencies = latencies;
    report->transport = bench->transport;
    report->clients = bench->settings.clients;
    report->batch = bench->settings.batch;
    report->cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    report_json(report, stdout);
    report_table(report, stdout);
    free(latencies);
    if (report_is_clean(report))
        return EXIT_SUCCESS;
    fprintf(stderr,
            "bench-service: not every request was answered with signatures that hold (HTTP status %u)\n",
            report->outcome.first_refusal);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL); /* a broken connection is an error of write */
    if (!settings_read(&bench.settings, argc, argv)) {
        usage_print();
        return 2;
    }
    const enum hufu_err err = run(&bench);
    int status = EXIT_FAILURE;
    if (err)
        fprintf(stderr, "bench-service: %s\n", hufu_err_name(err));
    else
        status = conclude(&bench);
    crowd_done(&bench.crowd);
    members_done(&bench.members);
    wire_service_free(bench.service);
    service_end(&bench);
    return status;
}
