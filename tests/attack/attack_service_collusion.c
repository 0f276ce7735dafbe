/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that know more than they should, alone, together, or with the database's help: a half serves its own binding, on its own
 * device, against its own record. */
#include "tests/attack/played_loan.h"

#include "tests/client/phone_handover.h"

#define DEVICES 4

/* Four devices that each have a half, of one key or of several. */
struct party {
    struct phone *phone;
    const struct phone_key *key;
};

static void the_holders_device_does_not_sign_as_the_authorized_binding(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan;
    loan_make(service, &loan, &loan_of_a_day);
    struct phone *holder = &loan.holder.phone, *user = &loan.user.phone;
    struct device_binding known = loan.user.key.binding;
    known.half = loan.user.handed_over; /* what it made, of generation 0 */
    known.key = holder->key;
    assert_refused(holder, &loan.user.key, &known, 404, "not-found");
    assert_refused(user, &loan.user.key, &known, 403, "device-signature-invalid");
    known.generation = 0;
    assert_refused(user, &loan.user.key, &known, 403, "device-signature-invalid");
    /* Even the authorized user's own device gets nowhere with the half that the holder's knows. */
    known = loan.user.key.binding;
    known.half = loan.user.handed_over;
    assert_refused(user, &loan.user.key, &known, 403, "pin-wrong");
    assert_user_signs(&loan.user);
}

/* What one has and what other has, in every mixture of which a part is the other's. */
static void assert_mixtures_refused(const struct party *one, const struct party *other)
{
    struct device_binding mixed = one->key->binding;
    mixed.half = other->key->binding.half;
    assert_refused(one->phone, one->key, &mixed, 403, "pin-wrong");
    assert_refused(other->phone, one->key, &one->key->binding, 404, "not-found");
    mixed = one->key->binding;
    mixed.key = other->phone->key;
    assert_refused(one->phone, one->key, &mixed, 403, "device-signature-invalid");
    assert_phone_signs(one->phone, one->key); /* and forgives itself what was tried */
}

/* The database gives one binding the other's record, or gives it to the other's device, whose own goes to a bystander's. */
static void assert_swaps_refused(struct played_service *service, const struct party *one,
                                 const struct party *other, const char *bystander_id)
{
    static const char swap[] =
        "update binding b set record = o.record from binding o"
        " where (b.binding_id = $1 and o.binding_id = $2) or (b.binding_id = $2 and o.binding_id = $1)";
    static const char give[] = "update binding set device_id = $2 where binding_id = $1";
    const char *const *both = SQL_WITH(one->key->binding_id, other->key->binding_id);
    assert_ok(sql_run(service->sql, swap, both));
    assert_refused(one->phone, one->key, &one->key->binding, 500, "record-invalid");
    assert_ok(sql_run(service->sql, swap, both));
    assert_ok(sql_run(service->sql, give, SQL_WITH(other->key->binding_id, bystander_id)));
    assert_ok(sql_run(service->sql, give, SQL_WITH(one->key->binding_id, other->phone->device_id)));
    struct device_binding taken = one->key->binding;
    taken.key = other->phone->key;
    assert_refused(other->phone, one->key, &taken, 403, "device-signature-invalid");
    assert_ok(sql_run(service->sql, give, SQL_WITH(one->key->binding_id, one->phone->device_id)));
    assert_ok(sql_run(service->sql, give, SQL_WITH(other->key->binding_id, other->phone->device_id)));
    assert_phone_signs(one->phone, one->key);
}

static void assert_nothing_gained(struct played_service *service, const struct party parties[DEVICES])
{
    PLAYED_PERSON_DONE struct played_person bystander;
    played_person_make(service, &bystander);
    for (size_t i = 0; i < DEVICES; i++)
        for (size_t k = 0; k < DEVICES; k++)
            if (i != k) {
                assert_mixtures_refused(&parties[i], &parties[k]);
                assert_swaps_refused(service, &parties[i], &parties[k], bystander.phone.device_id);
            }
}

