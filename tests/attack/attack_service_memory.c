/* SPDX-License-Identifier: Apache-2.0 */
/* The web process's memory and log, searched for everything that would test a PIN (docs/protocol.md §6): halves and their
 * points, nonces, bodies, proofs, opened answers. It holds none of it, neither after many requests nor in the middle of one.
 * That the search finds what is there is shown by what must be there. */
#include "tests/attack/played_service.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/client/place.h"
#include "tests/client/process_memory.h"
#include "tests/client/randomness.h"
#include "tests/secrecy/protocol_secrets.h"

#define ROUNDS 10
#define OVERLAP 65536 /* longer than the longest form of a secret */

struct search {
    const struct needles *needles;
    size_t findings;
};

static void found(const char *name, const char *form, size_t offset, void *context)
{
    struct search *search = context;
    print_error("found: %s (%s) at %zu\n", name, form, offset);
    search->findings++;
}

static void quietly_found(const char *name, const char *form, size_t offset, void *context)
{
    struct search *search = context;
    (void)name;
    (void)form;
    (void)offset;
    search->findings++;
}

static void search_piece(struct bytes piece, void *context)
{
    struct search *search = context;
    (void)needles_search(search->needles, piece, found, search);
}

static void count_piece(struct bytes piece, void *context)
{
    struct search *search = context;
    (void)needles_search(search->needles, piece, quietly_found, search);
}

static size_t findings_in(pid_t pid, const struct needles *needles, process_memory_piece *take)
{
    struct search search = {.needles = needles};
    uint64_t total = 0;
    assert_ok(process_memory_read(pid, OVERLAP, take, &search, &total));
    assert_true(total > 1 << 20);
    return search.findings;
}

/* ---- What the phone does ---- */

struct run {
    struct played_service *service;
    struct played_person person;
    struct needles *secrets;
};

static void take_answer(struct run *run, const struct web_answer *answer,
                        const struct device_request *request)
{
    uint8_t memory[FRAME_ANSWER_MAX], opened_memory[FRAME_ANSWER_MAX];
    struct buf sealed, opened;
    buf_init(&sealed, memory, sizeof(memory));
    buf_init(&opened, opened_memory, sizeof(opened_memory));
    assert_int_equal(answer->status, 200);
    assert_ok(phone_sealed(answer, &sealed));
    assert_ok(device_request_open(request, &opened, buf_bytes(&sealed)));
    secrets_add_message(run->secrets, "an answer", buf_bytes(&opened),
                        bytes_of(run->person.key.binding.half.P, COSIGN_POINT_SIZE));
}

static struct device_options watched(struct run *run)
{
    return (struct device_options){.before_box = secrets_take_body, .context = run->secrets};
}

static void post_watched(struct run *run, const char *resource, const struct device_request *request)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_post(&run->person, &answer, resource, request);
    if (answer.status == 200)
        take_answer(run, &answer, request);
}

static void enrol(struct run *run)
{
    struct activation activation;
    struct played_person *person = &run->person;
    char name[32];
    (void)snprintf(name, sizeof(name), "watched %u", ++run->service->people);
    assert_ok(operator_user_add(run->service->operator_web, run->service->project_id, name, name,
                                person->account_id, &activation));
    assert_ok(phone_enrol(&person->phone, &run->service->stack, &activation));
    assert_ok(phone_key_create(&person->phone, &person->key, "sign"));
}

static struct bytes sealed_of(uint8_t memory[FRAME_ANSWER_MAX], const struct web_answer *answer)
{
    struct buf sealed;
    buf_init(&sealed, memory, FRAME_ANSWER_MAX);
    assert_int_equal(answer->status, 200);
    assert_ok(phone_sealed(answer, &sealed));
    return buf_bytes(&sealed);
}

static void generate_key(struct run *run)
{
    DEVICE_NEW_KEY_DONE struct device_new_key new_key = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    struct device_binding *binding = &run->person.key.binding;
    struct device_options options = watched(run);
    uint8_t memory[FRAME_ANSWER_MAX];
    assert_ok(device_new_key_begin(&new_key, binding, &options));
    played_post(&run->person, &answer, "keygen/begin", &new_key.begin);
    take_answer(run, &answer, &new_key.begin);
    assert_ok(device_new_key_continue(&new_key, binding, sealed_of(memory, &answer), &options));
    played_post(&run->person, &answer, "keygen/finish", &new_key.finish);
    assert_ok(device_new_key_complete(&new_key, binding, sealed_of(memory, &answer)));
    secrets_add_half(run->secrets, "a", &binding->half);
    assert_ok(phone_key_certify(&run->person.phone, &run->person.key));
}

