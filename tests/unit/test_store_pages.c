/* SPDX-License-Identifier: Apache-2.0 */
/* How many pages of tables and indexes the lists read, in a database that is full of another project's rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/store/account_store.h"
#include "server/store/attempt_store.h"
#include "server/store/audit_store.h"
#include "server/store/connection.h"
#include "server/store/device_store.h"
#include "server/store/key_store.h"
#include "server/store/notice_store.h"
#include "server/store/organization_store.h"
#include "server/store/session_store.h"
#include "tests/unit/database.h"
#include "tests/unit/people.h"

#define OTHERS 20000
#define OTHERS_AT_ONCE 10000
#define PAGES_FEW 300 /* planning looks at both ends of each index, too */
#define LIMIT 100

static struct database database;
static struct person person;
static struct person full; /* whose project is full */
static const uint8_t beginning[UUID_SIZE];
static const uint8_t mobile_hash[HASH_SIZE] = {7};

static void administer(const char *sql)
{
    char message[512];
    struct store *store = store_open(database.administrator, NULL);
    assert_non_null(store);
    if (store_script(store, sql, 0, message, sizeof message) != HUFU_OK)
        fail_msg("%s: %s", sql, message);
    store_close(store);
}

/* Rows for n, whose ids are in no order: each is on a page of its own. */
static void fill(const char *table, const char *columns, const char *values)
{
    for (int first = 0; first < OTHERS; first += OTHERS_AT_ONCE)
        database_run(&database,
                     "insert into %s (project_id, %s) select '%s', %s from generate_series(%d, %d) n", table,
                     columns, full.project, values, first, first + OTHERS_AT_ONCE - 1);
    database_run(&database, "analyze %s", table); /* before rows that refer to these are checked */
}

static void fill_project(void)
{
    char values[512];
    fill("account", "account_id, name, work_number, subject, state, mobile_sealed, mobile_hash",
         "md5('account' || n)::uuid, 'Somebody', 'o-' || n, '\\x3000', 'active',"
         " substring(sha512(n::text::bytea) from 1 for 50), sha256(n::text::bytea)");
    fill("device", "device_id, account_id, device_key, state, account_state",
         "md5('device' || n)::uuid, md5('account' || n)::uuid, '\\x04' || sha512(n::text::bytea), 'active', "
         "'active'");
    fill("session", "session_id, account_id, device_id, token_hash, state, expires_at",
         "md5('session' || n)::uuid, md5('account' || n)::uuid, md5('device' || n)::uuid, "
         "sha256(n::text::bytea), 'open', now() + interval '1 day'");
    snprintf(
        values, sizeof values,
        "md5('binding' || n)::uuid, '%s', md5('device' || n)::uuid, '%s', 'secondary', 'active', 'active', "
        "'usable', 'record'",
        full.key, full.account);
    fill("binding",
         "binding_id, key_id, device_id, account_id, role, state, account_state, key_state, record", values);
    fill("attempt", "kind, subject, times",
         "'code-mobile', sha256(n::text::bytea), array[(extract(epoch from now()) * 1000000)::int8]");
    fill("address_attempt", "address, ahead",
         "decode(lpad(to_hex(n), 32, '0'), 'hex'), now() + interval '1 hour'");
    snprintf(values, sizeof values,
             "now() - n * interval '1 second', md5('event' || n)::uuid, 'device', 'test', 'ok', '%s', "
             "md5('device1')::uuid",
             full.account);
    fill("audit_event", "at, event_id, actor, action, outcome, account_id, device_id", values);
    fill("notice", "notice_id, kind, text_name, state, expires_at, ended_at",
         "md5('notice' || n)::uuid, 'sms', 'code', 'delivered', now(), now()");
    fill("organization", "organization_id, name", "md5('organization' || n)::uuid, 'o-' || n");
}

static void give_person_what_is_listed(void)
{
    database_run(
        &database,
        "update account set mobile_sealed = substring(sha512('x') from 1 for 50),"
        " mobile_hash = '\\x07' || substring('\\x%064d'::bytea from 1 for 31) where account_id = '%s'",
        0, person.account);
    database_run(&database,
                 "insert into notice (project_id, notice_id, kind, text_name, sealed, expires_at)"
                 " values ('%s', gen_random_uuid(), 'sms', 'code', '\\x00', now())",
                 person.project);
    for (int hours = 0; hours < 10; hours++)
        database_run(&database,
                     "insert into audit_event (project_id, at, event_id, actor, action, outcome) values"
                     " ('%s', now() - interval '%d hours', gen_random_uuid(), 'service', 'test', 'ok')",
                     person.project, hours);
    database_run(&database,
                 "insert into organization (project_id, organization_id, name)"
                 " values ('%s', gen_random_uuid(), 'one')",
                 person.project);
}

