/* SPDX-License-Identifier: Apache-2.0 */
/* An authorized user's phone at work over two hufu-server on one database: ten uses are ten signatures however many ask at once and
 * whatever is killed meanwhile, and from the commit of a freeze or the end of the window on there is none.
 * HUFU_TEST_LONG=1: 100 rounds with a kill each, 60 freezes and 20 ends of a window; otherwise 4, 6 and 3. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "tests/client/authorized_user.h"
#include "tests/client/command.h"
#include "tests/client/operator.h"
#include "tests/client/randomness.h"
#include "tests/client/sql_link.h"
#include "tests/kill/caller.h"
#include "tests/kill/records.h"

#define SERVERS 2
#define REQUESTS 200
#define USES 10
#define RECOVERY_SECONDS 60
#define DAY_S 86400

static const char *const victims[] = {"server", "hsm", "server2", "db"};
#define VICTIMS (sizeof(victims) / sizeof(victims[0]))

static struct stack stack;
static struct phone holder;
static struct phone_key holder_key;
static struct authorized_user user;
static struct shot_sender sender;
static struct wire_service *services[SERVERS];
static struct sql_link *sql;
static struct caller callers[REQUESTS];

/* ---- The people ---- */

static enum hufu_err people_add(void)
{
    static const struct authorized_terms terms = {.from_s = -3600, .until_s = DAY_S, .uses = USES};
    char project_id[UUID_TEXT_SIZE], account_id[UUID_TEXT_SIZE];
    struct activation activation;
    struct web_client *web = operator_connect(&stack);
    if (!web)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = operator_project_add(web, "lent", project_id);
    if (!err)
        err = operator_user_add(web, project_id, "holder", "holder", account_id, &activation);
    web_client_free(web);
    if (!err)
        err = phone_enrol(&holder, &stack, &activation);
    if (!err)
        err = phone_key_generate(&holder, &holder_key, "sign");
    if (!err)
        err = phone_key_certify(&holder, &holder_key);
    if (!err)
        err = authorized_user_enrol(&user, &stack, project_id, "user");
    if (!err)
        err = authorized_user_agree(&user, &holder, "holder", &terms);
    return err ? err : authorized_user_bind(&user, &holder, &holder_key);
}

static int begin(void **state)
{
    static const char *const options[] = {"--supervise", "--second-server", NULL};
    static const char *const urls[SERVERS] = {"HUFU_URL", "HUFU_SERVER2_URL"};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)state;
    (void)sigaction(SIGPIPE, &ignore, NULL);
    assert_ok(stack_start(&stack, options));
    assert_ok(people_add());
    sender.binding = user.key.binding;
    (void)snprintf(sender.token, sizeof(sender.token), "%s", user.phone.token);
    for (size_t i = 0; i < SERVERS; i++) {
        services[i] =
            wire_service_new(stack_value(&stack, urls[i]), stack_value(&stack, "HUFU_TLS_CERTIFICATE"));
        assert_non_null(services[i]);
    }
    sql = sql_open(stack_value(&stack, "HUFU_DATABASE_ADMIN"));
    assert_non_null(sql);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sql_close(sql);
    for (size_t i = 0; i < SERVERS; i++)
        wire_service_free(services[i]);
    authorized_user_done(&user);
    phone_done(&holder);
    stack_stop(&stack);
    return 0;
}

/* PostgreSQL may have been killed under it. */
static void reconnect(void)
{
    sql_close(sql);
    sql = sql_open(stack_value(&stack, "HUFU_DATABASE_ADMIN"));
    assert_non_null(sql);
}

static int64_t number(const char *query)
{
    return sql_number(sql, query, SQL_WITH(user.key.binding_id));
}

/* By the holder; as if no change had been made today. */
static void change(const char *method, const char *path, json_t *body)
{
    assert_ok(sql_run(sql, "delete from attempt", SQL_WITHOUT));
    assert_ok(authorized_user_change(&user, &holder, method, path, body));
}

