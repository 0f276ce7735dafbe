/* SPDX-License-Identifier: Apache-2.0 */
/* Guessing the PIN with a stolen phone (device key, session, and everything but the PIN), over HTTP (docs/protocol.md §6):
 * five wrong ones in a row lock the device, whatever else goes on, and nothing that is not counted tells anything. */
#include "tests/attack/played_service.h"

#include <pthread.h>

#include "tests/client/randomness.h"

#define TRIES 5
#define AT_ONCE 30

static void five_wrong_pins_lock_all_and_a_right_one_comes_too_late(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    for (int i = 1; i <= TRIES; i++) {
        if (i % 2)
            played_pin_check(&person, &wrong, &answer);
        else
            played_sign(&person, &wrong, &answer);
        assert_problem_slug(&answer, 403, "pin-wrong");
        assert_int_equal(web_answer_integer(&answer, "tries_left"), TRIES - i);
    }
    int64_t signatures = person_signatures(service, &person);
    played_sign(&person, &person.key.binding, &answer);
    assert_problem_slug(&answer, 403, "pin-locked");
    played_sign(&person, &wrong, &answer);
    assert_problem_slug(&answer, 403, "pin-locked");
    played_pin_check(&person, &person.key.binding, &answer);
    assert_problem_slug(&answer, 403, "pin-locked");
    assert_int_equal(person_signatures(service, &person), signatures);
}

/* ---- Thirty at once ---- */

struct guesser {
    pthread_t thread;
    struct web_client *web;
    const struct played_person *person;
    struct device_request request;
    bool once; /* takes "busy" for an answer */
    struct web_answer answer;
    enum hufu_err err;
};

static void *guess(void *context)
{
    struct guesser *guesser = context;
    guesser->err = guesser->once
                       ? phone_post(guesser->web, &guesser->answer, &guesser->person->key, "pin-checks",
                                    &guesser->request)
                       : played_post_until_answered(guesser->web, &guesser->answer, &guesser->person->key,
                                                    "pin-checks", &guesser->request);
    return NULL;
}

/* options: of every guess; NULL: none. */
static void guessers_begin(struct played_service *service, const struct played_person *person,
                           struct guesser guessers[AT_ONCE], const struct device_options *options)
{
    struct device_binding wrong = with_wrong_pin(&person->key.binding);
    for (size_t i = 0; i < AT_ONCE; i++) {
        guessers[i] = (struct guesser){
            .web = phone_connect(&service->stack), .person = person, .once = options && options->request_id};
        assert_non_null(guessers[i].web);
        web_client_authorize(guessers[i].web, person->phone.token);
        assert_ok(device_request_pin_check(&guessers[i].request, &wrong, options));
    }
    for (size_t i = 0; i < AT_ONCE; i++)
        assert_int_equal(pthread_create(&guessers[i].thread, NULL, guess, &guessers[i]), 0);
}

/* How many were told that their PIN was wrong; all others must have been told otherwise: that the device is locked, or,
 * for guesses under one request id, that the id is taken, or that another request is under way. */
static int guessers_end(struct guesser guessers[AT_ONCE])
{
    int told = 0;
    for (size_t i = 0; i < AT_ONCE; i++) {
        assert_int_equal(pthread_join(guessers[i].thread, NULL), 0);
        assert_ok(guessers[i].err);
        bool wrong = strcmp(web_answer_problem(&guessers[i].answer), "pin-wrong") == 0;
        if (!wrong && guessers[i].answer.status == 503)
            assert_problem_slug(&guessers[i].answer, 503, guessers[i].once ? "busy" : "answered");
        else if (!wrong && guessers[i].once)
            assert_problem_slug(&guessers[i].answer, 409, "request-conflict");
        else if (!wrong)
            assert_problem_slug(&guessers[i].answer, 403, "pin-locked");
        told += wrong;
        web_answer_done(&guessers[i].answer);
        device_request_done(&guessers[i].request);
        web_client_free(guessers[i].web);
    }
    return told;
}

