/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations from the hand-over on: what is sealed, counted, frozen and ended. The states and who may what: tests/api. */
#include "server/core/authorization.h"
#include "server/core/authorization_policy.h"
#include "server/core/authorization_reminder.h"
#include "server/core/machine.h"
#include "server/core/operation.h"
#include "server/identifier.h"
#include "server/store/authorization_reminder_store.h"
#include "tests/unit/two_devices.h"
#include "tests/unit/unit.h"

#define DAY_MS UINT64_C(86400000)

static struct person user; /* with a device of their own */
static struct authorization made;
static uint8_t made_id[UUID_SIZE];
static struct office_frame frame;
static struct submission_out out;

static void add_user(void)
{
    char token[65], device_key[131], session[UUID_TEXT_SIZE];
    user = person;
    identifier_new(user.account_id);
    identifier_new(user.device_id);
    identifier_new(user.session_id);
    random_key(user.device_key);
    for (size_t i = 0; i < HASH_SIZE; i += UUID_SIZE)
        identifier_new(user.token_hash + i);
    uuid_format(user.account, user.account_id);
    uuid_format(user.device, user.device_id);
    uuid_format(session, user.session_id);
    hex_encode(token, sizeof token, bytes_of(user.token_hash, sizeof user.token_hash));
    hex_encode(device_key, sizeof device_key, bytes_of(user.device_key, sizeof user.device_key));
    database_run(&office.database,
                 "insert into account (project_id, account_id, name, work_number, subject, state)"
                 " values ('%s', '%s', 'User', 'u-1', '\\x3000', 'active')",
                 user.project, user.account);
    database_run(&office.database,
                 "insert into device (project_id, device_id, account_id, device_key, state, account_state)"
                 " values ('%s', '%s', '%s', '\\x%s', 'active', 'active')",
                 user.project, user.device, user.account, device_key);
    database_run(
        &office.database,
        "insert into session (project_id, session_id, account_id, device_id, token_hash, state, expires_at)"
        " values ('%s', '%s', '%s', '%s', '\\x%s', 'open', now() + interval '1 day')",
        user.project, session, user.account, user.device, token);
}

/* ---- the way to an active one ---- */

static void agree(unsigned operations, int64_t uses)
{
    uint64_t now_ms;
    assert_ok(store_healthy(office.worker.store, &now_ms));
    const struct authorization_in in = {
        .other = "w-1", .operations = operations, .terms = {.until_ms = now_ms + DAY_MS, .uses = uses}};
    act = office_session_act(&user, "authorization.apply");
    assert_ok(authorization_begin(&office.worker, &act, PARTY_AUTHORIZED, &in, &made));
    memcpy(made_id, made.authorization_id, UUID_SIZE);
    act = office_session_act(&person, "authorization.confirm");
    assert_ok(authorization_confirm(&office.worker, &act, made_id, NULL, &made));
    assert_int_equal(made.state, AUTHORIZATION_AWAITING_DEVICE);
}

static void ask(void)
{
    static const uint8_t x25519[FRAME_X25519_SIZE] = {9};
    uint8_t key_id[UUID_SIZE];
    struct handover_offer offer;
    act = office_session_act(&user, "authorization.bind");
    assert_ok(authorization_ask_binding(&office.worker, &act, made_id, x25519, key_id, &offer));
    assert_memory_equal(key_id, person.key_id, UUID_SIZE);
    memcpy(user.binding_id, offer.binding_id, UUID_SIZE);
}

static struct frame_policy agreed(void)
{
    struct frame_policy policy = {.from_ms = made.terms.from_ms,
                                  .until_ms = made.terms.until_ms,
                                  .operations = FRAME_ALLOW_SIGN,
                                  .uses = (uint64_t)made.terms.uses};
    memcpy(policy.authorization_id, made_id, UUID_SIZE);
    return policy;
}

static void seal_primary_frame(enum frame_op op, struct buf *public_part)
{
    office_frame(&frame, &person, FRAME_OP_SIGN);
    frame.head.op = op;
    frame.head.public_part = buf_bytes(public_part);
    office_seal(&frame);
    act = office_act(&person, frame_op_name(op));
}

