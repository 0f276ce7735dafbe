/* SPDX-License-Identifier: Apache-2.0 */
/* An attacker who can write the database: moved, exchanged and damaged records, and states set by hand. What is sealed
 * cannot be put to another use (docs/protocol.md §8). */
#include "tests/attack/played_service.h"

#include <unistd.h>

#include "tests/client/hsm_link.h"

static void swap_records(struct played_service *service, const struct played_person *mine,
                         const struct played_person *theirs)
{
    assert_ok(sql_run(
        service->sql,
        "update binding b set record = o.record from binding o"
        " where (b.binding_id = $1 and o.binding_id = $2) or (b.binding_id = $2 and o.binding_id = $1)",
        SQL_WITH(mine->key.binding_id, theirs->key.binding_id)));
}

static void a_record_moved_to_another_binding_signs_for_nobody(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person mine, theirs;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &mine);
    played_person_make(service, &theirs);
    swap_records(service, &mine, &theirs);
    played_sign(&mine, &mine.key.binding, &answer);
    assert_problem_slug(&answer, 500, "record-invalid");
    /* Not even for the one whose half it is, under the other's name. */
    played_sign(&theirs, &mine.key.binding, &answer);
    assert_true(answer.status >= 400);
    swap_records(service, &mine, &theirs);
    assert_person_signs(&mine);
    assert_person_signs(&theirs);
}

static void a_damaged_record_is_refused_and_its_cause_logged(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    static const char flip[] = "update binding set record = set_byte(record, 40, get_byte(record, 40) # 1)"
                               " where binding_id = $1";
    played_person_make(service, &person);
    struct device_binding wrong = with_wrong_pin(&person.key.binding);
    assert_ok(sql_run(service->sql, flip, SQL_WITH(person.key.binding_id)));
    played_sign(&person, &person.key.binding, &answer);
    assert_problem_slug(&answer, 500, "record-invalid");
    char *log = stack_log(&service->stack, "server", NULL);
    assert_non_null(log);
    assert_non_null(strstr(log, answer.request_id));
    free(log);
    played_sign(&person, &wrong, &answer);
    assert_problem_slug(&answer, 500, "record-invalid");
    assert_int_equal(person_pin_failures(service, &person), 0);
    assert_ok(sql_run(service->sql, flip, SQL_WITH(person.key.binding_id)));
    assert_person_signs(&person);
}

/* A binding written over to another device: the record still names its own. */
static void a_binding_given_to_another_device_signs_for_nobody(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person mine, theirs;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    uint8_t digest[COSIGN_DIGEST_SIZE] = {1};
    played_person_make(service, &mine);
    played_person_make(service, &theirs);
    assert_ok(sql_run(service->sql,
                      "update binding set device_id = $1, account_id = $2 where binding_id = $3",
                      SQL_WITH(theirs.phone.device_id, theirs.account_id, mine.key.binding_id)));
    struct device_binding stolen = mine.key.binding;
    stolen.key = theirs.phone.key;
    assert_ok(device_request_sign(&request, &stolen, bytes_of(digest, sizeof(digest)), NULL));
    assert_ok(phone_post(theirs.phone.web, &answer, &mine.key, "signatures", &request));
    assert_problem_slug(&answer, 403, "device-signature-invalid");
    assert_ok(sql_run(service->sql,
                      "update binding set device_id = $1, account_id = $2 where binding_id = $3",
                      SQL_WITH(mine.phone.device_id, mine.account_id, mine.key.binding_id)));
    assert_person_signs(&mine);
}

static void a_generation_set_by_hand_does_not_fit_the_record(void **state)
{
    struct played_service *service = *state;
    PLAYED_PERSON_DONE struct played_person person;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    played_person_make(service, &person);
    struct device_binding next = person.key.binding;
    next.generation = 1;
    assert_ok(sql_run(service->sql, "update binding set generation = 1 where binding_id = $1",
                      SQL_WITH(person.key.binding_id)));
    played_sign(&person, &next, &answer);
    assert_problem_slug(&answer, 500, "record-invalid");
    assert_ok(sql_run(service->sql, "update binding set generation = 0 where binding_id = $1",
                      SQL_WITH(person.key.binding_id)));
    assert_person_signs(&person);
}

/* Whoever speaks to hufu-hsm must be hufu-server: not even root. */
static void hufu_hsm_answers_no_other_user(void **state)
{
    struct played_service *service = *state;
    HSM_LINK_CLOSED struct hsm_link link = {.fd = -1};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    const char *path = stack_value(&service->stack, "HUFU_HSM_SOCKET");
    if (geteuid() != 0)
        skip(); /* all processes are the caller's own */
    assert_ok(hsm_link_open(&link, path, 0));
    assert_int_equal(hsm_link_call(&link, &reply, "status", NULL, 0), HUFU_ERR_AWAY);
    hsm_link_close(&link);
    assert_ok(hsm_link_open(&link, path, stack_server_uid()));
    assert_ok(hsm_link_call(&link, &reply, "status", NULL, 0));
    assert_ok(reply.error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_moved_to_another_binding_signs_for_nobody),
        cmocka_unit_test(a_damaged_record_is_refused_and_its_cause_logged),
        cmocka_unit_test(a_binding_given_to_another_device_signs_for_nobody),
        cmocka_unit_test(a_generation_set_by_hand_does_not_fit_the_record),
        cmocka_unit_test(hufu_hsm_answers_no_other_user),
    };
    return cmocka_run_group_tests_name("attack_service_record", tests, played_service_start,
                                       played_service_stop);
}
