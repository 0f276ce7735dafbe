/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations: the form of messages, status, and box keys. */
#include "tests/unit/unit.h"

#include "common/channel.h"
#include "common/clock.h"
#include "common/hash.h"
#include "hsm/ecdsa.h"
#include "hsm/request.h"
#include "tests/unit/hsm_room.h"

#define DAY_MS 86400000ull

static struct hsm_room room;

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "", NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_room_stop(&room);
    return 0;
}

/* ---- The form ---- */

static const struct {
    const char *name;
    size_t fields;
} operations[] = {{"status", 0},      {"service/new", 3},  {"service/load", 4},  {"data/new", 1},
                  {"data/open", 2},   {"keygen/begin", 5}, {"keygen/finish", 4}, {"operate", 1},
                  {"cert/issue", 11}, {"crl/issue", 5},    {"ca/chain", 1}};

static void operation_with_a_field_too_many_or_too_few_closes_the_connection(void **state)
{
    (void)state;
    struct bytes fields[REQUEST_FIELDS_MAX + 1] = {{NULL, 0}};
    struct hsm_reply reply;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        for (size_t count = 0; count <= REQUEST_FIELDS_MAX + 1; count++) {
            bool stays = hsm_room_call(&room, &reply, operations[i].name, fields, count);
            assert_int_equal(stays, count == operations[i].fields);
            if (!stays)
                assert_int_equal(reply.error, HUFU_ERR_FORM);
        }
    }
}

static void unknown_operation_closes_the_connection(void **state)
{
    (void)state;
    struct hsm_reply reply;
    assert_false(hsm_room_call(&room, &reply, "sign", NULL, 0));
    assert_int_equal(reply.error, HUFU_ERR_FORM);
    assert_false(hsm_room_call(&room, &reply, "", NULL, 0));
    assert_int_equal(reply.error, HUFU_ERR_FORM);
}

static void damaged_message_is_answered(void *context, struct bytes damaged)
{
    const struct bytes *whole = context;
    static uint8_t memory[CHANNEL_MESSAGE_MAX];
    struct buf reply;
    buf_init(&reply, memory, sizeof(memory));
    bool stays = request_handle(room.pool, damaged, &reply);
    assert_true(reply.len >= 34); /* always a whole reply */
    if (stays)                    /* then it is the trace alone that was changed */
        assert_int_equal(damaged.len, whole->len);
}

static void message_damaged_anywhere_is_answered(void **state)
{
    (void)state;
    uint8_t memory[128];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    assert_ok(hsm_link_message(&message, "trace", "status", NULL, 0));
    struct bytes whole = buf_bytes(&message);
    for_each_damage(whole, damaged_message_is_answered, &whole);
}

static void trace_longer_than_its_limit_is_malformed(void **state)
{
    (void)state;
    uint8_t memory[256];
    char trace[REQUEST_TRACE_MAX + 2];
    struct buf message, reply;
    buf_init(&message, memory, sizeof(memory));
    buf_init(&reply, room.reply_memory, CHANNEL_MESSAGE_MAX);
    memset(trace, 'x', sizeof(trace));
    trace[REQUEST_TRACE_MAX + 1] = '\0';
    assert_ok(hsm_link_message(&message, trace, "status", NULL, 0));
    assert_false(request_handle(room.pool, buf_bytes(&message), &reply));
}

static void fields_of_wrong_length_are_refused_and_the_connection_stays(void **state)
{
    (void)state;
    struct bytes fields[REQUEST_FIELDS_MAX];
    struct hsm_reply reply;
    for (size_t i = 0; i < REQUEST_FIELDS_MAX; i++)
        fields[i] = bytes_of_text("short");
    for (size_t i = 1; i < sizeof(operations) / sizeof(operations[0]); i++) {
        assert_true(hsm_room_call(&room, &reply, operations[i].name, fields, operations[i].fields));
        bool names_ca = strcmp(operations[i].name, "ca/chain") == 0;
        assert_int_equal(reply.error, names_ca ? HUFU_ERR_NOT_FOUND : HUFU_ERR_FORM);
    }
}

