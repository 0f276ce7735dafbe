/* SPDX-License-Identifier: Apache-2.0 */
/* The same request id again, over HTTP (docs/protocol.md §7): the same bytes get the same answer and nothing more, other
 * bytes are a conflict; and frames that were changed on their way, or come from somewhere else. */
#include "tests/attack/played_service.h"

#include <pthread.h>

#include "tests/client/randomness.h"

#define AT_ONCE 8
#define MINUTE_MS 60000u

static void make_sign(const struct device_binding *binding, struct device_request *request,
                      const struct device_options *options)
{
    uint8_t digests[2 * COSIGN_DIGEST_SIZE];
    randomness_fill(digests, sizeof(digests));
    assert_ok(device_request_sign(request, binding, bytes_of(digests, sizeof(digests)), options));
}

/* What must not move. */
struct counts {
    int64_t signatures, events, requests, failures;
};

static struct counts counts_of(struct played_service *service, const struct played_person *person)
{
    return (struct counts){person_signatures(service, person), person_events(service, person),
                           person_requests(service, person), person_pin_failures(service, person)};
}

static void assert_counts(struct played_service *service, const struct played_person *person,
                          struct counts before, int64_t more)
{
    struct counts now = counts_of(service, person);
    assert_int_equal(now.signatures, before.signatures + more);
    assert_int_equal(now.events, before.events + more);
    assert_int_equal(now.requests, before.requests + more);
    assert_int_equal(now.failures, before.failures);
}

static void the_same_bytes_again_get_the_same_answer_and_nothing_more(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    WEB_ANSWER_DONE struct web_answer first = {0}, again = {0};
    uint8_t memory[FRAME_ANSWER_MAX], signatures[2][COSIGN_SIGNATURE_SIZE];
    struct buf sealed;
    played_person_make(service, &person);
    make_sign(&person.key.binding, &request, NULL);
    struct counts before = counts_of(service, &person);
    played_post(&person, &first, "signatures", &request);
    assert_int_equal(first.status, 200);
    for (int i = 0; i < 3; i++) {
        played_post(&person, &again, "signatures", &request);
        assert_int_equal(again.status, 200);
        assert_string_equal(web_answer_text(&again, "answer"), web_answer_text(&first, "answer"));
    }
    assert_counts(service, &person, before, 1);
    buf_init(&sealed, memory, sizeof(memory));
    assert_ok(phone_sealed(&again, &sealed));
    assert_ok(device_request_sign_finish(&request, signatures, buf_bytes(&sealed)));
}

/* Sameness concerns the frame: the device may have signed it twice. */
static void the_same_frame_under_another_signature_of_the_device_is_the_same_request(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    WEB_ANSWER_DONE struct web_answer first = {0}, again = {0};
    uint8_t memory[FRAME_MAX + 64];
    struct buf message;
    played_person_make(service, &person);
    make_sign(&person.key.binding, &request, NULL);
    played_post(&person, &first, "signatures", &request);
    struct counts before = counts_of(service, &person);
    buf_init(&message, memory, sizeof(memory));
    assert_ok(frame_signed_message(&message, device_request_frame(&request)));
    assert_ok(device_key_sign(person.phone.key, request.signature, buf_bytes(&message)));
    played_post(&person, &again, "signatures", &request);
    assert_string_equal(web_answer_text(&again, "answer"), web_answer_text(&first, "answer"));
    assert_counts(service, &person, before, 0);
}

/* ---- Several at once ---- */

struct poster {
    pthread_t thread;
    struct web_client *web;
    const struct played_person *person;
    const struct device_request *request;
    struct web_answer answer;
    enum hufu_err err;
};

static void *post(void *context)
{
    struct poster *poster = context;
    poster->err = played_post_until_answered(poster->web, &poster->answer, &poster->person->key, "signatures",
                                             poster->request);
    return NULL;
}

static void the_same_bytes_at_once_get_one_answer(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct poster posters[AT_ONCE] = {0};
    played_person_make(service, &person);
    make_sign(&person.key.binding, &request, NULL);
    struct counts before = counts_of(service, &person);
    for (size_t i = 0; i < AT_ONCE; i++) {
        posters[i] =
            (struct poster){.web = phone_connect(&service->stack), .person = &person, .request = &request};
        web_client_authorize(posters[i].web, person.phone.token);
        assert_int_equal(pthread_create(&posters[i].thread, NULL, post, &posters[i]), 0);
    }
    for (size_t i = 0; i < AT_ONCE; i++) {
        assert_int_equal(pthread_join(posters[i].thread, NULL), 0);
        assert_ok(posters[i].err);
        assert_int_equal(posters[i].answer.status, 200);
        assert_string_equal(web_answer_text(&posters[i].answer, "answer"),
                            web_answer_text(&posters[0].answer, "answer"));
    }
    assert_counts(service, &person, before, 1);
    for (size_t i = 0; i < AT_ONCE; i++) {
        web_answer_done(&posters[i].answer);
        web_client_free(posters[i].web);
    }
}

