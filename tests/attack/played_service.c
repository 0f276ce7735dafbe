/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/attack/played_service.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/client/command.h"
#include "tests/client/randomness.h"

#define BUSY_TRIES 2000
#define BUSY_PAUSE_MS 5

int played_service_start(void **state)
{
    return played_service_start_with(state, NULL);
}

int played_service_start_with(void **state, const char *const *options)
{
    struct played_service *service = calloc(1, sizeof(*service));
    assert_non_null(service);
    *state = service;
    assert_ok(stack_start(&service->stack, options));
    service->operator_web = operator_connect(&service->stack);
    service->sql = sql_open(stack_value(&service->stack, "HUFU_DATABASE_ADMIN"));
    assert_non_null(service->operator_web);
    assert_non_null(service->sql);
    assert_ok(operator_project_add(service->operator_web, "attacked", service->project_id));
    return 0;
}

static bool runs(const struct played_service *service, const char *which)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d", (int)stack_pid(&service->stack, which));
    return access(path, F_OK) == 0;
}

/* Ends it; then its log tells whether a sanitizer, which finds leaks at the end, has something to say. */
static bool ends_well(struct played_service *service, const char *which)
{
    bool ended = stack_command(&service->stack, "down", which) == HUFU_OK;
    char *log = stack_log(&service->stack, which, NULL);
    bool well = ended && log && !strstr(log, "Sanitizer") && !strstr(log, "runtime error");
    if (!well)
        print_error("%s: %s\n", which, log ? log : "no log");
    free(log);
    return well;
}

int played_service_stop(void **state)
{
    struct played_service *service = *state;
    bool lived = runs(service, "server") && runs(service, "hsm") && runs(service, "db");
    web_client_free(service->operator_web);
    sql_close(service->sql);
    sql_close(service->holder);
    bool well = ends_well(service, "server") && ends_well(service, "hsm");
    stack_stop(&service->stack);
    free(service);
    return lived && well ? 0 : -1;
}

void played_service_hold(struct played_service *service, const char *statement, const char *id)
{
    sql_close(service->holder); /* with what a failed test may have left */
    service->holder = sql_open(stack_value(&service->stack, "HUFU_DATABASE"));
    assert_non_null(service->holder);
    assert_ok(sql_run(service->holder, "begin", SQL_WITHOUT));
    assert_ok(sql_run(service->holder, statement, SQL_WITH(id)));
}

void played_person_make(struct played_service *service, struct played_person *person)
{
    char name[32];
    struct activation activation;
    *person = (struct played_person){0};
    (void)snprintf(name, sizeof(name), "person %u", ++service->people);
    assert_ok(operator_user_add(service->operator_web, service->project_id, name, name, person->account_id,
                                &activation));
    assert_ok(phone_enrol(&person->phone, &service->stack, &activation));
    assert_ok(phone_key_generate(&person->phone, &person->key, "sign"));
    assert_ok(phone_key_certify(&person->phone, &person->key));
}

void played_person_done(struct played_person *person)
{
    phone_done(&person->phone);
    cosign_device_half_wipe(&person->key.binding.half);
}

void played_post(struct played_person *person, struct web_answer *answer, const char *resource,
                 const struct device_request *request)
{
    assert_ok(phone_post(person->phone.web, answer, &person->key, resource, request));
}

enum hufu_err played_post_until_answered(struct web_client *web, struct web_answer *answer,
                                         const struct phone_key *key, const char *resource,
                                         const struct device_request *request)
{
    for (int tries = 0; tries < BUSY_TRIES; tries++) {
        enum hufu_err err = phone_post(web, answer, key, resource, request);
        if (err || answer->status != 503 || strcmp(web_answer_problem(answer), "busy") != 0)
            return err;
        command_pause_ms(BUSY_PAUSE_MS);
    }
    return HUFU_OK;
}

void assert_problem_slug(const struct web_answer *answer, long status, const char *slug)
{
    assert_string_equal(web_answer_problem(answer), slug);
    assert_int_equal(answer->status, status);
    assert_null(json_object_get(answer->json, "answer"));
    assert_true(answer->request_id[0] != 0);
}

void played_sign(struct played_person *person, const struct device_binding *binding,
                 struct web_answer *answer)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    DEVICE_REQUEST_DONE struct device_request request = {0};
    randomness_fill(digest, sizeof(digest));
    assert_ok(device_request_sign(&request, binding, bytes_of(digest, sizeof(digest)), NULL));
    played_post(person, answer, "signatures", &request);
}

void played_pin_check(struct played_person *person, const struct device_binding *binding,
                      struct web_answer *answer)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_pin_check(&request, binding, NULL));
    played_post(person, answer, "pin-checks", &request);
}

void assert_person_signs(struct played_person *person)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t digest[COSIGN_DIGEST_SIZE], signature[1][COSIGN_SIGNATURE_SIZE];
    randomness_fill(digest, sizeof(digest));
    enum hufu_err err =
        phone_sign(&person->phone, &answer, &person->key, bytes_of(digest, sizeof(digest)), signature);
    if (err)
        fail_msg("error %s, status %ld %s", hufu_err_name(err), answer.status, web_answer_problem(&answer));
    assert_ok(cosign_verify_var(person->key.binding.half.P, digest, signature[0]));
}

int64_t person_pin_failures(struct played_service *service, const struct played_person *person)
{
    return sql_number(service->sql, "select pin_failures from device where device_id = $1",
                      SQL_WITH(person->phone.device_id));
}

int64_t person_signatures(struct played_service *service, const struct played_person *person)
{
    return sql_number(service->sql, "select count(*) from signature where binding_id = $1",
                      SQL_WITH(person->key.binding_id));
}

int64_t person_events(struct played_service *service, const struct played_person *person)
{
    return sql_number(service->sql, "select count(*) from audit_event where account_id = $1",
                      SQL_WITH(person->account_id));
}

int64_t person_requests(struct played_service *service, const struct played_person *person)
{
    return sql_number(service->sql, "select count(*) from request where binding_id = $1",
                      SQL_WITH(person->key.binding_id));
}