static void status_tells_who_answers(void **state)
{
    (void)state;
    struct hsm_reply reply;
    assert_true(hsm_room_call(&room, &reply, "status", NULL, 0));
    assert_ok(reply.error);
    assert_int_equal(reply.count, 4);
    assert_int_equal(reply.fields[0].len, TOKEN_POINT_SIZE);
    assert_int_equal(reply.fields[1].len, TOKEN_ID_SIZE);
    assert_int_equal(reply.fields[2].len, 4);
    assert_true(bytes_equal_text(reply.fields[3], HUFU_VERSION));
    assert_true(reply.now_ms <= clock_wall_ms() && clock_wall_ms() - reply.now_ms < 10000);
}

/* ---- Box keys ---- */

struct box_key {
    uint8_t id[FRAME_ID_SIZE];
    uint8_t memory[512];
    struct bytes sealed, statement, signature;
};

static enum hufu_err new_key(struct box_key *made, uint8_t id, uint64_t from_ms, uint64_t until_ms)
{
    struct hsm_reply reply;
    struct buf kept;
    uint8_t from[8], until[8];
    *made = (struct box_key){.id = {id}};
    const struct bytes fields[] = {bytes_of(made->id, FRAME_ID_SIZE), hsm_u64(from, from_ms),
                                   hsm_u64(until, until_ms)};
    assert_true(hsm_room_call(&room, &reply, "service/new", fields, 3));
    if (reply.error)
        return reply.error;
    buf_init(&kept, made->memory, sizeof(made->memory));
    struct bytes *parts[] = {&made->sealed, &made->statement, &made->signature};
    for (size_t i = 0; i < 3; i++) {
        *parts[i] = bytes_of(made->memory + kept.len, reply.fields[i].len);
        buf_put(&kept, reply.fields[i].data, reply.fields[i].len);
    }
    return buf_finish(&kept);
}

static enum hufu_err load_key(const struct box_key *made)
{
    struct hsm_reply reply;
    const struct bytes fields[] = {bytes_of(made->id, FRAME_ID_SIZE), made->sealed, made->statement,
                                   made->signature};
    assert_true(hsm_room_call(&room, &reply, "service/load", fields, 4));
    return reply.error;
}

static void statement_is_signed_by_the_identity_key(void **state)
{
    (void)state;
    struct box_key made;
    struct frame_statement statement;
    uint8_t digest[HASH_SIZE];
    uint64_t now = clock_wall_ms();
    assert_ok(new_key(&made, 1, now, now + DAY_MS));
    assert_ok(frame_statement_parse(&statement, made.statement));
    assert_true(statement.from_ms == now && statement.until_ms == now + DAY_MS);
    hash_sha256(digest, made.statement);
    assert_int_equal(made.signature.len, ECDSA_SIGNATURE_SIZE);
    assert_ok(ecdsa_verify_var(token_point(room.hsm.token, TOKEN_KEY_IDENTITY), digest, made.signature.data));
    digest[0] ^= 1;
    assert_int_equal(
        ecdsa_verify_var(token_point(room.hsm.token, TOKEN_KEY_IDENTITY), digest, made.signature.data),
        HUFU_ERR_SIGNATURE);
    assert_ok(load_key(&made));
    assert_ok(load_key(&made));
}

static void window_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    struct box_key made;
    uint64_t now = clock_wall_ms();
    assert_int_equal(new_key(&made, 1, now, now), HUFU_ERR_FORM);
    assert_int_equal(new_key(&made, 1, now - 2 * DAY_MS, now - DAY_MS), HUFU_ERR_FORM);
    assert_int_equal(new_key(&made, 1, now, now + 367 * DAY_MS), HUFU_ERR_LIMIT);
}

static void box_key_is_loaded_with_its_own_record_and_statement_alone(void **state)
{
    (void)state;
    struct box_key made, other, mixed;
    uint64_t now = clock_wall_ms();
    assert_ok(new_key(&made, 1, now, now + DAY_MS));
    assert_ok(new_key(&other, 2, now, now + DAY_MS));
    mixed = made;
    mixed.id[0] = 2;
    assert_int_equal(load_key(&mixed), HUFU_ERR_RECORD);
    mixed = made;
    mixed.statement = other.statement;
    mixed.signature = other.signature;
    assert_int_equal(load_key(&mixed), HUFU_ERR_RECORD);
    mixed = made;
    mixed.signature = other.signature;
    assert_int_equal(load_key(&mixed), HUFU_ERR_SIGNATURE);
    mixed = made;
    mixed.statement.len--;
    assert_int_equal(load_key(&mixed), HUFU_ERR_FORM);
}