static void of_thirty_wrong_pins_at_once_five_are_told_and_nothing_passes_after(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    struct guesser guessers[AT_ONCE];
    played_person_make(service, &person);
    guessers_begin(service, &person, guessers, NULL);
    assert_int_equal(guessers_end(guessers), TRIES);
    assert_int_equal(person_pin_failures(service, &person), TRIES);
    int64_t told = sql_number(
        service->sql, "select count(*) from audit_event where account_id = $1 and outcome = 'pin-wrong'",
        SQL_WITH(person.account_id));
    assert_int_equal(told, TRIES);
    played_pin_check(&person, &person.key.binding, &answer);
    assert_problem_slug(&answer, 403, "pin-locked");
}

/* How many proofs hufu-hsm has refused, by its own log: what it computed, whatever anybody was told. */
static size_t proofs_refused(const struct played_service *service)
{
    size_t count = 0;
    char *log = stack_log(&service->stack, "hsm", NULL);
    assert_non_null(log);
    for (const char *at = log; (at = strstr(at, "\"error\":\"proof\"")); at++)
        count++;
    free(log);
    return count;
}

/* A right half takes hufu-hsm longer than a wrong one. A guess that is computed and then turned away untold could be read
 * off the clock, so none is computed while another of the device is under way. (One may come in between the other's
 * decision and its own read.) */
static void guesses_at_once_are_computed_one_at_a_time(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person, other;
    struct guesser guessers[AT_ONCE];
    uint8_t request_id[FRAME_ID_SIZE] = {1};
    struct device_options one_id = {.request_id = request_id};
    played_person_make(service, &person);
    played_person_make(service, &other);
    size_t before = proofs_refused(service);
    guessers_begin(service, &person, guessers, &one_id);
    assert_int_equal(guessers_end(guessers), 1);
    assert_int_equal(person_pin_failures(service, &person), 1);
    assert_in_range(proofs_refused(service) - before, 1, 2);
    before = proofs_refused(service);
    guessers_begin(service, &other, guessers, NULL);
    assert_int_equal(guessers_end(guessers), TRIES);
    assert_in_range(proofs_refused(service) - before, TRIES, TRIES + 1);
}

/* The owner signs rightly all the while: a success ends a row of failures, so more than five may be told in all, but never
 * a sixth after the last success, and no success after the lock. The database's order is the judge. */
struct owner {
    pthread_t thread;
    struct played_person *person;
    struct web_client *web;
    int successes;
};

static void *sign_on(void *context)
{
    struct owner *owner = context;
    for (int i = 0; i < 20; i++) {
        DEVICE_REQUEST_DONE struct device_request request = {0};
        WEB_ANSWER_DONE struct web_answer answer = {0};
        if (device_request_pin_check(&request, &owner->person->key.binding, NULL) ||
            played_post_until_answered(owner->web, &answer, &owner->person->key, "pin-checks", &request))
            return NULL;
        owner->successes += answer.status == 200;
    }
    return NULL;
}

/* The longest row of counted failures in the order of the audit trail, and whether anything succeeded after the lock. */
static const char row_query[] = "with e as (select outcome, at, event_id, sum((outcome = 'ok')::int) over "
                                "(order by at, event_id) as island"
                                " from audit_event where account_id = $1 and action = 'sm2/pin/check')"
                                " select coalesce(max(n), 0) from (select count(*) as n from e where outcome "
                                "= 'pin-wrong' group by island) s";
static const char late_query[] =
    "select count(*) from audit_event ok, audit_event lock where ok.account_id = $1 and lock.account_id = $1"
    " and lock.action = 'device.lock' and ok.action = 'sm2/pin/check' and ok.outcome in ('ok', 'pin-wrong')"
    " and ok.at > lock.at";

