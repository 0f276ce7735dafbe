/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-overs of a key from the primary device to another: asked for, made, finished, and ended by whatever ends one. */
#include "server/core/binding.h"
#include "server/core/handover.h"
#include "server/identifier.h"
#include "tests/unit/two_devices.h"
#include "tests/unit/unit.h"

static const uint8_t x25519[FRAME_X25519_SIZE] = {9};
static struct office_frame frame;
static struct submission_out out;
static struct handover_offer offer;

static void ask(void)
{
    act = second_act("binding.ask");
    assert_ok(handover_ask(&office.worker, &act, person.key_id, x25519, &offer));
}

/* The primary's frame for the binding that was offered. */
static void make_frame(struct bytes policy)
{
    static uint8_t memory[512];
    struct buf public_part;
    struct frame_handover named = {.policy = policy, .sealed_half = {7}};
    memcpy(named.binding_id, offer.binding_id, UUID_SIZE);
    buf_init(&public_part, memory, sizeof memory);
    assert_ok(frame_handover_encode(&public_part, &named));
    office_frame(&frame, &person, FRAME_OP_SIGN);
    frame.head.op = FRAME_OP_HANDOVER;
    frame.head.public_part = buf_bytes(&public_part);
    office_seal(&frame);
    key_process.result = "record of the new binding";
}

static enum hufu_err hand_over(void)
{
    act = office_act(&person, "sm2/handover");
    return office_run(&office.worker, &act, FRAME_OP_HANDOVER, &frame.in, &out);
}

static int64_t handed_over(void)
{
    return number(
        "select count(*) from binding b join handover h using (binding_id) where b.binding_id = '%s' and"
        " b.state = 'waiting' and b.record = 'record of the new binding' and b.generation = 0 and"
        " h.sealed_half is not null",
        offer.binding_id);
}

static void a_hand_over_puts_record_and_sealed_half_into_the_waiting_binding(void **state)
{
    (void)state;
    ask();
    make_frame((struct bytes){NULL, 0});
    assert_ok(hand_over());
    assert_bytes(out.answer, "sealed answer");
    assert_int_equal(handed_over(), 1);
    /* The same bytes get the same answer, and nobody is asked again. */
    key_process.calls = 0;
    assert_ok(hand_over());
    assert_int_equal(key_process.calls, 0);
    /* Other bytes for the same binding are refused before the private-key process is asked. */
    make_frame((struct bytes){NULL, 0});
    assert_refused_as(hand_over(), REFUSAL_CONFLICT);
    assert_int_equal(key_process.calls, 0);
}

static void remove_second_meanwhile(void)
{
    static struct device_removal removal;
    struct act operator= office_operator_act("device.remove");
    struct worker other = office.worker;
    key_process.meanwhile = NULL; /* the removal asks it, too */
    other.store = store_open(office.database.server, NULL);
    assert_ok(device_remove(&other, &operator, second.device_id, NULL, &removal));
    store_close(other.store);
}

static void a_hand_over_to_a_device_that_is_removed_meanwhile_leaves_nothing(void **state)
{
    (void)state;
    ask();
    make_frame((struct bytes){NULL, 0});
    key_process.meanwhile = remove_second_meanwhile;
    assert_refused_as(hand_over(), REFUSAL_CONFLICT);
    assert_int_equal(out.answer.len, 0);
    assert_int_equal(number("select count(*) from request where binding_id = '%s'", person.binding_id), 0);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and record is null", offer.binding_id),
        1);
}

static void a_wrong_pin_counts_in_a_hand_over_too(void **state)
{
    (void)state;
    ask();
    make_frame((struct bytes){NULL, 0});
    key_process.err = HUFU_ERR_PROOF;
    assert_refused_as(hand_over(), REFUSAL_PIN_WRONG);
    assert_int_equal(number("select pin_failures from device where device_id = '%s'", person.device_id), 1);
    assert_int_equal(handed_over(), 0);
}