/* ---- Callers, half of them at each server ---- */

static void callers_start(size_t count, size_t limit, const char *refusal, pthread_barrier_t *gate)
{
    for (size_t i = 0; i < count; i++) {
        callers[i] = (struct caller){.sender = &sender,
                                     .service = services[i % SERVERS],
                                     .limit = limit,
                                     .refusal = refusal,
                                     .gate = gate};
        assert_ok(caller_start(&callers[i]));
    }
}

#define SIGNATURES offsetof(struct caller, signatures)
#define REFUSALS offsetof(struct caller, refusals)
#define SENT_AGAIN offsetof(struct caller, sent_again)

/* Of the first callers, one of those counters. */
static size_t sum_of(size_t count, size_t counter)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += atomic_load((atomic_size_t *)(void *)((char *)&callers[i] + counter));
    return sum;
}

static void callers_end(size_t count)
{
    for (size_t i = 0; i < count; i++)
        caller_end(&callers[i]);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(callers[i].violation, "");
}

/* ---- Ten uses ---- */

static void assert_recorded(size_t count)
{
    size_t wrong = 0;
    struct records *records = records_read(&stack);
    assert_non_null(records);
    wrong = records_contradictions(records);
    for (size_t i = 0; i < count; i++)
        wrong += records_missing(records, callers[i].held, atomic_load(&callers[i].signatures));
    records_free(records);
    assert_int_equal(wrong, 0);
}

/* Of the requests of that many callers; signed_before: signature records that were there. */
static void assert_ten_signed(size_t count, int64_t signed_before)
{
    assert_int_equal(sum_of(count, SIGNATURES), USES);
    assert_int_equal(sum_of(count, REFUSALS), REQUESTS - USES);
    assert_int_equal(number("select uses_left from binding where binding_id = $1"), 0);
    assert_int_equal(number("select count(*) from signature where binding_id = $1"), signed_before + USES);
    assert_int_equal(number("select count(*) from audit_event where binding_id = $1 and action = 'sm2/sign'"
                            " and outcome = 'ok'"),
                     signed_before + USES);
    assert_recorded(count);
}

static void two_hundred_at_once_over_two_servers_take_ten_uses(void **state)
{
    (void)state;
    pthread_barrier_t gate;
    const int64_t before = number("select count(*) from signature where binding_id = $1");
    assert_int_equal(pthread_barrier_init(&gate, NULL, REQUESTS), 0);
    callers_start(REQUESTS, 1, "uses-exhausted", &gate);
    callers_end(REQUESTS);
    (void)pthread_barrier_destroy(&gate);
    assert_ten_signed(REQUESTS, before);
}

/* ---- The same, disturbed ---- */

#define CALLERS \
    20 /* with ten requests each, one behind the other: so a round lasts, and the next client comes into the disturbance */

static void renew(int64_t uses)
{
    char from[RFC3339_TEXT_SIZE], until[RFC3339_TEXT_SIZE];
    rfc3339_format(from, user.policy.from_ms);
    rfc3339_format(until, user.policy.until_ms);
    change("POST", "/renew",
           json_pack("{s:s, s:s, s:I}", "valid_from", from, "valid_until", until, "uses", (json_int_t)uses));
}

/* Until all serve again; a server that was not killed may have been cut off from what was. */
static void wait_until_served(void)
{
    const uint64_t give_up = shot_monotonic_us() + RECOVERY_SECONDS * UINT64_C(1000000);
    for (size_t i = 0; i < SERVERS; i++) {
        struct web_client *web = web_client_new(stack_value(&stack, i == 0 ? "HUFU_URL" : "HUFU_SERVER2_URL"),
                                                stack_value(&stack, "HUFU_TLS_CERTIFICATE"), NULL);
        assert_non_null(web);
        bool serves = false;
        while (!serves) {
            WEB_ANSWER_DONE struct web_answer answer = {0};
            serves = web_call(web, &answer, "GET", "/readyz", NULL) == HUFU_OK && answer.status == 200;
            assert_true(serves || shot_monotonic_us() < give_up);
            command_pause_ms(serves ? 0 : 50);
        }
        web_client_free(web);
    }
}