/* ---- Other bytes ---- */

/* Everything the same but the time, the digests, or the half: each is another frame. */
static void other_bytes_under_the_same_id_are_a_conflict(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    make_sign(&person.key.binding, &request, NULL);
    played_post(&person, &answer, "signatures", &request);
    assert_int_equal(answer.status, 200);
    char *kept = strdup(web_answer_text(&answer, "answer"));
    int64_t signatures = person_signatures(service, &person), requests = person_requests(service, &person);
    const struct device_binding *halves[] = {&person.key.binding, &wrong};
    for (size_t i = 0; i < 2; i++) {
        struct device_options options = {.request_id = request.request_id};
        DEVICE_REQUEST_DONE struct device_request other = {0};
        make_sign(halves[i], &other, &options);
        played_post(&person, &answer, "signatures", &other);
        assert_problem_slug(&answer, 409, "request-conflict");
    }
    /* It holds for the whole binding, whatever the operation. */
    struct device_options options = {.request_id = request.request_id};
    DEVICE_REQUEST_DONE struct device_request check = {0};
    assert_ok(device_request_pin_check(&check, &person.key.binding, &options));
    played_post(&person, &answer, "pin-checks", &check);
    assert_problem_slug(&answer, 409, "request-conflict");
    assert_int_equal(person_signatures(service, &person), signatures);
    assert_int_equal(person_requests(service, &person), requests);
    assert_int_equal(person_pin_failures(service, &person), 0);
    played_post(&person, &answer, "signatures", &request);
    assert_string_equal(web_answer_text(&answer, "answer"), kept);
    free(kept);
}

/* The id belongs to the binding: somebody else may use the same. */
static void the_same_id_of_another_binding_is_another_request(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person mine, theirs;
    DEVICE_REQUEST_DONE struct device_request first = {0}, second = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &mine);
    played_person_make(service, &theirs);
    make_sign(&mine.key.binding, &first, NULL);
    struct device_options options = {.request_id = first.request_id};
    make_sign(&theirs.key.binding, &second, &options);
    played_post(&mine, &answer, "signatures", &first);
    assert_int_equal(answer.status, 200);
    played_post(&theirs, &answer, "signatures", &second);
    assert_int_equal(answer.status, 200);
}

static void a_stored_answer_is_not_given_once_the_key_is_frozen(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    make_sign(&person.key.binding, &request, NULL);
    played_post(&person, &answer, "signatures", &request);
    assert_int_equal(answer.status, 200);
    assert_ok(operator_key(service->operator_web, person.key.key_id, "freeze"));
    played_post(&person, &answer, "signatures", &request);
    assert_problem_slug(&answer, 403, "binding-not-active");
    assert_ok(operator_key(service->operator_web, person.key.key_id, "unfreeze"));
    played_post(&person, &answer, "signatures", &request);
    assert_int_equal(answer.status, 200);
}

/* ---- Frames from elsewhere ---- */

static void a_frame_signed_by_another_device_is_refused(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person mine, theirs;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    played_person_make(service, &mine);
    played_person_make(service, &theirs);
    struct device_options options = {.signer = theirs.phone.key};
    make_sign(&mine.key.binding, &request, &options);
    played_post(&mine, &answer, "signatures", &request);
    assert_problem_slug(&answer, 403, "device-signature-invalid");
    assert_person_signs(&mine);
}

/* A stolen session token is of no use for one's own key, nor one's own for a stolen frame. */
static void another_sessions_key_is_not_found(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person mine, theirs;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    played_person_make(service, &mine);
    played_person_make(service, &theirs);
    make_sign(&mine.key.binding, &request, NULL);
    assert_ok(phone_post(theirs.phone.web, &answer, &mine.key, "signatures", &request));
    assert_problem_slug(&answer, 404, "not-found");
    struct web_client *nobody = phone_connect(&service->stack);
    assert_ok(phone_post(nobody, &answer, &mine.key, "signatures", &request));
    assert_problem_slug(&answer, 401, "unauthenticated");
    web_client_free(nobody);
    played_post(&mine, &answer, "signatures", &request);
    assert_int_equal(answer.status, 200);
}

