/* SPDX-License-Identifier: Apache-2.0 */
/* Several requests at once: read by one statement, and decided by one, each as if it were alone. */
#include <pthread.h>
#include <stdio.h>

#include "tests/unit/deciding.h"

#define CROWD OPERATION_TOGETHER_MAX

static struct person people[CROWD];
static struct person_request requests[CROWD];
static struct operation_decision decisions[CROWD];
static bool decided_together[CROWD];
static struct operation_situation situations[CROWD];
static struct operation_query queries[CROWD];

static void prepare(size_t i)
{
    person_request(&people[i], (uint8_t)(i + 1), &requests[i]);
    requests[i].subject.change = CHANGE_NONE;
    decisions[i] = (struct operation_decision){.subject = &requests[i].subject, .outcome = &person_outcome};
    queries[i] = (struct operation_query){.token_hash = people[i].token_hash,
                                          .key_id = people[i].key_id,
                                          .binding_id = people[i].binding_id,
                                          .request_id = requests[i].request_id,
                                          .situation = &situations[i]};
}

static int add_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < CROWD; i++) {
        people[i] = (struct person){0};
        person_add(&database, &people[i]);
        prepare(i);
    }
    return 0;
}

static void decide_alone(size_t i)
{
    struct operation_decision *decision = &decisions[i];
    decision->err = operation_decide(store, decision->subject, decision->outcome, &decision->result);
}

/* Together, and then each that was left. */
static void decide_all(void)
{
    operation_decide_together(store, decisions, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        decided_together[i] = decisions[i].decided;
        if (!decisions[i].decided)
            decide_alone(i);
    }
}

static int64_t requests_of(size_t i)
{
    return database_number(&database, "select count(*) from request where binding_id = '%s'",
                           people[i].binding);
}

static void assert_decided(size_t i, enum operation_verdict verdict)
{
    assert_int_equal(decisions[i].err, HUFU_OK);
    assert_string_equal(operation_verdict_names[decisions[i].result.verdict],
                        operation_verdict_names[verdict]);
    assert_int_equal(decisions[i].result.recorded, verdict == VERDICT_OK);
    assert_int_equal(requests_of(i), verdict == VERDICT_OK);
}

