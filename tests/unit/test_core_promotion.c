/* SPDX-License-Identifier: Apache-2.0 */
/* Another device takes the place of a primary that was lost: who may order it, what it ends, and what it leaves to be done. */
#include <stdio.h>
#include <string.h>

#include "server/core/authentication.h"
#include "server/core/handover.h"
#include "server/identifier.h"
#include "server/store/key_store.h"
#include "tests/unit/two_devices.h"
#include "tests/unit/unit.h"

#define BOTH (METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_SMS))

static struct device_promotion promotion;

/* ---- Who asks, and by what authority ---- */

static void text_to(char text[UUID_TEXT_SIZE], const uint8_t id[UUID_SIZE])
{
    uuid_format(text, id);
}

/* A device's active half of the person's key, as a hand-over and its refresh leave one. */
static void give_half(const struct device *device, const char *role)
{
    uint8_t id[UUID_SIZE];
    char binding[UUID_TEXT_SIZE], of[UUID_TEXT_SIZE];
    identifier_new(id);
    text_to(binding, id);
    text_to(of, device->device_id);
    database_run(&office.database,
                 "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
                 "account_state,"
                 " key_state, generation, record) values ('%s', '%s', '%s', '%s', '%s', '%s', 'active', "
                 "'active', 'usable', 1,"
                 " 'record of generation one')",
                 person.project, binding, person.key, of, person.account, role);
}

/* The second device active, with its half. */
static int second_is_active(void **state)
{
    int failed = two_devices_add(state);
    set_second(DEVICE_ACTIVE);
    give_half(&second, "secondary");
    return failed;
}

/* An authentication of the person's session that has passed these methods; its token is the number, repeated. */
static const uint8_t *token_of(uint8_t number, unsigned passed)
{
    static uint8_t tokens[256][AUTHENTICATION_TOKEN_SIZE];
    uint8_t id[UUID_SIZE], hash[HASH_SIZE];
    char text[UUID_TEXT_SIZE], session[UUID_TEXT_SIZE], hex[2 * HASH_SIZE + 1];
    memset(tokens[number], number, sizeof tokens[number]);
    hash_sha256(hash, bytes_of(tokens[number], sizeof tokens[number]));
    hex_encode(hex, sizeof hex, bytes_of(hash, sizeof hash));
    identifier_new(id);
    text_to(text, id);
    text_to(session, person.session_id);
    database_run(&office.database, "delete from authentication where token_hash = '\\x%s'", hex);
    database_run(&office.database,
                 "insert into authentication (project_id, authentication_id, token_hash, subject, "
                 "account_id, purpose, session_id, state,"
                 " passed, passed_at, expires_at) values ('%s', '%s', '\\x%s', sha256('x'), '%s', 'confirm', "
                 "'%s', 'passed', %u, now(),"
                 " now() + interval '10 minutes')",
                 person.project, text, hex, person.account, session, passed);
    return tokens[number];
}

static enum hufu_err promote_as(const struct device *device, const uint8_t *lost_id, const uint8_t *token)
{
    act = second_act("device.promote");
    memcpy(act.principal.device_id, device->device_id, UUID_SIZE);
    return device_promote(&office.worker, &act, device->device_id, lost_id, token, &promotion);
}

static enum hufu_err promote(void)
{
    return promote_as(&second, person.device_id, token_of(1, BOTH));
}

static int64_t primaries(void)
{
    return database_number(&office.database,
                           "select count(*) from device where account_id = '%s' and role = 'primary' and"
                           " state <> 'removed'",
                           person.account);
}

static int64_t is_primary(const uint8_t device_id[UUID_SIZE])
{
    return number(
        "select count(*) from device where device_id = '%s' and role = 'primary' and state = 'active'",
        device_id);
}

/* ---- What it does ---- */

