/* SPDX-License-Identifier: Apache-2.0 */
/* What proves who somebody is, while the password changes: whoever comes at the same moment comes before it, and is ended by it,
 * or after it. */
#include <pthread.h>
#include <stdio.h>

#include "server/core/authentication.h"
#include "server/core/password.h"
#include "server/core/password_hash.h"
#include "server/core/remembered.h"
#include "server/core/session.h"
#include "server/gate.h"
#include "server/identifier.h"
#include "server/store/account_store.h"
#include "server/store/authentication_store.h"
#include "server/store/connection.h"
#include "server/store/password_store.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

#define OLD "Correct horse 7"
#define NEW "Another horse 8"
#define OPEN_SESSIONS "select count(*) from session where account_id = '%s' and state = 'open'"

static struct person person;
static struct store *other; /* a second connection of the server's */
static uint8_t token[AUTHENTICATION_TOKEN_SIZE];

static int open_office(void **state)
{
    if (office_open(state) != 0)
        return 1;
    office.config.password_memory_mib = 8;
    office.config.password_passes = 1;
    office.worker.hashing = gate_new(2, 4);
    other = store_open(office.database.server, NULL);
    return other == NULL || password_hash_ready() != HUFU_OK;
}

static int close_office(void **state)
{
    store_close(other);
    gate_free(office.worker.hashing);
    return office_close(state);
}

static void hash_of(const char *password, char hash[PASSWORD_HASH_SIZE])
{
    struct password_text text;
    struct password_turn turn PASSWORD_TURN_GIVEN = {NULL};
    assert_ok(password_text_normalise(&text, password));
    assert_ok(password_turn_take(&office.worker, &turn));
    assert_ok(password_hash_make(&turn, &text, hash));
}

static int add_person(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE];
    person = (struct person){0};
    person_add(&office.database, &person);
    hash_of(OLD, hash);
    assert_ok(password_put(office.worker.store, person.project_id, person.account_id, hash, 0, NULL));
    database_run(&office.database,
                 "update project set methods_sign_in = 1, remember_days = 30 where project_id = '%s'",
                 person.project); /* the password alone */
    return 0;
}

/* One of the account, of the token above. */
static void begin(enum authentication_state reached, bool of_session)
{
    uint64_t expires_ms;
    uint8_t token_hash[HASH_SIZE];
    struct authentication authentication = {
        .purpose = AUTHENTICATION_SIGN_IN, .has_account = true, .has_session = of_session};
    memcpy(authentication.project_id, person.project_id, UUID_SIZE);
    memcpy(authentication.account_id, person.account_id, UUID_SIZE);
    memcpy(authentication.session_id, person.session_id, UUID_SIZE);
    identifier_new(authentication.authentication_id);
    memcpy(token, authentication.authentication_id, UUID_SIZE);
    memcpy(authentication.subject, authentication.authentication_id, UUID_SIZE);
    hash_sha256(token_hash, bytes_of(token, sizeof token));
    assert_ok(authentication_insert(office.worker.store, &authentication, token_hash, 600, &expires_ms));
    authentication.state = reached;
    authentication.passed = reached == AUTHENTICATION_OPEN ? 0 : METHOD_BIT(AUTHENTICATION_PASSWORD);
    assert_ok(authentication_set(office.worker.store, &authentication, authentication.passed != 0));
}

/* ---- one request on a thread of its own, and what happens meanwhile on the other connection ---- */

struct runner {
    pthread_t thread;
    enum hufu_err (*run)(struct act *);
    struct act act;
    enum hufu_err err;
};

static void *run(void *argument)
{
    struct runner *runner = argument;
    runner->err = runner->run(&runner->act);
    return NULL;
}

/* The account is held; the request comes and waits; the rest happens and commits. */
static void race(struct runner *runner, enum hufu_err (*request)(struct act *), struct act act,
                 const char *meanwhile)
{
    char message[256];
    struct account account;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    *runner = (struct runner){.run = request, .act = act};
    assert_ok(store_begin(other, &transaction));
    assert_ok(account_lock(other, person.account_id, &account));
    assert_ok(store_script(other, meanwhile, 0, message, sizeof message));
    assert_int_equal(pthread_create(&runner->thread, NULL, run, runner), 0);
    bool waited = database_wait_for_waiters(&office.database, 1);
    assert_ok(store_commit(&transaction));
    assert_int_equal(pthread_join(runner->thread, NULL), 0);
    assert_true(waited);
}

static enum hufu_err change(struct act *act)
{
    return password_change(&office.worker, act, OLD, NEW);
}

static enum hufu_err remember(struct act *act)
{
    struct remembered_out out REMEMBERED_OUT_WIPED;
    return remembered_create(&office.worker, act, &out);
}

static enum hufu_err spend(struct act *act)
{
    struct authentication_grant grant;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(office.worker.store, &transaction);
    if (err == HUFU_OK)
        err = authentication_spend(&office.worker, act, token, AUTHENTICATION_SIGN_IN, 0, &grant);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static enum hufu_err try_password(struct act *act)
{
    struct authentication_progress progress;
    enum hufu_err err = authentication_try_password(&office.worker, act, token, OLD, NULL, &progress);
    assert_int_equal(progress.state, err == HUFU_OK ? AUTHENTICATION_PASSED : AUTHENTICATION_OPEN);
    return err;
}

static enum hufu_err sign_out_all(struct act *act)
{
    uint64_t ended;
    return session_sign_out_all(&office.worker, act, &ended);
}

/* The person signs in elsewhere meanwhile. */
static void race_a_sign_in(struct runner *runner, enum hufu_err (*request)(struct act *), const char *action)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "insert into session (project_id, session_id, account_id, device_id, token_hash, application,"
             " state, expires_at) values ('%s', gen_random_uuid(), '%s', '%s', sha256('%s'), 'another',"
             " 'open', now() + interval '1 day')",
             person.project, person.account, person.device, person.account);
    race(runner, request, office_session_act(&person, action), sql);
}

