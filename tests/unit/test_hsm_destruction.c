/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of destroyed records: what the log and the token's head say together, and what neither says alone. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hsm/destruction.h"
#include "hsm/destruction_table.h"
#include "tests/client/randomness.h"
#include "tests/unit/hsm_log.h"

#define MANY_HEADS 40 /* more than a search gives, or a sweep takes, at once */

static struct hsm_room room;
static struct hsm_key key;
static struct hsm_log log_of_room;

static int start(void **state)
{
    (void)state;
    log_of_room = (struct hsm_log){0};
    hsm_room_start(&room, "sm2", NULL);
    hsm_key_make(&room, &key, FRAME_ALLOW_SIGN);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&key);
    hsm_room_stop(&room);
    return 0;
}

/* ---- What an order destroys ---- */

static void destroyed_binding_does_nothing_any_more(void **state)
{
    (void)state;
    struct hsm_key other;
    hsm_key_make(&room, &other, FRAME_ALLOW_SIGN);
    hsm_log_append(&log_of_room, key.binding.binding_id, DESTRUCTION_WHOLE);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 1));
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_DESTROYED);
    assert_int_equal(hsm_key_pin_check(&room, &key), HUFU_ERR_DESTROYED);
    assert_int_equal(hsm_key_refresh(&room, &key), HUFU_ERR_DESTROYED);
    assert_ok(hsm_key_sign(&room, &other));
    hsm_key_free(&other);
}

static void old_generation_is_destroyed_and_the_next_one_is_not(void **state)
{
    (void)state;
    struct hsm_key old = key;
    assert_ok(hsm_key_refresh(&room, &key));
    assert_ok(hsm_key_pin_check(&room, &key));
    assert_ok(hsm_key_sign(&room, &old));
    hsm_log_append(&log_of_room, key.binding.binding_id, 1);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 1));
    assert_int_equal(hsm_key_sign(&room, &old), HUFU_ERR_DESTROYED);
    assert_ok(hsm_key_sign(&room, &key));
    /* An order that allows more than one before it allows nothing. */
    hsm_log_append(&log_of_room, key.binding.binding_id, 0);
    assert_ok(hsm_log_feed(&room, &log_of_room, 1, 2));
    assert_int_equal(hsm_key_sign(&room, &old), HUFU_ERR_DESTROYED);
}

static void half_made_key_of_a_destroyed_binding_is_not_finished(void **state)
{
    (void)state;
    DEVICE_NEW_KEY_DONE struct device_new_key keygen = {0};
    struct device_binding binding = {.key = key.device};
    struct hsm_reply reply;
    uint8_t operations[4], sealed[2304];
    randomness_fill(binding.key_id, FRAME_ID_SIZE);
    randomness_fill(binding.binding_id, FRAME_ID_SIZE);
    memcpy(binding.H_k, room.H_k, BOX_KEY_SIZE);
    assert_ok(device_new_key_begin(&keygen, &binding, NULL));
    const struct bytes begin[] = {
        bytes_of(room.project, FRAME_ID_SIZE), hsm_u32(operations, FRAME_ALLOW_SIGN), bytes_of(NULL, 0),
        bytes_of(keygen.begin.signature, FRAME_SIGNATURE_SIZE), device_request_frame(&keygen.begin)};
    assert_true(hsm_room_call(&room, &reply, "keygen/begin", begin, 5));
    assert_ok(reply.error);
    size_t len = reply.fields[0].len;
    memcpy(sealed, reply.fields[0].data, len);
    assert_ok(device_new_key_continue(&keygen, &binding, reply.fields[1], NULL));
    hsm_log_append(&log_of_room, binding.binding_id, DESTRUCTION_WHOLE);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 1));
    const struct bytes finish[] = {bytes_of(room.project, FRAME_ID_SIZE), bytes_of(sealed, len),
                                   bytes_of(keygen.finish.signature, FRAME_SIGNATURE_SIZE),
                                   device_request_frame(&keygen.finish)};
    assert_true(hsm_room_call(&room, &reply, "keygen/finish", finish, 4));
    assert_int_equal(reply.error, HUFU_ERR_DESTROYED);
}

/* ---- Replay ---- */

