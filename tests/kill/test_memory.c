/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of each process stays level over many signatures. HUFU_TEST_LONG=1: grows by less than 5 % between 10,000
 * and 100,000 signatures; otherwise, between 2,000 and 6,000, by less than 10 %.
 *
 * What counts is resident memory without the shared segment of PostgreSQL, whose size is configured and which each of
 * its processes is seen to occupy as far as it has touched it. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "tests/bench/bench_service_crowd.h"
#include "tests/bench/bench_service_members.h"
#include "tests/bench/bench_service_report.h"
#include "tests/client/command.h"

#define CLIENTS 16
#define SAMPLES 8
#define SAMPLE_EVERY_MS 250
#define ROUND_SECONDS 60
#define ROUND_SIGNATURES 1000

struct scale {
    uint64_t first, last, step; /* signatures */
    uint32_t batch;
    double bound; /* of last : first */
};

static const struct scale short_scale = {
    .first = 2000, .last = 6000, .step = 2000, .batch = 1, .bound = 1.10};
static const struct scale long_scale = {
    .first = 10000, .last = 100000, .step = 10000, .batch = 4, .bound = 1.05};

static struct stack stack;
static struct members members;
static struct wire_service *service;

static int begin(void **state)
{
    (void)state;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    if (stack_start(&stack, NULL) || members_enrol(&members, &stack, "memory", CLIENTS))
        return -1;
    service = wire_service_new(stack_value(&stack, "HUFU_URL"), stack_value(&stack, "HUFU_TLS_CERTIFICATE"));
    return service ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    wire_service_free(service);
    members_done(&members);
    stack_stop(&stack);
    return 0;
}

/* The least of several looks: PostgreSQL starts a process now and then that lives for a moment. */
static void look(uint64_t kb[REPORT_LOAD])
{
    static const char *const names[REPORT_LOAD] = {
        [REPORT_SERVER] = "server", [REPORT_HSM] = "hsm", [REPORT_DATABASE] = "db"};
    for (int i = 0; i < REPORT_LOAD; i++)
        kb[i] = UINT64_MAX;
    for (int sample = 0; sample < SAMPLES; sample++) {
        for (int i = 0; i < REPORT_LOAD; i++) {
            struct usage usage;
            const pid_t pid = stack_pid(&stack, names[i]);
            assert_ok(i == REPORT_DATABASE ? usage_of_family(&usage, pid) : usage_of_process(&usage, pid));
            if (usage.private_kb < kb[i])
                kb[i] = usage.private_kb;
        }
        command_pause_ms(SAMPLE_EVERY_MS);
    }
}

/* One round: prepared, sent before the frames are too old, and counted. All clients stop when the first one is done. */
static uint64_t sign_round(struct crowd *crowd, uint64_t signatures)
{
    struct crowd_outcome outcome;
    const size_t each = (size_t)(signatures / crowd->batch / CLIENTS) + 1;
    assert_ok(crowd_prepare(crowd, each, device_now_ms(), 0));
    assert_ok(crowd_fire(crowd, ROUND_SECONDS, NULL, NULL, NULL, &outcome));
    if (outcome.answered != outcome.requests)
        fail_msg("refused with HTTP status %u", outcome.first_refusal);
    assert_true(outcome.signatures > 0);
    return outcome.signatures;
}

/* At least so many, and how many it were. */
static uint64_t sign(struct crowd *crowd, uint64_t signatures)
{
    uint64_t done = 0;
    while (done < signatures)
        done += sign_round(crowd, ROUND_SIGNATURES);
    return done;
}

static void print_row(uint64_t signatures, const uint64_t kb[REPORT_LOAD])
{
    print_message("%7" PRIu64 " signatures:", signatures);
    for (int i = 0; i < REPORT_LOAD; i++)
        print_message("  %s %" PRIu64 " KB", report_process_name((enum report_process)i), kb[i]);
    print_message("\n");
}

static void memory_stays_level_over_thousands_of_signatures(void **state)
{
    (void)state;
    const struct scale *scale = long_form() ? &long_scale : &short_scale;
    uint64_t first[REPORT_LOAD] = {0};
    uint64_t kb[REPORT_LOAD] = {0};
    struct crowd crowd;
    assert_ok(crowd_init(&crowd, members.senders, CLIENTS, scale->batch, service));
    for (uint64_t done = 0; done < scale->last;) {
        done += sign(&crowd, scale->step);
        look(kb);
        print_row(done, kb);
        if (done >= scale->first && first[0] == 0)
            memcpy(first, kb, sizeof(first));
    }
    crowd_done(&crowd);
    for (int i = 0; i < REPORT_LOAD; i++) {
        const double growth = (double)kb[i] / (double)first[i];
        if (growth > scale->bound)
            fail_msg("%s grew by %.1f %%", report_process_name((enum report_process)i), 100 * (growth - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_stays_level_over_thousands_of_signatures),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