static void the_device_is_the_primary_and_the_lost_one_is_gone(void **state)
{
    (void)state;
    assert_ok(promote());
    assert_int_equal(promotion.device.role, DEVICE_PRIMARY);
    assert_true(promotion.has_lost);
    assert_memory_equal(promotion.lost.device.device_id, person.device_id, UUID_SIZE);
    assert_int_equal(promotion.lost.device.state, DEVICE_REMOVED);
    assert_int_equal(promotion.lost.dead_count, 0);
    assert_int_equal(is_primary(second.device_id), 1);
    assert_int_equal(primaries(), 1);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and state = 'removed' and record is null"
               " and next_record is null",
               person.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from session where device_id = '%s' and state = 'open'", person.device_id),
        0);
    /* The lost device's end is an event of that device, done by this one; the order is one of this one. */
    assert_int_equal(
        number("select count(*) from audit_event where device_id = '%s' and action = 'device.promote' and"
               " outcome = 'ok' and actor = 'device'",
               second.device_id),
        1);
    assert_int_equal(
        number("select count(*) from audit_event where target_id = '%s' and action = 'device.remove' and"
               " binding_id is null and outcome = 'ok'",
               person.device_id),
        1);
}

static void keys_that_the_lost_device_alone_had_are_dead(void **state)
{
    (void)state;
    uint8_t id[UUID_SIZE];
    char key[UUID_TEXT_SIZE], binding[UUID_TEXT_SIZE];
    identifier_new(id);
    text_to(key, id);
    database_run(&office.database,
                 "insert into key (project_id, key_id, account_id, algorithm, usage, kind, state, "
                 "public_key) values ('%s',"
                 " '%s', '%s', 'sm2', 'sign', 'split', 'usable', '\\x04' || sha256('x') || sha256('y'))",
                 person.project, key, person.account);
    uint8_t binding_id[UUID_SIZE];
    identifier_new(binding_id);
    text_to(binding, binding_id);
    database_run(&office.database,
                 "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
                 "account_state,"
                 " key_state, record) values ('%s', '%s', '%s', '%s', '%s', 'primary', 'active', 'active', "
                 "'usable', 'r')",
                 person.project, binding, key, person.device, person.account);
    assert_ok(promote());
    assert_int_equal(promotion.lost.dead_count, 1);
    assert_memory_equal(promotion.lost.dead[0], id, UUID_SIZE);
}

/* A device that waits for a half of a key from the one that was lost gets none. */
static void hand_overs_of_the_lost_device_end(void **state)
{
    (void)state;
    static const char offered[] = "select count(*) from binding where device_id = '%s' and state = 'waiting'";
    struct device third;
    struct handover_offer offer;
    act = second_act("device.test");
    assert_ok(enrol(&office.worker, &act, &third));
    act = second_act("binding.ask");
    memcpy(act.principal.device_id, third.device_id, UUID_SIZE);
    assert_ok(
        handover_ask(&office.worker, &act, person.key_id, (const uint8_t[FRAME_X25519_SIZE]){9}, &offer));
    assert_int_equal(number(offered, third.device_id), 1);
    assert_ok(promote());
    assert_int_equal(number(offered, third.device_id), 0);
    /* Nor can it ask for one before the new primary's record is one that hands over. */
    act = second_act("binding.ask");
    memcpy(act.principal.device_id, third.device_id, UUID_SIZE);
    assert_refused_as(
        handover_ask(&office.worker, &act, person.key_id, (const uint8_t[FRAME_X25519_SIZE]){9}, &offer),
        REFUSAL_NOT_FOUND);
}

static void its_keys_say_that_they_are_to_be_sealed_anew(void **state)
{
    (void)state;
    struct key_view key;
    assert_ok(key_read(office.worker.store, second.device_id, person.key_id, &key));
    assert_false(key.refresh_due || key.refresh_to_primary);
    assert_ok(promote());
    assert_ok(key_read(office.worker.store, second.device_id, person.key_id, &key));
    assert_true(key.refresh_due && key.refresh_to_primary);
    assert_int_equal(key.role, BINDING_SECONDARY);
    char id[UUID_TEXT_SIZE];
    text_to(id, second.device_id);
    database_run(&office.database, "update binding set role = 'primary' where device_id = '%s'", id);
    assert_ok(key_read(office.worker.store, second.device_id, person.key_id, &key));
    assert_false(key.refresh_due || key.refresh_to_primary);
}