/* policy NULL: none. */
static enum hufu_err hand_over(const struct frame_policy *policy)
{
    static uint8_t memory[512], policy_memory[FRAME_POLICY_SIZE];
    struct buf public_part, encoded;
    struct frame_handover named = {.sealed_half = {7}};
    buf_init(&encoded, policy_memory, sizeof policy_memory);
    buf_init(&public_part, memory, sizeof memory);
    if (policy != NULL)
        assert_ok(frame_policy_encode(&encoded, policy));
    named.policy = buf_bytes(&encoded);
    memcpy(named.binding_id, user.binding_id, UUID_SIZE);
    assert_ok(frame_handover_encode(&public_part, &named));
    seal_primary_frame(FRAME_OP_HANDOVER, &public_part);
    key_process.result = "record of the authorized user";
    return operation_run(&office.worker, &act, FRAME_OP_HANDOVER, &frame.in, &out);
}

static enum hufu_err set_policy(const struct frame_policy *policy)
{
    static uint8_t memory[512], policy_memory[FRAME_POLICY_SIZE];
    struct buf public_part, encoded;
    struct frame_policy_for named;
    buf_init(&encoded, policy_memory, sizeof policy_memory);
    buf_init(&public_part, memory, sizeof memory);
    assert_ok(frame_policy_encode(&encoded, policy));
    named.policy = buf_bytes(&encoded);
    memcpy(named.binding_id, user.binding_id, UUID_SIZE);
    assert_ok(frame_policy_for_encode(&public_part, &named));
    seal_primary_frame(FRAME_OP_POLICY, &public_part);
    key_process.result = "record with the new policy";
    return operation_run(&office.worker, &act, FRAME_OP_POLICY, &frame.in, &out);
}

static enum hufu_err run_of_user(enum frame_op op, uint32_t generation)
{
    office_frame(&frame, &user, op);
    frame.head.generation = generation;
    office_seal(&frame);
    act = office_act(&user, frame_op_name(op));
    return operation_run(&office.worker, &act, op, &frame.in, &out);
}

static void read_made(void)
{
    assert_ok(authorization_read(office.worker.store, made_id, &made));
}

static void activate(unsigned operations, int64_t uses)
{
    struct frame_policy policy;
    agree(operations, uses);
    ask();
    policy = agreed();
    assert_ok(hand_over(&policy));
    key_process.result = "record of generation one";
    assert_ok(run_of_user(FRAME_OP_REFRESH, 0));
    assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 1));
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_ACTIVE);
    key_process_reset();
}

#define SIGN PROJECT_USE_BIT(PROJECT_USE_SIGN)

static int authorization_add(void **state)
{
    int failed = two_devices_add(state);
    add_user();
    return failed;
}

/* ---- the hand-over ---- */

static void the_agreed_policy_is_handed_over_and_the_first_refresh_makes_it_active(void **state)
{
    (void)state;
    struct frame_policy policy;
    agree(SIGN, 10);
    ask();
    policy = agreed();
    assert_ok(hand_over(&policy));
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_AWAITING_DEVICE);
    assert_true(made.sealed);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 0), REFUSAL_BINDING_NOT_ACTIVE);
    assert_ok(run_of_user(FRAME_OP_REFRESH, 0));
    assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 1));
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_ACTIVE);
    assert_false(made.policy_due);
    assert_int_equal(
        number("select count(*) from binding b join delegation a using (binding_id) where b.binding_id ="
               " '%s' and b.role = 'authorized' and b.valid_until = a.sealed_until and b.uses_left = 10",
               user.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from audit_event where action = 'binding.handover' and party_id = '%s'",
               user.account_id),
        1);
}

static void a_half_is_refreshed_before_its_window_begins_and_does_not_sign(void **state)
{
    (void)state;
    struct frame_policy policy;
    agree(SIGN, 0);
    database_run(&office.database,
                 "update delegation set valid_from = date_trunc('second', now() + interval '1 hour')");
    read_made();
    ask();
    policy = agreed();
    assert_ok(hand_over(&policy));
    assert_ok(run_of_user(FRAME_OP_REFRESH, 0));
    assert_ok(run_of_user(FRAME_OP_PIN_CHECK, 1));
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_WINDOW_CLOSED);
}

static void a_policy_that_was_not_agreed_is_refused_and_nobody_is_asked(void **state)
{
    (void)state;
    struct frame_policy others[5];
    agree(SIGN, 10);
    ask();
    for (size_t i = 0; i < 5; i++)
        others[i] = agreed();
    others[0].authorization_id[3] ^= 1;
    others[1].from_ms++;
    others[2].until_ms++;
    others[3].operations |= FRAME_ALLOW_DECRYPT;
    others[4].uses++;
    key_process.calls = 0;
    for (size_t i = 0; i < 5; i++)
        assert_refused_as(hand_over(&others[i]), REFUSAL_CONFLICT);
    assert_refused_as(hand_over(NULL), REFUSAL_NOT_ALLOWED);
    assert_int_equal(key_process.calls, 0);
}

