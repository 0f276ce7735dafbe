/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and freezing by operators; box keys, revocation lists and the rest of what goes on by itself. */
#include "common/clock.h"
#include "server/core/account.h"
#include "server/core/binding.h"
#include "server/core/crl.h"
#include "server/core/maintenance.h"
#include "server/core/page.h"
#include "server/core/project.h"
#include "server/core/service_key.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct person person;
static struct act act;

static int add_person(void **state)
{
    (void)state;
    key_process_reset();
    person = (struct person){0};
    person_add(&office.database, &person);
    return 0;
}

static enum hufu_err sign(void)
{
    static struct office_frame frame;
    static struct submission_out out;
    office_frame(&frame, &person, FRAME_OP_SIGN);
    act = office_act(&person, "sm2/sign");
    return office_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out);
}

static enum hufu_err change_account(enum account_event event)
{
    struct account account;
    act = office_operator_act("account.change");
    return account_change(&office.worker, &act, person.account_id, event, &account);
}

static enum hufu_err change_key(enum binding_event event)
{
    act = office_operator_act("key.change");
    return binding_change_key(&office.worker, &act, person.key_id, event);
}

static void a_suspended_account_does_not_sign_until_it_is_resumed(void **state)
{
    (void)state;
    assert_ok(change_account(ACCOUNT_SUSPEND));
    assert_int_equal(sign(), HUFU_ERR_STATE);
    assert_int_equal(act.refusal, REFUSAL_ACCOUNT_NOT_ACTIVE);
    assert_string_equal(act.state, "suspended");
    assert_int_equal(
        database_number(&office.database,
                        "select count(*) from binding b join device d using (project_id, device_id) where"
                        " b.binding_id = '%s' and b.account_state = 'suspended' and d.account_state ="
                        " 'suspended'",
                        person.binding),
        1);
    assert_int_equal(change_account(ACCOUNT_SUSPEND), HUFU_ERR_CONFLICT);
    assert_string_equal(act.state, "suspended");
    assert_ok(change_account(ACCOUNT_RESUME));
    assert_ok(sign());
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from audit_event where account_id = '%s' and action ="
                                     " 'account.change' and actor = 'operator:1000' and outcome = 'ok'",
                                     person.account),
                     2);
}

