/* SPDX-License-Identifier: Apache-2.0 */
/* The read before the private-key process is asked: what it gives, to whom, and the device's turn that it takes. */
#include <unistd.h>

#include "tests/unit/deciding.h"

/* One read alone. */
static enum hufu_err read_one(struct store *asking, struct operation_query query,
                              struct operation_situation *situation)
{
    query.situation = situation;
    operation_read(asking, &query, 1);
    return query.err;
}

static struct operation_situation *read_situation(uint32_t generation)
{
    static struct operation_situation situation;
    const struct operation_query query = {.token_hash = person.token_hash,
                                          .key_id = person.key_id,
                                          .binding_id = person.binding_id,
                                          .request_id = request.request_id,
                                          .generation = generation};
    assert_int_equal(read_one(store, query, &situation), HUFU_OK);
    return &situation;
}

static void the_read_gives_the_record_of_the_generation_asked_for(void **state)
{
    (void)state;
    struct person_request first = request;
    refresh(0, 1000, "record one", VERDICT_OK);
    request = first;
    struct operation_situation *situation = read_situation(0);
    assert_true(situation->found);
    assert_true(bytes_equal_text(situation->record, "record zero"));
    assert_int_equal(situation->record_generation, 0);
    situation = read_situation(1);
    assert_true(bytes_equal_text(situation->record, "record one"));
    assert_int_equal(situation->record_generation, 1);
    assert_int_equal(situation->standing.next_time_ms, 1000);
    situation = read_situation(5);
    assert_true(bytes_equal_text(situation->record, "record zero"));
    assert_int_equal(situation->record_generation, 0);
    assert_false(situation->stored.exists);
}

static void the_read_gives_back_what_was_stored_under_the_request_id(void **state)
{
    (void)state;
    decide(VERDICT_OK, true);
    struct operation_situation *situation = read_situation(0);
    assert_true(situation->stored.exists);
    assert_true(situation->stored.fresh);
    assert_int_equal(situation->stored.outcome, HUFU_OK);
    assert_true(bytes_equal(situation->stored.answer, person_outcome.answer));
    assert_memory_equal(situation->stored.frame_hash, request.frame_hash, sizeof request.frame_hash);
    database_run(&database, "update request set at = at - interval '10 minutes' where binding_id = '%s'",
                 person.binding);
    assert_false(read_situation(0)->stored.fresh);
}

static void the_read_knows_no_other_sessions_bindings(void **state)
{
    (void)state;
    decide(VERDICT_OK, true);
    struct person other = {0};
    person_add(&database, &other);
    static struct operation_situation situation;
    struct operation_query query = {.token_hash = other.token_hash,
                                    .key_id = person.key_id,
                                    .binding_id = person.binding_id,
                                    .request_id = request.request_id};
    assert_int_equal(read_one(store, query, &situation), HUFU_OK);
    assert_false(situation.found);
    assert_false(situation.stored.exists);
    assert_memory_equal(situation.session.device_id, other.device_id, UUID_SIZE);
    query.token_hash = person.token_hash;
    query.key_id = other.key_id;
    assert_int_equal(read_one(store, query, &situation), HUFU_OK);
    assert_false(situation.found);
}

/* Whether this connection got the device's turn. */
static bool takes_turn(struct store *asking)
{
    static struct operation_situation situation;
    const struct operation_query query = {.token_hash = person.token_hash,
                                          .key_id = person.key_id,
                                          .binding_id = person.binding_id,
                                          .request_id = request.request_id,
                                          .take_turn = true};
    assert_int_equal(read_one(asking, query, &situation), HUFU_OK);
    return situation.has_turn;
}

static void a_devices_turn_is_one_connections_until_it_gives_it_back_or_ends(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    assert_false(read_situation(0)->has_turn); /* nobody asked for it */
    assert_true(takes_turn(store));
    assert_false(takes_turn(other));
    operation_give_turn(store, person.device_id);
    assert_true(takes_turn(other));
    assert_false(takes_turn(store));
    store_close(other);
    bool taken = false; /* the server notices the closed connection a moment later */
    for (int i = 0; i < 3000 && !taken; i++) {
        taken = takes_turn(store);
        if (!taken)
            usleep(20000);
    }
    assert_true(taken);
    operation_give_turn(store, person.device_id);
}

static void a_success_ends_the_turn_and_not_before_its_commit(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    assert_true(takes_turn(store));
    request.subject.has_turn = true;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_int_equal(store_begin(store, &transaction), HUFU_OK);
    decide(VERDICT_OK, true);
    assert_true(result.turn_given);
    assert_false(takes_turn(other));
    assert_int_equal(store_commit(&transaction), HUFU_OK);
    assert_true(takes_turn(other));
    store_close(other);
}

static void a_success_of_a_subject_without_turn_leaves_the_turn_alone(void **state)
{
    (void)state;
    struct store *other = store_open(database.server, NULL);
    assert_non_null(other);
    assert_true(takes_turn(other));
    decide(VERDICT_OK, true);
    assert_false(result.turn_given);
    assert_false(takes_turn(store));
    store_close(other);
}

static void an_ended_or_expired_session_is_nobody(void **state)
{
    (void)state;
    static struct operation_situation situation;
    const struct operation_query query = {.token_hash = person.token_hash,
                                          .key_id = person.key_id,
                                          .binding_id = person.binding_id,
                                          .request_id = request.request_id};
    database_run(&database, "update session set expires_at = now() where device_id = '%s'", person.device);
    assert_int_equal(read_one(store, query, &situation), HUFU_ERR_UNAUTHENTICATED);
    database_run(&database,
                 "update session set expires_at = now() + interval '1 day', state = 'ended' where"
                 " device_id = '%s'",
                 person.device);
    assert_int_equal(read_one(store, query, &situation), HUFU_ERR_UNAUTHENTICATED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, deciding_add_person)
    const struct CMUnitTest tests[] = {
        TEST(the_read_gives_the_record_of_the_generation_asked_for),
        TEST(the_read_gives_back_what_was_stored_under_the_request_id),
        TEST(the_read_knows_no_other_sessions_bindings),
        TEST(a_devices_turn_is_one_connections_until_it_gives_it_back_or_ends),
        TEST(a_success_ends_the_turn_and_not_before_its_commit),
        TEST(a_success_of_a_subject_without_turn_leaves_the_turn_alone),
        TEST(an_ended_or_expired_session_is_nobody),
    };
    return cmocka_run_group_tests(tests, deciding_start, deciding_stop);
}
