/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/client/randomness.h"
#include "tests/unit/hsm_log.h"

void hsm_log_order(uint8_t order[DESTRUCTION_ORDER_SIZE], const uint8_t binding[FRAME_ID_SIZE],
                   uint32_t least)
{
    memcpy(order, binding, FRAME_ID_SIZE);
    (void)hsm_u32(order + FRAME_ID_SIZE, least);
}

void hsm_log_append(struct hsm_log *log, const uint8_t binding[FRAME_ID_SIZE], uint32_t least)
{
    assert_true(log->count < HSM_LOG_MAX);
    hsm_log_order(log->orders[log->count], binding, least);
    log->heads[log->count + 1] = log->heads[log->count];
    destruction_advance(&log->heads[log->count + 1], log->orders[log->count]);
    log->count++;
}

void hsm_log_append_any(struct hsm_log *log)
{
    uint8_t binding[FRAME_ID_SIZE];
    randomness_fill(binding, sizeof(binding));
    hsm_log_append(log, binding, DESTRUCTION_WHOLE);
}

enum hufu_err hsm_log_feed(struct hsm_room *to_room, const struct hsm_log *log, size_t from, size_t to)
{
    struct hsm_reply reply;
    uint8_t number[8];
    const struct bytes fields[] = {hsm_u64(number, log->heads[from].number),
                                   bytes_of(log->heads[from].hash, HASH_SIZE),
                                   bytes_of(log->orders[from], (to - from) * DESTRUCTION_ORDER_SIZE)};
    assert_true(hsm_room_call(to_room, &reply, "destruction/add", fields, 3));
    return reply.error;
}

struct hsm_log_position hsm_log_position(struct hsm_room *of)
{
    struct hsm_reply reply;
    struct hsm_log_position position;
    struct cursor c;
    assert_true(hsm_room_call(of, &reply, "destruction/state", NULL, 0));
    assert_ok(reply.error);
    assert_int_equal(reply.count, 4);
    assert_int_equal(reply.fields[1].len, HASH_SIZE);
    cursor_init(&c, reply.fields[0]);
    position.own = cursor_u64(&c);
    cursor_init(&c, reply.fields[2]);
    position.token = cursor_u64(&c);
    cursor_init(&c, reply.fields[3]);
    position.behind = cursor_u32(&c);
    return position;
}

void hsm_log_assert_position(struct hsm_room *of, uint64_t own, uint64_t token, bool behind)
{
    struct hsm_log_position position = hsm_log_position(of);
    assert_int_equal(position.own, own);
    assert_int_equal(position.token, token);
    assert_int_equal(position.behind, behind);
}