/* In how many transactions those that were recorded were. */
static int64_t transactions(void)
{
    char list[CROWD * (UUID_TEXT_SIZE + 3)] = "";
    size_t len = 0;
    for (size_t i = 0; i < CROWD; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s'%s'", i > 0 ? "," : "", people[i].binding);
    return database_number(&database,
                           "select count(distinct xmin::text) from request where binding_id in (%s)", list);
}

static void each_is_read_as_if_it_were_alone(void **state)
{
    (void)state;
    static const uint8_t nobodys_token[HASH_SIZE];
    queries[1].token_hash = nobodys_token;
    queries[3].binding_id = people[4].binding_id;
    operation_read(store, queries, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(queries[i].err, i == 1 ? HUFU_ERR_UNAUTHENTICATED : HUFU_OK);
        if (i == 1)
            continue;
        assert_memory_equal(situations[i].session.device_id, people[i].device_id, UUID_SIZE);
        assert_int_equal(situations[i].found, i != 3);
        if (i != 3)
            assert_true(bytes_equal_text(situations[i].record, "record zero"));
    }
}

static void of_two_of_one_device_the_first_has_the_turn(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    queries[2].token_hash = people[0].token_hash;
    queries[2].key_id = people[0].key_id;
    queries[2].binding_id = people[0].binding_id;
    for (size_t i = 0; i < 3; i++)
        queries[i].take_turn = true;
    operation_read(store, queries, 3);
    assert_true(situations[0].has_turn);
    assert_true(situations[1].has_turn);
    assert_false(situations[2].has_turn);
    operation_give_turn(store, people[0].device_id); /* once is enough: it was not taken twice */
    operation_read(other, queries, 2);
    assert_true(situations[0].has_turn);
    assert_false(situations[1].has_turn);
    store_close(other);
    operation_give_turn(store, people[1].device_id);
}

static void those_that_change_nothing_are_committed_together(void **state)
{
    (void)state;
    decide_all();
    for (size_t i = 0; i < CROWD; i++)
        assert_decided(i, VERDICT_OK);
    assert_int_equal(transactions(), 1);
    assert_int_equal(database_number(&database,
                                     "select count(*) from signature s join audit_event e"
                                     " using (project_id, account_id, device_id, key_id, binding_id, "
                                     "request_id, at) join request r using (binding_id, request_id, at)"
                                     " where r.xmin = (select xmin from request where binding_id = '%s')",
                                     people[0].binding),
                     CROWD);
}

/* As much as a message to hufu-hsm can bring: the digests of one batch among them, a long answer, and every purpose as long as it
 * may be. */
static void all_of_full_size_are_committed_together(void **state)
{
    (void)state;
    static uint8_t purpose[FRAME_PURPOSE_MAX], answer[FRAME_ANSWER_MAX - CROWD * 512];
    static uint8_t words[(FRAME_BATCH_MAX - CROWD + 1) * 32];
    const struct operation_outcome large = {.answer = bytes_of(answer, sizeof answer),
                                            .digests = bytes_of(words, sizeof words),
                                            .results = bytes_of(words, sizeof words)};
    static uint8_t small[512];
    const struct operation_outcome other = {.answer = bytes_of(small, sizeof small),
                                            .digests = bytes_of(words, 32),
                                            .results = bytes_of(words, 32)};
    for (size_t i = 0; i < CROWD; i++) {
        requests[i].subject.purpose = bytes_of(purpose, sizeof purpose);
        decisions[i].outcome = i == 0 ? &large : &other;
    }
    decide_all();
    for (size_t i = 0; i < CROWD; i++)
        assert_decided(i, VERDICT_OK);
    assert_int_equal(transactions(), 1);
    assert_int_equal(
        database_number(&database,
                        "select octet_length(r.answer) + octet_length(s.digests) from request r join "
                        "signature s using (binding_id, request_id) where binding_id = '%s'",
                        people[0].binding),
        sizeof answer + sizeof words);
}

static void their_turns_end_with_the_commit(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    for (size_t i = 0; i < CROWD; i++)
        queries[i].take_turn = requests[i].subject.has_turn = true;
    operation_read(store, queries, CROWD);
    decide_all();
    operation_read(other, queries, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        assert_true(decisions[i].result.turn_given);
        assert_true(situations[i].has_turn);
    }
    store_close(other);
}

static void whoever_is_refused_changes_nothing_for_the_others(void **state)
{
    (void)state;
    for (size_t refused = 0; refused < CROWD; refused++) {
        for (size_t i = 0; i < CROWD; i++)
            prepare(i);
        database_run(&database, "delete from request");
        database_run(&database, "update binding set state = 'frozen' where binding_id = '%s'",
                     people[refused].binding);
        decide_all();
        for (size_t i = 0; i < CROWD; i++)
            assert_decided(i, i == refused ? VERDICT_BINDING : VERDICT_OK);
        assert_string_equal(decisions[refused].result.state, "frozen");
        assert_int_equal(transactions(), 1);
        database_run(&database, "update binding set state = 'active' where binding_id = '%s'",
                     people[refused].binding);
    }
}

static void a_request_id_that_is_taken_spoils_nobody_elses(void **state)
{
    (void)state;
    decide_alone(2);
    assert_decided(2, VERDICT_OK);
    decide_all();
    for (size_t i = 0; i < CROWD; i++)
        assert_false(decided_together[i]);
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(decisions[i].err, HUFU_OK);
        assert_int_equal(decisions[i].result.verdict, VERDICT_OK);
        assert_int_equal(decisions[i].result.recorded, i != 2);
        assert_int_equal(requests_of(i), 1);
    }
}

static void counted_uses_fall_and_end_for_each_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        database_run(&database, "update binding set uses_left = %zu where binding_id = '%s'", i,
                     people[i].binding);
        requests[i].subject.change = CHANGE_USES;
    }
    decide_all();
    assert_decided(0, VERDICT_USES);
    for (size_t i = 1; i < CROWD; i++)
        assert_decided(i, VERDICT_OK);
    assert_int_equal(transactions(), 1);
    for (size_t i = 1; i < 3; i++) {
        assert_true(decisions[i].result.uses_counted);
        assert_int_equal(decisions[i].result.uses_left, i - 1);
        assert_int_equal(database_number(&database, "select uses_left from binding where binding_id = '%s'",
                                         people[i].binding),
                         i - 1);
    }
    assert_false(decisions[3].result.uses_counted);
}