static void loaded_box_key_lies_in_the_workspace_and_goes_with_it(void **state)
{
    (void)state;
    static const struct workspace empty;
    struct box_key made;
    struct worker *worker = NULL;
    struct frame_statement statement;
    uint8_t H_k[BOX_KEY_SIZE], copy[BOX_KEY_SIZE];
    uint64_t now = clock_wall_ms();
    assert_ok(new_key(&made, 1, now, now + DAY_MS));
    assert_ok(frame_statement_parse(&statement, made.statement));
    const struct bytes fields[] = {bytes_of(made.id, FRAME_ID_SIZE), made.sealed, made.statement,
                                   made.signature};
    assert_ok(worker_take(&worker, room.pool, 1000));
    assert_ok(request_service_load(worker, fields, NULL));
    box_keypair(H_k, copy, worker->secret->service.private_key);
    assert_memory_equal(H_k, statement.H_k, sizeof(H_k));
    assert_memory_equal(worker->secret->box_key, copy, sizeof(copy));
    worker_give_back(room.pool, worker);
    assert_memory_equal(worker->secret, &empty, sizeof(empty));
}

static enum hufu_err find(struct box_keys *keys, const struct record_service *record, uint64_t now_ms)
{
    uint8_t public_key[BOX_KEY_SIZE], private_key[BOX_KEY_SIZE], found[BOX_KEY_SIZE];
    box_keypair(public_key, private_key, record->private_key);
    enum hufu_err err = box_keys_find(keys, found, public_key, now_ms);
    if (!err)
        assert_memory_equal(found, private_key, sizeof(found));
    return err;
}

static void box_key_serves_one_day_beyond_its_window(void **state)
{
    (void)state;
    struct box_keys *keys = NULL;
    const struct record_service record = {.private_key = {1}, .from_ms = 1000, .until_ms = 2000};
    assert_ok(box_keys_new(&keys));
    assert_int_equal(box_keys_load(keys, &record, 2001 + DAY_MS), HUFU_ERR_TIME);
    assert_int_equal(find(keys, &record, 1500), HUFU_ERR_FORM);
    assert_ok(box_keys_load(keys, &record, 1500));
    assert_ok(find(keys, &record, 2000 + DAY_MS));
    assert_int_equal(find(keys, &record, 2001 + DAY_MS), HUFU_ERR_FORM);
    box_keys_free(keys);
}

static void key_that_ends_first_makes_room(void **state)
{
    (void)state;
    struct box_keys *keys = NULL;
    struct record_service records[BOX_KEYS_MAX + 1];
    assert_ok(box_keys_new(&keys));
    for (size_t i = 0; i < BOX_KEYS_MAX + 1; i++) {
        records[i] =
            (struct record_service){.private_key = {(uint8_t)(8 * i + 8)}, .from_ms = 1, .until_ms = 100 + i};
        assert_ok(box_keys_load(keys, &records[i], 50));
        assert_ok(box_keys_load(keys, &records[i], 50));
    }
    assert_int_equal(find(keys, &records[0], 50), HUFU_ERR_FORM);
    for (size_t i = 1; i < BOX_KEYS_MAX + 1; i++)
        assert_ok(find(keys, &records[i], 50));
    box_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operation_with_a_field_too_many_or_too_few_closes_the_connection),
        cmocka_unit_test(unknown_operation_closes_the_connection),
        cmocka_unit_test(message_damaged_anywhere_is_answered),
        cmocka_unit_test(trace_longer_than_its_limit_is_malformed),
        cmocka_unit_test(fields_of_wrong_length_are_refused_and_the_connection_stays),
        cmocka_unit_test(status_tells_who_answers),
        cmocka_unit_test(statement_is_signed_by_the_identity_key),
        cmocka_unit_test(window_that_makes_no_sense_is_refused),
        cmocka_unit_test(box_key_is_loaded_with_its_own_record_and_statement_alone),
        cmocka_unit_test(loaded_box_key_lies_in_the_workspace_and_goes_with_it),
        cmocka_unit_test(box_key_serves_one_day_beyond_its_window),
        cmocka_unit_test(key_that_ends_first_makes_room),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