static void thirty_wrong_pins_among_right_ones_never_get_a_sixth_result_in_a_row(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    struct guesser guessers[AT_ONCE];
    played_person_make(service, &person);
    struct owner owner = {.person = &person, .web = phone_connect(&service->stack)};
    web_client_authorize(owner.web, person.phone.token);
    assert_int_equal(pthread_create(&owner.thread, NULL, sign_on, &owner), 0);
    guessers_begin(service, &person, guessers, NULL);
    int told = guessers_end(guessers);
    assert_int_equal(pthread_join(owner.thread, NULL), 0);
    web_client_free(owner.web);
    print_message("%d wrong ones told, %d right ones answered\n", told, owner.successes);
    assert_true(told >= TRIES);
    assert_int_equal(sql_number(service->sql, row_query, SQL_WITH(person.account_id)), TRIES);
    assert_int_equal(sql_number(service->sql, late_query, SQL_WITH(person.account_id)), 0);
    played_pin_check(&person, &person.key.binding, &answer);
    assert_problem_slug(&answer, 403, "pin-locked");
}

/* ---- What is counted ---- */

static void the_same_wrong_request_again_is_counted_once(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    assert_ok(device_request_pin_check(&request, &wrong, NULL));
    for (int i = 0; i < 2 * TRIES; i++) {
        played_post(&person, &answer, "pin-checks", &request);
        assert_problem_slug(&answer, 403, "pin-wrong");
        assert_int_equal(web_answer_integer(&answer, "tries_left"), TRIES - 1);
    }
    assert_int_equal(person_pin_failures(service, &person), 1);
    assert_person_signs(&person);
}