/* Right and wrong PINs, and a refresh that is not used. */
static void use_key(struct run *run)
{
    struct device_binding *right = &run->person.key.binding;
    struct device_binding wrong = with_wrong_pin(right);
    struct device_options options = watched(run);
    uint8_t digests[3 * COSIGN_DIGEST_SIZE];
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    DEVICE_REQUEST_DONE struct device_request sign = {0}, check = {0}, guess = {0}, refresh = {0};
    randomness_fill(digests, sizeof(digests));
    assert_ok(device_request_pin_check(&guess, &wrong, &options));
    post_watched(run, "pin-checks", &guess);
    assert_ok(device_request_sign(&sign, right, bytes_of(digests, sizeof(digests)), &options));
    secrets_add_request(run->secrets, &sign);
    post_watched(run, "signatures", &sign);
    assert_ok(device_request_pin_check(&check, right, &options));
    post_watched(run, "pin-checks", &check);
    assert_ok(device_request_refresh(&refresh, &next, right, &options));
    post_watched(run, "refreshes", &refresh);
    secrets_add_half(run->secrets, "the next a", &next);
}

static void run_begin(struct run *run, struct played_service *service)
{
    *run = (struct run){.service = service, .secrets = needles_new()};
    assert_non_null(run->secrets);
    enrol(run);
    generate_key(run);
    for (int i = 0; i < ROUNDS; i++)
        use_key(run);
    /* The search itself: everything is in this process. */
    if (!HUFU_SANITIZED)
        assert_true(findings_in(getpid(), run->secrets, count_piece) > 0);
}

static void run_done(struct run *run)
{
    played_person_done(&run->person);
    needles_free(run->secrets);
}
#define RUN_DONE __attribute__((cleanup(run_done)))

/* ---- Tests ---- */

/* An undumpable process shows its memory to root alone; a sanitizer's has terabytes of shadow. */
static bool may_look(const struct played_service *service)
{
    struct needles *nothing = needles_new();
    struct search search = {.needles = nothing};
    enum hufu_err err = HUFU_ERR_AWAY;
    if (!HUFU_SANITIZED)
        err = process_memory_read(stack_pid(&service->stack, "server"), OVERLAP, count_piece, &search, NULL);
    needles_free(nothing);
    return err == HUFU_OK;
}

static void after_many_requests_the_web_process_holds_nothing_that_tests_a_pin(void **state)
{
    struct played_service *service = *state;
    RUN_DONE struct run run = {0};
    if (!may_look(service))
        skip();
    run_begin(&run, service);
    print_message("%zu secrets\n", needles_count(run.secrets));
    assert_int_equal(findings_in(stack_pid(&service->stack, "server"), run.secrets, search_piece), 0);
}

/* In the middle: the frame, the record and the sealed answer are there, and wait for a row that the test holds. */
struct posting {
    struct run *run;
    struct device_request *request;
};

static void *post(void *context)
{
    struct posting *posting = context;
    post_watched(posting->run, "signatures", posting->request);
    return NULL;
}

static void in_the_middle_of_a_request_the_web_process_holds_nothing_that_tests_a_pin(void **state)
{
    struct played_service *service = *state;
    RUN_DONE struct run run = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    pthread_t thread;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    if (!may_look(service))
        skip();
    run_begin(&run, service);
    struct device_options options = watched(&run);
    randomness_fill(digest, sizeof(digest));
    assert_ok(
        device_request_sign(&request, &run.person.key.binding, bytes_of(digest, sizeof(digest)), &options));
    secrets_add_request(run.secrets, &request);
    struct needles *control = needles_new();
    struct bytes frame = device_request_frame(&request);
    assert_ok(needles_add(control, "the frame's end", bytes_of(frame.data + frame.len - 48, 48)));
    struct posting posting = {.run = &run, .request = &request};
    played_service_hold(service, "select 1 from binding where binding_id = $1 for update",
                        run.person.key.binding_id);
    assert_int_equal(pthread_create(&thread, NULL, post, &posting), 0);
    assert_ok(sql_wait_for_waiters(service->sql, 1));
    pid_t pid = stack_pid(&service->stack, "server");
    size_t seen = findings_in(pid, control, count_piece),
           secrets = findings_in(pid, run.secrets, search_piece);
    assert_ok(sql_run(service->holder, "commit", SQL_WITHOUT));
    assert_int_equal(pthread_join(thread, NULL), 0);
    needles_free(control);
    assert_true(seen > 0);
    assert_int_equal(secrets, 0);
    /* With the answer's content known too. */
    assert_int_equal(findings_in(pid, run.secrets, search_piece), 0);
}

static void the_logs_hold_nothing_that_tests_a_pin(void **state)
{
    struct played_service *service = *state;
    RUN_DONE struct run run = {0};
    static const char *const names[] = {"server", "hsm", "db"};
    run_begin(&run, service);
    for (size_t i = 0; i < 3; i++) {
        struct search search = {.needles = run.secrets};
        size_t len = 0;
        char *log = stack_log(&service->stack, names[i], &len);
        assert_non_null(log);
        (void)needles_search(run.secrets, bytes_of(log, len), found, &search);
        free(log);
        assert_int_equal(search.findings, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_many_requests_the_web_process_holds_nothing_that_tests_a_pin),
        cmocka_unit_test(in_the_middle_of_a_request_the_web_process_holds_nothing_that_tests_a_pin),
        cmocka_unit_test(the_logs_hold_nothing_that_tests_a_pin),
    };
    return cmocka_run_group_tests_name("attack_service_memory", tests, played_service_start,
                                       played_service_stop);
}