static void a_frame_three_minutes_old_is_refused_with_the_services_time(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    const uint64_t times[] = {device_now_ms() - 3 * MINUTE_MS, device_now_ms() + 3 * MINUTE_MS};
    for (size_t i = 0; i < 2; i++) {
        DEVICE_REQUEST_DONE struct device_request request = {0};
        struct device_options options = {.time_ms = times[i]};
        make_sign(&person.key.binding, &request, &options);
        played_post(&person, &answer, "signatures", &request);
        assert_problem_slug(&answer, 403, "frame-time");
        uint64_t told = 0;
        assert_ok(rfc3339_parse(&told, web_answer_text(&answer, "service_time")));
        assert_in_range(told, device_now_ms() - 10000, device_now_ms() + 10000);
    }
}

static void put_purpose(struct frame_head *head, void *context)
{
    static const uint8_t login[] = {0, 0, 0, 5, 'l', 'o', 'g', 'i', 'n', 0, 0, 0, 1, 'r', 0, 0, 0, 1, 't'};
    (void)context;
    head->purpose = bytes_of(login, sizeof(login));
}

static void put_digest(struct frame_head *head, void *context)
{
    static const uint8_t other[2 * COSIGN_DIGEST_SIZE] = {1};
    (void)context;
    head->public_part = bytes_of(other, sizeof(other));
}

static void change_purpose(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context)
{
    (void)signature;
    assert_ok(device_frame_change_head(frame, put_purpose, context));
}

static void change_digest(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context)
{
    (void)signature;
    assert_ok(device_frame_change_head(frame, put_digest, context));
}

static void a_purpose_or_a_digest_changed_on_the_way_is_refused(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    const struct device_options changes[] = {{.on_the_way = change_purpose}, {.on_the_way = change_digest}};
    int64_t signatures = person_signatures(service, &person);
    for (size_t i = 0; i < 2; i++) {
        DEVICE_REQUEST_DONE struct device_request request = {0};
        make_sign(&person.key.binding, &request, &changes[i]);
        played_post(&person, &answer, "signatures", &request);
        assert_problem_slug(&answer, 403, "device-signature-invalid");
    }
    assert_int_equal(person_signatures(service, &person), signatures);
}

/* A PIN check sent where signatures are made, and the other way round; a frame for another key than the path's. */
static void a_frame_is_taken_only_where_it_belongs(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person, other;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request check = {0}, sign = {0}, strange = {0};
    played_person_make(service, &person);
    played_person_make(service, &other);
    assert_ok(device_request_pin_check(&check, &person.key.binding, NULL));
    make_sign(&person.key.binding, &sign, NULL);
    make_sign(&other.key.binding, &strange, NULL);
    played_post(&person, &answer, "signatures", &check);
    assert_problem_slug(&answer, 400, "frame-malformed");
    played_post(&person, &answer, "pin-checks", &sign);
    assert_problem_slug(&answer, 400, "frame-malformed");
    played_post(&person, &answer, "refreshes", &sign);
    assert_problem_slug(&answer, 400, "frame-malformed");
    played_post(&person, &answer, "signatures", &strange);
    assert_problem_slug(&answer, 400, "frame-malformed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_again_get_the_same_answer_and_nothing_more),
        cmocka_unit_test(the_same_frame_under_another_signature_of_the_device_is_the_same_request),
        cmocka_unit_test(the_same_bytes_at_once_get_one_answer),
        cmocka_unit_test(other_bytes_under_the_same_id_are_a_conflict),
        cmocka_unit_test(the_same_id_of_another_binding_is_another_request),
        cmocka_unit_test(a_stored_answer_is_not_given_once_the_key_is_frozen),
        cmocka_unit_test(a_frame_signed_by_another_device_is_refused),
        cmocka_unit_test(another_sessions_key_is_not_found),
        cmocka_unit_test(a_frame_three_minutes_old_is_refused_with_the_services_time),
        cmocka_unit_test(a_purpose_or_a_digest_changed_on_the_way_is_refused),
        cmocka_unit_test(a_frame_is_taken_only_where_it_belongs),
    };
    return cmocka_run_group_tests_name("attack_service_request", tests, played_service_start,
                                       played_service_stop);
}