static void devices_of_two_holders_have_no_more_together_than_each_alone(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan one = {.user = {.account_id = ""}};
    LOAN_DONE struct loan other = {.user = {.account_id = ""}};
    loan_make(service, &one, &loan_of_a_day);
    loan_make(service, &other, &loan_of_a_day);
    const struct party parties[DEVICES] = {
        {&one.holder.phone, &one.holder.key},
        {&one.user.phone, &one.user.key},
        {&other.holder.phone, &other.holder.key},
        {&other.user.phone, &other.user.key},
    };
    assert_nothing_gained(service, parties);
}

static void allow_second_devices(struct played_service *service)
{
    WEB_ANSWER_DONE struct web_answer answer = {0};
    char path[128];
    (void)snprintf(path, sizeof(path), "/admin/v1/projects/%s", service->project_id);
    json_t *body = json_pack("{s:s}", "device_mode", "primary");
    assert_ok(web_call(service->operator_web, &answer, "PATCH", path, body));
    assert_int_equal(answer.status, 200);
}

/* A second device of the holder's, with a half without a policy. */
static void take_over_as_second(struct played_service *service, struct played_person *second,
                                struct played_person *holder)
{
    struct activation activation;
    char path[128];
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half handed_over = {{0}, {0}};
    const struct phone_giver giver = {.phone = &holder->phone, .key = &holder->key};
    allow_second_devices(service);
    assert_ok(operator_user_code(service->operator_web, holder->account_id, &activation));
    assert_ok(phone_enrol(&second->phone, &service->stack, &activation));
    (void)snprintf(path, sizeof(path), "/v1/keys/%s/bindings", holder->key.key_id);
    assert_ok(phone_take_over(&second->phone, &second->key, &handed_over, path, &giver));
}

static void devices_of_one_key_have_no_more_together_than_each_alone(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan = {.user = {.account_id = ""}};
    PLAYED_PERSON_DONE struct played_person second = {.account_id = ""};
    AUTHORIZED_USER_DONE struct authorized_user other = {.account_id = ""};
    loan_make(service, &loan, &loan_of_a_day);
    take_over_as_second(service, &second, &loan.holder);
    loan_add_user(service, &other, &loan.holder, &loan_of_a_day);
    const struct party parties[DEVICES] = {
        {&loan.holder.phone, &loan.holder.key},
        {&second.phone, &second.key},
        {&loan.user.phone, &loan.user.key},
        {&other.phone, &other.key},
    };
    assert_nothing_gained(service, parties);
}

/* The authorized user's device is the primary of its own account, and the database makes it anything else that is wanted. */
static void an_authorized_half_does_not_become_the_primarys(void **state)
{
    struct played_service *service = *state;
    LOAN_DONE struct loan loan = {.user = {.account_id = ""}};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {{0}, {0}};
    const struct device_options to_primary = {.to_primary = true};
    loan_make(service, &loan, &loan_of_a_day);
    loan_run(service,
             "update binding set role = 'primary', authorization_id = null, authorization_operations = null"
             " where binding_id = $1",
             &loan.user);
    assert_ok(device_request_refresh(&request, &next, &loan.user.key.binding, &to_primary));
    assert_ok(phone_post(loan.user.phone.web, &answer, &loan.user.key, "refreshes", &request));
    assert_problem_slug(&answer, 403, "not-allowed");
    assert_ok(authorized_user_refresh(&loan.user)); /* as what it is */
    assert_user_signs(&loan.user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_holders_device_does_not_sign_as_the_authorized_binding),
        cmocka_unit_test(devices_of_two_holders_have_no_more_together_than_each_alone),
        cmocka_unit_test(devices_of_one_key_have_no_more_together_than_each_alone),
        cmocka_unit_test(an_authorized_half_does_not_become_the_primarys),
    };
    return cmocka_run_group_tests_name("attack_service_collusion", tests, played_service_start,
                                       played_service_stop);
}