static void restarted_process_refuses_everything_until_it_has_caught_up(void **state)
{
    (void)state;
    struct hsm_key other;
    hsm_key_make(&room, &other, FRAME_ALLOW_SIGN);
    hsm_log_append(&log_of_room, key.binding.binding_id, DESTRUCTION_WHOLE);
    hsm_log_append_any(&log_of_room);
    hsm_log_append_any(&log_of_room);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 3));
    hsm_log_assert_position(&room, 3, 3, false);
    hsm_room_restart(&room);
    memcpy(other.binding.H_k, room.H_k, BOX_KEY_SIZE);
    memcpy(key.binding.H_k, room.H_k, BOX_KEY_SIZE);
    hsm_log_assert_position(&room, 0, 3, true);
    assert_int_equal(hsm_key_sign(&room, &other), HUFU_ERR_BEHIND);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 2)); /* and so does one that is fed a log that was cut */
    hsm_log_assert_position(&room, 2, 3, true);
    assert_int_equal(hsm_key_sign(&room, &other), HUFU_ERR_BEHIND);
    assert_ok(hsm_log_feed(&room, &log_of_room, 2, 3));
    hsm_log_assert_position(&room, 3, 3, false);
    assert_ok(hsm_key_sign(&room, &other));
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_DESTROYED);
    hsm_key_free(&other);
}

static void tampered_log_is_refused_and_a_right_one_taken_afterwards(void **state)
{
    (void)state;
    struct hsm_log wrong;
    hsm_log_append(&log_of_room, key.binding.binding_id, DESTRUCTION_WHOLE);
    hsm_log_append_any(&log_of_room);
    hsm_log_append_any(&log_of_room);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 3));
    hsm_room_restart(&room);
    memcpy(key.binding.H_k, room.H_k, BOX_KEY_SIZE);
    for (size_t bit = 0; bit < 8 * DESTRUCTION_ORDER_SIZE; bit++) {
        wrong = (struct hsm_log){0};
        for (size_t i = 0; i < 3; i++) {
            uint8_t order[DESTRUCTION_ORDER_SIZE];
            struct cursor c;
            memcpy(order, log_of_room.orders[i], sizeof(order));
            if (i == 0)
                order[bit / 8] ^= (uint8_t)(1 << bit % 8);
            cursor_init(&c, bytes_of(order + FRAME_ID_SIZE, 4));
            hsm_log_append(&wrong, order, cursor_u32(&c));
        }
        assert_ok(hsm_log_feed(&room, &wrong, 0, 1));
        assert_int_equal(hsm_log_feed(&room, &wrong, 1, 3), HUFU_ERR_CONFLICT);
        hsm_log_assert_position(&room, 0, 3, true);
        assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_BEHIND);
    }
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 3));
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_DESTROYED);
}

static void known_orders_are_taken_again_when_they_are_the_same(void **state)
{
    (void)state;
    struct hsm_log other = {0};
    for (size_t i = 0; i < 5; i++) {
        hsm_log_append_any(&log_of_room);
        hsm_log_append_any(&other);
    }
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 3));
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 3));
    assert_ok(hsm_log_feed(&room, &log_of_room, 2, 3));
    assert_int_equal(hsm_log_feed(&room, &other, 0, 3),
                     HUFU_ERR_CONFLICT); /* the same numbers, other content */
    assert_int_equal(hsm_log_feed(&room, &other, 2, 3), HUFU_ERR_CONFLICT);
    assert_int_equal(hsm_log_feed(&room, &other, 3, 4), HUFU_ERR_CONFLICT);
    assert_int_equal(hsm_log_feed(&room, &log_of_room, 4, 5), HUFU_ERR_STATE); /* a gap */
    assert_int_equal(hsm_log_feed(&room, &log_of_room, 0, 2), HUFU_ERR_STATE); /* cannot be compared */
    hsm_log_assert_position(&room, 3, 3, false);
    assert_ok(hsm_log_feed(&room, &log_of_room, 1, 5));
    hsm_log_assert_position(&room, 5, 5, false);
    assert_ok(hsm_key_sign(&room, &key));
}