/* While the ten uses are being taken: as soon as so many of the signatures, fewer than ten, are held. */
static void kill_when(size_t held, const char *victim)
{
    const uint64_t give_up = shot_monotonic_us() + RECOVERY_SECONDS * UINT64_C(1000000);
    while (sum_of(CALLERS, SIGNATURES) < held) {
        assert_true(shot_monotonic_us() < give_up);
        command_pause_ms(1);
    }
    assert_ok(stack_kill(&stack, victim));
}

static void whatever_is_killed_there_is_no_eleventh_and_each_use_has_its_record(void **state)
{
    (void)state;
    const size_t rounds = long_form() ? 100 : VICTIMS;
    size_t again = 0, midway = 0;
    for (size_t i = 0; i < rounds; i++) {
        renew(USES);
        const int64_t before = number("select count(*) from signature where binding_id = $1");
        callers_start(CALLERS, REQUESTS / CALLERS, "uses-exhausted", NULL);
        kill_when(randomness_below(USES), victims[i % VICTIMS]);
        midway += sum_of(CALLERS, SIGNATURES) < USES;
        callers_end(CALLERS);
        wait_until_served();
        reconnect();
        assert_ten_signed(CALLERS, before);
        again += sum_of(CALLERS, SENT_AGAIN);
    }
    print_message("%zu kills, %zu before the tenth signature was held: %zu signatures, %zu refused, %zu "
                  "times sent again\n",
                  rounds, midway, rounds * USES, rounds * (REQUESTS - USES), again);
}

/* ---- The end, to the commit ---- */

#define FEW 6

/* Some more signatures, or some more refusals, than there were. */
static void wait_for_more(size_t counter)
{
    const uint64_t give_up = shot_monotonic_us() + RECOVERY_SECONDS * UINT64_C(1000000);
    const size_t wanted = sum_of(FEW, counter) + 3 * FEW;
    while (sum_of(FEW, counter) < wanted) {
        for (size_t i = 0; i < FEW; i++)
            assert_string_equal(callers[i].violation, "");
        assert_true(shot_monotonic_us() < give_up);
        command_pause_ms(5);
    }
}

/* A signature's time is read when its binding is locked, and the freeze's event is written while it is, before the commit: so whatever
 * is decided behind that commit is later than the event, and what it let through earlier. */
#define SIGNED_WHILE_FROZEN                                                                                  \
    "with held as (select at as since, (select min(u.at) from audit_event u where u.binding_id = $1 and"     \
    " u.action = 'authorization.unfreeze' and u.outcome = 'ok' and u.at > f.at) as until from audit_event f" \
    " where f.binding_id = $1 and f.action = 'authorization.freeze' and f.outcome = 'ok')"                   \
    " select count(*) from signature s join held on s.at > held.since and s.at < held.until"                 \
    " where s.binding_id = $1"

static void from_the_commit_of_a_freeze_on_nothing_is_signed(void **state)
{
    (void)state;
    const size_t rounds = long_form() ? 60 : 6;
    renew(1000000);
    const int64_t before = number("select count(*) from signature where binding_id = $1");
    callers_start(FEW, 0, "binding-not-active", NULL);
    for (size_t i = 0; i < rounds; i++) {
        wait_for_more(SIGNATURES);
        change("POST", "/freeze", json_object());
        wait_for_more(REFUSALS);
        change("POST", "/unfreeze", json_object());
    }
    wait_for_more(SIGNATURES);
    callers_end(FEW);
    assert_int_equal(number(SIGNED_WHILE_FROZEN), 0);
    assert_int_equal(number("select count(*) from signature where binding_id = $1"),
                     before + (int64_t)sum_of(FEW, SIGNATURES));
    print_message("%zu freezes under load: %zu signed, %zu refused, none behind a commit\n", rounds,
                  sum_of(FEW, SIGNATURES), sum_of(FEW, REFUSALS));
}