static void a_frozen_key_does_not_sign_until_it_is_unfrozen(void **state)
{
    (void)state;
    assert_int_equal(change_key(BINDING_UNFREEZE), HUFU_ERR_CONFLICT);
    assert_ok(change_key(BINDING_FREEZE));
    assert_int_equal(sign(), HUFU_ERR_STATE);
    assert_int_equal(act.refusal, REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(act.state, "frozen");
    assert_int_equal(change_key(BINDING_FREEZE), HUFU_ERR_CONFLICT);
    assert_ok(change_key(BINDING_UNFREEZE));
    assert_ok(sign());
    assert_int_equal(
        database_number(&office.database,
                        "select count(*) from audit_event where binding_id = '%s' and action = 'key.change'",
                        person.binding),
        2);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    person.account_id[5] ^= 1;
    person.key_id[5] ^= 1;
    assert_int_equal(change_account(ACCOUNT_SUSPEND), HUFU_ERR_NOT_FOUND);
    assert_int_equal(change_key(BINDING_FREEZE), HUFU_ERR_NOT_FOUND);
    assert_int_equal(act.refusal, REFUSAL_NOT_FOUND);
}

static enum hufu_err add_account(const char *project, const char *work_number, const struct subject *subject,
                                 struct account *account)
{
    struct activation_code code ACTIVATION_CODE_WIPED = {0};
    struct account_in in = {
        .project = project, .name = "李雷", .work_number = work_number, .organization = "Acme"};
    if (subject != NULL)
        in.subject = *subject;
    act = office_operator_act("account.create");
    return account_create(&office.worker, &act, &in, account, &code);
}

static void an_account_gets_its_subject_by_default_or_as_given(void **state)
{
    (void)state;
    struct account account;
    char text[SUBJECT_TEXT_MAX];
    assert_ok(add_account(person.project, "W1", NULL, &account));
    assert_ok(subject_text(text, bytes_of(account.subject, account.subject_len)));
    assert_string_equal(text, "serialNumber=W1,CN=李雷,O=Acme,C=CN");
    const struct subject given = {.country = "DE", .unit = "Einkauf", .common_name = "Li Lei"};
    assert_ok(add_account(person.project, "W2", &given, &account));
    assert_ok(subject_text(text, bytes_of(account.subject, account.subject_len)));
    assert_string_equal(text, "serialNumber=W2,CN=Li Lei,OU=Einkauf,O=Acme,C=DE");
}

static void a_subject_that_x509_cannot_say_is_named(void **state)
{
    (void)state;
    struct account account;
    const struct subject bad[] = {{.country = "CHN"}, {.serial_number = "№1"}};
    static const char *const parts[] = {"C", "serialNumber"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(add_account(person.project, "W9", &bad[i], &account), HUFU_ERR_FORM);
        assert_int_equal(act.refusal, REFUSAL_BAD_FIELD);
        assert_string_equal(act.field, "subject");
        assert_string_equal(act.state, parts[i]);
    }
}

static void a_work_number_is_unique_in_its_project(void **state)
{
    (void)state;
    struct account account;
    assert_ok(add_account(person.project, "same", NULL, &account));
    assert_int_equal(add_account(person.project, "same", NULL, &account), HUFU_ERR_CONFLICT);
    struct person other = {0};
    person_add(&office.database, &other);
    assert_ok(add_account(other.project, "same", NULL, &account));
    assert_int_equal(add_account("no such project", "same", NULL, &account), HUFU_ERR_NOT_FOUND);
}

static void a_projects_name_is_unique_and_the_services_own_is_hidden(void **state)
{
    (void)state;
    struct project project, found;
    act = office_operator_act("project.create");
    assert_ok(project_create(&office.worker, &act, "Unique", &project));
    assert_int_equal(project_create(&office.worker, &act, "Unique", &project), HUFU_ERR_CONFLICT);
    assert_ok(project_find(&office.worker, &act, "Unique", &found));
    assert_int_equal(project_find(&office.worker, &act, "00000000-0000-0000-0000-000000000000", &found),
                     HUFU_ERR_NOT_FOUND);
    assert_int_equal(project_find(&office.worker, &act, "the service itself", &found), HUFU_ERR_NOT_FOUND);
}

static void lists_go_on_where_the_last_page_ended(void **state)
{
    (void)state;
    struct project page[2], next[2];
    uint8_t zeros[UUID_SIZE] = {0};
    size_t count;
    struct person other = {0};
    person_add(&office.database, &other);
    assert_ok(page_projects(&office.worker, zeros, 2, page, &count));
    assert_int_equal(count, 2);
    assert_ok(page_projects(&office.worker, page[1].project_id, 2, next, &count));
    assert_memory_not_equal(page[1].project_id, next[0].project_id, UUID_SIZE);
    struct key_view keys[3];
    assert_ok(page_keys(&office.worker, NULL, person.device_id, zeros, 3, keys, &count));
    assert_int_equal(count, 1);
    assert_string_equal(keys[0].work_number, "w-1");
    assert_ok(page_keys(&office.worker, person.project_id, NULL, keys[0].binding_id, 3, keys, &count));
    assert_int_equal(count, 0);
}

static size_t read_events(bool newest_first, int64_t after_us, const uint8_t *after_id, size_t limit,
                          struct audit_event *events)
{
    struct audit_query query = {
        .account_id = person.account_id, .newest_first = newest_first, .after_us = after_us, .limit = limit};
    size_t count;
    if (after_id != NULL)
        memcpy(query.after_id, after_id, UUID_SIZE);
    assert_ok(page_audit_events(&office.worker, &query, events, &count));
    return count;
}

static void the_audit_trail_is_read_in_either_direction(void **state)
{
    (void)state;
    struct audit_event first[8], second[8], back[8];
    for (int i = 0; i < 5; i++)
        assert_ok(sign());
    assert_int_equal(read_events(false, 0, NULL, 3, first), 3);
    assert_int_equal(read_events(false, first[2].at_us, first[2].event_id, 8, second), 2);
    assert_int_equal(read_events(true, INT64_MAX, NULL, 8, back), 5);
    assert_memory_equal(back[0].event_id, second[1].event_id, UUID_SIZE);
    assert_memory_equal(back[4].event_id, first[0].event_id, UUID_SIZE);
    assert_int_equal(back[0].count, 1);
    assert_string_equal(back[0].trace, "trace");
}

static struct hsmc_service_key loaded[HSMC_SERVICE_KEYS_MAX];

static void a_box_key_is_made_once_and_another_before_it_ends(void **state)
{
    (void)state;
    struct service_key current, still;
    assert_ok(service_key_maintain(&office.worker));
    assert_int_equal(hsmc_keys_get(office.worker.keys, loaded), 1);
    assert_ok(service_key_maintain(&office.worker));
    assert_int_equal(database_number(&office.database, "select count(*) from service_key"), 1);
    assert_ok(service_key_current(office.worker.store, &current));
    /* A week later: */
    database_run(&office.database, "update service_key set valid_from = valid_from - interval '7 days',"
                                   " valid_until = valid_until - interval '7 days'");
    assert_ok(service_key_maintain(&office.worker));
    assert_ok(service_key_maintain(&office.worker));
    assert_int_equal(hsmc_keys_get(office.worker.keys, loaded), 2);
    /* The new one is not told to anybody before every server has had time to load it. */
    assert_ok(service_key_current(office.worker.store, &still));
    assert_memory_equal(still.service_key_id, current.service_key_id, UUID_SIZE);
    database_run(&office.database, "update service_key set valid_from = valid_from - interval '11 minutes'");
    assert_ok(service_key_current(office.worker.store, &still));
    assert_memory_not_equal(still.service_key_id, current.service_key_id, UUID_SIZE);
}

/* Connections that are open already load nothing by themselves. */
static void a_box_key_is_loaded_by_every_key_process(void **state)
{
    (void)state;
    office.config.hsm_count = 2;
    assert_ok(service_key_maintain(&office.worker));
    assert_int_equal(key_process.loaded[1], hsmc_keys_get(office.worker.keys, loaded));
    assert_int_equal(key_process.place, 0);
    key_process.second_away = true;
    assert_ok(service_key_maintain(&office.worker));
    office.config.hsm_count = 1;
}

static void box_keys_of_another_token_are_replaced(void **state)
{
    (void)state;
    assert_ok(service_key_maintain(&office.worker));
    int64_t before = database_number(&office.database, "select count(*) from service_key");
    key_process.sealed = "sealed by another token";
    assert_ok(service_key_maintain(&office.worker));
    assert_int_equal(database_number(&office.database, "select count(*) from service_key"), before + 1);
    assert_int_equal(hsmc_keys_get(office.worker.keys, loaded), 1);
    struct service_description service;
    assert_ok(service_describe(&office.worker, &service));
    assert_memory_equal(service.key.sealed, "sealed by another token", service.key.sealed_len);
    assert_int_equal(service.ca_count, 1);
    assert_string_equal(service.cas[0], "sm2");
}

static void with_the_key_process_away_there_is_no_service(void **state)
{
    (void)state;
    struct service_description service;
    key_process.err = HUFU_ERR_AWAY;
    assert_int_equal(service_key_maintain(&office.worker), HUFU_ERR_AWAY);
    assert_int_equal(service_describe(&office.worker, &service), HUFU_ERR_AWAY);
}

static struct bytes read_crl(void)
{
    static uint8_t memory[HSMC_CRL_MAX];
    static struct buf der;
    buf_init(&der, memory, sizeof memory);
    act = (struct act){.action = "ca.read"};
    assert_ok(crl_current(&office.worker, &act, "sm2", &der));
    return buf_bytes(&der);
}

static void a_revocation_list_is_kept_until_half_its_time_or_a_revocation(void **state)
{
    (void)state;
    database_run(&office.database, "delete from crl");
    assert_bytes(read_crl(), "list 1 of 0");
    assert_bytes(read_crl(), "list 1 of 0");
    database_run(&office.database,
                 "update crl set this_update = this_update - interval '13 hours', next_update ="
                 " next_update - interval '13 hours'");
    assert_bytes(read_crl(), "list 2 of 0");
    database_run(
        &office.database,
        "insert into certificate (project_id, certificate_id, account_id, key_id, ca, serial, certificate, "
        "state,"
        " not_before, not_after, revoked_at, revocation_reason) values ('%s', gen_random_uuid(), '%s', '%s', "
        "'sm2',"
        " '\\x40000000000000000000000000000001', '\\x30', 'revoked', now(), now() + interval '1 day',"
        " clock_timestamp(), 1)",
        person.project, person.account, person.key);
    assert_bytes(read_crl(), "list 3 of 1");
}

static void with_the_key_process_away_the_last_list_serves_while_it_lasts(void **state)
{
    (void)state;
    static uint8_t memory[HSMC_CRL_MAX];
    struct buf der;
    database_run(&office.database, "delete from crl");
    assert_bytes(read_crl(), "list 1 of 1");
    key_process.err = HUFU_ERR_AWAY;
    database_run(&office.database,
                 "update crl set this_update = this_update - interval '13 hours', next_update ="
                 " next_update - interval '13 hours'");
    assert_bytes(read_crl(), "list 1 of 1");
    database_run(&office.database,
                 "update crl set this_update = this_update - interval '13 hours', next_update ="
                 " next_update - interval '13 hours'");
    buf_init(&der, memory, sizeof memory);
    assert_int_equal(crl_current(&office.worker, &act, "sm2", &der), HUFU_ERR_AWAY);
    assert_int_equal(crl_current(&office.worker, &act, "none", &der), HUFU_ERR_NOT_FOUND);
}

static void the_maintenance_does_all_of_it(void **state)
{
    (void)state;
    assert_ok(sign());
    database_run(&office.database,
                 "delete from crl; update request set at = at - interval '11 minutes';"
                 " update maintenance set done_until = clock_timestamp() - interval '20 minutes'");
    assert_ok(maintenance_run(&office.worker));
    assert_int_equal(
        database_number(&office.database, "select count(*) from request where answer is not null"), 0);
    assert_int_equal(database_number(&office.database, "select count(*) from crl"), 1);
}

/* Of each kind one that is over and one that is not, and of the codes more than are deleted at once. */
static void what_is_over_is_deleted_and_nothing_else(void **state)
{
    (void)state;
    database_run(
        &office.database,
        "insert into code (project_id, code_id, scope, subject, code_hash, state, expires_at)"
        " select '%s', gen_random_uuid(), 'mobile', decode(lpad(to_hex(n), 64, '0'), 'hex'),"
        " decode(repeat('00', 32), 'hex'), 'used',"
        " clock_timestamp() - case when n = 0 then interval '23 hours' else interval '25 hours' end"
        " from generate_series(0, 10001) n;"
        " insert into captcha_spent (project_id, captcha_id, expires_at) select '%s', gen_random_uuid(),"
        " clock_timestamp() - n * interval '40 minutes' from generate_series(1, 2) n;"
        " insert into authentication (project_id, authentication_id, token_hash, subject, purpose, state,"
        " expires_at) select '%s', gen_random_uuid(), decode(lpad(to_hex(n), 64, '0'), 'hex'),"
        " decode(repeat('00', 32), 'hex'), 'sign-in', 'open', clock_timestamp() - n * interval '40 hours'"
        " from generate_series(1, 2) n;"
        " insert into attempt (project_id, kind, subject, times) select '%s', 'code-mobile',"
        " decode(lpad(to_hex(n), 64, '0'), 'hex'), array[(extract(epoch from clock_timestamp()"
        " - n * interval '40 hours') * 1000000)::int8] from generate_series(1, 2) n;"
        " insert into address_attempt (address, ahead) select decode(lpad(to_hex(n), 32, '0'), 'hex'),"
        " clock_timestamp() + (n * 2 - 3) * interval '1 hour' from generate_series(1, 2) n",
        person.project, person.project, person.project, person.project);
    database_run(
        &office.database,
        "insert into session (project_id, session_id, account_id, device_id, application, token_hash, "
        "state, expires_at) select '%s', gen_random_uuid(), '%s', '%s', 'other', sha256(n::text::bytea), "
        "case n when 366 then 'open' else 'ended' end, clock_timestamp() - n * interval '1 day' "
        "from generate_series(364, 367) n where n <> 365",
        person.project, person.account, person.device);
    assert_ok(maintenance_run(&office.worker));
    assert_int_equal(database_number(&office.database, "select count(*) from code"), 1);
    assert_int_equal(database_number(&office.database, "select count(*) from captcha_spent"), 1);
    assert_int_equal(database_number(&office.database, "select count(*) from authentication"), 1);
    assert_int_equal(database_number(&office.database, "select count(*) from attempt"), 1);
    assert_int_equal(database_number(&office.database, "select count(*) from address_attempt"), 1);
    assert_int_equal(
        database_number(&office.database, "select count(*) from session where application = 'other'"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, add_person)
    const struct CMUnitTest tests[] = {
        TEST(a_suspended_account_does_not_sign_until_it_is_resumed),
        TEST(a_frozen_key_does_not_sign_until_it_is_unfrozen),
        TEST(what_is_not_there_is_not_found),
        TEST(an_account_gets_its_subject_by_default_or_as_given),
        TEST(a_subject_that_x509_cannot_say_is_named),
        TEST(a_work_number_is_unique_in_its_project),
        TEST(a_projects_name_is_unique_and_the_services_own_is_hidden),
        TEST(lists_go_on_where_the_last_page_ended),
        TEST(the_audit_trail_is_read_in_either_direction),
        TEST(a_box_key_is_made_once_and_another_before_it_ends),
        TEST(a_box_key_is_loaded_by_every_key_process),
        TEST(box_keys_of_another_token_are_replaced),
        TEST(with_the_key_process_away_there_is_no_service),
        TEST(a_revocation_list_is_kept_until_half_its_time_or_a_revocation),
        TEST(with_the_key_process_away_the_last_list_serves_while_it_lasts),
        TEST(the_maintenance_does_all_of_it),
        TEST(what_is_over_is_deleted_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
