/* SPDX-License-Identifier: Apache-2.0 */
/* What the service benchmark measures with is itself right: percentiles, CPU of processes, its verdict. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/encoding.h"
#include "tests/bench/bench_service_judge.h"
#include "tests/bench/bench_service_plans.h"
#include "tests/bench/bench_service_report.h"
#include "tests/client/command.h"

/* ---- Percentiles and the verdict ---- */

static void percentiles_are_the_nearest_rank(void **state)
{
    (void)state;
    uint64_t values[1000];
    for (uint64_t i = 0; i < 1000; i++)
        values[i] = i + 1;
    assert_int_equal(report_percentile(values, 1000, 0.5), 500);
    assert_int_equal(report_percentile(values, 1000, 0.99), 990);
    assert_int_equal(report_percentile(values, 1000, 0.999), 999);
    assert_int_equal(report_percentile(values, 1000, 1), 1000);
    assert_int_equal(report_percentile(values, 1, 0.5), 1);
    assert_int_equal(report_percentile(values, 3, 0.5), 2);
    assert_int_equal(report_percentile(values, 0, 0.5), 0);
}

static void one_failure_spoils_a_run(void **state)
{
    (void)state;
    const struct crowd_outcome clean = {.requests = 10, .answered = 10, .signatures = 30, .verified = 30};
    struct report report = {.outcome = clean};
    assert_true(report_is_clean(&report));
    report.outcome.answered--;
    assert_false(report_is_clean(&report));
    report.outcome = clean;
    report.outcome.bad = 1;
    assert_false(report_is_clean(&report));
    report.outcome = clean;
    report.outcome.verified--;
    assert_false(report_is_clean(&report));
    report.outcome = (struct crowd_outcome){0};
    assert_false(report_is_clean(&report));
}

static struct report_slice slice_of(const uint64_t *latencies, size_t count, uint64_t server_us)
{
    struct report_slice slice = {
        .outcome = {.elapsed_us = 1000000,
                    .requests = count,
                    .answered = count,
                    .signatures = count,
                    .verified = count},
        .latencies = latencies,
        .latency_count = count,
    };
    for (int i = 0; i < REPORT_PROCESS_COUNT; i++)
        slice.before[i].cpu_us = slice.after[i].cpu_us = 7000000;
    slice.after[REPORT_SERVER].cpu_us += server_us;
    return slice;
}

static void slices_add_up(void **state)
{
    (void)state;
    static const uint64_t first[] = {50, 10, 30}, second[] = {20, 40};
    struct report_slice one = slice_of(first, 3, 900), other = slice_of(second, 2, 600);
    struct report report = {0};
    one.outcome.worst_skew_ms = 9;
    other.outcome.worst_skew_ms = 4;
    other.outcome.first_refusal = 503;
    assert_ok(report_add(&report, &one));
    assert_ok(report_add(&report, &other));
    assert_int_equal(report.latency_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(report.latencies[i], 10 * (i + 1));
    assert_int_equal(report.outcome.elapsed_us, 2000000);
    assert_int_equal(report.outcome.signatures, 5);
    assert_int_equal(report.outcome.worst_skew_ms, 9);
    assert_int_equal(report.outcome.first_refusal, 503);
    assert_int_equal(report.cpu_us[REPORT_SERVER], 1500);
    assert_int_equal(report.cpu_us[REPORT_HSM], 0);
    assert_true(report_is_clean(&report));
    report_done(&report);
}

static void two_kinds_are_compared_pair_by_pair(void **state)
{
    (void)state;
    static const uint64_t latencies[] = {1, 2, 3, 4};
    const struct report_slice own = slice_of(latencies, 4, 400), lent = slice_of(latencies, 2, 250);
    struct report holder = {0}, authorized = {.kind = REPORT_AUTHORIZED};
    struct report_comparison comparison;
    double ratios[] = {0.9, 0.5, 1.5, 0.7};
    assert_ok(report_add(&holder, &own));
    assert_ok(report_add(&authorized, &lent));
    report_compare(&comparison, &holder, &authorized, ratios, 4);
    assert_int_equal(comparison.slices, 4);
    assert_float_equal(comparison.rate_median, 0.8, 1e-9);
    assert_float_equal(comparison.rate_least, 0.5, 1e-9);
    assert_float_equal(comparison.rate_most, 1.5, 1e-9);
    assert_float_equal(comparison.cpu, 1.25, 1e-9);
    report_compare(&comparison, &holder, &authorized, ratios, 3);
    assert_float_equal(comparison.rate_median, 0.7, 1e-9);
    report_done(&holder);
    report_done(&authorized);
}

/* ---- Plans ---- */

static void of_each_statement_the_last_plan_is_printed(void **state)
{
    (void)state;
    char log[] = "2026 [1] hufu_server@hufu LOG:  duration: 1.000 ms  plan:\n"
                 "\tQuery Text: select one\n\tSeq Scan on one\n\t  Buffers: shared hit=1\n"
                 "2026 [1] hufu_server@hufu LOG:  something else\n"
                 "2026 [2] hufu_server@hufu LOG:  duration: 5.000 ms\n"
                 "2026 [2] hufu_server@hufu LOG:  duration: 2.000 ms  plan:\n"
                 "\tQuery Text: select two\n\tResult\n"
                 "2026 [1] hufu_server@hufu LOG:  duration: 3.000 ms  plan:\n"
                 "\tQuery Text: select one\n\tIndex Scan using one_pkey on one\n";
    char *printed = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&printed, &len);
    assert_non_null(out);
    assert_ok(plans_print(log, out));
    assert_int_equal(fclose(out), 0);
    assert_string_equal(printed,
                        "-- 2 times, the last in 3.000 ms: select one\n\tIndex Scan using one_pkey on one\n\n"
                        "-- 1 times, the last in 2.000 ms: select two\n\tResult\n\n");
    free(printed);
}