static void what_cannot_be_handed_over_is_refused_and_nobody_is_asked(void **state)
{
    (void)state;
    struct person stranger = {0};
    ask();
    make_frame((struct bytes){NULL, 0});
    person_add(&office.database, &stranger);
    key_process.calls = 0;
    database_run(&office.database, "update handover set expires_at = now() - interval '1 second'");
    assert_refused_as(hand_over(), REFUSAL_CONFLICT);
    identifier_new(offer.binding_id);
    make_frame((struct bytes){NULL, 0});
    assert_refused_as(hand_over(), REFUSAL_NOT_FOUND);
    database_run(&office.database, "update handover set expires_at = now() + interval '1 hour'");
    ask();
    uint8_t policy_memory[FRAME_POLICY_SIZE];
    struct buf policy;
    buf_init(&policy, policy_memory, sizeof policy_memory);
    assert_ok(
        frame_policy_encode(&policy, &(struct frame_policy){.from_ms = 1, .until_ms = 2, .operations = 1}));
    make_frame(buf_bytes(&policy));
    assert_refused_as(hand_over(), REFUSAL_NOT_ALLOWED);
    assert_int_equal(key_process.calls, 0);
}

/* A request of the second device, whose token is made to be known. */
static enum hufu_err run_of_second(enum frame_op op, uint32_t generation, uint64_t later_ms)
{
    struct person other = person;
    memcpy(other.binding_id, offer.binding_id, UUID_SIZE);
    memset(other.token_hash, 0x5a, sizeof other.token_hash);
    office_frame(&frame, &other, op == FRAME_OP_REFRESH || op == FRAME_OP_PIN_CHECK ? op : FRAME_OP_SIGN);
    frame.head.generation = generation;
    frame.head.time_ms += later_ms;
    office_seal(&frame);
    act = office_act(&other, frame_op_name(op));
    return office_run(&office.worker, &act, op, &frame.in, &out);
}

static void begin_second(void)
{
    char id[UUID_TEXT_SIZE], session[UUID_TEXT_SIZE];
    uint8_t session_id[UUID_SIZE];
    uuid_format(id, second.device_id);
    identifier_new(session_id);
    uuid_format(session, session_id);
    database_run(&office.database, "update session set token_hash = sha256(session_id::text::bytea)");
    database_run(
        &office.database,
        "insert into session (project_id, session_id, account_id, device_id, token_hash, state, expires_at)"
        " values ('%s', '%s', '%s', '%s', decode(repeat('5a', 32), 'hex'), 'open', now() + interval '1 day')",
        person.project, session, person.account, id);
}

static void hand_over_to_second(void)
{
    ask();
    make_frame((struct bytes){NULL, 0});
    assert_ok(hand_over());
    begin_second();
    key_process.result = "record of generation one";
}

static void the_first_refresh_and_its_check_make_binding_and_device_active(void **state)
{
    (void)state;
    hand_over_to_second();
    assert_refused_as(run_of_second(FRAME_OP_SIGN, 0, 0), REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(act.state, "waiting");
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_NO_SUCH_GENERATION);
    assert_ok(run_of_second(FRAME_OP_REFRESH, 0, 0));
    assert_int_equal(handed_over(), 1); /* nothing is forgotten before the check */
    assert_ok(run_of_second(FRAME_OP_PIN_CHECK, 1, 0));
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and state = 'active' and generation = 1"
               " and record = 'record of generation one' and next_record is null and handover_until is null",
               offer.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from device where device_id = '%s' and state = 'active'", second.device_id),
        1);
    assert_int_equal(number("select count(*) from handover where binding_id = '%s'", offer.binding_id), 0);
    assert_int_equal(
        number("select count(*) from audit_event where binding_id = '%s' and action = 'device.activate'",
               offer.binding_id),
        1);
    /* From here on it is a binding like any other. */
    key_process_reset();
    assert_ok(run_of_second(FRAME_OP_SIGN, 1, 0));
    assert_refused_as(run_of_second(FRAME_OP_REFRESH, 0, 0), REFUSAL_NO_SUCH_GENERATION);
}

static void a_wrong_pin_of_a_waiting_device_counts_and_locks(void **state)
{
    (void)state;
    hand_over_to_second();
    assert_ok(run_of_second(FRAME_OP_REFRESH, 0, 0));
    key_process.err = HUFU_ERR_PROOF;
    for (int i = 0; i < 5; i++) {
        assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_PIN_WRONG);
        assert_int_equal(act.tries_left, 4 - i);
    }
    key_process.err = HUFU_OK;
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_PIN_LOCKED);
    assert_int_equal(handed_over(), 1);
}