static void without_a_primary_none_has_to_be_named_and_none_ends(void **state)
{
    (void)state;
    static struct device_removal removal;
    act = office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &act, person.device_id, NULL, &removal));
    assert_refused_as(promote(), REFUSAL_CONFLICT);
    assert_ok(promote_as(&second, NULL, token_of(1, BOTH)));
    assert_false(promotion.has_lost);
    assert_int_equal(is_primary(second.device_id), 1);
}

/* ---- What is refused ---- */

/* Who asks. */
static void set_device(const uint8_t device_id[UUID_SIZE], const char *assignment)
{
    char id[UUID_TEXT_SIZE];
    text_to(id, device_id);
    database_run(&office.database, "update device set %s where device_id = '%s'", assignment, id);
}

static void every_state_and_role_may_or_is_refused_as_the_table_says(void **state)
{
    (void)state;
    static const enum refusal table[DEVICE_STATE_COUNT][DEVICE_ROLE_COUNT] = {
        [DEVICE_WAITING] = {REFUSAL_BINDING_NOT_ACTIVE, REFUSAL_BINDING_NOT_ACTIVE},
        [DEVICE_ACTIVE] = {[DEVICE_PRIMARY] = REFUSAL_CONFLICT, [DEVICE_SECONDARY] = REFUSAL_NONE},
        [DEVICE_FROZEN] = {REFUSAL_BINDING_NOT_ACTIVE, REFUSAL_BINDING_NOT_ACTIVE},
        [DEVICE_REMOVED] = {REFUSAL_BINDING_NOT_ACTIVE, REFUSAL_BINDING_NOT_ACTIVE},
    };
    for (int from = 0; from < DEVICE_STATE_COUNT; from++) {
        for (int role = 0; role < DEVICE_ROLE_COUNT; role++) {
            assert_int_equal(second_is_active(state), 0);
            struct device device = second;
            if (role == DEVICE_PRIMARY)
                assert_ok(device_read(office.worker.store, person.device_id, &device));
            char assignment[32];
            (void)snprintf(assignment, sizeof assignment, "state = '%s'", device_state_names[from]);
            set_device(device.device_id, assignment);
            enum hufu_err err = promote_as(&device, person.device_id, token_of(1, BOTH));
            if (table[from][role] == REFUSAL_NONE) {
                assert_ok(err);
                continue;
            }
            assert_refused_as(err, table[from][role]);
            assert_int_equal(is_primary(second.device_id), 0);
            if (table[from][role] == REFUSAL_BINDING_NOT_ACTIVE)
                assert_string_equal(act.state, device_state_names[from]);
        }
    }
}

/* Whoever froze it: what its primary froze cannot make itself the primary, and what an operator froze neither. */
static void a_frozen_device_does_not_promote_itself_whoever_froze_it(void **state)
{
    (void)state;
    struct device device;
    for (int by_operator = 0; by_operator < 2; by_operator++) {
        act =
            by_operator ? office_operator_act("device.freeze") : office_session_act(&person, "device.freeze");
        assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_FREEZE, &device));
        assert_refused_as(promote(), REFUSAL_BINDING_NOT_ACTIVE);
        assert_string_equal(act.state, "frozen");
        act = office_operator_act("device.unfreeze");
        assert_ok(device_change(&office.worker, &act, second.device_id, DEVICE_UNFREEZE, &device));
    }
    assert_ok(promote());
}

/* A lost phone that was frozen first is as lost. */
static void a_frozen_primary_is_replaced(void **state)
{
    (void)state;
    set_device(person.device_id, "state = 'frozen', frozen_by = 'operator'");
    assert_ok(promote());
    assert_int_equal(promotion.lost.device.state, DEVICE_REMOVED);
}