/* The example of GB/T 32918.5, annex A: e, the public key and the signature. */
static void the_judge_knows_a_signature_of_the_standard(void **state)
{
    (void)state;
    static const char P_text[] = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                                 "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    static const char e_text[] = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";
    static const char signature_text[] = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                                         "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
    uint8_t P[COSIGN_POINT_SIZE];
    uint8_t e[COSIGN_DIGEST_SIZE];
    uint8_t signature[COSIGN_SIGNATURE_SIZE];
    struct buf b;
    buf_init(&b, P, sizeof(P));
    assert_ok(hex_decode(&b, P_text));
    buf_init(&b, e, sizeof(e));
    assert_ok(hex_decode(&b, e_text));
    buf_init(&b, signature, sizeof(signature));
    assert_ok(hex_decode(&b, signature_text));
    struct judge *judge = judge_new(P);
    assert_non_null(judge);
    assert_ok(judge_signature(judge, e, signature));
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 1;
        assert_int_equal(judge_signature(judge, e, signature), HUFU_ERR_SIGNATURE);
        signature[i] ^= 1;
    }
    e[0] ^= 1;
    assert_int_equal(judge_signature(judge, e, signature), HUFU_ERR_SIGNATURE);
    judge_free(judge);
    P[1] ^= 1;
    assert_null(judge_new(P));
}

/* ---- Usage ---- */

static void burn_cpu(uint64_t us)
{
    const uint64_t until = usage_own_cpu_us() + us;
    while (usage_own_cpu_us() < until)
        ;
}

/* The child burns, has a child of its own burn and end, and waits to be ended. */
static pid_t start_family(void)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    burn_cpu(100000);
    pid_t grandchild = fork();
    if (grandchild == 0) {
        burn_cpu(200000);
        _exit(0);
    }
    (void)waitpid(grandchild, NULL, 0);
    for (;;)
        (void)pause();
}

static void a_family_counts_children_that_ended(void **state)
{
    (void)state;
    struct usage own;
    struct usage family;
    const pid_t child = start_family();
    assert_true(child > 0);
    for (int tries = 0; tries < 100; tries++) {
        assert_ok(usage_of_family(&family, child));
        if (family.cpu_us >= 280000 && family.processes == 1)
            break;
        command_pause_ms(50);
    }
    assert_in_range(family.cpu_us, 280000, 600000);
    assert_ok(usage_of_process(&own, child));
    assert_in_range(own.cpu_us, 80000, 190000);
    assert_int_equal(own.processes, 1);
    assert_true(own.private_kb > 0);
    assert_ok(usage_of_family(&family, getpid()));
    assert_int_equal(family.processes, 2);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    assert_int_equal(usage_of_process(&own, child), HUFU_ERR_AWAY);
    assert_int_equal(own.cpu_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_the_nearest_rank),
        cmocka_unit_test(one_failure_spoils_a_run),
        cmocka_unit_test(slices_add_up),
        cmocka_unit_test(two_kinds_are_compared_pair_by_pair),
        cmocka_unit_test(of_each_statement_the_last_plan_is_printed),
        cmocka_unit_test(the_judge_knows_a_signature_of_the_standard),
        cmocka_unit_test(a_family_counts_children_that_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