/* Narrowed by the holder while signing goes on. On a machine so slow that the end was over when it was asked for, a later one. */
static void end_the_window_soon(void)
{
    enum hufu_err err = HUFU_ERR_STATE;
    for (uint64_t ms = 500; err && ms < RECOVERY_SECONDS * UINT64_C(1000); ms *= 2) {
        char until[RFC3339_TEXT_SIZE];
        rfc3339_format(until, device_now_ms() + ms);
        assert_ok(sql_run(sql, "delete from attempt", SQL_WITHOUT));
        err = authorized_user_change(&user, &holder, "PATCH", "", json_pack("{s:s}", "valid_until", until));
    }
    assert_ok(err);
}

/* Behind the change of the window, whose event is written as a freeze's is, and not before its new end. */
#define SIGNED_BEHIND_THE_WINDOW                                                                         \
    "select count(*) from signature s join binding b using (binding_id) where b.binding_id = $1 and"     \
    " s.at >= b.valid_until and s.at > (select max(e.at) from audit_event e where e.binding_id = $1 and" \
    " e.action = 'authorization.modify' and e.outcome = 'ok')"

static void from_the_millisecond_at_which_the_window_ends_on_nothing_is_signed(void **state)
{
    (void)state;
    const size_t rounds = long_form() ? 20 : 3;
    int64_t late = 0;
    callers_start(FEW, 0, "window-closed", NULL);
    for (size_t i = 0; i < rounds; i++) {
        wait_for_more(SIGNATURES);
        end_the_window_soon();
        wait_for_more(REFUSALS);
        late += number(SIGNED_BEHIND_THE_WINDOW);
        user.policy.until_ms = device_now_ms() + 3600000;
        renew(1000000);
    }
    wait_for_more(SIGNATURES);
    callers_end(FEW);
    assert_int_equal(late, 0);
    print_message("%zu ends of a window under load: %zu signed, %zu refused, none at or behind the end\n",
                  rounds, sum_of(FEW, SIGNATURES), sum_of(FEW, REFUSALS));
}

/* The judges of the two tests above are worth something: they notice a signature in the first microsecond. */
static void a_signature_behind_a_freeze_or_an_end_would_be_noticed(void **state)
{
    (void)state;
    assert_ok(sql_run(sql,
                      "update signature set at = (select max(at) + interval '1 microsecond' from audit_event"
                      " where binding_id = $1 and action = 'authorization.freeze') where request_id ="
                      " (select request_id from signature where binding_id = $1 limit 1)",
                      SQL_WITH(user.key.binding_id)));
    assert_int_equal(number(SIGNED_WHILE_FROZEN), 1);
    assert_ok(sql_run(sql, "update binding set valid_until = clock_timestamp() where binding_id = $1",
                      SQL_WITH(user.key.binding_id)));
    assert_int_equal(number(SIGNED_BEHIND_THE_WINDOW), 0);
    assert_ok(sql_run(
        sql,
        "update signature s set at = b.valid_until from binding b where b.binding_id = $1 and s.request_id ="
        " (select request_id from signature where binding_id = $1 limit 1)",
        SQL_WITH(user.key.binding_id)));
    assert_int_equal(number(SIGNED_BEHIND_THE_WINDOW), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hundred_at_once_over_two_servers_take_ten_uses),
        cmocka_unit_test(whatever_is_killed_there_is_no_eleventh_and_each_use_has_its_record),
        cmocka_unit_test(from_the_commit_of_a_freeze_on_nothing_is_signed),
        cmocka_unit_test(from_the_millisecond_at_which_the_window_ends_on_nothing_is_signed),
        cmocka_unit_test(a_signature_behind_a_freeze_or_an_end_would_be_noticed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