static int start(void **state)
{
    (void)state;
    database_start(&database, true);
    administer("alter system set autovacuum = off");
    administer("select pg_reload_conf()");
    person_add(&database, &full);
    person_add(&database, &person);
    fill_project();
    give_person_what_is_listed();
    administer("analyze");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    database_stop(&database);
    return 0;
}

/* What a backend has read is known when it has ended. */
static int64_t pages_so_far(void)
{
    store_hang_up(database.store);
    database_hang_up(&database);
    int64_t backends = -1;
    for (int i = 0; i < 1200 && backends != 0; i++) {
        if (backends > 0)
            usleep(10000);
        backends =
            database_number(&database, "select count(*) from pg_stat_activity"
                                       " where backend_type = 'client backend' and pid <> pg_backend_pid()");
    }
    assert_int_equal(backends, 0);
    return database_number(&database, "select sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)"
                                      " + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))"
                                      " from pg_statio_user_tables");
}

/* How many rows a statement finds. */
typedef size_t finding(struct store *store);

#define assert_reads_few_pages(find, rows) reads_few_pages(#find, find, rows)
static void reads_few_pages(const char *what, finding *find, size_t rows)
{
    int64_t before = pages_so_far();
    struct store *store = store_open(database.server, NULL);
    assert_non_null(store);
    size_t found = find(store);
    store_close(store);
    int64_t pages = pages_so_far() - before;
    assert_int_equal(found, rows);
    if (pages > PAGES_FEW)
        fail_msg("%s: %lld pages", what, (long long)pages);
}

static size_t list_accounts(struct store *store, struct account_query query)
{
    static struct account accounts[LIMIT];
    size_t count;
    query.after = beginning;
    query.limit = LIMIT;
    assert_int_equal(account_list(store, &query, accounts, &count), HUFU_OK);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(accounts[i].account_id, person.account_id, UUID_SIZE);
    return count;
}

static size_t accounts_of_project(struct store *store)
{
    return list_accounts(store, (struct account_query){.project_id = person.project_id});
}

static size_t accounts_of_project_in_state(struct store *store)
{
    return list_accounts(store, (struct account_query){.project_id = person.project_id, .state = "active"});
}

static size_t accounts_of_project_that_wait(struct store *store)
{
    return list_accounts(store, (struct account_query){.project_id = full.project_id, .state = "requested"});
}

static size_t accounts_that_wait(struct store *store)
{
    return list_accounts(store, (struct account_query){.state = "requested"});
}

static size_t accounts_of_work_number(struct store *store)
{
    return list_accounts(store,
                         (struct account_query){.project_id = person.project_id, .work_number = "w-1"});
}

static size_t accounts_of_work_number_anywhere(struct store *store)
{
    return list_accounts(store, (struct account_query){.work_number = "w-2"});
}

static size_t accounts_of_mobile(struct store *store)
{
    return list_accounts(store,
                         (struct account_query){.project_id = person.project_id, .mobile_hash = mobile_hash});
}

static size_t accounts_of_mobile_in_another_state(struct store *store)
{
    return list_accounts(store, (struct account_query){.project_id = person.project_id,
                                                       .mobile_hash = mobile_hash,
                                                       .state = "requested"});
}

static void accounts_are_found_by_what_is_asked_for(void **state)
{
    (void)state;
    assert_reads_few_pages(accounts_of_project, 1);
    assert_reads_few_pages(accounts_of_project_in_state, 1);
    assert_reads_few_pages(accounts_of_project_that_wait, 0);
    assert_reads_few_pages(accounts_that_wait, 0);
    assert_reads_few_pages(accounts_of_work_number, 1);
    assert_reads_few_pages(accounts_of_work_number_anywhere, 0);
    assert_reads_few_pages(accounts_of_mobile, 1);
    assert_reads_few_pages(accounts_of_mobile_in_another_state, 0);
}

static size_t devices_of_project(struct store *store)
{
    static struct device_view devices[LIMIT];
    size_t count;
    assert_int_equal(device_list(store, person.project_id, NULL, beginning, LIMIT, devices, &count), HUFU_OK);
    return count;
}

static size_t keys_of_project(struct store *store)
{
    static struct key_view keys[LIMIT];
    size_t count;
    assert_int_equal(key_list(store, person.project_id, NULL, beginning, LIMIT, keys, &count), HUFU_OK);
    return count;
}

static size_t notices_of_project(struct store *store)
{
    static struct notice_row notices[LIMIT];
    size_t count;
    assert_int_equal(notice_list(store, person.project_id, beginning, LIMIT, notices, &count), HUFU_OK);
    return count;
}

