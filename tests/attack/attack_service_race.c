/* SPDX-License-Identifier: Apache-2.0 */
/* The race that READ COMMITTED invites: a request that waits on its row while its account is suspended, its key frozen,
 * its window over or its last use taken does not sign. The test holds the row's lock, the way any other transaction of the
 * service does, and looks at what the waiting request is told afterwards. */
#include "tests/attack/played_service.h"

#include <pthread.h>

#include "tests/client/command.h"
#include "tests/client/randomness.h"

/* A request under way on a connection and a thread of its own. */
struct waiting {
    pthread_t thread;
    struct web_client *web;
    const struct phone_key *key;
    struct device_request request;
    struct web_answer answer;
    enum hufu_err err;
};

static void *post(void *context)
{
    struct waiting *waiting = context;
    waiting->err = phone_post(waiting->web, &waiting->answer, waiting->key, "signatures", &waiting->request);
    return NULL;
}

static void waiting_begin(struct played_service *service, struct waiting *waiting,
                          const struct played_person *person)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    randomness_fill(digest, sizeof(digest));
    *waiting = (struct waiting){.web = phone_connect(&service->stack), .key = &person->key};
    assert_non_null(waiting->web);
    web_client_authorize(waiting->web, person->phone.token);
    assert_ok(
        device_request_sign(&waiting->request, &person->key.binding, bytes_of(digest, sizeof(digest)), NULL));
    assert_int_equal(pthread_create(&waiting->thread, NULL, post, waiting), 0);
}

static void waiting_end(struct waiting *waiting)
{
    assert_int_equal(pthread_join(waiting->thread, NULL), 0);
    assert_ok(waiting->err);
}

static void waiting_done(struct waiting *waiting)
{
    web_answer_done(&waiting->answer);
    device_request_done(&waiting->request);
    web_client_free(waiting->web);
}
#define WAITING_DONE __attribute__((cleanup(waiting_done)))

/* Holds the row's lock; the request then comes as far as the statement that decides, and waits there. */
static void hold(struct played_service *service, const struct played_person *person, const char *table)
{
    const char *statement = strcmp(table, "device") == 0
                                ? "select 1 from device where device_id = $1 for update"
                                : "select 1 from binding where binding_id = $1 for update";
    const char *id = strcmp(table, "device") == 0 ? person->phone.device_id : person->key.binding_id;
    played_service_hold(service, statement, id);
}

static void let_go(struct played_service *service, const char *how)
{
    assert_ok(sql_run(service->holder, how, SQL_WITHOUT));
}

/* ---- The operator's own calls, which wait for the same row and get it first ---- */

struct operation {
    pthread_t thread;
    struct web_client *web;
    enum hufu_err (*run)(struct web_client *web, const char *id, const char *what);
    const char *id;
    const char *what;
    enum hufu_err err;
};

static void *operate(void *context)
{
    struct operation *operation = context;
    operation->err = operation->run(operation->web, operation->id, operation->what);
    return NULL;
}

/* The operator acts while the row is held, then the device's request comes behind; both go on together. */
static void act_before_the_waiting_request(struct played_service *service, const struct played_person *person,
                                           struct operation *operation, struct waiting *waiting)
{
    operation->web = operator_connect(&service->stack);
    hold(service, person, "device");
    assert_int_equal(pthread_create(&operation->thread, NULL, operate, operation), 0);
    assert_ok(sql_wait_for_waiters(service->sql, 1));
    waiting_begin(service, waiting, person);
    assert_ok(sql_wait_for_waiters(service->sql, 2));
    let_go(service, "commit");
    assert_int_equal(pthread_join(operation->thread, NULL), 0);
    assert_ok(operation->err);
    waiting_end(waiting);
    web_client_free(operation->web);
}

static void a_request_waiting_while_its_account_is_suspended_does_not_sign(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    played_person_make(service, &person);
    int64_t before = person_signatures(service, &person);
    struct operation suspend = {.run = operator_user, .id = person.account_id, .what = "suspend"};
    act_before_the_waiting_request(service, &person, &suspend, &waiting);
    assert_problem_slug(&waiting.answer, 403, "account-not-active");
    assert_int_equal(person_signatures(service, &person), before);
    assert_ok(operator_user(service->operator_web, person.account_id, "resume"));
    assert_person_signs(&person);
}

static void a_request_waiting_while_its_key_is_frozen_does_not_sign(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    played_person_make(service, &person);
    int64_t before = person_signatures(service, &person);
    hold(service, &person, "binding");
    struct operation freeze = {.run = operator_key,
                               .id = person.key.key_id,
                               .what = "freeze",
                               .web = operator_connect(&service->stack)};
    assert_int_equal(pthread_create(&freeze.thread, NULL, operate, &freeze), 0);
    assert_ok(sql_wait_for_waiters(service->sql, 1));
    waiting_begin(service, &waiting, &person);
    assert_ok(sql_wait_for_waiters(service->sql, 2));
    let_go(service, "commit");
    assert_int_equal(pthread_join(freeze.thread, NULL), 0);
    assert_ok(freeze.err);
    waiting_end(&waiting);
    web_client_free(freeze.web);
    assert_problem_slug(&waiting.answer, 403, "binding-not-active");
    assert_int_equal(person_signatures(service, &person), before);
}