static void message_of_another_form_is_refused(void **state)
{
    (void)state;
    struct hsm_reply reply;
    static uint8_t orders[(DESTRUCTION_BATCH_MAX + 1) * DESTRUCTION_ORDER_SIZE];
    uint8_t number[8] = {0}, hash[HASH_SIZE] = {0};
    const size_t lengths[] = {0, 1, DESTRUCTION_ORDER_SIZE - 1, DESTRUCTION_ORDER_SIZE + 1, sizeof(orders)};
    struct bytes fields[] = {bytes_of(number, 8), bytes_of(hash, HASH_SIZE), bytes_of(orders, 0)};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        fields[2] = bytes_of(orders, lengths[i]);
        assert_true(hsm_room_call(&room, &reply, "destruction/add", fields, 3));
        assert_int_equal(reply.error, HUFU_ERR_FORM);
    }
    fields[2] = bytes_of(orders, DESTRUCTION_ORDER_SIZE);
    fields[1] = bytes_of(hash, HASH_SIZE - 1);
    assert_true(hsm_room_call(&room, &reply, "destruction/add", fields, 3));
    assert_int_equal(reply.error, HUFU_ERR_FORM);
    fields[1] = bytes_of(hash, HASH_SIZE);
    fields[0] = bytes_of(number, 7);
    assert_true(hsm_room_call(&room, &reply, "destruction/add", fields, 3));
    assert_int_equal(reply.error, HUFU_ERR_FORM);
    hsm_log_assert_position(&room, 0, 0, false);
}

static void whole_batch_is_taken_and_found(void **state)
{
    (void)state;
    static uint8_t orders[DESTRUCTION_BATCH_MAX * DESTRUCTION_ORDER_SIZE];
    struct destruction_head before = {0};
    for (uint32_t i = 0; i < DESTRUCTION_BATCH_MAX; i++) {
        uint8_t binding[FRAME_ID_SIZE] = {(uint8_t)(i >> 8), (uint8_t)i};
        hsm_log_order(orders + i * DESTRUCTION_ORDER_SIZE, binding, i + 1);
    }
    assert_ok(destruction_add(room.hsm.destruction, &before, orders, DESTRUCTION_BATCH_MAX));
    for (uint32_t i = 0; i < DESTRUCTION_BATCH_MAX; i++) {
        const uint8_t *binding = orders + i * DESTRUCTION_ORDER_SIZE;
        assert_int_equal(destruction_check(room.hsm.destruction, binding, i), HUFU_ERR_DESTROYED);
        assert_ok(destruction_check(room.hsm.destruction, binding, i + 1));
    }
}

/* ---- The table and its bound ---- */

static void table_keeps_the_greatest_generation_of_each_binding(void **state)
{
    (void)state;
    struct destruction_table table, grown;
    uint8_t order[DESTRUCTION_ORDER_SIZE], id[FRAME_ID_SIZE];
    assert_ok(destruction_table_init(&table, DESTRUCTION_TABLE_MAX));
    assert_int_equal(destruction_table_least(&table, id), 0);
    for (uint32_t i = 0; i < 20000; i++) {
        (void)hsm_u32(id, i % 5000);
        memset(id + 4, 7, sizeof(id) - 4);
        hsm_log_order(order, id, 1 + i / 5000 % 3);
        if (destruction_table_is_full(&table, 1)) {
            assert_ok(destruction_table_grow(&grown, &table, 1));
            destruction_table_done(&table);
            table = grown;
        }
        destruction_table_put(&table, order);
    }
    assert_int_equal(table.used, 5000);
    assert_true(table.size <= 8192);
    for (uint32_t i = 0; i < 5000; i++) {
        (void)hsm_u32(id, i);
        assert_int_equal(destruction_table_least(&table, id), 3);
    }
    (void)hsm_u32(id, 5000);
    assert_int_equal(destruction_table_least(&table, id), 0);
    destruction_table_done(&table);
}

static void beyond_its_bound_the_table_takes_nothing(void **state)
{
    (void)state;
    struct destruction *small;
    assert_ok(destruction_new(&small, room.hsm.token, room.tokens, 4));
    for (size_t i = 0; i < 6; i++)
        hsm_log_append_any(&log_of_room);
    assert_ok(destruction_add(small, &log_of_room.heads[0], log_of_room.orders[0], 4));
    assert_int_equal(destruction_add(small, &log_of_room.heads[4], log_of_room.orders[4], 2), HUFU_ERR_LIMIT);
    struct destruction_state at;
    assert_ok(destruction_state(small, &at));
    assert_int_equal(at.own.number, 4);
    assert_int_equal(at.token.number, 4);
    destruction_free(small);
}

/* ---- The head in the token ---- */