static size_t organizations_of_project(struct store *store)
{
    static struct organization organizations[LIMIT];
    size_t count;
    assert_int_equal(organization_list(store, person.project_id, beginning, LIMIT, organizations, &count),
                     HUFU_OK);
    return count;
}

static size_t sessions_of_project(struct store *store)
{
    static struct session_view sessions[LIMIT];
    size_t count;
    assert_int_equal(session_list(store, person.project_id, NULL, beginning, LIMIT, sessions, &count),
                     HUFU_OK);
    return count;
}

static void a_small_projects_lists_do_not_walk_through_a_large_ones(void **state)
{
    (void)state;
    assert_reads_few_pages(devices_of_project, 1);
    assert_reads_few_pages(keys_of_project, 1);
    assert_reads_few_pages(notices_of_project, 1);
    assert_reads_few_pages(organizations_of_project, 1);
    assert_reads_few_pages(sessions_of_project, 1);
}

static size_t list_events(struct store *store, struct audit_query query)
{
    static struct audit_event events[LIMIT];
    size_t count;
    query.limit = LIMIT;
    assert_int_equal(audit_list(store, &query, events, &count), HUFU_OK);
    for (size_t i = 1; i < count; i++)
        assert_true(query.newest_first ? events[i].at_us <= events[i - 1].at_us
                                       : events[i].at_us >= events[i - 1].at_us);
    return count;
}

static size_t events_of_project(struct store *store)
{
    return list_events(store, (struct audit_query){.project_id = person.project_id});
}

static size_t newest_events_of_project(struct store *store)
{
    return list_events(
        store,
        (struct audit_query){.project_id = person.project_id, .newest_first = true, .after_us = INT64_MAX});
}

static void a_projects_events_are_found_among_those_of_others(void **state)
{
    (void)state;
    assert_reads_few_pages(events_of_project, 10);
    assert_reads_few_pages(newest_events_of_project, 10);
}

/* From where a page ended to the next, both ways, every event is met once. */
static void the_pages_of_all_events_follow_each_other(void **state)
{
    (void)state;
    static struct audit_event events[AUDIT_PAGE_MAX];
    struct store *store = store_open(database.server, NULL);
    for (int backward = 0; backward < 2; backward++) {
        struct audit_query query = {.newest_first = backward == 1,
                                    .after_us = backward == 1 ? INT64_MAX : 0,
                                    .limit = AUDIT_PAGE_MAX};
        size_t count = AUDIT_PAGE_MAX, all = 0, of_person = 0;
        while (count == AUDIT_PAGE_MAX) {
            assert_int_equal(audit_list(store, &query, events, &count), HUFU_OK);
            for (size_t i = 0; i < count; i++) {
                assert_true(backward == 1 ? events[i].at_us <= query.after_us
                                          : events[i].at_us >= query.after_us);
                of_person += memcmp(events[i].project_id, person.project_id, UUID_SIZE) == 0;
                query.after_us = events[i].at_us;
                memcpy(query.after_id, events[i].event_id, UUID_SIZE);
            }
            all += count;
        }
        assert_int_equal(all, OTHERS + 10);
        assert_int_equal(of_person, 10);
    }
    store_close(store);
}

static size_t prune_attempts(struct store *store)
{
    assert_int_equal(attempt_prune(store), HUFU_OK);
    return 0;
}

static size_t prune_sessions(struct store *store)
{
    int32_t removed;
    assert_int_equal(session_prune(store, 365, 100, &removed), HUFU_OK);
    return (size_t)removed;
}

static void the_maintenance_passes_over_what_is_not_due(void **state)
{
    (void)state;
    assert_reads_few_pages(prune_sessions, 0);
    assert_reads_few_pages(prune_attempts, 0);
    assert_int_equal(database_number(&database, "select count(*) from attempt"), OTHERS);
    assert_int_equal(database_number(&database, "select count(*) from address_attempt"), OTHERS);
}

static int64_t updates_within_a_page(void)
{
    (void)pages_so_far();
    return database_number(&database, "select sum(n_tup_hot_upd) from pg_stat_user_tables where relname in "
                                      "('attempt', 'address_attempt')");
}