static void a_sign_in_that_is_on_its_way_does_not_outlive_signing_out_everywhere(void **state)
{
    (void)state;
    struct runner runner;
    race_a_sign_in(&runner, sign_out_all, "session.end-all");
    assert_ok(runner.err);
    assert_int_equal(database_number(&office.database, OPEN_SESSIONS, person.account), 0);
}

static void a_sign_in_that_is_on_its_way_does_not_outlive_a_change_of_the_password(void **state)
{
    (void)state;
    struct runner runner;
    race_a_sign_in(&runner, change, "password.change");
    assert_ok(runner.err);
    assert_int_equal(database_number(&office.database, OPEN_SESSIONS, person.account), 1); /* its own */
}

static void a_suspended_account_changes_no_password_and_has_none_remembered(void **state)
{
    (void)state;
    char sql[128];
    struct runner runner;
    begin(AUTHENTICATION_PASSED, true);
    snprintf(sql, sizeof sql, "update account set state = 'suspended' where account_id = '%s'",
             person.account);
    race(&runner, change, office_session_act(&person, "password.change"), sql);
    assert_string_equal(refusal_slug(runner.act.refusal), "account-not-active");
    race(&runner, remember, office_session_act(&person, "password.remember"), sql);
    assert_string_equal(refusal_slug(runner.act.refusal), "account-not-active");
}

static void a_password_is_not_remembered_for_a_session_that_ends_meanwhile(void **state)
{
    (void)state;
    char sql[128];
    struct runner runner;
    begin(AUTHENTICATION_PASSED, true);
    race(&runner, remember, office_session_act(&person, "password.remember"), "select");
    assert_ok(runner.err);
    snprintf(sql, sizeof sql, "update session set state = 'ended' where account_id = '%s'", person.account);
    race(&runner, remember, office_session_act(&person, "password.remember"), sql);
    assert_string_equal(refusal_slug(runner.act.refusal), "unauthenticated");
}

static void an_authentication_that_ends_meanwhile_is_not_spent(void **state)
{
    (void)state;
    char sql[128];
    struct runner runner;
    begin(AUTHENTICATION_PASSED, false);
    snprintf(sql, sizeof sql, "update authentication set state = 'failed' where account_id = '%s'",
             person.account);
    race(&runner, spend, (struct act){.action = "session.create"}, sql);
    assert_string_equal(refusal_slug(runner.act.refusal), "authentication-needed");
}

static void set_hash_meanwhile(const char *password, struct runner *runner)
{
    char hash[PASSWORD_HASH_SIZE], sql[512];
    hash_of(password, hash);
    begin(AUTHENTICATION_OPEN, false);
    snprintf(sql, sizeof sql, "update password set hash = '%s' where account_id = '%s'", hash,
             person.account);
    race(runner, try_password, (struct act){.action = "authentication.password"}, sql);
}

static void a_password_that_is_changed_meanwhile_is_wrong(void **state)
{
    (void)state;
    struct runner runner;
    set_hash_meanwhile(NEW, &runner);
    assert_string_equal(refusal_slug(runner.act.refusal), "authentication-failed");
}

static void a_password_that_is_hashed_anew_meanwhile_is_right(void **state)
{
    (void)state;
    struct runner runner;
    set_hash_meanwhile(OLD, &runner);
    assert_ok(runner.err);
}

static void a_password_that_was_remembered_does_not_outlive_the_choice_of_another(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE];
    struct act act = {.action = "authentication.password"};
    struct authentication_progress progress;
    struct remembered_out out REMEMBERED_OUT_WIPED;
    struct act remembering = office_session_act(&person, "password.remember");
    uint64_t until_ms;
    begin(AUTHENTICATION_PASSED, true);
    hash_of(OLD, hash);
    assert_ok(password_put(office.worker.store, person.project_id, person.account_id, hash, 72, &until_ms));
    assert_ok(remembered_create(&office.worker, &remembering, &out));
    begin(AUTHENTICATION_OPEN, false);
    assert_ok(authentication_try_password(&office.worker, &act, token, OLD, NEW, &progress));
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from remembered_password where account_id = '%s'"
                                     " and state = 'active'",
                                     person.account),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_sign_in_that_is_on_its_way_does_not_outlive_signing_out_everywhere,
                               add_person),
        cmocka_unit_test_setup(a_sign_in_that_is_on_its_way_does_not_outlive_a_change_of_the_password,
                               add_person),
        cmocka_unit_test_setup(a_suspended_account_changes_no_password_and_has_none_remembered, add_person),
        cmocka_unit_test_setup(a_password_is_not_remembered_for_a_session_that_ends_meanwhile, add_person),
        cmocka_unit_test_setup(an_authentication_that_ends_meanwhile_is_not_spent, add_person),
        cmocka_unit_test_setup(a_password_that_is_changed_meanwhile_is_wrong, add_person),
        cmocka_unit_test_setup(a_password_that_is_hashed_anew_meanwhile_is_right, add_person),
        cmocka_unit_test_setup(a_password_that_was_remembered_does_not_outlive_the_choice_of_another,
                               add_person),
    };
    return cmocka_run_group_tests(tests, open_office, close_office);
}
