/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox, on a real database, with outside services that do what the test says. */
#include <stdio.h>
#include <time.h>

#include "server/core/notice.h"
#include "server/metrics.h"
#include "server/store/connection.h"
#include "server/store/project_store.h"
#include "tests/unit/office.h"
#include "tests/unit/post_office.h"
#include "tests/unit/unit.h"

/* As database_number takes it, and adds a "from". */
#define MILLISECONDS_OF(time) "select floor(extract(epoch from " time ") * 1000)"

static struct person person;

static int open_post_office(void **state)
{
    int failed = office_open(state);
    office.config.outside_timeout_ms = 1000;
    person_add(&office.database, &person);
    return failed;
}

/* Each test begins with an empty outbox. */
static int clear(void **state)
{
    (void)state;
    post_office_reset();
    database_run(&office.database,
                 "delete from notice; delete from audit_event where action = 'notice.deliver';"
                 " update project set language = 'zh-CN'");
    return 0;
}

static struct notice code_notice(void)
{
    return (struct notice){
        .project_id = person.project_id,
        .account_id = person.account_id,
        .kind = NOTICE_SMS,
        .to = "+8613800138000",
        .text = NOTICE_TEXT_CODE_SIGN_IN,
        .values = {"042137", "5"},
        .lifetime_seconds = 300,
    };
}

/* In a transaction of its own. */
static enum hufu_err post(const struct notice *notice)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_ok(store_begin(office.worker.store, &transaction));
    enum hufu_err err = notice_post(&office.worker, notice);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static bool deliver(void)
{
    bool found;
    assert_ok(notice_deliver_next(&office.worker, &found));
    return found;
}

static int64_t count(const char *condition)
{
    return database_number(&office.database, "select count(*) from notice where %s", condition);
}

static int64_t audited(const char *outcome)
{
    return database_number(
        &office.database,
        "select count(*) from audit_event where action = 'notice.deliver' and outcome = '%s'"
        " and actor = 'service'",
        outcome);
}

static void make_due(void)
{
    database_run(&office.database, "update notice set next_attempt_at = now() where state = 'waiting'");
}

/* ---- posting ---- */

static void what_is_posted_is_sent_and_then_erased(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    assert_int_equal(count("state = 'waiting' and attempts = 0 and sealed is not null"), 1);
    assert_true(deliver());
    assert_int_equal(post_office.calls, 1);
    assert_false(post_office.last_is_email);
    assert_string_equal(post_office.to, "+8613800138000");
    assert_non_null(strstr(post_office.text, "验证码 042137，5 分钟内有效，用于登录"));
    assert_string_equal(post_office.template_name, "code-sign-in");
    assert_string_equal(post_office.language, "zh-CN");
    assert_int_equal(post_office.value_count, 2);
    assert_string_equal(post_office.values[0], "042137");
    assert_string_equal(post_office.values[1], "5");
    uint64_t left_ms = post_office.valid_until_ms - (uint64_t)time(NULL) * 1000;
    assert_true(left_ms > 290000 && left_ms <= 302000);
    assert_int_equal(
        count("state = 'delivered' and attempts = 1 and sealed is null and ended_at is not null"), 1);
    assert_int_equal(audited("ok"), 1);
    assert_false(deliver());
    assert_int_equal(post_office.calls, 1);
}

static void an_email_has_a_subject_and_the_language_is_the_projects(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    database_run(&office.database, "update project set language = 'en'");
    notice.kind = NOTICE_EMAIL;
    notice.to = "li@example.com";
    notice.account_id = NULL;
    assert_ok(post(&notice));
    assert_true(deliver());
    assert_true(post_office.last_is_email);
    assert_string_equal(post_office.language, "en");
    assert_non_null(strstr(post_office.subject, "] Your code"));
    assert_non_null(strstr(post_office.text, "Your code to sign in is 042137."));
}

static void nothing_is_sent_of_a_transaction_that_did_not_commit(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    {
        struct store_transaction transaction STORE_TRANSACTION = {0};
        assert_ok(store_begin(office.worker.store, &transaction));
        assert_ok(notice_post(&office.worker, &notice));
    }
    assert_false(deliver());
    assert_int_equal(post_office.calls, 0);
    assert_int_equal(count("true"), 0);
}

