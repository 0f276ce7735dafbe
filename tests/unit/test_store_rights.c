/* SPDX-License-Identifier: Apache-2.0 */
/* What the server's and the auditor's roles cannot do, whatever their programs would try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/store/connection.h"
#include "tests/unit/database.h"
#include "tests/unit/people.h"

static struct database database;
static struct person person;
static struct store *server, *auditor;

static int start(void **state)
{
    (void)state;
    database_start(&database, true);
    person_add(&database, &person);
    server = store_open(database.server, NULL);
    auditor = store_open(database.auditor, NULL);
    return server == NULL || auditor == NULL;
}

static int stop(void **state)
{
    (void)state;
    store_close(server);
    store_close(auditor);
    database_stop(&database);
    return 0;
}

static void assert_denied(struct store *store, const char *sql)
{
    char message[512];
    if (store_script(store, sql, 0, message, sizeof message) == HUFU_OK)
        fail_msg("was allowed: %s", sql);
    if (strstr(message, "permission denied") == NULL && strstr(message, "must be owner") == NULL)
        fail_msg("%s: %s", sql, message);
}

static void assert_allowed(struct store *store, const char *sql)
{
    char message[512];
    if (store_script(store, sql, 0, message, sizeof message) != HUFU_OK)
        fail_msg("%s: %s", sql, message);
}

static void the_server_adds_and_reads_records_and_changes_none(void **state)
{
    (void)state;
    static const char *const denied[] = {
        "update audit_event set outcome = 'x'",
        "delete from audit_event",
        "truncate audit_event",
        "update signature set results = ''",
        "delete from signature",
        "truncate signature",
        "delete from audit_event_default",
        "update request set outcome = 0",
        "delete from request",
        "update certificate set certificate = ''",
        "delete from crl",
        "update service_key set sealed = ''",
        "update data_key set sealed = ''",
        "delete from data_key",
        "insert into destruction_order select * from destruction_order",
        "update destruction_order set number = number",
        "delete from destruction_order",
        "delete from destruction",
        "insert into destruction (project_id, binding_id, least_generation) select project_id, binding_id, 1 "
        "from binding",
        "update key_process set acknowledged = 0",
        "delete from key_process",
        "update destruction_done set number = 0",
        "delete from session",
        "delete from password",
        "delete from face",
    };
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++)
        assert_denied(server, denied[i]);
    assert_allowed(server, "insert into audit_event (project_id, at, event_id, actor, action, outcome)"
                           " values (gen_random_uuid(), now(), gen_random_uuid(), 'service', 'test', 'ok')");
    assert_allowed(server, "select * from audit_event; select * from signature");
}

static void the_server_defines_nothing(void **state)
{
    (void)state;
    static const char *const denied[] = {
        "create table mine (x int)",
        "drop table audit_event",
        "alter table binding add column x int",
        "create schema mine",
        "create function f() returns int language sql as 'select 1'",
        "alter table audit_event owner to hufu_server",
        "grant delete on audit_event to hufu_server",
        "select make_partition('audit_event', '2020-01-01')",
        "set role hufu_owner",
        "insert into schema_migration (version, name, checksum) values (99, 'x', sha256('x'))",
    };
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
        if (strncmp(denied[i], "grant", 5) == 0) {
            /* PostgreSQL answers a grant without right by a warning: what counts is that nothing was granted. */
            char message[512];
            (void)!store_script(server, denied[i], 0, message, sizeof message);
            assert_denied(server, "delete from audit_event");
        } else {
            assert_denied(server, denied[i]);
        }
    }
}

static void the_server_cannot_change_whose_something_is(void **state)
{
    (void)state;
    static const char *const denied[] = {
        "update device set device_key = device_key",
        "update device set account_id = account_id",
        "update device set pin_limit = 1000",
        "update binding set device_id = device_id",
        "update handover set x25519_key = x25519_key",
        "update handover set expires_at = now()",
        "update binding set authorization_id = authorization_id",
        "update binding set authorization_operations = 7",
        "update delegation set holder_id = authorized_id",
        "update delegation set operations = 7",
        "delete from delegation",
        "update key set usage = 'decrypt'",
        "update session set token_hash = token_hash",
        "update authentication set account_id = account_id",
        "update authentication set token_hash = token_hash",
        "update authentication set purpose = 'sign-in'",
        "update authentication set expires_at = now()",
        "update password set account_id = account_id",
        "update remembered_password set token_hash = token_hash",
        "update remembered_password set device_id = device_id",
        "delete from remembered_password",
        "update code set code_hash = code_hash",
        "update code set expires_at = now()",
        "update captcha_spent set expires_at = now()",
        "update face set account_id = account_id",
        "update session set expires_at = now()",
        "update activation set code_hash = code_hash",
        "update activation set expires_at = now()",
        "update account set subject = subject",
        "update project set name = name",
        "delete from binding",
        "delete from account",
    };
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++)
        assert_denied(server, denied[i]);
}

