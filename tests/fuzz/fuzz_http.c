/* SPDX-License-Identifier: Apache-2.0 */
/* 10,000 mutated requests to the HTTP port of the running service: no crash, no hang, no leak, no 500 without a logged
 * cause, and everybody else goes on signing. HUFU_FUZZ_SEED chooses another sequence, HUFU_FUZZ_RUNS another length; a
 * short run of 2,000 is what every test run makes, HUFU_TEST_LONG=1 makes the whole. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "tests/attack/played_service.h"
#include "tests/client/process_memory.h"
#include "tests/fuzz/fuzz_http_seed.h"
#include "tests/fuzz/fuzz_http_wire.h"
#include "tests/fuzz/fuzz_settings.h"

#define RUNS_SHORT 2000u
#define RUNS_LONG 10000u
#define GROWTH_MAX_KB 24576
#define STATUS_MAX 600
#define AT_ONCE 32

/* One request under way, on a thread of its own. */
struct shot {
    pthread_t thread;
    size_t index; /* of the seed */
    uint16_t port;
    struct buf request;
    uint8_t memory[HTTP_SEED_MAX];
    struct wire_reply reply;
    enum hufu_err err;
};

struct run {
    struct played_service *service;
    struct played_person
        attackers[AT_ONCE]; /* enrolled phones, one for each shot: most code lies behind a session, and
                                                requests of one device wait for each other */
    struct mutation mutation;
    uint16_t port;
    unsigned long statuses[STATUS_MAX]; /* [0]: closed without an answer */
    unsigned long failures;             /* answers of status 500 */
    struct shot *shots;                 /* AT_ONCE */
};

static int start_without_tls(void **state)
{
    static const char *const options[] = {"--http", "--ca", "sm2", NULL};
    return played_service_start_with(state, options);
}

/* Wrong PINs behind a right device signature lock the attackers' phones; they are to come further than that. */
static void unlock(struct run *run)
{
    static const char statement[] = "update device set locked = false, pin_failures = 0, pin_failures_life = "
                                    "0 where pin_failures_life > 0";
    assert_ok(sql_run(run->service->sql, statement, SQL_WITHOUT));
}

/* A 500 that nobody could explain is a crash that was caught: its cause must stand in the log under its request id. */
static void explain_failure(struct run *run, const struct wire_reply *reply)
{
    char *log = stack_log(&run->service->stack, "server", NULL);
    assert_non_null(log);
    assert_true(reply->request_id[0] != 0);
    if (!strstr(log, reply->request_id))
        fail_msg("500 without a logged cause: %s", reply->text);
    free(log);
    run->failures++;
}

static void judge(struct run *run, const struct shot *shot)
{
    const struct wire_reply *reply = &shot->reply;
    const char *name = http_seed_name(shot->index);
    if (shot->err)
        fail_msg("%s: no end of the answer (%s)", name, hufu_err_name(shot->err));
    assert_in_range(reply->status, 0, STATUS_MAX - 1);
    run->statuses[reply->status]++;
    if (reply->status == 500)
        explain_failure(run, reply);
    else if (reply->status >= 500 && reply->status != 501 && reply->status != 505)
        fail_msg("%s: %s", name, reply->text);
    /* A refusal of the service's own is a problem document under a request id; an answer to HEAD has none. */
    const char *body = strstr(reply->text, "\r\n\r\n");
    if (reply->status >= 400 && reply->request_id[0])
        assert_true(reply->problem || (body && body[4] == 0));
}

static void *shoot(void *context)
{
    struct shot *shot = context;
    shot->err = wire_exchange(shot->port, buf_bytes(&shot->request), &shot->reply);
    return NULL;
}

/* Prepares one; false when the mutation left nothing to send. */
static bool load(struct run *run, struct shot *shot, size_t index, enum http_layer layer)
{
    struct played_person *attacker = &run->attackers[shot - run->shots];
    struct http_seed_settings settings = {
        .phone = &attacker->phone, .key = &attacker->key, .mutation = &run->mutation};
    shot->index = index;
    shot->port = run->port;
    buf_init(&shot->request, shot->memory, sizeof(shot->memory));
    return http_seed(&shot->request, &settings, index, layer);
}

/* Fires the first count shots at once and judges them in their order. */
static void fire(struct run *run, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&run->shots[i].thread, NULL, shoot, &run->shots[i]), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_join(run->shots[i].thread, NULL), 0);
    for (size_t i = 0; i < count; i++)
        judge(run, &run->shots[i]);
}

static void run_begin(struct run *run, struct played_service *service)
{
    const char *url = stack_value(&service->stack, "HUFU_URL");
    *run = (struct run){.service = service, .mutation = {.state = fuzz_seed()}};
    run->port = (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);
    run->shots = calloc(AT_ONCE, sizeof(*run->shots));
    assert_non_null(run->shots);
    for (size_t i = 0; i < AT_ONCE; i++)
        played_person_make(service, &run->attackers[i]);
}

static void run_end(struct run *run)
{
    for (size_t i = 0; i < STATUS_MAX; i++) {
        if (run->statuses[i])
            print_message("%s%zu: %lu\n", i ? "" : "closed without an answer, ", i, run->statuses[i]);
    }
    free(run->shots);
    for (size_t i = 0; i < AT_ONCE; i++)
        played_person_done(&run->attackers[i]);
}

/* As they are, the requests are granted: a mutation begins near something that works. */
static void send_unchanged(struct run *run)
{
    for (size_t i = 0; i < http_seed_count(); i++) {
        assert_true(load(run, &run->shots[0], i, HTTP_LAYER_NONE));
        fire(run, 1);
        if (run->shots[0].reply.status == 0)
            fail_msg("%s: no answer", http_seed_name(i));
    }
    assert_true(run->statuses[200] >= 10);
}

static void send_mutated(struct run *run, unsigned long runs, pid_t pid, uint64_t *before_kb)
{
    for (unsigned long done = 0; done < runs;) {
        size_t loaded = 0;
        unlock(run);
        for (; loaded < AT_ONCE && done < runs; done++) {
            enum http_layer layer = (enum http_layer)(1 + done % (HTTP_LAYER_COUNT - 1));
            size_t index = mutation_below(&run->mutation, http_seed_count());
            loaded += load(run, &run->shots[loaded], index, layer);
        }
        fire(run, loaded);
        if (done <= runs / 4) /* by then the pools have grown to what they need */
            *before_kb = process_memory_resident_kb(pid);
    }
}

static void mutated_requests_neither_crash_nor_hang_nor_leak(void **state)
{
    static struct run run;
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person other;
    unsigned long runs = fuzz_runs(RUNS_SHORT, RUNS_LONG);
    uint64_t before_kb = 0;
    run_begin(&run, service);
    played_person_make(service, &other);
    pid_t pid = stack_pid(&service->stack, "server");
    print_message("%lu requests, seed %" PRIu64 "\n", runs, fuzz_seed());
    send_unchanged(&run);
    send_mutated(&run, runs, pid, &before_kb);
    uint64_t after_kb = process_memory_resident_kb(pid);
    print_message("resident: %" PRIu64 " KiB, then %" PRIu64 " KiB; %lu answers of status 500\n", before_kb,
                  after_kb, run.failures);
    assert_true(HUFU_SANITIZED || after_kb < before_kb + GROWTH_MAX_KB);
    assert_int_equal(stack_pid(&service->stack, "server"), pid);
    assert_person_signs(&other);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_requests_neither_crash_nor_hang_nor_leak),
    };
    return cmocka_run_group_tests_name("fuzz_http", tests, start_without_tls, played_service_stop);
}