static void head_goes_on_beside_the_old_one_and_sweeps_it(void **state)
{
    (void)state;
    struct destruction_head head, next = {.number = 9, .hash = {9}}, older = {.number = 8, .hash = {8}};
    assert_ok(token_write_head(room.hsm.token, &next));
    assert_ok(token_write_head(room.hsm.token, &older)); /* as a slower process would */
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &next));
    assert_ok(token_sweep_heads(room.hsm.token, &older));
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &next));
    assert_ok(token_sweep_heads(room.hsm.token, &next));
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &next));
}

static void two_heads_that_go_equally_far_are_none(void **state)
{
    (void)state;
    struct destruction_head one = {.number = 1, .hash = {1}}, other = {.number = 1, .hash = {2}};
    struct destruction_head head;
    assert_ok(token_write_head(room.hsm.token, &one));
    assert_ok(token_write_head(room.hsm.token, &one)); /* two processes, one log */
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_ok(token_write_head(room.hsm.token, &other));
    assert_int_equal(token_read_head(room.hsm.token, &head), HUFU_ERR_CONFLICT);
    destruction_look(room.hsm.destruction);
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_BEHIND);
    struct destruction_head further = {.number = 2, .hash = {3}};
    assert_ok(token_write_head(room.hsm.token, &further));
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &further));
}

static void head_that_another_process_moved_is_noticed(void **state)
{
    (void)state;
    hsm_log_append_any(&log_of_room);
    hsm_log_append_any(&log_of_room);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 1));
    assert_ok(token_write_head(room.hsm.token, &log_of_room.heads[2]));
    assert_ok(hsm_key_sign(&room, &key));
    destruction_look(room.hsm.destruction);
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_BEHIND);
    assert_ok(hsm_log_feed(&room, &log_of_room, 1, 2));
    assert_ok(hsm_key_sign(&room, &key));
}

static void head_that_went_back_is_moved_on_again(void **state)
{
    (void)state;
    struct destruction_state at;
    struct destruction_head head;
    hsm_log_append_any(&log_of_room);
    assert_ok(hsm_log_feed(&room, &log_of_room, 0, 1));
    assert_ok(
        token_set_head(room.hsm.token, &log_of_room.heads[0])); /* as an older copy of the token has it */
    destruction_look(room.hsm.destruction);
    assert_ok(destruction_state(room.hsm.destruction, &at));
    assert_int_equal(at.token.number, 1);
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &log_of_room.heads[1]));
}

/* Its directory, missing, stands for a disk that takes nothing. */
static void what_the_token_did_not_take_is_not_said_to_be_known_until_it_does(void **state)
{
    (void)state;
    struct destruction *destruction, *next;
    struct destruction_state at;
    struct destruction_head head;
    char disk[512];
    (void)snprintf(disk, sizeof(disk), "%.400s/later", room.tokens);
    hsm_log_append_any(&log_of_room);
    assert_ok(destruction_new(&destruction, room.hsm.token, disk, 4));
    assert_int_equal(destruction_add(destruction, &log_of_room.heads[0], log_of_room.orders[0], 1),
                     HUFU_ERR_AWAY);
    assert_int_equal(destruction_state(destruction, &at), HUFU_ERR_AWAY);
    /* Nor by a process that comes after it, and finds its head. */
    assert_ok(destruction_new(&next, room.hsm.token, disk, 4));
    assert_int_equal(destruction_add(next, &log_of_room.heads[0], log_of_room.orders[0], 1), HUFU_ERR_AWAY);
    assert_int_equal(destruction_state(next, &at), HUFU_ERR_AWAY);
    /* A head that is lost meanwhile is written anew. */
    assert_ok(token_set_head(room.hsm.token, &log_of_room.heads[0]));
    assert_int_equal(mkdir(disk, 0700), 0);
    assert_ok(destruction_state(destruction, &at));
    assert_int_equal(at.own.number, 1);
    assert_int_equal(at.token.number, 1);
    assert_ok(destruction_state(next, &at));
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &log_of_room.heads[1]));
    destruction_free(destruction);
    destruction_free(next);
    assert_int_equal(rmdir(disk), 0);
}