static void the_auditor_reads_and_sees_nothing_that_opens_anything(void **state)
{
    (void)state;
    assert_allowed(auditor, "select * from audit_event; select * from signature; select * from certificate;"
                            " select state, generation from binding; select outcome from request");
    static const char *const denied[] = {
        "select record from binding",
        "select next_record from binding",
        "select sealed_half from handover",
        "select answer from request",
        "select token_hash from session",
        "select code_hash from activation",
        "select sealed from service_key",
        "select sealed from data_key",
        ("insert into audit_event (project_id, at, event_id, actor, action, outcome)"
         " values (gen_random_uuid(), now(), gen_random_uuid(), 'service', 'test', 'ok')"),
        "update account set state = 'closed'",
        "select make_partitions(1)",
    };
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++)
        assert_denied(auditor, denied[i]);
}

static void a_row_cannot_point_into_another_project(void **state)
{
    (void)state;
    struct person other = {0};
    person_add(&database, &other);
    char sql[512], message[512];
    snprintf(sql, sizeof sql,
             "insert into request (project_id, binding_id, request_id, operation, frame_hash, outcome,"
             " pin_failures_before, tries_left, at) values ('%s', '%s', gen_random_uuid(), 'x', sha256('x'), "
             "0, 0, 5, now())",
             other.project, person.binding);
    assert_int_equal(store_script(server, sql, 0, message, sizeof message), HUFU_ERR_CONFLICT);
    assert_non_null(strstr(message, "foreign key"));
    snprintf(sql, sizeof sql,
             "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
             "account_state,"
             " key_state) values ('%s', gen_random_uuid(), '%s', '%s', '%s', 'primary', 'waiting', 'active', "
             "'new')",
             person.project, person.key, other.device, person.account);
    assert_int_equal(store_script(server, sql, 0, message, sizeof message), HUFU_ERR_CONFLICT);
}

/* Their checks are those of domains (schema/0001). */
static void a_row_holds_no_value_that_its_column_does_not_know(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "update device set state = 'lost'",
        "update device set account_state = 'lost'",
        "update device set pin_failures = -1",
        "update device set pin_failures_life = -1",
        "update binding set state = 'lost'",
        "update binding set key_state = 'lost'",
        "update binding set uses_left = -1",
        "update binding set generation = -1",
        "update binding set record = ''",
        "update binding set next_record = decode(repeat('00', 4097), 'hex'), next_request_time = now()",
        "insert into request (project_id, binding_id, request_id, operation, frame_hash, outcome, "
        "pin_failures_before,"
        " tries_left, at) select project_id, binding_id, gen_random_uuid(), 'x', '\\x00', 0, 0, 5, now() "
        "from binding",
        "insert into signature (project_id, at, account_id, device_id, key_id, binding_id, request_id, "
        "generation,"
        " operation, results) select project_id, now(), account_id, device_id, key_id, binding_id, "
        "gen_random_uuid(),"
        " 0, 'x', '\\x00' from binding",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char message[512];
        if (store_script(server, refused[i], 0, message, sizeof message) == HUFU_OK)
            fail_msg("was allowed: %s", refused[i]);
        if (strstr(message, "violates check constraint") == NULL)
            fail_msg("%s: %s", refused[i], message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_adds_and_reads_records_and_changes_none),
        cmocka_unit_test(the_server_defines_nothing),
        cmocka_unit_test(the_server_cannot_change_whose_something_is),
        cmocka_unit_test(the_auditor_reads_and_sees_nothing_that_opens_anything),
        cmocka_unit_test(a_row_cannot_point_into_another_project),
        cmocka_unit_test(a_row_holds_no_value_that_its_column_does_not_know),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