static void what_cannot_be_sent_is_refused_at_once(void **state)
{
    (void)state;
    char to[NOTICE_TO_MAX + 2], value[NOTICE_VALUE_MAX + 2];
    memset(to, '1', sizeof to - 1);
    memset(value, 'x', sizeof value - 1);
    to[sizeof to - 1] = value[sizeof value - 1] = '\0';
    struct notice notice = code_notice();
    notice.to = to;
    assert_int_equal(post(&notice), HUFU_ERR_LIMIT);
    notice.to = "";
    assert_int_equal(post(&notice), HUFU_ERR_LIMIT);
    notice = code_notice();
    notice.values[0] = value;
    assert_int_equal(post(&notice), HUFU_ERR_LIMIT);
    notice.values[0] = NULL;
    assert_int_equal(post(&notice), HUFU_ERR_INTERNAL);
    notice = code_notice();
    notice.lifetime_seconds = 0;
    assert_int_equal(post(&notice), HUFU_ERR_LIMIT);
    notice.lifetime_seconds = NOTICE_LIFETIME_MAX_SECONDS + 1;
    assert_int_equal(post(&notice), HUFU_ERR_LIMIT);
    post_office.sms = false;
    notice = code_notice();
    assert_int_equal(post(&notice), HUFU_ERR_STATE);
    assert_int_equal(count("true"), 0);
}

static void the_longest_message_fits(void **state)
{
    (void)state;
    char to[NOTICE_TO_MAX + 1], value[NOTICE_VALUE_MAX + 1], name[PROJECT_NAME_MAX + 1];
    memset(to, '1', sizeof to - 1);
    memset(value, 'x', sizeof value - 1);
    memset(name, 'n', sizeof name - 1);
    to[sizeof to - 1] = value[sizeof value - 1] = name[sizeof name - 1] = '\0';
    database_run(&office.database, "update project set name = '%s' where project_id = '%s'", name,
                 person.project);
    for (int text = 0; text < NOTICE_TEXT_COUNT; text++) {
        const struct notice notice = {
            .project_id = person.project_id,
            .kind = NOTICE_EMAIL,
            .to = to,
            .text = text,
            .values = {value, value, value, value},
            .lifetime_seconds = NOTICE_LIFETIME_MAX_SECONDS,
        };
        assert_ok(post(&notice));
        assert_true(deliver());
        assert_string_equal(post_office.to, to);
    }
    assert_int_equal(count("state = 'delivered'"), NOTICE_TEXT_COUNT);
}

static void the_row_tells_neither_recipient_nor_text(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    assert_int_equal(
        count("position('13800138000'::bytea in sealed) > 0 or position('042137'::bytea in sealed) > 0"), 0);
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from notice n where n::text like '%%13800138000%%' or"
                                     " n::text like '%%042137%%'"),
                     0);
}

/* ---- failures ---- */

static void a_service_that_is_away_gets_the_same_message_again_later(void **state)
{
    (void)state;
    char key[UUID_TEXT_SIZE], text[POST_OFFICE_TEXT_MAX];
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    post_office.result = HUFU_ERR_AWAY;
    post_office.answer = (struct message_answer){.status = 503};
    for (int attempt = 1; attempt <= 3; attempt++) {
        int64_t before = database_number(&office.database, MILLISECONDS_OF("clock_timestamp()"));
        assert_true(deliver());
        int64_t after = database_number(&office.database, MILLISECONDS_OF("clock_timestamp()"));
        assert_int_equal(count("state = 'waiting' and failure = 'status 503' and sealed is not null"), 1);
        int64_t due = database_number(&office.database, MILLISECONDS_OF("next_attempt_at") " from notice");
        int64_t whole = NOTICE_BACKOFF_FIRST_MS << (attempt - 1);
        assert_in_range(due, before + whole * 3 / 4 - 1, after + whole + 1);
        database_run(&office.database,
                     "update notice set next_attempt_at = next_attempt_at + interval '1 minute'");
        assert_false(deliver());
        make_due();
    }
    snprintf(key, sizeof key, "%s", post_office.key);
    snprintf(text, sizeof text, "%s", post_office.text);
    database_run(&office.database,
                 "update project set name = 'Renamed', language = 'en' where project_id = '%s'",
                 person.project);
    post_office.result = HUFU_OK;
    post_office.answer.status = 202;
    assert_true(deliver());
    assert_string_equal(post_office.key, key);
    assert_string_equal(post_office.text, text);
    assert_int_equal(count("state = 'delivered' and attempts = 4"), 1);
    assert_int_equal(audited("ok"), 1);
}

static void a_service_that_says_when_is_asked_then(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    post_office.result = HUFU_ERR_AWAY;
    post_office.answer = (struct message_answer){.status = 429, .retry_after_s = 120};
    assert_true(deliver());
    assert_int_equal(count("next_attempt_at between now() + interval '110 s' and now() + interval '121 s'"),
                     1);
    make_due();
    post_office.answer.retry_after_s = 86400;
    assert_true(deliver());
    assert_int_equal(count("next_attempt_at = expires_at"), 1); /* to be erased then */
}

