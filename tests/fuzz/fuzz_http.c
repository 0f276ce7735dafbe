/* SPDX-License-Identifier: Apache-2.0 */
/* 10,000 mutated requests to the HTTP port of the running service: no crash, no hang, no leak, no 500 without a logged
 * cause, and everybody else goes on signing. HUFU_FUZZ_SEED chooses another sequence, HUFU_FUZZ_RUNS another length; a
 * short run of 2,000 is what every test run makes, HUFU_LONG=1 makes the whole. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/attack/played_service.h"
#include "tests/client/process_memory.h"
#include "tests/fuzz/fuzz_http_seed.h"
#include "tests/fuzz/fuzz_http_wire.h"
#include "tests/fuzz/fuzz_settings.h"

#define RUNS_SHORT 2000u
#define RUNS_LONG 10000u
#define UNLOCK_EVERY 50
#define GROWTH_MAX_KB 24576
#define STATUS_MAX 600

struct run {
    struct played_service *service;
    struct played_person attacker; /* an enrolled phone: most code lies behind a session */
    struct mutation mutation;
    uint16_t port;
    unsigned long statuses[STATUS_MAX]; /* [0]: closed without an answer */
    unsigned long failures;             /* answers of status 500 */
    uint8_t *memory;
    struct wire_reply *reply;
};

static int start_without_tls(void **state)
{
    static const char *const options[] = {"--http", "--ca", "sm2", NULL};
    return played_service_start_with(state, options);
}

/* Wrong PINs behind a right device signature lock the attacker's phone; it is to come further than that. */
static void unlock(struct run *run)
{
    assert_ok(sql_run(
        run->service->sql,
        "update device set locked = false, pin_failures = 0, pin_failures_life = 0 where device_id = $1",
        SQL_WITH(run->attacker.phone.device_id)));
}

/* A 500 that nobody could explain is a crash that was caught: its cause must stand in the log under its request id. */
static void explain_failure(struct run *run)
{
    char *log = stack_log(&run->service->stack, "server", NULL);
    assert_non_null(log);
    assert_true(run->reply->request_id[0] != 0);
    const char *at = strstr(log, run->reply->request_id);
    if (!at || !strstr(log, "\"error\""))
        fail_msg("500 without a logged cause: %s", run->reply->text);
    free(log);
    run->failures++;
}

static void judge(struct run *run, size_t index)
{
    const struct wire_reply *reply = run->reply;
    assert_in_range(reply->status, 0, STATUS_MAX - 1);
    run->statuses[reply->status]++;
    if (reply->status == 500)
        explain_failure(run);
    else if (reply->status >= 500 && reply->status != 501 && reply->status != 505)
        fail_msg("%s: %s", http_seed_name(index), reply->text);
    /* A refusal of the service's own is a problem document under a request id. */
    if (reply->status >= 400 && reply->request_id[0] && strncmp(http_seed_name(index), "HEAD", 4) != 0)
        assert_true(reply->problem || strstr(reply->text, "\r\n\r\n")[4] == 0);
}

static void send_one(struct run *run, size_t index, enum http_layer layer)
{
    struct http_seed_settings settings = {
        .phone = &run->attacker.phone, .key = &run->attacker.key, .mutation = &run->mutation};
    struct buf request;
    buf_init(&request, run->memory, HTTP_SEED_MAX);
    if (!http_seed(&request, &settings, index, layer))
        return;
    enum hufu_err err = wire_exchange(run->port, buf_bytes(&request), run->reply);
    if (err)
        fail_msg("%s: no end of the answer (%s)", http_seed_name(index), hufu_err_name(err));
    judge(run, index);
}

static void run_begin(struct run *run, struct played_service *service)
{
    const char *url = stack_value(&service->stack, "HUFU_URL");
    *run = (struct run){.service = service, .mutation = {.state = fuzz_seed()}};
    run->port = (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);
    run->memory = malloc(HTTP_SEED_MAX);
    run->reply = malloc(sizeof(*run->reply));
    assert_non_null(run->memory);
    assert_non_null(run->reply);
    played_person_make(service, &run->attacker);
}

static void run_end(struct run *run)
{
    for (size_t i = 0; i < STATUS_MAX; i++) {
        if (run->statuses[i])
            print_message("%s%zu: %lu\n", i ? "" : "closed without an answer, ", i, run->statuses[i]);
    }
    free(run->memory);
    free(run->reply);
    played_person_done(&run->attacker);
}

/* As they are, the requests are granted: a mutation begins near something that works. */
static void send_unchanged(struct run *run)
{
    for (size_t i = 0; i < http_seed_count(); i++)
        send_one(run, i, HTTP_LAYER_NONE);
    assert_true(run->statuses[200] >= 10);
    assert_int_equal(run->statuses[0], 0);
}

static void mutated_requests_neither_crash_nor_hang_nor_leak(void **state)
{
    static struct run run;
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person other;
    unsigned long runs = fuzz_runs(getenv("HUFU_LONG") ? RUNS_LONG : RUNS_SHORT);
    uint64_t before_kb = 0;
    run_begin(&run, service);
    played_person_make(service, &other);
    pid_t pid = stack_pid(&service->stack, "server");
    print_message("%lu requests, seed %" PRIu64 "\n", runs, fuzz_seed());
    send_unchanged(&run);
    for (unsigned long i = 0; i < runs; i++) {
        if (i % UNLOCK_EVERY == 0)
            unlock(&run);
        if (i == runs / 4)
            before_kb = process_memory_resident_kb(pid);
        send_one(&run, mutation_below(&run.mutation, http_seed_count()),
                 (enum http_layer)(1 + i % (HTTP_LAYER_COUNT - 1)));
    }
    uint64_t after_kb = process_memory_resident_kb(pid);
    print_message("resident: %" PRIu64 " KiB, then %" PRIu64 " KiB; %lu answers of status 500\n", before_kb,
                  after_kb, run.failures);
    assert_true(HUFU_SANITIZED || after_kb < before_kb + GROWTH_MAX_KB);
    assert_int_equal(stack_pid(&service->stack, "server"), pid);
    assert_person_signs(&other);
    run_end(&run);
}

/* The server ends by itself, and a sanitizer has nothing to say. */
static void the_server_ends_well_afterwards(void **state)
{
    struct played_service *service = *state;
    assert_ok(stack_command(&service->stack, "restart", "server"));
    char *log = stack_log(&service->stack, "server", NULL);
    assert_non_null(log);
    assert_null(strstr(log, "Sanitizer"));
    assert_null(strstr(log, "runtime error"));
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_requests_neither_crash_nor_hang_nor_leak),
        cmocka_unit_test(the_server_ends_well_afterwards),
    };
    return cmocka_run_group_tests_name("fuzz_http", tests, start_without_tls, played_service_stop);
}
