/* SPDX-License-Identifier: Apache-2.0 */
/* A refresh that is lost, late, or repeated, over HTTP (docs/protocol.md §5): the key still signs. */
#include "tests/attack/played_service.h"

#include "tests/client/randomness.h"

/* A refresh as a device makes it: the request, and the half it will have. */
struct refresh {
    struct device_request request;
    struct device_binding next;
};

static void refresh_done(struct refresh *refresh)
{
    device_request_done(&refresh->request);
    cosign_device_half_wipe(&refresh->next.half);
}
#define REFRESH_DONE __attribute__((cleanup(refresh_done)))

static void refresh_make(struct refresh *refresh, const struct device_binding *binding,
                         const struct device_options *options)
{
    refresh->next = *binding;
    refresh->next.generation++;
    assert_ok(device_request_refresh(&refresh->request, &refresh->next.half, binding, options));
}

static void refresh_send(struct played_person *person, const struct refresh *refresh)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    struct device_binding before = refresh->next;
    before.generation--;
    buf_init(&sealed, memory, sizeof(memory));
    played_post(person, &answer, "refreshes", &refresh->request);
    assert_int_equal(answer.status, 200);
    assert_ok(phone_sealed(&answer, &sealed));
    assert_ok(
        device_request_refresh_finish(&refresh->request, &refresh->next.half, &before, buf_bytes(&sealed)));
}

/* The check at g+1 that ends g. */
static void confirm(struct played_person *person, const struct device_binding *next)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_pin_check(person, next, &answer);
    assert_int_equal(answer.status, 200);
    person->key.binding = *next;
}

static void refused(struct played_person *person, const struct device_binding *binding, long status,
                    const char *slug)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_sign(person, binding, &answer);
    assert_problem_slug(&answer, status, slug);
}

static void after_a_refresh_the_old_generation_is_ended_for_ever(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh refresh = {0};
    played_person_make(service, &person);
    struct device_binding old = person.key.binding;
    refresh_make(&refresh, &old, NULL);
    refresh_send(&person, &refresh);
    assert_person_signs(&person); /* generation 0 serves until 1 was used */
    confirm(&person, &refresh.next);
    assert_person_signs(&person);
    refused(&person, &old, 409, "no-such-generation");
    assert_int_equal(person_pin_failures(service, &person), 0);
}

/* The request never arrives: the device falls back. */
static void a_refresh_lost_on_its_way_leaves_the_key_as_it_was(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh lost = {0};
    played_person_make(service, &person);
    refresh_make(&lost, &person.key.binding, NULL);
    refused(&person, &lost.next, 409, "no-such-generation");
    assert_int_equal(person_pin_failures(service, &person), 0);
    assert_person_signs(&person);
}

/* The answer never arrives: the device has both halves, tries the new one, and it is there. */
static void a_refresh_whose_answer_is_lost_can_be_used_or_left(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person user, leaver;
    REFRESH_DONE struct refresh used = {0}, left = {0};
    played_person_make(service, &user);
    played_person_make(service, &leaver);
    refresh_make(&used, &user.key.binding, NULL);
    refresh_send(&user, &used);
    confirm(&user, &used.next);
    assert_person_signs(&user);
    refresh_make(&left, &leaver.key.binding, NULL);
    refresh_send(&leaver, &left);
    assert_person_signs(&leaver);
    assert_person_signs(&leaver);
}

static void a_repeated_refresh_gives_the_same_answer_and_changes_nothing(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh refresh = {0};
    WEB_ANSWER_DONE struct web_answer first = {0}, again = {0};
    played_person_make(service, &person);
    refresh_make(&refresh, &person.key.binding, NULL);
    played_post(&person, &first, "refreshes", &refresh.request);
    played_post(&person, &again, "refreshes", &refresh.request);
    assert_string_equal(web_answer_text(&first, "answer"), web_answer_text(&again, "answer"));
    confirm(&person, &refresh.next);
    assert_person_signs(&person);
    /* Repeated once more, after it was used: the stored answer, and the key stays where it is. */
    played_post(&person, &again, "refreshes", &refresh.request);
    assert_person_signs(&person);
}

