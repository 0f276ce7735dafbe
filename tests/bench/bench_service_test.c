/* SPDX-License-Identifier: Apache-2.0 */
/* What the service benchmark measures with is itself right: percentiles, CPU of processes, its small HTTP, its verdict. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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

/* ---- HTTP ---- */

/* A server that answers its one connection with the given pieces, a moment apart, whatever it is asked. */
struct fake {
    int fd;
    const char *const *pieces;
    pthread_t thread;
    char url[48];
    struct wire_service *service;
    struct wire *wire;
};

static void *fake_serve(void *argument)
{
    const struct fake *fake = argument;
    char request[256];
    int fd = accept(fake->fd, NULL, NULL);
    if (fd >= 0 && recv(fd, request, sizeof(request), 0) > 0) {
        for (const char *const *piece = fake->pieces; *piece; piece++) {
            (void)!send(fd, *piece, strlen(*piece), MSG_NOSIGNAL);
            command_pause_ms(20);
        }
    }
    (void)close(fd);
    return NULL;
}

static void fake_start(struct fake *fake, const char *const *pieces)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    *fake = (struct fake){.fd = socket(AF_INET, SOCK_STREAM, 0), .pieces = pieces};
    assert_int_equal(bind(fake->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fake->fd, 1), 0);
    assert_int_equal(getsockname(fake->fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(pthread_create(&fake->thread, NULL, fake_serve, fake), 0);
    (void)snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
    fake->service = wire_service_new(fake->url, NULL);
    assert_non_null(fake->service);
    assert_ok(wire_open(&fake->wire, fake->service));
}

static void fake_end(struct fake *fake)
{
    wire_close(fake->wire);
    wire_service_free(fake->service);
    (void)pthread_join(fake->thread, NULL);
    (void)close(fake->fd);
}

static enum hufu_err exchange_with(const char *const *pieces, struct wire_answer *answer, char *body,
                                   bool *ended)
{
    struct fake fake;
    fake_start(&fake, pieces);
    enum hufu_err err = wire_exchange(fake.wire, bytes_of_text("GET / HTTP/1.1\r\n\r\n"), answer);
    memcpy(body, answer->body.data ? (const char *)answer->body.data : "", answer->body.len);
    body[answer->body.len] = '\0';
    *ended = wire_ended(fake.wire);
    fake_end(&fake);
    return err;
}

static void an_answer_in_pieces_is_put_together(void **state)
{
    (void)state;
    static const char *const pieces[] = {"HTTP/1.1 20", "1 Created\r\nX: y\r\ncontent-len",
                                         "gth: 6\r\n\r\nab", "cdef", NULL};
    struct wire_answer answer;
    char body[64];
    bool ended = true;
    assert_ok(exchange_with(pieces, &answer, body, &ended));
    assert_int_equal(answer.status, 201);
    assert_string_equal(body, "abcdef");
    assert_false(ended);
}

static void an_announced_end_is_noticed(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "HTTP/1.1 503 Away\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", NULL};
    struct wire_answer answer;
    char body[64];
    bool ended = false;
    assert_ok(exchange_with(pieces, &answer, body, &ended));
    assert_int_equal(answer.status, 503);
    assert_true(ended);
}

static void a_cut_answer_is_no_answer(void **state)
{
    (void)state;
    static const char *const cut_body[] = {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc", NULL};
    static const char *const cut_head[] = {"HTTP/1.1 200 OK\r\nContent-", NULL};
    static const char *const nothing[] = {NULL};
    struct wire_answer answer;
    char body[64];
    bool ended = false;
    assert_int_equal(exchange_with(cut_body, &answer, body, &ended), HUFU_ERR_AWAY);
    assert_int_equal(answer.status, 0);
    assert_int_equal(exchange_with(cut_head, &answer, body, &ended), HUFU_ERR_AWAY);
    assert_int_equal(exchange_with(nothing, &answer, body, &ended), HUFU_ERR_AWAY);
}

static void an_answer_of_another_form_is_refused(void **state)
{
    (void)state;
    static const char *const chunked[] = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", NULL};
    static const char *const too_large[] = {"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", NULL};
    static const char *const more[] = {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", NULL};
    static const char *const other[] = {"SMTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL};
    static const char *const *const all[] = {chunked, too_large, more, other};
    struct wire_answer answer;
    char body[64];
    bool ended = false;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_int_equal(exchange_with(all[i], &answer, body, &ended), HUFU_ERR_FORM);
}

static void an_address_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"ftp://127.0.0.1:1",   "http://127.0.0.1",   "http://localhost:80",
                                      "http://:80",          "http://127.0.0.1:0", "http://1.2.3.4:80x",
                                      "http://1.2.3.4:70000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(wire_service_new(bad[i], NULL));
    assert_null(wire_service_new("https://127.0.0.1:443", NULL));
    assert_null(wire_service_new("https://127.0.0.1:443", "/nonexistent"));
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
        cmocka_unit_test(an_answer_in_pieces_is_put_together),
        cmocka_unit_test(an_announced_end_is_noticed),
        cmocka_unit_test(a_cut_answer_is_no_answer),
        cmocka_unit_test(an_answer_of_another_form_is_refused),
        cmocka_unit_test(an_address_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
