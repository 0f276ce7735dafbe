/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/attack/played_loan.h"

#include <stdio.h>

#include "tests/client/randomness.h"

const struct authorized_terms loan_of_a_day = {.from_s = -LOAN_HOUR_S, .until_s = LOAN_DAY_S, .uses = 100};

void loan_done(struct loan *loan)
{
    played_person_done(&loan->holder);
    authorized_user_done(&loan->user);
}

void loan_add_user(struct played_service *service, struct authorized_user *user, struct played_person *holder,
                   const struct authorized_terms *terms)
{
    static const char count[] = "select count(*) from account where project_id = $1";
    static const char number[] = "select work_number from account where account_id = $1";
    char name[48];
    int64_t people = sql_number(service->sql, count, SQL_WITH(service->project_id));
    char *holder_number = sql_text(service->sql, number, SQL_WITH(holder->account_id));
    assert_non_null(holder_number);
    (void)snprintf(name, sizeof(name), "user %lld", (long long)people);
    assert_ok(authorized_user_enrol(user, &service->stack, service->project_id, name));
    assert_ok(authorized_user_agree(user, &holder->phone, holder_number, terms));
    free(holder_number);
    assert_ok(authorized_user_bind(user, &holder->phone, &holder->key));
}

void loan_make(struct played_service *service, struct loan *loan, const struct authorized_terms *terms)
{
    *loan = (struct loan){.user = {.account_id = ""}};
    played_person_make(service, &loan->holder);
    loan_add_user(service, &loan->user, &loan->holder, terms);
}

void loan_sign_as(struct phone *phone, const struct phone_key *key, const struct device_binding *binding,
                  struct web_answer *answer)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    DEVICE_REQUEST_DONE struct device_request request = {0};
    randomness_fill(digest, sizeof(digest));
    assert_ok(device_request_sign(&request, binding, bytes_of(digest, sizeof(digest)), NULL));
    assert_ok(phone_post(phone->web, answer, key, "signatures", &request));
}

void assert_refused(struct phone *phone, const struct phone_key *key, const struct device_binding *binding,
                    long status, const char *slug)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    loan_sign_as(phone, key, binding, &answer);
    assert_problem_slug(&answer, status, slug);
}

void assert_user_refused(struct authorized_user *user, long status, const char *slug)
{
    assert_refused(&user->phone, &user->key, &user->key.binding, status, slug);
}

void assert_phone_signs(struct phone *phone, const struct phone_key *key)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t digest[COSIGN_DIGEST_SIZE], signature[1][COSIGN_SIGNATURE_SIZE];
    randomness_fill(digest, sizeof(digest));
    enum hufu_err err = phone_sign(phone, &answer, key, bytes_of(digest, sizeof(digest)), signature);
    if (err)
        fail_msg("error %s, status %ld %s", hufu_err_name(err), answer.status, web_answer_problem(&answer));
    assert_ok(cosign_verify_var(key->binding.half.P, digest, signature[0]));
}

void assert_user_signs(struct authorized_user *user)
{
    assert_phone_signs(&user->phone, &user->key);
}

void loan_run(struct played_service *service, const char *statement, const struct authorized_user *user)
{
    assert_ok(sql_run(service->sql, statement, SQL_WITH(user->key.binding_id)));
}