static void a_success_tells_how_many_failures_came_before_it(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    for (int i = 0; i < 3; i++)
        played_sign(&person, &wrong, &answer);
    played_sign(&person, &person.key.binding, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(web_answer_integer(&answer, "pin_failures_before"), 3);
    played_sign(&person, &person.key.binding, &answer);
    assert_int_equal(web_answer_integer(&answer, "pin_failures_before"), 0);
}

/* A second key of the same phone is no second set of tries. */
static void failures_count_for_the_device_over_all_its_keys(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    struct phone_key second;
    played_person_make(service, &person);
    assert_ok(phone_key_generate(&person.phone, &second, "decrypt"));
    struct device_binding wrong[] = {with_wrong_pin(&person.key.binding), with_wrong_pin(&second.binding)};
    for (size_t i = 0; i < TRIES; i++) {
        DEVICE_REQUEST_DONE struct device_request request = {0};
        assert_ok(device_request_pin_check(&request, &wrong[i % 2], NULL));
        assert_ok(
            phone_post(person.phone.web, &answer, i % 2 ? &second : &person.key, "pin-checks", &request));
        assert_problem_slug(&answer, 403, "pin-wrong");
    }
    DEVICE_REQUEST_DONE struct device_request right = {0};
    assert_ok(device_request_pin_check(&right, &second.binding, NULL));
    assert_ok(phone_post(person.phone.web, &answer, &second, "pin-checks", &right));
    assert_problem_slug(&answer, 403, "pin-locked");
}

static void fifty_failures_in_a_life_lock_however_many_successes_lie_between(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    int told = 0;
    for (int i = 0; i < 60; i++) {
        played_pin_check(&person, i % 2 ? &person.key.binding : &wrong, &answer);
        told += strcmp(web_answer_problem(&answer), "pin-wrong") == 0;
    }
    assert_int_equal(told, 30);
    for (int i = 0; i < 60; i++) {
        played_pin_check(&person, i % 2 ? &person.key.binding : &wrong, &answer);
        told += strcmp(web_answer_problem(&answer), "pin-wrong") == 0;
    }
    assert_int_equal(told, 50);
    assert_problem_slug(&answer, 403, "pin-locked");
}

/* ---- What is not counted tells nothing ---- */

static void break_box(struct buf *frame, void *context)
{
    (void)context;
    frame->data[frame->len - 1] ^= 1;
}

/* Each fault that counts nothing, with a right half and with a wrong one: the same problem, byte for byte but for what
 * changes with every answer, and no failure counted. */
static void what_is_not_counted_says_the_same_to_a_right_and_to_a_wrong_pin(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person, stranger;
    played_person_make(service, &person);
    played_person_make(service, &stranger);
    struct device_binding right = person.key.binding, wrong = with_wrong_pin(&right);
    const struct device_options faults[] = {
        {.signer = stranger.phone.key},
        {.time_ms = device_now_ms() - 180000},
        {.before_signature = break_box},
    };
    static const char *const slugs[] = {"device-signature-invalid", "frame-time", "frame-malformed"};
    for (size_t i = 0; i < 6; i++) {
        WEB_ANSWER_DONE struct web_answer answer = {0};
        DEVICE_REQUEST_DONE struct device_request request = {0};
        assert_ok(device_request_pin_check(&request, i % 2 ? &wrong : &right, &faults[i / 2]));
        played_post(&person, &answer, "pin-checks", &request);
        assert_problem_slug(&answer, i / 2 == 2 ? 400 : 403, slugs[i / 2]);
        assert_null(json_object_get(answer.json, "tries_left"));
    }
    assert_int_equal(person_pin_failures(service, &person), 0);
    right.generation = wrong.generation = 1;
    for (size_t i = 0; i < 2; i++) {
        WEB_ANSWER_DONE struct web_answer answer = {0};
        played_pin_check(&person, i ? &wrong : &right, &answer);
        assert_problem_slug(&answer, 409, "no-such-generation");
    }
    assert_int_equal(person_pin_failures(service, &person), 0);
}

/* State comes before the proof: a frozen key answers a right and a wrong PIN alike. */
static void a_frozen_key_tests_no_pin(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    assert_ok(operator_key(service->operator_web, person.key.key_id, "freeze"));
    played_sign(&person, &person.key.binding, &answer);
    assert_problem_slug(&answer, 403, "binding-not-active");
    played_sign(&person, &wrong, &answer);
    assert_problem_slug(&answer, 403, "binding-not-active");
    assert_int_equal(person_pin_failures(service, &person), 0);
}

/* "No such generation" is told only for a valid device signature. */
static void whether_a_generation_exists_is_told_to_the_device_alone(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person, stranger;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    played_person_make(service, &person);
    played_person_make(service, &stranger);
    struct device_binding next = person.key.binding;
    next.generation = 1;
    struct device_options options = {.signer = stranger.phone.key};
    assert_ok(device_request_pin_check(&request, &next, &options));
    played_post(&person, &answer, "pin-checks", &request);
    assert_problem_slug(&answer, 403, "device-signature-invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_wrong_pins_lock_all_and_a_right_one_comes_too_late),
        cmocka_unit_test(of_thirty_wrong_pins_at_once_five_are_told_and_nothing_passes_after),
        cmocka_unit_test(guesses_at_once_are_computed_one_at_a_time),
        cmocka_unit_test(thirty_wrong_pins_among_right_ones_never_get_a_sixth_result_in_a_row),
        cmocka_unit_test(the_same_wrong_request_again_is_counted_once),
        cmocka_unit_test(a_success_tells_how_many_failures_came_before_it),
        cmocka_unit_test(failures_count_for_the_device_over_all_its_keys),
        cmocka_unit_test(fifty_failures_in_a_life_lock_however_many_successes_lie_between),
        cmocka_unit_test(what_is_not_counted_says_the_same_to_a_right_and_to_a_wrong_pin),
        cmocka_unit_test(a_frozen_key_tests_no_pin),
        cmocka_unit_test(whether_a_generation_exists_is_told_to_the_device_alone),
    };
    return cmocka_run_group_tests_name("attack_service_pin", tests, played_service_start,
                                       played_service_stop);
}