/* ---- What the holder of the lock changes itself ---- */

/* The holder changes the row, which is the simple case, or the window ends by the clock alone while the holder changes
 * nothing, or even rolls back: then no row has a new version that would make the database look again. */
static void wait_and_change(struct played_service *service, struct played_person *person,
                            struct waiting *waiting, const char *change, const char *how)
{
    hold(service, person, "binding");
    waiting_begin(service, waiting, person);
    assert_ok(sql_wait_for_waiters(service->sql, 1));
    if (change)
        assert_ok(sql_run(service->holder, change, SQL_WITH(person->key.binding_id)));
    else
        command_pause_ms(1500);
    let_go(service, how);
    waiting_end(waiting);
}

static void a_request_waiting_while_its_window_is_closed_does_not_sign(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    played_person_make(service, &person);
    int64_t before = person_signatures(service, &person);
    wait_and_change(service, &person, &waiting,
                    "update binding set valid_until = clock_timestamp() where binding_id = $1", "commit");
    assert_problem_slug(&waiting.answer, 403, "window-closed");
    assert_int_equal(person_signatures(service, &person), before);
}

static void the_window_ends(struct played_service *service, const char *how)
{
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    played_person_make(service, &person);
    int64_t before = person_signatures(service, &person);
    assert_ok(sql_run(
        service->sql,
        "update binding set valid_until = clock_timestamp() + interval '1 second' where binding_id = $1",
        SQL_WITH(person.key.binding_id)));
    wait_and_change(service, &person, &waiting, NULL, how);
    assert_problem_slug(&waiting.answer, 403, "window-closed");
    assert_int_equal(person_signatures(service, &person), before);
}

static void a_request_waiting_while_its_window_ends_by_the_clock_does_not_sign(void **state)
{
    the_window_ends(*state, "commit");
}

static void
a_request_waiting_on_a_change_that_is_rolled_back_while_its_window_ends_does_not_sign(void **state)
{
    the_window_ends(*state, "rollback");
}

static void a_request_waiting_while_the_last_use_is_taken_does_not_sign(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    played_person_make(service, &person);
    assert_ok(sql_run(service->sql, "update binding set uses_left = 1 where binding_id = $1",
                      SQL_WITH(person.key.binding_id)));
    wait_and_change(service, &person, &waiting, "update binding set uses_left = 0 where binding_id = $1",
                    "commit");
    assert_problem_slug(&waiting.answer, 403, "uses-exhausted");
}

static void a_request_waiting_while_its_device_is_locked_does_not_sign(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    played_person_make(service, &person);
    hold(service, &person, "device");
    waiting_begin(service, &waiting, &person);
    assert_ok(sql_wait_for_waiters(service->sql, 1));
    assert_ok(sql_run(service->holder,
                      "update device set locked = true, pin_failures = 5 where device_id = $1",
                      SQL_WITH(person.phone.device_id)));
    let_go(service, "commit");
    waiting_end(&waiting);
    assert_problem_slug(&waiting.answer, 403, "pin-locked");
}

/* The control: one that waited for nothing in particular signs. */
static void a_request_that_waited_for_a_change_that_concerns_it_not_signs(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WAITING_DONE struct waiting waiting = {0};
    uint8_t memory[FRAME_ANSWER_MAX], signature[1][COSIGN_SIGNATURE_SIZE];
    struct buf sealed;
    played_person_make(service, &person);
    wait_and_change(service, &person, &waiting,
                    "update binding set created_at = created_at where binding_id = $1", "commit");
    assert_int_equal(waiting.answer.status, 200);
    buf_init(&sealed, memory, sizeof(memory));
    assert_ok(phone_sealed(&waiting.answer, &sealed));
    assert_ok(device_request_sign_finish(&waiting.request, signature, buf_bytes(&sealed)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_waiting_while_its_account_is_suspended_does_not_sign),
        cmocka_unit_test(a_request_waiting_while_its_key_is_frozen_does_not_sign),
        cmocka_unit_test(a_request_waiting_while_its_window_is_closed_does_not_sign),
        cmocka_unit_test(a_request_waiting_while_its_window_ends_by_the_clock_does_not_sign),
        cmocka_unit_test(
            a_request_waiting_on_a_change_that_is_rolled_back_while_its_window_ends_does_not_sign),
        cmocka_unit_test(a_request_waiting_while_the_last_use_is_taken_does_not_sign),
        cmocka_unit_test(a_request_waiting_while_its_device_is_locked_does_not_sign),
        cmocka_unit_test(a_request_that_waited_for_a_change_that_concerns_it_not_signs),
    };
    return cmocka_run_group_tests_name("attack_service_race", tests, played_service_start,
                                       played_service_stop);
}
