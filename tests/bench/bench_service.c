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

#include "tests/bench/bench_service_filling.h"
#include "tests/bench/bench_service_load.h"
#include "tests/bench/bench_service_members.h"
#include "tests/bench/bench_service_plans.h"
#include "tests/client/operator.h"

#define SECONDS_MAX 60
#define CLIENTS_MAX 256
#define USES_MAX 1000000 /* what a project allows unasked */
#define SLICE_SECONDS 2  /* of two kinds of load that take turns */
#define STACK_OPTIONS_MAX 24
#define PLANNED_TIMES 8 /* PostgreSQL decides on a plan for good after five */

struct settings {
    unsigned seconds;
    unsigned clients;
    unsigned batch;
    bool authorized;
    unsigned uses;         /* of each authorization; 0: not counted */
    unsigned filling;      /* authorizations of others; 0: none */
    const char *plans;     /* file for them; NULL: not asked for */
    const char *directory; /* of a stack that exists; NULL: one of our own */
    const char *stack_options[STACK_OPTIONS_MAX];
    size_t stack_option_count;
};

struct bench {
    struct settings settings;
    struct stack stack;
    struct wire_service *service;
    struct members members;
    struct authorized_members authorized;
    size_t kinds;
    struct load loads[REPORT_KIND_COUNT];
    double ratios[SECONDS_MAX]; /* authorized by holder, of each two neighbouring slices */
    size_t ratio_count;
    char transport[96];
};

/* ---- The command line ---- */

static void usage_print(void)
{
    fprintf(
        stderr,
        "usage: bench-service --seconds N --clients N [--batch N] [--authorized USES] [--filling N]\n"
        "                     [--plans FILE]\n"
        "                     [--dir DIR] [--http] [--server KEY=VALUE]... [--hsm KEY=VALUE]...\n"
        "  --seconds N   of the measured part, 1 to %d (10)\n"
        "  --clients N   each with a device, a key and a connection of its own, 1 to %d (32)\n"
        "  --batch N     digests in one request, 1 to %d (1)\n"
        "  --authorized USES  signatures of as many authorized users, with so many uses each (0: not "
        "counted),\n"
        "                in turns of two seconds with the holders' own\n"
        "  --filling N   authorizations of others in the database, a multiple of %d\n"
        "  --plans FILE  what PostgreSQL does for enrolments, lists and signatures, before the measured "
        "part\n"
        "  --dir DIR     use the service that tools/stack.sh started there instead of one of its own\n"
        "  --http        plain HTTP instead of TLS; --server, --hsm: configuration of the two processes.\n"
        "                These three are for a service of its own alone.\n",
        SECONDS_MAX, CLIENTS_MAX, FRAME_BATCH_MAX, FILLING_STEP);
}

static bool take_number(unsigned *number, const char *text, unsigned long min, unsigned long max)
{
    char *rest = NULL;
    errno = 0;
    const unsigned long value = strtoul(text, &rest, 10);
    *number = (unsigned)value;
    return errno == 0 && *text >= '0' && *text <= '9' && *rest == '\0' && value >= min && value <= max;
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
        {"seconds", required_argument, NULL, 's'},
        {"clients", required_argument, NULL, 'c'},
        {"batch", required_argument, NULL, 'b'},
        {"authorized", required_argument, NULL, 'a'},
        {"filling", required_argument, NULL, 'f'},
        {"plans", required_argument, NULL, 'e'},
        {"dir", required_argument, NULL, 'd'},
        {"http", no_argument, NULL, 'p'},
        {"server", required_argument, NULL, 'w'},
        {"hsm", required_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *settings = (struct settings){.seconds = 10, .clients = 32, .batch = 1};
    bool good = true;
    for (int c; good && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 's')
            good = take_number(&settings->seconds, optarg, 1, SECONDS_MAX);
        else if (c == 'c')
            good = take_number(&settings->clients, optarg, 1, CLIENTS_MAX);
        else if (c == 'b')
            good = take_number(&settings->batch, optarg, 1, FRAME_BATCH_MAX);
        else if (c == 'a')
            good = settings->authorized = take_number(&settings->uses, optarg, 0, USES_MAX);
        else if (c == 'f')
            good = take_number(&settings->filling, optarg, FILLING_STEP, FILLING_MAX) &&
                   settings->filling % FILLING_STEP == 0;
        else if (c == 'e')
            settings->plans = optarg;
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

static enum hufu_err fill(struct bench *bench)
{
    fprintf(stderr, "bench-service: filling the database with %u authorizations\n", bench->settings.filling);
    return filling_make(&bench->stack, bench->settings.filling);
}

static enum hufu_err add_load(struct bench *bench, enum report_kind kind, const struct shot_sender *senders)
{
    bench->kinds++;
    return load_init(&bench->loads[kind], kind, senders, bench->settings.clients, bench->settings.batch,
                     bench->service);
}

static enum hufu_err connect_crowds(struct bench *bench)
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
    if (!err)
        err = add_load(bench, REPORT_HOLDER, bench->members.senders);
    if (err || !settings->authorized)
        return err;
    err = members_authorize(&bench->authorized, &bench->members, &bench->stack, settings->uses);
    return err ? err : add_load(bench, REPORT_AUTHORIZED, bench->authorized.senders);
}

/* ---- What all that asks of the database ---- */

/* Lists and signs, often enough for PostgreSQL to keep its plan. */
static enum hufu_err use_phone(struct phone *phone, const struct phone_key *key, const char *list)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t digest[COSIGN_DIGEST_SIZE] = {1}, signature[1][COSIGN_SIGNATURE_SIZE];
    enum hufu_err err = HUFU_OK;
    for (int i = 0; !err && i < PLANNED_TIMES; i++) {
        err = web_call(phone->web, &answer, "GET", list, NULL);
        if (!err)
            err = phone_sign(phone, &answer, key, bytes_of(digest, sizeof(digest)), signature);
    }
    return err;
}