static void a_waiting_binding_ends_with_its_day_whoever_asks(void **state)
{
    (void)state;
    hand_over_to_second();
    assert_ok(run_of_second(FRAME_OP_REFRESH, 0, 0));
    database_run(&office.database,
                 "update binding set handover_until = now() - interval '1 second' where handover_until"
                 " is not null");
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_WINDOW_CLOSED);
    database_run(&office.database, "update handover set expires_at = now() - interval '1 second'");
    assert_ok(handover_expire(&office.worker));
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and state = 'removed' and record is null"
               " and next_record is null",
               offer.binding_id),
        1);
    assert_int_equal(number("select count(*) from handover where binding_id = '%s'", offer.binding_id), 0);
    assert_int_equal(
        number("select count(*) from audit_event where binding_id = '%s' and action = 'binding.expire' and"
               " actor = 'service'",
               offer.binding_id),
        1);
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_BINDING_NOT_ACTIVE);
}

static void freeze_key(void)
{
    struct act by = office_operator_act("key.freeze");
    assert_ok(binding_change_key(&office.worker, &by, person.key_id, BINDING_FREEZE));
}

static void assert_over(void)
{
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and state = 'removed' and record is null"
               " and next_record is null",
               offer.binding_id),
        1);
    assert_int_equal(number("select count(*) from handover where binding_id = '%s'", offer.binding_id), 0);
    assert_int_equal(
        number("select count(*) from device where device_id = '%s' and state = 'active'", second.device_id),
        0);
}

static void freezing_a_key_ends_a_hand_over_before_the_new_device_refreshed(void **state)
{
    (void)state;
    hand_over_to_second();
    freeze_key();
    assert_over();
    assert_refused_as(run_of_second(FRAME_OP_REFRESH, 0, 0), REFUSAL_BINDING_NOT_ACTIVE);
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_BINDING_NOT_ACTIVE);
}

static void freezing_a_key_ends_a_hand_over_whose_new_device_has_refreshed(void **state)
{
    (void)state;
    hand_over_to_second();
    assert_ok(run_of_second(FRAME_OP_REFRESH, 0, 0));
    freeze_key();
    assert_over();
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_BINDING_NOT_ACTIVE);
    assert_refused_as(run_of_second(FRAME_OP_SIGN, 1, 0), REFUSAL_BINDING_NOT_ACTIVE);
    /* A key that is being generated has nothing to be frozen. */
    database_run(&office.database,
                 "update binding set state = 'waiting', record = null where binding_id = '%s'",
                 person.binding);
    struct act by = office_operator_act("key.freeze");
    assert_int_equal(binding_change_key(&office.worker, &by, person.key_id, BINDING_FREEZE),
                     HUFU_ERR_CONFLICT);
}

static void with_the_last_active_device_a_waiting_one_loses_its_half_too(void **state)
{
    (void)state;
    static struct device_removal removal;
    hand_over_to_second();
    assert_ok(run_of_second(FRAME_OP_REFRESH, 0, 0));
    struct act by = office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &by, person.device_id, NULL, &removal));
    assert_int_equal(removal.dead_count, 1);
    assert_over();
    assert_refused_as(run_of_second(FRAME_OP_PIN_CHECK, 1, 0), REFUSAL_BINDING_NOT_ACTIVE);
}

static void what_a_removed_primary_handed_over_is_not_finished(void **state)
{
    (void)state;
    static struct device_removal removal;
    hand_over_to_second();
    assert_ok(run_of_second(FRAME_OP_REFRESH, 0, 0));
    assert_ok(run_of_second(FRAME_OP_PIN_CHECK, 1, 0));
    struct device finished = second;
    assert_ok(enrol(&office.worker, &act, &second));
    ask();
    database_run(&office.database,
                 "update binding set record = 'record of the new binding' where binding_id = '%s'",
                 text_of(offer.binding_id));
    struct act by = office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &by, person.device_id, NULL, &removal));
    assert_int_equal(removal.dead_count, 0);
    assert_over();
    assert_int_equal(number("select count(*) from binding where device_id = '%s' and state = 'active'",
                            finished.device_id),
                     1);
}

static enum hufu_err contend_ask(struct contender *contender)
{
    struct act own = second_act("binding.ask");
    struct handover_offer got;
    return handover_ask(&contender->worker, &own, person.key_id, contender->x25519_key, &got);
}

static void of_fifty_that_ask_at_once_one_binding_is_left(void **state)
{
    (void)state;
    static struct contender contenders[CROWD];
    assert_int_equal(contend_all(contenders, contend_ask),
                     HANDOVER_ASKS_MAX); /* each replaces the one before */
    act = second_act("binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, x25519, &offer),
                      REFUSAL_TOO_MANY_TRIES);
    assert_int_equal(
        number("select count(*) from binding where device_id = '%s' and state = 'waiting'", second.device_id),
        1);
    assert_int_equal(
        number("select count(*) from handover h join binding b using (binding_id) where b.device_id = '%s'",
               second.device_id),
        1);
}