static void a_message_that_is_refused_for_good_is_given_up_and_erased(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    post_office.result = HUFU_ERR_FORM;
    post_office.answer.status = 422;
    assert_true(deliver());
    assert_int_equal(count("state = 'refused' and sealed is null and failure = 'status 422'"), 1);
    assert_int_equal(audited("notice-refused"), 1);
    assert_false(deliver());
}

static void a_message_that_is_too_old_is_erased_and_not_sent(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    database_run(&office.database, "update notice set created_at = now() - interval '1 hour',"
                                   " expires_at = now() - interval '1 second'");
    post_office.sms = post_office.email = false; /* erased also where no service is left */
    assert_true(deliver());
    assert_int_equal(post_office.calls, 0);
    assert_int_equal(count("state = 'expired' and sealed is null"), 1);
    assert_int_equal(audited("notice-expired"), 1);
}

static void its_time_passes(void)
{
    database_run(&office.database, "update notice set expires_at = clock_timestamp()");
}

static void a_message_that_gets_too_old_on_its_way_and_is_refused_has_expired(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    post_office.result = HUFU_ERR_FORM;
    post_office.answer.status = 422;
    post_office.meanwhile = its_time_passes;
    assert_true(deliver());
    assert_int_equal(count("state = 'expired' and sealed is null and failure = 'status 422'"), 1);
    assert_int_equal(audited("notice-expired"), 1);
    assert_int_equal(audited("notice-refused"), 0);
}

static void a_message_to_nobody_ends_in_silence(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    notice.account_id = NULL;
    notice.nobody = true;
    char *before = metrics_report(office.worker.metrics);
    const char *failed = strstr(before, "\nhufu_notices_failed_total ");
    assert_non_null(failed);
    assert_ok(post(&notice));
    assert_int_equal(count("state = 'waiting'"), 1);
    assert_true(deliver());
    assert_int_equal(post_office.calls, 0);
    assert_int_equal(count("state = 'expired' and sealed is null"), 1);
    assert_int_equal(audited("notice-expired"), 0);
    char *after = metrics_report(office.worker.metrics);
    assert_non_null(strstr(after, "\nhufu_notices_failed_total "));
    assert_int_equal(strtol(strstr(after, "\nhufu_notices_failed_total ") + 27, NULL, 10),
                     strtol(failed + 27, NULL, 10));
    free(before);
    free(after);
}

static void a_kind_that_is_not_offered_here_is_left_to_others(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    post_office.sms = false;
    assert_false(deliver());
    assert_int_equal(count("state = 'waiting' and attempts = 0"), 1);
}

static void a_row_that_was_tampered_with_is_refused(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    database_run(&office.database,
                 "update notice set sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)");
    assert_true(deliver());
    assert_int_equal(post_office.calls, 0);
    assert_int_equal(count("state = 'refused' and failure = 'record'"), 1);
}

static void without_the_data_key_a_message_waits(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    struct data_key *key = office.worker.data_key;
    office.worker.data_key = NULL;
    assert_int_equal(post(&notice), HUFU_ERR_AWAY);
    assert_true(deliver());
    office.worker.data_key = key;
    assert_int_equal(post_office.calls, 0);
    assert_int_equal(count("state = 'waiting' and failure = 'away'"), 1);
    make_due();
    assert_true(deliver());
    assert_int_equal(count("state = 'delivered'"), 1);
}

/* ---- several couriers ---- */

static void a_message_in_hand_is_nobody_elses_until_its_lease_is_over(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    const bool kinds[NOTICE_KIND_COUNT] = {true, true};
    uint8_t memory[NOTICE_SEALED_MAX];
    struct notice_row row;
    struct buf sealed;
    bool found;
    assert_ok(post(&notice));
    buf_init(&sealed, memory, sizeof memory);
    /* A courier that takes it and dies. */
    assert_ok(notice_claim(office.worker.store, kinds, 6000, &row, &sealed, &found));
    assert_true(found);
    assert_int_equal(count("next_attempt_at between now() + interval '4 s' and now() + interval '6 s'"), 1);
    assert_false(deliver());
    make_due();
    assert_true(deliver());
    char key[UUID_TEXT_SIZE];
    uuid_format(key, row.notice_id);
    assert_string_equal(post_office.key, key);
    assert_int_equal(count("state = 'delivered' and attempts = 2"), 1);
}

static void deliver_it_elsewhere(void)
{
    database_run(
        &office.database,
        "update notice set state = 'delivered', sealed = null, ended_at = now() where state = 'waiting'");
}