static void change_terms_meanwhile(void)
{
    struct worker other = office.worker;
    struct act by = office_session_act(&person, "authorization.modify");
    struct authorization changed;
    const struct authorization_change change = {.has_until = true,
                                                .terms = {.until_ms = made.terms.until_ms - 1000}};
    other.store = store_open(office.database.server, NULL);
    assert_ok(authorization_modify(&other, &by, made_id, &change, &changed));
    store_close(other.store);
}

static void terms_that_change_meanwhile_are_not_handed_over(void **state)
{
    (void)state;
    struct frame_policy policy;
    agree(SIGN, 10);
    ask();
    policy = agreed();
    key_process.meanwhile = change_terms_meanwhile;
    assert_refused_as(hand_over(&policy), REFUSAL_CONFLICT);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and record is null", user.binding_id),
        1);
}

static void the_holders_device_is_not_let_in_as_the_authorized_binding(void **state)
{
    (void)state;
    activate(SIGN, 10);
    struct person thief = person;
    memcpy(thief.binding_id, user.binding_id, UUID_SIZE);
    office_frame(&frame, &thief, FRAME_OP_SIGN);
    frame.head.generation = 1;
    office_seal(&frame);
    act = office_act(&thief, "sm2/sign");
    assert_refused_as(operation_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out), REFUSAL_NOT_FOUND);
}

/* ---- counting ---- */

static void each_digest_is_a_use_a_retry_is_none_and_the_answer_tells_what_is_left(void **state)
{
    (void)state;
    activate(SIGN, 2);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_true(out.uses_counted);
    assert_int_equal(out.uses_left, 1);
    assert_int_equal(out.valid_until_ms, made.terms.until_ms);
    act = office_act(&user, "sm2/sign");
    assert_ok(operation_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out));
    assert_int_equal(out.uses_left, 1);
    /* Two at once are too many, and neither is made. */
    static uint8_t digests[64] = {1};
    office_frame(&frame, &user, FRAME_OP_SIGN);
    frame.head.generation = 1;
    frame.head.public_part = bytes_of(digests, sizeof digests);
    office_seal(&frame);
    act = office_act(&user, "sm2/sign");
    assert_refused_as(operation_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out),
                      REFUSAL_USES_EXHAUSTED);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(out.uses_left, 0);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_USES_EXHAUSTED);
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_EXPIRED);
    assert_int_equal(made.end, AUTHORIZATION_USED_UP);
}

static void signature_and_event_carry_both_accounts(void **state)
{
    (void)state;
    activate(SIGN, 0);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_false(out.uses_counted);
    assert_int_equal(
        number("select count(*) from signature s join delegation a on a.holder_id = s.party_id and"
               " a.authorized_id = s.account_id where s.binding_id = '%s'",
               user.binding_id),
        1);
    assert_int_equal(
        number("select count(*) from audit_event e join delegation a on a.holder_id = e.party_id and"
               " a.authorized_id = e.account_id where e.binding_id = '%s' and e.action = 'sm2/sign'",
               user.binding_id),
        1);
    office_frame(&frame, &person, FRAME_OP_SIGN);
    act = office_act(&person, "sm2/sign");
    assert_ok(operation_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out));
    assert_int_equal(number("select count(*) from signature where binding_id = '%s' and party_id is null",
                            person.binding_id),
                     1);
}

#define EACH 4
static struct office_frame *frames;

static enum hufu_err sign_four(struct contender *contender)
{
    static struct submission_out outs[CROWD];
    size_t self = contender->x25519_key[0], done = 0;
    for (size_t i = 0; i < EACH; i++) {
        enum hufu_err err = HUFU_ERR_BUSY;
        for (int tries = 0; err == HUFU_ERR_BUSY && tries < 100000; tries++) {
            struct act own = office_act(&user, "sm2/sign");
            err = operation_run(&contender->worker, &own, FRAME_OP_SIGN, &frames[EACH * self + i].in,
                                &outs[self]);
        }
        assert_true(err == HUFU_OK || err == refusal_error(REFUSAL_USES_EXHAUSTED));
        done += err == HUFU_OK;
    }
    contender->x25519_key[1] = (uint8_t)done;
    return HUFU_OK;
}