/* Two refreshes that change places on the way: the later one has won, and the earlier one, coming late, is refused. */
static void a_late_refresh_does_not_replace_a_later_one(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh early = {0}, later = {0}, same = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    uint64_t now = device_now_ms();
    struct device_options before = {.time_ms = now - 2000}, after = {.time_ms = now - 1000};
    refresh_make(&early, &person.key.binding, &before);
    refresh_make(&later, &person.key.binding, &after);
    refresh_make(&same, &person.key.binding, &after);
    refresh_send(&person, &later);
    played_post(&person, &answer, "refreshes", &early.request);
    assert_int_equal(answer.status, 409);
    assert_string_not_equal(web_answer_problem(&answer), "");
    played_post(&person, &answer, "refreshes", &same.request);
    assert_int_equal(answer.status, 409);
    assert_int_equal(person_pin_failures(service, &person), 0);
    assert_person_signs(&person);
    confirm(&person, &later.next);
    assert_person_signs(&person);
}

static void a_later_refresh_replaces_one_that_was_not_used(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh first = {0}, second = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_options earlier = {.time_ms = device_now_ms() - 1000};
    refresh_make(&first, &person.key.binding, &earlier);
    refresh_send(&person, &first);
    refresh_make(&second, &person.key.binding, NULL);
    refresh_send(&person, &second);
    /* The first one's half belongs to a generation that was replaced: to the service it is a wrong PIN. */
    played_pin_check(&person, &first.next, &answer);
    assert_problem_slug(&answer, 403, "pin-wrong");
    assert_person_signs(&person);
    confirm(&person, &second.next);
    assert_person_signs(&person);
}

/* A refresh is no way to guess: a wrong half is a wrong PIN, at g and at g+1. */
static void a_wrong_pin_is_counted_in_a_refresh_and_at_the_next_generation(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh wrong = {0}, right = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding thief = with_wrong_pin(&person.key.binding);
    refresh_make(&wrong, &thief, NULL);
    played_post(&person, &answer, "refreshes", &wrong.request);
    assert_problem_slug(&answer, 403, "pin-wrong");
    assert_int_equal(person_pin_failures(service, &person), 1);
    refresh_make(&right, &person.key.binding, NULL);
    refresh_send(&person, &right);
    struct device_binding thief_next = with_wrong_pin(&right.next);
    played_pin_check(&person, &thief_next, &answer);
    assert_problem_slug(&answer, 403, "pin-wrong");
    assert_int_equal(person_pin_failures(service, &person),
                     1); /* the refresh's success ended the first row */
    assert_person_signs(&person);
    confirm(&person, &right.next);
}

/* The old half, recorded by a thief with its PIN, is worth nothing after the refresh, in any operation. */
static void an_ended_generation_refreshes_and_checks_nothing(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    REFRESH_DONE struct refresh refresh = {0}, stale = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding old = person.key.binding;
    refresh_make(&refresh, &old, NULL);
    refresh_make(&stale, &old, NULL);
    refresh_send(&person, &refresh);
    confirm(&person, &refresh.next);
    played_post(&person, &answer, "refreshes", &stale.request);
    assert_problem_slug(&answer, 409, "no-such-generation");
    played_pin_check(&person, &old, &answer);
    assert_problem_slug(&answer, 409, "no-such-generation");
    assert_person_signs(&person);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_refresh_the_old_generation_is_ended_for_ever),
        cmocka_unit_test(a_refresh_lost_on_its_way_leaves_the_key_as_it_was),
        cmocka_unit_test(a_refresh_whose_answer_is_lost_can_be_used_or_left),
        cmocka_unit_test(a_repeated_refresh_gives_the_same_answer_and_changes_nothing),
        cmocka_unit_test(a_late_refresh_does_not_replace_a_later_one),
        cmocka_unit_test(a_later_refresh_replaces_one_that_was_not_used),
        cmocka_unit_test(a_wrong_pin_is_counted_in_a_refresh_and_at_the_next_generation),
        cmocka_unit_test(an_ended_generation_refreshes_and_checks_nothing),
    };
    return cmocka_run_group_tests_name("attack_service_refresh", tests, played_service_start,
                                       played_service_stop);
}