static void a_device_whose_pin_is_locked_is_refused(void **state)
{
    (void)state;
    set_device(second.device_id, "locked = true");
    assert_refused_as(promote(), REFUSAL_PIN_LOCKED);
    assert_int_equal(is_primary(person.device_id), 1);
}

static void a_project_of_single_devices_has_no_other_primary(void **state)
{
    (void)state;
    set_rule("device_mode = 'single'");
    assert_refused_as(promote(), REFUSAL_NOT_ALLOWED);
    assert_int_equal(is_primary(person.device_id), 1);
}

/* What an authorized person's device holds is no half of its holder's. */
static void a_device_with_authorized_halves_alone_is_refused(void **state)
{
    (void)state;
    char id[UUID_TEXT_SIZE];
    text_to(id, second.device_id);
    database_run(&office.database, "update binding set role = 'authorized' where device_id = '%s'", id);
    assert_refused_as(promote(), REFUSAL_NOT_ALLOWED);
    assert_int_equal(is_primary(person.device_id), 1);
}

static void nobody_promotes_another_device(void **state)
{
    (void)state;
    struct person stranger = {0};
    /* The primary would name its successor: that is no loss. */
    act = office_session_act(&person, "device.promote");
    assert_refused_as(device_promote(&office.worker, &act, second.device_id, person.device_id,
                                     token_of(1, BOTH), &promotion),
                      REFUSAL_NOT_ALLOWED);
    person_add(&office.database, &stranger);
    act = second_act("device.promote");
    assert_refused_as(device_promote(&office.worker, &act, stranger.device_id, person.device_id,
                                     token_of(1, BOTH), &promotion),
                      REFUSAL_NOT_FOUND);
    assert_int_equal(is_primary(person.device_id), 1);
}

/* It has no authentication to spend; its sessions do not come so far. */
static void an_account_that_is_not_active_is_refused(void **state)
{
    (void)state;
    static const char *const states[] = {"suspended", "closed", "requested"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        database_run(&office.database, "update account set state = '%s' where account_id = '%s'", states[i],
                     person.account);
        assert_refused_as(promote(), REFUSAL_AUTHENTICATION_NEEDED);
    }
    assert_int_equal(is_primary(person.device_id), 1);
}

static void less_than_password_and_sms_code_is_refused_and_a_refusal_spends_nothing(void **state)
{
    (void)state;
    static const unsigned too_little[] = {
        0,
        METHOD_BIT(AUTHENTICATION_PASSWORD),
        METHOD_BIT(AUTHENTICATION_SMS),
        METHOD_BIT(AUTHENTICATION_FACE) | METHOD_BIT(AUTHENTICATION_QR),
        METHOD_BIT(AUTHENTICATION_SMS) |
            METHOD_REMEMBERED, /* what a thief of the device has stands for no password here */
    };
    /* Whatever the project makes do elsewhere. */
    set_rule("methods_confirm = 2");
    assert_refused_as(promote_as(&second, person.device_id, NULL), REFUSAL_AUTHENTICATION_NEEDED);
    for (size_t i = 0; i < sizeof too_little / sizeof too_little[0]; i++) {
        assert_refused_as(promote_as(&second, person.device_id, token_of(1, too_little[i])),
                          REFUSAL_AUTHENTICATION_NEEDED);
        assert_int_equal(act.methods, BOTH & ~too_little[i]);
    }
    const uint8_t *token = token_of(1, BOTH);
    assert_refused_as(promote_as(&second, NULL, token), REFUSAL_CONFLICT);
    assert_refused_as(promote_as(&second, second.device_id, token), REFUSAL_CONFLICT);
    assert_int_equal(is_primary(person.device_id), 1);
    assert_ok(promote_as(&second, person.device_id, token));
    assert_refused_as(promote_as(&second, person.device_id, token), REFUSAL_AUTHENTICATION_NEEDED);
}