static void of_two_hundred_at_once_ten_sign_where_ten_uses_are_left(void **state)
{
    (void)state;
    static struct contender contenders[CROWD];
    size_t signed_now = 0;
    activate(SIGN, 10);
    frames = calloc(EACH * CROWD, sizeof *frames);
    assert_non_null(frames);
    for (size_t i = 0; i < EACH * CROWD; i++) {
        office_frame(&frames[i], &user, FRAME_OP_SIGN);
        frames[i].head.generation = 1;
        office_seal(&frames[i]);
    }
    assert_int_equal(contend_all(contenders, sign_four), CROWD);
    for (size_t i = 0; i < CROWD; i++)
        signed_now += contenders[i].x25519_key[1];
    free(frames);
    assert_int_equal(signed_now, 10);
    assert_int_equal(number("select count(*) from signature where binding_id = '%s'", user.binding_id), 10);
    assert_int_equal(number("select uses_left from binding where binding_id = '%s'", user.binding_id), 0);
    assert_int_equal(
        number("select count(*) from audit_event where binding_id = '%s' and action = 'sm2/sign' and"
               " outcome = 'ok'",
               user.binding_id),
        10);
}

/* ---- freezing, ending ---- */

static void freeze_meanwhile(void)
{
    struct worker other = office.worker;
    struct act by = office_session_act(&person, "authorization.freeze");
    struct authorization frozen;
    other.store = store_open(office.database.server, NULL);
    assert_ok(authorization_set_frozen(&other, &by, made_id, true, &frozen));
    store_close(other.store);
}

static void end_window_meanwhile(void)
{
    database_run(&office.database,
                 "update binding set valid_until = clock_timestamp() where role = 'authorized'");
}

static void what_is_being_computed_when_it_is_frozen_or_ends_is_refused(void **state)
{
    (void)state;
    activate(SIGN, 0);
    key_process.meanwhile = freeze_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_BINDING_NOT_ACTIVE);
    assert_string_equal(act.state, "frozen");
    assert_int_equal(out.answer.len, 0);
    key_process.meanwhile = NULL;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_BINDING_NOT_ACTIVE);
    act = office_session_act(&person, "authorization.unfreeze");
    assert_ok(authorization_set_frozen(&office.worker, &act, made_id, false, &made));
    key_process.meanwhile = end_window_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_WINDOW_CLOSED);
    assert_int_equal(number("select count(*) from signature where binding_id = '%s'", user.binding_id), 0);
}

static void an_authorization_for_logins_signs_nothing_else_and_the_other_way_round(void **state)
{
    (void)state;
    static uint8_t memory[64];
    struct buf purpose;
    buf_init(&purpose, memory, sizeof memory);
    buf_put_field_text(&purpose, "login");
    buf_put_field_text(&purpose, "party");
    buf_put_field_text(&purpose, "transaction");
    activate(PROJECT_USE_BIT(PROJECT_USE_LOGIN), 0);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_NOT_ALLOWED);
    for (int login = 0; login < 2; login++) {
        office_frame(&frame, &user, FRAME_OP_SIGN);
        frame.head.generation = 1;
        frame.head.purpose = buf_bytes(&purpose);
        office_seal(&frame);
        act = office_act(&user, "sm2/sign");
        enum hufu_err err = operation_run(&office.worker, &act, FRAME_OP_SIGN, &frame.in, &out);
        if (login == 0)
            assert_ok(err);
        else
            assert_refused_as(err, REFUSAL_NOT_ALLOWED);
        database_run(&office.database,
                     "update binding set authorization_operations = 1 where role = 'authorized'");
    }
}

/* ---- another policy ---- */

