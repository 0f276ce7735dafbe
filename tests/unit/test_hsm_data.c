/* SPDX-License-Identifier: Apache-2.0 */
/* The key for personal data: made at random, sealed, and opened in its own place alone. */
#include "tests/unit/unit.h"

#include "common/clock.h"
#include "hsm/record.h"
#include "hsm/request.h"
#include "tests/unit/hsm_room.h"

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

struct made {
    uint8_t id[FRAME_ID_SIZE];
    uint8_t memory[RECORD_SEALED_MAX];
    struct buf sealed;
};

static void make(struct made *made, uint8_t id)
{
    struct hsm_reply reply;
    *made = (struct made){.id = {id}};
    const struct bytes fields[] = {bytes_of(made->id, FRAME_ID_SIZE)};
    assert_true(hsm_room_call(&room, &reply, "data/new", fields, 1));
    assert_ok(reply.error);
    buf_init(&made->sealed, made->memory, sizeof(made->memory));
    buf_put(&made->sealed, reply.fields[0].data, reply.fields[0].len);
    assert_ok(buf_finish(&made->sealed));
}

static enum hufu_err open_as(const uint8_t id[FRAME_ID_SIZE], struct bytes sealed,
                             uint8_t key[RECORD_DATA_KEY_SIZE])
{
    struct hsm_reply reply;
    const struct bytes fields[] = {bytes_of(id, FRAME_ID_SIZE), sealed};
    assert_true(hsm_room_call(&room, &reply, "data/open", fields, 2));
    if (reply.error)
        return reply.error;
    assert_int_equal(reply.fields[0].len, RECORD_DATA_KEY_SIZE);
    memcpy(key, reply.fields[0].data, RECORD_DATA_KEY_SIZE);
    return HUFU_OK;
}

static void key_is_the_same_each_time_it_is_opened_also_after_a_restart(void **state)
{
    (void)state;
    struct made made;
    uint8_t key[RECORD_DATA_KEY_SIZE], again[RECORD_DATA_KEY_SIZE];
    make(&made, 1);
    assert_ok(open_as(made.id, buf_bytes(&made.sealed), key));
    assert_ok(open_as(made.id, buf_bytes(&made.sealed), again));
    assert_memory_equal(key, again, sizeof(key));
    hsm_room_restart(&room);
    assert_ok(open_as(made.id, buf_bytes(&made.sealed), again));
    assert_memory_equal(key, again, sizeof(key));
    assert_null(memmem(made.memory, made.sealed.len, key, 8));
}

static void each_key_is_another(void **state)
{
    (void)state;
    struct made first, second;
    uint8_t key[RECORD_DATA_KEY_SIZE], other[RECORD_DATA_KEY_SIZE];
    make(&first, 1);
    make(&second, 1);
    assert_ok(open_as(first.id, buf_bytes(&first.sealed), key));
    assert_ok(open_as(second.id, buf_bytes(&second.sealed), other));
    assert_memory_not_equal(key, other, sizeof(key));
}

static void refuse_damaged(void *context, struct bytes damaged)
{
    const struct made *made = context;
    uint8_t key[RECORD_DATA_KEY_SIZE];
    assert_int_equal(open_as(made->id, damaged, key), HUFU_ERR_RECORD);
}

static void damaged_key_does_not_open(void **state)
{
    (void)state;
    struct made made;
    make(&made, 1);
    for_each_damage(buf_bytes(&made.sealed), refuse_damaged, &made);
}

static void key_does_not_open_under_another_id(void **state)
{
    (void)state;
    struct made made;
    uint8_t key[RECORD_DATA_KEY_SIZE];
    const uint8_t other[FRAME_ID_SIZE] = {2};
    make(&made, 1);
    assert_int_equal(open_as(other, buf_bytes(&made.sealed), key), HUFU_ERR_RECORD);
}

/* hufu-server gets this key in clear: nothing that is sealed as anything else may leave by the same door. */
static void record_of_another_kind_does_not_open_as_a_data_key(void **state)
{
    (void)state;
    struct hsm_reply reply;
    struct hsm_key signing;
    uint8_t from[8], until[8], key[RECORD_DATA_KEY_SIZE], memory[RECORD_SEALED_MAX];
    const uint8_t id[FRAME_ID_SIZE] = {1};
    struct buf sealed;
    uint64_t now = clock_wall_ms();
    const struct bytes fields[] = {bytes_of(id, sizeof(id)), hsm_u64(from, now),
                                   hsm_u64(until, now + 86400000)};
    assert_true(hsm_room_call(&room, &reply, "service/new", fields, 3));
    assert_ok(reply.error);
    buf_init(&sealed, memory, sizeof(memory));
    buf_put(&sealed, reply.fields[0].data, reply.fields[0].len);
    assert_int_equal(open_as(id, buf_bytes(&sealed), key), HUFU_ERR_RECORD);
    hsm_key_make(&room, &signing, FRAME_ALLOW_SIGN);
    assert_int_equal(open_as(signing.binding.key_id, hsm_key_sealed(&signing), key), HUFU_ERR_RECORD);
    hsm_key_free(&signing);
}

static void id_of_another_length_is_refused(void **state)
{
    (void)state;
    struct hsm_reply reply;
    struct made made;
    make(&made, 1);
    const struct bytes fields[] = {bytes_of(made.id, FRAME_ID_SIZE - 1), buf_bytes(&made.sealed)};
    assert_true(hsm_room_call(&room, &reply, "data/new", fields, 1));
    assert_int_equal(reply.error, HUFU_ERR_FORM);
    assert_true(hsm_room_call(&room, &reply, "data/open", fields, 2));
    assert_int_equal(reply.error, HUFU_ERR_FORM);
}

static void opened_key_lies_in_the_workspace_and_goes_with_it(void **state)
{
    (void)state;
    static const struct workspace empty;
    struct made made;
    struct worker *worker = NULL;
    uint8_t key[RECORD_DATA_KEY_SIZE], memory[64];
    struct buf reply;
    make(&made, 1);
    assert_ok(open_as(made.id, buf_bytes(&made.sealed), key));
    const struct bytes fields[] = {bytes_of(made.id, FRAME_ID_SIZE), buf_bytes(&made.sealed)};
    buf_init(&reply, memory, sizeof(memory));
    assert_ok(worker_take(&worker, room.pool, 1000));
    assert_ok(request_data_open(worker, fields, &reply));
    assert_memory_equal(worker->secret->data.key, key, sizeof(key));
    worker_give_back(room.pool, worker);
    assert_memory_equal(worker->secret, &empty, sizeof(empty));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_is_the_same_each_time_it_is_opened_also_after_a_restart),
        cmocka_unit_test(each_key_is_another),
        cmocka_unit_test(damaged_key_does_not_open),
        cmocka_unit_test(key_does_not_open_under_another_id),
        cmocka_unit_test(record_of_another_kind_does_not_open_as_a_data_key),
        cmocka_unit_test(id_of_another_length_is_refused),
        cmocka_unit_test(opened_key_lies_in_the_workspace_and_goes_with_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