static void while_the_disk_takes_nothing_the_token_is_not_filled_with_heads(void **state)
{
    (void)state;
    struct destruction *destruction;
    struct destruction_state at;
    struct destruction_head head;
    char disk[512];
    (void)snprintf(disk, sizeof(disk), "%.400s/later", room.tokens);
    assert_ok(destruction_new(&destruction, room.hsm.token, disk, MANY_HEADS));
    for (size_t i = 0; i < MANY_HEADS; i++) {
        hsm_log_append_any(&log_of_room);
        assert_int_equal(destruction_add(destruction, &log_of_room.heads[i], log_of_room.orders[i], 1),
                         HUFU_ERR_AWAY);
    }
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &log_of_room.heads[1])); /* no other was put beside it */
    assert_int_equal(mkdir(disk, 0700), 0);
    assert_ok(destruction_state(destruction, &at));
    assert_true(destruction_same(&at.own, &log_of_room.heads[MANY_HEADS]));
    assert_true(destruction_same(&at.token, &log_of_room.heads[MANY_HEADS]));
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_true(destruction_same(&head, &log_of_room.heads[MANY_HEADS]));
    destruction_free(destruction);
    assert_int_equal(rmdir(disk), 0);
}

static void however_many_heads_there_are_all_are_read_and_swept(void **state)
{
    (void)state;
    struct destruction_head head = {0}, beyond = {.number = MANY_HEADS + 1};
    for (size_t i = 1; i <= MANY_HEADS; i++) {
        head = (struct destruction_head){.number = i, .hash = {(uint8_t)i}};
        assert_ok(token_write_head(room.hsm.token, &head));
    }
    assert_ok(token_read_head(room.hsm.token, &head));
    assert_int_equal(head.number, MANY_HEADS);
    assert_ok(token_sweep_heads(room.hsm.token, &beyond));
    assert_int_equal(token_read_head(room.hsm.token, &head), HUFU_ERR_NOT_FOUND);
}

static void token_without_a_head_is_not_served_until_init_made_one(void **state)
{
    (void)state;
    struct destruction *without;
    struct destruction_head beyond = {.number = 1};
    bool made;
    assert_ok(token_sweep_heads(room.hsm.token, &beyond));
    assert_int_equal(destruction_new(&without, room.hsm.token, room.tokens, 4), HUFU_ERR_NOT_FOUND);
    assert_ok(destruction_init(room.hsm.token, &made));
    assert_true(made);
    assert_ok(destruction_init(room.hsm.token, &made));
    assert_false(made);
    assert_ok(destruction_new(&without, room.hsm.token, room.tokens, 4));
    destruction_free(without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(destroyed_binding_does_nothing_any_more, start, stop),
        cmocka_unit_test_setup_teardown(old_generation_is_destroyed_and_the_next_one_is_not, start, stop),
        cmocka_unit_test_setup_teardown(half_made_key_of_a_destroyed_binding_is_not_finished, start, stop),
        cmocka_unit_test_setup_teardown(restarted_process_refuses_everything_until_it_has_caught_up, start,
                                        stop),
        cmocka_unit_test_setup_teardown(tampered_log_is_refused_and_a_right_one_taken_afterwards, start,
                                        stop),
        cmocka_unit_test_setup_teardown(known_orders_are_taken_again_when_they_are_the_same, start, stop),
        cmocka_unit_test_setup_teardown(message_of_another_form_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(whole_batch_is_taken_and_found, start, stop),
        cmocka_unit_test(table_keeps_the_greatest_generation_of_each_binding),
        cmocka_unit_test_setup_teardown(beyond_its_bound_the_table_takes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(head_goes_on_beside_the_old_one_and_sweeps_it, start, stop),
        cmocka_unit_test_setup_teardown(two_heads_that_go_equally_far_are_none, start, stop),
        cmocka_unit_test_setup_teardown(head_that_another_process_moved_is_noticed, start, stop),
        cmocka_unit_test_setup_teardown(head_that_went_back_is_moved_on_again, start, stop),
        cmocka_unit_test_setup_teardown(what_the_token_did_not_take_is_not_said_to_be_known_until_it_does,
                                        start, stop),
        cmocka_unit_test_setup_teardown(while_the_disk_takes_nothing_the_token_is_not_filled_with_heads,
                                        start, stop),
        cmocka_unit_test_setup_teardown(however_many_heads_there_are_all_are_read_and_swept, start, stop),
        cmocka_unit_test_setup_teardown(token_without_a_head_is_not_served_until_init_made_one, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