static void a_wider_window_holds_once_the_primary_has_sealed_it(void **state)
{
    (void)state;
    activate(SIGN, 10);
    struct frame_policy wrong;
    const struct authorization_change change = {.has_until = true,
                                                .terms = {.until_ms = made.terms.until_ms + DAY_MS}};
    act = office_session_act(&person, "authorization.modify");
    assert_ok(authorization_modify(&office.worker, &act, made_id, &change, &made));
    assert_true(made.policy_due);
    key_process.result = "made before the policy";
    assert_ok(run_of_user(FRAME_OP_REFRESH, 1));
    wrong = agreed();
    wrong.until_ms++;
    key_process.calls = 0;
    assert_refused_as(set_policy(&wrong), REFUSAL_CONFLICT);
    assert_int_equal(key_process.calls, 0);
    struct frame_policy policy = agreed();
    assert_ok(set_policy(&policy));
    read_made();
    assert_false(made.policy_due);
    assert_int_equal(
        number("select count(*) from binding b join delegation a using (binding_id) where b.binding_id ="
               " '%s' and b.valid_until = a.valid_until and b.record = 'record with the new policy' and"
               " b.next_record is null and b.generation = 1",
               user.binding_id),
        1);
    assert_refused_as(run_of_user(FRAME_OP_PIN_CHECK, 2), REFUSAL_NO_SUCH_GENERATION);
    key_process_reset();
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
}

static void replace_policy_meanwhile(void)
{
    key_process.meanwhile = NULL;
    database_run(&office.database, "update binding set record = 'newest', policy_number = policy_number + 1"
                                   " where role = 'authorized'");
}

static void answer_again(void)
{
    key_process.meanwhile = NULL;
    key_process.err = HUFU_OK;
}

static void destroy_policy_meanwhile(void)
{
    replace_policy_meanwhile();
    key_process.err = HUFU_ERR_DESTROYED;
    key_process.meanwhile = answer_again;
}

static void a_refresh_that_meets_a_new_policy_does_not_bring_the_old_one_back(void **state)
{
    (void)state;
    activate(SIGN, 10);
    key_process.result = "record of generation two with the old policy";
    key_process.meanwhile = replace_policy_meanwhile;
    assert_refused_as(run_of_user(FRAME_OP_REFRESH, 1), REFUSAL_CONFLICT);
    assert_int_equal(number("select count(*) from binding where binding_id = '%s' and next_record is null and"
                            " record = 'newest'",
                            user.binding_id),
                     1);
    assert_ok(run_of_user(FRAME_OP_REFRESH, 1));
}

static void of_two_policies_at_once_one_is_sealed(void **state)
{
    (void)state;
    struct frame_policy policy;
    activate(SIGN, 10);
    policy = agreed();
    key_process.meanwhile = replace_policy_meanwhile;
    assert_refused_as(set_policy(&policy), REFUSAL_CONFLICT);
    assert_ok(set_policy(&policy));
    assert_int_equal(number("select policy_number from binding where binding_id = '%s'", user.binding_id), 2);
    assert_int_equal(
        number("select count(*) from destruction where binding_id = '%s' and policy", user.binding_id) +
            number("select count(*) from destruction_order where binding_id = '%s' and policy",
                   user.binding_id),
        2);
}

static void what_meets_the_end_of_a_policy_is_done_with_the_new_one(void **state)
{
    (void)state;
    activate(SIGN, 10);
    key_process.meanwhile = destroy_policy_meanwhile;
    key_process.calls = 0;
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(key_process.calls, 2);
    assert_string_equal(key_process.record, "newest");
    key_process.err = HUFU_ERR_DESTROYED;
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_RECORD_DESTROYED);
}

static void an_authorized_user_seals_no_policy_and_hands_nothing_over(void **state)
{
    (void)state;
    activate(SIGN, 10);
    struct person holder = person;
    struct frame_policy policy = agreed();
    person = user;
    assert_refused_as(set_policy(&policy), REFUSAL_NOT_FOUND);
    person = holder;
}

/* ---- the end ---- */

static void a_deleted_one_has_no_record_left_and_its_device_none_to_use(void **state)
{
    (void)state;
    activate(SIGN, 10);
    act = office_session_act(&user, "authorization.delete");
    assert_ok(authorization_delete(&office.worker, &act, made_id, &made));
    assert_int_equal(made.state, AUTHORIZATION_DELETED);
    assert_refused_as(run_of_user(FRAME_OP_SIGN, 1), REFUSAL_BINDING_NOT_ACTIVE);
    assert_int_equal(
        number("select count(*) from binding where binding_id = '%s' and record is null", user.binding_id),
        1);
}

static void with_its_device_removed_it_awaits_another_with_the_uses_that_are_left(void **state)
{
    (void)state;
    static struct device_removal removal;
    activate(SIGN, 10);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    struct act operator= office_operator_act("device.remove");
    assert_ok(device_remove(&office.worker, &operator, user.device_id, NULL, &removal));
    assert_int_equal(removal.dead_count, 0);
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_AWAITING_DEVICE);
    assert_false(made.has_binding);
    assert_int_equal(made.uses_left, 9);
}