static enum hufu_err use_operator(const struct bench *bench)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[128];
    struct web_client *web = operator_connect(&bench->stack);
    enum hufu_err err = web ? HUFU_OK : HUFU_ERR_INTERNAL;
    (void)snprintf(path, sizeof(path), "/admin/v1/authorizations?project=%s", bench->members.project_id);
    for (int i = 0; !err && i < PLANNED_TIMES; i++)
        err = web_call(web, &answer, "GET", path, NULL);
    web_client_free(web);
    return err;
}

/* What the enrolment did not need. */
static enum hufu_err use_once_more(struct bench *bench)
{
    struct authorized_user *user = bench->authorized.users;
    enum hufu_err err = use_operator(bench);
    if (!err)
        err = use_phone(bench->members.phones, bench->members.keys, "/v1/authorizations?as=holder");
    if (!err && user)
        err = use_phone(&user->phone, &user->key, "/v1/authorizations?as=authorized");
    return err;
}

static enum hufu_err connect_explained(struct bench *bench)
{
    size_t since = 0;
    FILE *out = fopen(bench->settings.plans, "w");
    enum hufu_err err = out ? plans_begin(&bench->stack, &since) : HUFU_ERR_INTERNAL;
    if (!err)
        err = connect_crowds(bench);
    if (!err)
        err = use_once_more(bench);
    if (!err)
        err = plans_end(&bench->stack, since, out);
    if (out && fclose(out) != 0 && !err)
        err = HUFU_ERR_INTERNAL;
    return err;
}

/* ---- The run ---- */

static enum hufu_err describe_transport(struct bench *bench)
{
    struct wire *wire = NULL;
    enum hufu_err err = wire_open(&wire, bench->service);
    if (!err)
        (void)snprintf(bench->transport, sizeof(bench->transport), "%s, keep-alive", wire_transport(wire));
    wire_close(wire);
    return err;
}

static enum hufu_err warm_up(struct bench *bench)
{
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; !err && i < bench->kinds; i++)
        err = load_warm_up(&bench->loads[i]);
    return err;
}

/* One slice of each, those that go first taking turns. */
static enum hufu_err measure_slice(struct bench *bench, size_t number, unsigned seconds)
{
    double rates[REPORT_KIND_COUNT] = {0};
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; !err && i < bench->kinds; i++) {
        const size_t kind = (number + i) % bench->kinds;
        err = load_measure(&bench->loads[kind], &bench->stack, seconds, &rates[kind]);
    }
    if (!err && bench->kinds == REPORT_KIND_COUNT && rates[REPORT_HOLDER] > 0)
        bench->ratios[bench->ratio_count++] = rates[REPORT_AUTHORIZED] / rates[REPORT_HOLDER];
    return err;
}

static enum hufu_err measure(struct bench *bench)
{
    const unsigned slice = bench->kinds > 1 ? SLICE_SECONDS : bench->settings.seconds;
    enum hufu_err err = warm_up(bench);
    for (unsigned done = 0; !err && done < bench->settings.seconds; done += slice)
        err = measure_slice(bench, done / slice, slice);
    return err;
}

static enum hufu_err run(struct bench *bench)
{
    enum hufu_err err = service_begin(bench);
    if (!err && bench->settings.filling > 0)
        err = fill(bench);
    if (!err)
        err = bench->settings.plans ? connect_explained(bench) : connect_crowds(bench);
    if (!err)
        err = describe_transport(bench);
    return err ? err : measure(bench);
}

static bool report_one(struct bench *bench, struct report *report)
{
    report->transport = bench->transport;
    report->cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    report_json(report, stdout);
    report_table(report, stdout);
    if (report_is_clean(report))
        return true;
    fprintf(stderr,
            "bench-service: not every request was answered with signatures that hold (HTTP status %u)\n",
            report->outcome.first_refusal);
    return false;
}

static int conclude(struct bench *bench)
{
    bool clean = true;
    struct report_comparison comparison;
    for (size_t i = 0; i < bench->kinds; i++)
        clean = report_one(bench, &bench->loads[i].report) && clean;
    if (bench->ratio_count > 0) {
        report_compare(&comparison, &bench->loads[REPORT_HOLDER].report,
                       &bench->loads[REPORT_AUTHORIZED].report, bench->ratios, bench->ratio_count);
        report_comparison_json(&comparison, stdout);
        report_comparison_table(&comparison, stdout);
    }
    return clean ? EXIT_SUCCESS : EXIT_FAILURE;
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
    for (size_t i = 0; i < bench.kinds; i++)
        load_done(&bench.loads[i]);
    members_authorized_done(&bench.authorized);
    members_done(&bench.members);
    wire_service_free(bench.service);
    service_end(&bench);
    return status;
}