static void another_sessions_authentication_is_refused(void **state)
{
    (void)state;
    act = second_act("device.promote");
    identifier_new(act.principal.session_id);
    assert_refused_as(device_promote(&office.worker, &act, second.device_id, person.device_id,
                                     token_of(1, BOTH), &promotion),
                      REFUSAL_AUTHENTICATION_NEEDED);
}

/* ---- At once ---- */

static struct device rivals[2];

static enum hufu_err contend_promote(struct contender *contender)
{
    static struct device_promotion results[CROWD];
    uint8_t number = contender->x25519_key[0];
    const struct device *rival = &rivals[number % 2];
    struct act own = second_act("device.promote");
    uint8_t token[AUTHENTICATION_TOKEN_SIZE];
    memset(token, number, sizeof token);
    memcpy(own.principal.device_id, rival->device_id, UUID_SIZE);
    return device_promote(&contender->worker, &own, rival->device_id, person.device_id, token,
                          &results[number]);
}

static void of_fifty_orders_of_two_devices_at_once_exactly_one_goes_through(void **state)
{
    (void)state;
    static struct contender contenders[CROWD];
    for (int round = 0; round < 4; round++) {
        assert_int_equal(second_is_active(state), 0);
        rivals[0] = second;
        act = second_act("device.test");
        assert_ok(enrol(&office.worker, &act, &rivals[1]));
        set_device(rivals[1].device_id, "state = 'active'");
        give_half(&rivals[1], "secondary");
        for (int i = 0; i < CROWD; i++)
            (void)token_of((uint8_t)i, BOTH);
        assert_int_equal(contend_all(contenders, contend_promote), 1);
        assert_int_equal(primaries(), 1);
        assert_int_equal(is_primary(rivals[0].device_id) + is_primary(rivals[1].device_id), 1);
        assert_int_equal(
            database_number(&office.database,
                            "select count(*) from device where account_id = '%s' and state = 'removed'",
                            person.account),
            1);
        assert_int_equal(
            database_number(&office.database,
                            "select count(*) from audit_event where account_id = '%s' and action ="
                            " 'device.promote' and outcome = 'ok'",
                            person.account),
            1);
        assert_int_equal(
            database_number(&office.database,
                            "select count(*) from authentication where account_id = '%s' and state = 'spent'",
                            person.account),
            1);
    }
}

#define PROMOTION_TEST(test) cmocka_unit_test_setup(test, second_is_active)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROMOTION_TEST(the_device_is_the_primary_and_the_lost_one_is_gone),
        PROMOTION_TEST(keys_that_the_lost_device_alone_had_are_dead),
        PROMOTION_TEST(hand_overs_of_the_lost_device_end),
        PROMOTION_TEST(its_keys_say_that_they_are_to_be_sealed_anew),
        PROMOTION_TEST(without_a_primary_none_has_to_be_named_and_none_ends),
        PROMOTION_TEST(every_state_and_role_may_or_is_refused_as_the_table_says),
        PROMOTION_TEST(a_frozen_device_does_not_promote_itself_whoever_froze_it),
        PROMOTION_TEST(a_frozen_primary_is_replaced),
        PROMOTION_TEST(a_device_whose_pin_is_locked_is_refused),
        PROMOTION_TEST(a_project_of_single_devices_has_no_other_primary),
        PROMOTION_TEST(a_device_with_authorized_halves_alone_is_refused),
        PROMOTION_TEST(nobody_promotes_another_device),
        PROMOTION_TEST(an_account_that_is_not_active_is_refused),
        PROMOTION_TEST(less_than_password_and_sms_code_is_refused_and_a_refusal_spends_nothing),
        PROMOTION_TEST(another_sessions_authentication_is_refused),
        PROMOTION_TEST(of_fifty_orders_of_two_devices_at_once_exactly_one_goes_through),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