/* ---- what is told before ---- */

#define TOLD_USES "select count(*) from delegation where authorization_id = '%s' and told_uses"
#define NOTHING_TO_TELL \
    "select count(*) from binding where authorization_id = '%s' and authorization_uses_low is null"
#define TOLD_END "select count(*) from delegation where authorization_id = '%s' and told_end"

static void a_tenth_of_the_uses_and_of_the_window_are_told_of_once(void **state)
{
    (void)state;
    activate(SIGN, 20);
    database_run(&office.database, "update binding set uses_left = 4 where role = 'authorized'");
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(number(TOLD_USES, made_id), 0);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(number(TOLD_USES, made_id), 1);
    assert_ok(authorization_remind_ends(&office.worker));
    assert_int_equal(number(TOLD_END, made_id), 0);
    database_run(&office.database, "update delegation set valid_from = now() - interval '100 days' where"
                                   " state = 'confirmed'");
    assert_ok(authorization_remind_ends(&office.worker));
    assert_int_equal(number(TOLD_END, made_id), 1);
    bool first;
    assert_ok(authorization_mark_told(office.worker.store, made_id, AUTHORIZATION_REMINDER_END, &first));
    assert_false(first);
}

static void what_a_crash_kept_from_being_told_the_next_use_tells(void **state)
{
    (void)state;
    activate(SIGN, 20);
    database_run(&office.database, "update binding set uses_left = 2 where role = 'authorized'");
    assert_int_equal(number(TOLD_USES, made_id), 0);
    assert_ok(run_of_user(FRAME_OP_SIGN, 1));
    assert_int_equal(number(TOLD_USES, made_id), 1);
    assert_int_equal(number(NOTHING_TO_TELL, made_id), 1);
    bool first;
    assert_ok(authorization_mark_told(office.worker.store, made_id, AUTHORIZATION_REMINDER_USES, &first));
    assert_false(first);
}

/* ---- the table ---- */

static void no_state_and_no_event_beyond_the_table_is_taken(void **state)
{
    (void)state;
    enum authorization_state next;
    size_t taken = 0;
    for (unsigned i = 0; i <= AUTHORIZATION_STATE_COUNT; i++)
        for (unsigned k = 0; k <= AUTHORIZATION_EVENT_COUNT; k++)
            taken += authorization_step((enum authorization_state)i, (enum authorization_event)k, &next);
    assert_int_equal(taken, 18);
    assert_false(authorization_step(AUTHORIZATION_DELETED, AUTHORIZATION_DELETE, &next));
    assert_int_equal(next, AUTHORIZATION_DELETED);
}

#define TEST(test) cmocka_unit_test_setup(test, authorization_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_agreed_policy_is_handed_over_and_the_first_refresh_makes_it_active),
        TEST(a_half_is_refreshed_before_its_window_begins_and_does_not_sign),
        TEST(a_policy_that_was_not_agreed_is_refused_and_nobody_is_asked),
        TEST(terms_that_change_meanwhile_are_not_handed_over),
        TEST(the_holders_device_is_not_let_in_as_the_authorized_binding),
        TEST(each_digest_is_a_use_a_retry_is_none_and_the_answer_tells_what_is_left),
        TEST(signature_and_event_carry_both_accounts),
        TEST(of_two_hundred_at_once_ten_sign_where_ten_uses_are_left),
        TEST(what_is_being_computed_when_it_is_frozen_or_ends_is_refused),
        TEST(an_authorization_for_logins_signs_nothing_else_and_the_other_way_round),
        TEST(a_wider_window_holds_once_the_primary_has_sealed_it),
        TEST(a_refresh_that_meets_a_new_policy_does_not_bring_the_old_one_back),
        TEST(of_two_policies_at_once_one_is_sealed),
        TEST(what_meets_the_end_of_a_policy_is_done_with_the_new_one),
        TEST(an_authorized_user_seals_no_policy_and_hands_nothing_over),
        TEST(a_deleted_one_has_no_record_left_and_its_device_none_to_use),
        TEST(with_its_device_removed_it_awaits_another_with_the_uses_that_are_left),
        TEST(a_tenth_of_the_uses_and_of_the_window_are_told_of_once),
        TEST(what_a_crash_kept_from_being_told_the_next_use_tells),
        cmocka_unit_test(no_state_and_no_event_beyond_the_table_is_taken),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