static void who_comes_late_changes_nothing_and_writes_nothing(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    assert_ok(post(&notice));
    post_office.meanwhile = deliver_it_elsewhere;
    post_office.result = HUFU_ERR_FORM;
    assert_true(deliver());
    assert_int_equal(count("state = 'delivered'"), 1);
    assert_int_equal(audited("notice-refused"), 0);
}

#define COURIERS 4
#define MESSAGES 40

static void *carry(void *argument)
{
    struct worker worker = office.worker;
    bool found = true;
    (void)argument;
    worker.store = store_open(office.database.server, office.worker.metrics);
    for (int idle = 0; idle < 3;) {
        if (notice_deliver_next(&worker, &found) != HUFU_OK)
            break;
        idle = found ? 0 : idle + 1;
    }
    store_close(worker.store);
    return NULL;
}

static void couriers_share_what_waits_and_send_each_message_once(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    pthread_t couriers[COURIERS];
    for (int i = 0; i < MESSAGES; i++)
        assert_ok(post(&notice));
    for (int i = 0; i < COURIERS; i++)
        assert_int_equal(pthread_create(&couriers[i], NULL, carry, NULL), 0);
    for (int i = 0; i < COURIERS; i++)
        assert_int_equal(pthread_join(couriers[i], NULL), 0);
    assert_int_equal(post_office.calls, MESSAGES);
    assert_int_equal(count("state = 'delivered' and attempts = 1"), MESSAGES);
    assert_int_equal(audited("ok"), MESSAGES);
}

/* ---- rights, and what goes ---- */

static void only_what_ended_long_ago_is_removed(void **state)
{
    (void)state;
    struct notice notice = code_notice();
    int32_t removed;
    for (int i = 0; i < 4; i++)
        assert_ok(post(&notice));
    assert_true(deliver() && deliver() && deliver());
    database_run(&office.database,
                 "update notice set created_at = now() - interval '90 days';"
                 " update notice set ended_at = now() - interval '31 days' where notice_id in"
                 " (select notice_id from notice where state = 'delivered' limit 2)");
    assert_ok(notice_prune(office.worker.store, NOTICE_KEEP_DAYS, 1, &removed));
    assert_int_equal(removed, 1);
    assert_ok(notice_prune(office.worker.store, NOTICE_KEEP_DAYS, 100, &removed));
    assert_int_equal(removed, 1);
    assert_int_equal(count("state = 'delivered'"), 1);
    assert_int_equal(count("state = 'waiting'"), 1);
}

static void the_server_deletes_no_notice_and_gives_none_another_recipient(void **state)
{
    (void)state;
    static const char *const denied[] = {
        "delete from notice",
        "truncate notice",
        "update notice set account_id = null",
        "update notice set kind = 'email'",
        "update notice set expires_at = now()",
        "update notice set project_id = project_id",
    };
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
        char said[512];
        assert_int_not_equal(store_script(office.worker.store, denied[i], 0, said, sizeof said), HUFU_OK);
        assert_non_null(strstr(said, "permission denied"));
    }
    char said[512];
    struct store *auditor = store_open(office.database.auditor, NULL);
    assert_int_not_equal(store_script(auditor, "select sealed from notice", 0, said, sizeof said), HUFU_OK);
    assert_ok(store_script(auditor, "select state, failure from notice", 0, said, sizeof said));
    store_close(auditor);
}

#define TEST(function) cmocka_unit_test_setup(function, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_posted_is_sent_and_then_erased),
        TEST(an_email_has_a_subject_and_the_language_is_the_projects),
        TEST(nothing_is_sent_of_a_transaction_that_did_not_commit),
        TEST(what_cannot_be_sent_is_refused_at_once),
        TEST(the_longest_message_fits),
        TEST(the_row_tells_neither_recipient_nor_text),
        TEST(a_service_that_is_away_gets_the_same_message_again_later),
        TEST(a_service_that_says_when_is_asked_then),
        TEST(a_message_that_is_refused_for_good_is_given_up_and_erased),
        TEST(a_message_that_is_too_old_is_erased_and_not_sent),
        TEST(a_message_that_gets_too_old_on_its_way_and_is_refused_has_expired),
        TEST(a_message_to_nobody_ends_in_silence),
        TEST(a_kind_that_is_not_offered_here_is_left_to_others),
        TEST(a_row_that_was_tampered_with_is_refused),
        TEST(without_the_data_key_a_message_waits),
        TEST(a_message_in_hand_is_nobody_elses_until_its_lease_is_over),
        TEST(who_comes_late_changes_nothing_and_writes_nothing),
        TEST(couriers_share_what_waits_and_send_each_message_once),
        TEST(only_what_ended_long_ago_is_removed),
        TEST(the_server_deletes_no_notice_and_gives_none_another_recipient),
    };
    return cmocka_run_group_tests(tests, open_post_office, office_close);
}