static void a_device_asks_again_when_its_day_is_over(void **state)
{
    (void)state;
    uint8_t keys[HANDOVER_ASKS_MAX + 1][FRAME_X25519_SIZE] = {{0}};
    for (size_t i = 0; i < HANDOVER_ASKS_MAX; i++) {
        keys[i][0] = (uint8_t)(i + 1);
        act = second_act("binding.ask");
        assert_ok(handover_ask(&office.worker, &act, person.key_id, keys[i], &offer));
    }
    struct handover_offer refused;
    act = second_act("binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, keys[HANDOVER_ASKS_MAX], &refused),
                      REFUSAL_TOO_MANY_TRIES);
    /* The one that waits is still there, and is asked for as often as one likes. */
    act = second_act("binding.ask");
    assert_ok(handover_ask(&office.worker, &act, person.key_id, keys[HANDOVER_ASKS_MAX - 1], &refused));
    assert_memory_equal(refused.binding_id, offer.binding_id, UUID_SIZE);
    database_run(&office.database,
                 "update binding set created_at = created_at - interval '1 day' where device_id = '%s'",
                 text_of(second.device_id));
    act = second_act("binding.ask");
    assert_ok(handover_ask(&office.worker, &act, person.key_id, keys[HANDOVER_ASKS_MAX], &offer));
}

static void asking_is_for_a_secondary_and_for_a_key_that_is_ready(void **state)
{
    (void)state;
    act = office_session_act(&person, "binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, x25519, &offer), REFUSAL_NOT_ALLOWED);
    set_second(DEVICE_FROZEN);
    act = second_act("binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, x25519, &offer),
                      REFUSAL_BINDING_NOT_ACTIVE);
    set_second(DEVICE_WAITING);
    database_run(&office.database, "update key set state = 'generated' where key_id = '%s'", person.key);
    act = second_act("binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, x25519, &offer), REFUSAL_NOT_FOUND);
    database_run(&office.database, "update key set state = 'usable' where key_id = '%s'", person.key);
    set_rule("device_mode = 'single'");
    act = second_act("binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, x25519, &offer), REFUSAL_NOT_ALLOWED);
}

static void a_device_asks_for_no_more_halves_than_it_may_have(void **state)
{
    (void)state;
    fill_device(person.account, text_of(second.device_id), KEY_PER_DEVICE_MAX);
    act = second_act("binding.ask");
    assert_refused_as(handover_ask(&office.worker, &act, person.key_id, x25519, &offer), REFUSAL_CONFLICT);
    database_run(
        &office.database,
        "update binding set state = 'removed' where binding_id in (select binding_id from binding where"
        " device_id = '%s' limit 1)",
        text_of(second.device_id));
    ask();
}

#define HANDOVER_TEST(test) cmocka_unit_test_setup(test, two_devices_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HANDOVER_TEST(a_hand_over_puts_record_and_sealed_half_into_the_waiting_binding),
        HANDOVER_TEST(a_hand_over_to_a_device_that_is_removed_meanwhile_leaves_nothing),
        HANDOVER_TEST(a_wrong_pin_counts_in_a_hand_over_too),
        HANDOVER_TEST(what_cannot_be_handed_over_is_refused_and_nobody_is_asked),
        HANDOVER_TEST(the_first_refresh_and_its_check_make_binding_and_device_active),
        HANDOVER_TEST(a_wrong_pin_of_a_waiting_device_counts_and_locks),
        HANDOVER_TEST(a_waiting_binding_ends_with_its_day_whoever_asks),
        HANDOVER_TEST(freezing_a_key_ends_a_hand_over_before_the_new_device_refreshed),
        HANDOVER_TEST(freezing_a_key_ends_a_hand_over_whose_new_device_has_refreshed),
        HANDOVER_TEST(with_the_last_active_device_a_waiting_one_loses_its_half_too),
        HANDOVER_TEST(what_a_removed_primary_handed_over_is_not_finished),
        HANDOVER_TEST(of_fifty_that_ask_at_once_one_binding_is_left),
        HANDOVER_TEST(a_device_asks_again_when_its_day_is_over),
        HANDOVER_TEST(asking_is_for_a_secondary_and_for_a_key_that_is_ready),
        HANDOVER_TEST(a_device_asks_for_no_more_halves_than_it_may_have),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