/* All but the first of a day and of an hour, should one begin meanwhile. */
static void a_try_changes_its_row_within_the_page(void **state)
{
    (void)state;
    static const uint8_t subject[HASH_SIZE] = {1}, address[ATTEMPT_ADDRESS_SIZE] = {0xff};
    const struct attempt attempt = {
        .project_id = person.project_id, .kind = ATTEMPT_AUTHENTICATION, .subject = subject};
    const struct attempt_limit limit = {.limit = 100, .window_seconds = ATTEMPT_DAY_SECONDS};
    int64_t before = updates_within_a_page();
    struct store *store = store_open(database.server, NULL);
    for (int i = 0; i < 11; i++) {
        bool taken;
        int64_t moment;
        assert_int_equal(attempt_take(store, &attempt, &limit, &taken, &moment), HUFU_OK);
        assert_true(taken);
        assert_int_equal(attempt_take_address(store, address, 1000, &taken), HUFU_OK);
        assert_true(taken);
    }
    store_close(store);
    assert_in_range(updates_within_a_page() - before, 18, 20);
}

static size_t devices_of_account(struct store *store)
{
    static struct device_view devices[LIMIT];
    size_t count;
    assert_int_equal(device_list(store, NULL, full.account_id, beginning, LIMIT, devices, &count), HUFU_OK);
    assert_memory_equal(devices[0].device.device_id, full.device_id, UUID_SIZE);
    return count;
}

static void an_unused_device_is_listed_whatever_its_accounts_others_did(void **state)
{
    (void)state;
    assert_reads_few_pages(devices_of_account, 1);
}

static void set_session(const char *created_at, const char *last_used_at)
{
    database_run(&database, "update session set created_at = %s, last_used_at = %s where device_id = '%s'",
                 created_at, last_used_at, person.device);
}

static void add_signature(const char *at)
{
    database_run(
        &database,
        "insert into signature (project_id, at, account_id, device_id, key_id, binding_id, request_id,"
        " generation, operation, results) values ('%s', %s, '%s', '%s', '%s', '%s', gen_random_uuid(),"
        " 0, 'sm2/sign', '')",
        person.project, at, person.account, person.device, person.key, person.binding);
}

static void assert_last_use(const char *day)
{
    static struct device_view devices[LIMIT];
    size_t count;
    struct store *store = store_open(database.server, NULL);
    assert_int_equal(device_list(store, NULL, person.account_id, beginning, LIMIT, devices, &count), HUFU_OK);
    store_close(store);
    assert_int_equal(count, 1);
    assert_int_equal(devices[0].last_use_ms / 1000,
                     database_number(&database, "select extract(epoch from timestamptz %s)", day));
}

static void the_last_use_of_a_device_is_a_sessions_or_a_later_signature(void **state)
{
    (void)state;
    database_run(&database, "update device set created_at = '2020-01-01' where device_id = '%s'",
                 person.device);
    set_session("'2021-02-01'", "null");
    assert_last_use("'2021-02-01'");
    set_session("'2021-02-01'", "'2021-03-01'");
    assert_last_use("'2021-03-01'");
    add_signature("'2021-02-02'");
    assert_last_use("'2021-03-01'");
    add_signature("'2021-03-02'");
    add_signature("'2021-03-03'");
    assert_last_use("'2021-03-03'");
    database_run(&database, "delete from session where device_id = '%s'", person.device);
    assert_last_use("'2021-03-03'");
}

/* Pages of a project, one after the other, have each row once. */
static void the_pages_of_a_project_follow_each_other(void **state)
{
    (void)state;
    static struct account accounts[LIMIT];
    struct store *store = store_open(database.server, NULL);
    uint8_t after[UUID_SIZE] = {0};
    size_t count = LIMIT, all = 0;
    while (count == LIMIT) {
        const struct account_query query = {
            .project_id = full.project_id, .state = "active", .after = after, .limit = LIMIT};
        assert_int_equal(account_list(store, &query, accounts, &count), HUFU_OK);
        for (size_t i = 0; i < count; i++) {
            assert_true(memcmp(accounts[i].account_id, after, UUID_SIZE) > 0);
            memcpy(after, accounts[i].account_id, UUID_SIZE);
        }
        all += count;
    }
    assert_int_equal(all, OTHERS + 1);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_are_found_by_what_is_asked_for),
        cmocka_unit_test(a_small_projects_lists_do_not_walk_through_a_large_ones),
        cmocka_unit_test(a_projects_events_are_found_among_those_of_others),
        cmocka_unit_test(the_maintenance_passes_over_what_is_not_due),
        cmocka_unit_test(a_try_changes_its_row_within_the_page),
        cmocka_unit_test(the_pages_of_a_project_follow_each_other),
        cmocka_unit_test(an_unused_device_is_listed_whatever_its_accounts_others_did),
        cmocka_unit_test(the_last_use_of_a_device_is_a_sessions_or_a_later_signature),
        cmocka_unit_test(the_pages_of_all_events_follow_each_other),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
