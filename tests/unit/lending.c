/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/lending.h"

#include "server/core/authorization_policy.h"
#include "server/identifier.h"
#include "server/store/authorization_store.h"
#include "tests/unit/unit.h"

struct person user;
struct authorization made;
uint8_t made_id[UUID_SIZE];
struct office_frame frame;
struct submission_out out;

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

void agree(unsigned operations, int64_t uses)
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

void ask(void)
{
    static const uint8_t x25519[FRAME_X25519_SIZE] = {9};
    uint8_t key_id[UUID_SIZE];
    struct handover_offer offer;
    act = office_session_act(&user, "authorization.bind");
    assert_ok(authorization_ask_binding(&office.worker, &act, made_id, x25519, key_id, &offer));
    assert_memory_equal(key_id, person.key_id, UUID_SIZE);
    memcpy(user.binding_id, offer.binding_id, UUID_SIZE);
}

struct frame_policy agreed(void)
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

enum hufu_err hand_over(const struct frame_policy *policy)
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
    return office_run(&office.worker, &act, FRAME_OP_HANDOVER, &frame.in, &out);
}

enum hufu_err set_policy(const struct frame_policy *policy)
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
    return office_run(&office.worker, &act, FRAME_OP_POLICY, &frame.in, &out);
}

enum hufu_err run_of_user(enum frame_op op, uint32_t generation)
{
    office_frame(&frame, &user, op);
    frame.head.generation = generation;
    office_seal(&frame);
    act = office_act(&user, frame_op_name(op));
    return office_run(&office.worker, &act, op, &frame.in, &out);
}

void read_made(void)
{
    assert_ok(authorization_read(office.worker.store, made_id, &made));
}

void activate(unsigned operations, int64_t uses)
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

int lending_add(void **state)
{
    int failed = two_devices_add(state);
    add_user();
    return failed;
}