/* The read said that nothing else changes, and meanwhile it does; or it is known before. */
static void where_more_changes_it_is_decided_all_the_same(void **state)
{
    (void)state;
    const struct operation_outcome refresh = {.answer = bytes_of_text("answer"),
                                              .next_record = bytes_of_text("record one")};
    database_run(&database, "update device set pin_failures = 2 where device_id = '%s'", people[1].device);
    requests[4].subject.op = FRAME_OP_REFRESH;
    requests[4].subject.change = CHANGE_ANY;
    requests[4].subject.count = 0;
    decisions[4].outcome = &refresh;
    decide_all();
    for (size_t i = 0; i < CROWD; i++)
        assert_decided(i, VERDICT_OK);
    assert_int_equal(transactions(), 3);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(decided_together[i], i != 1 && i != 4);
    assert_int_equal(decisions[1].result.pin_failures_before, 2);
    assert_int_equal(database_number(&database, "select pin_failures from device where device_id = '%s'",
                                     people[1].device),
                     0);
    assert_int_equal(database_number(&database,
                                     "select count(*) from binding where binding_id = '%s' and"
                                     " next_record = 'record one'",
                                     people[4].binding),
                     1);
}

static void *decide_in_thread(void *unused)
{
    decide_all();
    return unused;
}

static void nobody_waits_for_a_row_of_somebody_else(void **state)
{
    (void)state;
    pthread_t thread;
    struct store *holder = store_open(database.server, NULL);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    struct binding_held held;
    assert_int_equal(store_begin(holder, &transaction), HUFU_OK);
    assert_int_equal(
        binding_hold(holder, people[3].project_id, people[3].device_id, people[3].binding_id, &held),
        HUFU_OK);
    assert_int_equal(pthread_create(&thread, NULL, decide_in_thread, NULL), 0);
    assert_true(database_wait_for_waiters(&database, 1));
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(requests_of(i), i != 3); /* committed, while the one waits */
    store_rollback(&transaction);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(decided_together[i], i != 3);
    for (size_t i = 0; i < CROWD; i++)
        assert_decided(i, VERDICT_OK);
    store_close(holder);
}

static void a_binding_that_is_gone_is_not_found_and_the_others_are(void **state)
{
    (void)state;
    requests[0].subject.device_id = people[1].device_id;
    decide_all();
    assert_int_equal(decisions[0].err, HUFU_ERR_NOT_FOUND);
    for (size_t i = 1; i < CROWD; i++)
        assert_decided(i, VERDICT_OK);
}

static void a_database_that_is_away_is_away_for_all(void **state)
{
    (void)state;
    struct store *nowhere = store_open("host=/nonexistent dbname=hufu", NULL);
    assert_non_null(nowhere);
    operation_read(nowhere, queries, CROWD);
    operation_decide_together(nowhere, decisions, CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(queries[i].err, HUFU_ERR_AWAY);
        assert_true(decisions[i].decided);
        assert_int_equal(decisions[i].err, HUFU_ERR_AWAY);
    }
    store_close(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_is_read_as_if_it_were_alone, add_people),
        cmocka_unit_test_setup(of_two_of_one_device_the_first_has_the_turn, add_people),
        cmocka_unit_test_setup(those_that_change_nothing_are_committed_together, add_people),
        cmocka_unit_test_setup(all_of_full_size_are_committed_together, add_people),
        cmocka_unit_test_setup(their_turns_end_with_the_commit, add_people),
        cmocka_unit_test_setup(whoever_is_refused_changes_nothing_for_the_others, add_people),
        cmocka_unit_test_setup(a_request_id_that_is_taken_spoils_nobody_elses, add_people),
        cmocka_unit_test_setup(counted_uses_fall_and_end_for_each_alone, add_people),
        cmocka_unit_test_setup(where_more_changes_it_is_decided_all_the_same, add_people),
        cmocka_unit_test_setup(nobody_waits_for_a_row_of_somebody_else, add_people),
        cmocka_unit_test_setup(a_binding_that_is_gone_is_not_found_and_the_others_are, add_people),
        cmocka_unit_test_setup(a_database_that_is_away_is_away_for_all, add_people),
    };
    return cmocka_run_group_tests(tests, deciding_start, deciding_stop);
}
