/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of `operate` that are refused as a whole, and damaged ones. */
#include "tests/unit/unit.h"

#include "hsm/request.h"
#include "tests/unit/hsm_group.h"

static struct hsm_group group;
static struct hsm_key decrypter;

static int start(void **state)
{
    (void)state;
    hsm_group_start(&group);
    hsm_key_make(&group.room, &decrypter, FRAME_ALLOW_DECRYPT);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&decrypter);
    hsm_group_stop(&group);
    return 0;
}

/* ---- What is refused as a whole ---- */

static enum hufu_err send_whole(size_t count)
{
    struct hsm_outcome outcomes[WORKER_FRAMES_MAX + 1];
    return hsm_group_send(&group, outcomes, count);
}

static void no_frame_or_one_too_many_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i <= WORKER_FRAMES_MAX; i++)
        hsm_member_sign(&group, &group.members[i], &group.keys[i % WORKER_FRAMES_MAX]);
    assert_int_equal(send_whole(0), HUFU_ERR_FORM);
    assert_int_equal(send_whole(WORKER_FRAMES_MAX + 1), HUFU_ERR_FORM);
    assert_ok(send_whole(WORKER_FRAMES_MAX));
    hsm_members_done(&group);
}

static void more_digests_than_one_batch_are_malformed(void **state)
{
    (void)state;
    hsm_member_sign_as(&group, &group.members[0], &group.keys[0], COSIGN_BATCH_MAX, NULL);
    hsm_member_sign(&group, &group.members[1], &group.keys[1]);
    assert_int_equal(send_whole(2), HUFU_ERR_FORM);
    for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
        hsm_member_sign_as(&group, &group.members[i], &group.keys[i],
                           COSIGN_BATCH_MAX / WORKER_FRAMES_MAX + (i == 7), NULL);
    assert_int_equal(send_whole(WORKER_FRAMES_MAX), HUFU_ERR_FORM);
    hsm_member_sign(&group, &group.members[0], &group.keys[0]);
    group.members[0].frame.sealed = bytes_of(NULL, 0); /* what is refused counts */
    hsm_member_sign_as(&group, &group.members[1], &group.keys[1], COSIGN_BATCH_MAX, NULL);
    assert_int_equal(send_whole(2), HUFU_ERR_FORM);
    hsm_members_done(&group);
}

static void drop_last_byte(struct buf *frame, void *context)
{
    (void)context;
    frame->len--;
}

static void sign_cut(struct hsm_member *member)
{
    const struct device_options options = {.before_signature = drop_last_byte};
    hsm_member_sign_as(&group, member, &group.keys[0], 1, &options);
}

static void make_refresh(struct hsm_member *member)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    hsm_member_done(member);
    assert_ok(device_request_refresh(&member->request, &next, &group.keys[1].binding, NULL));
    hsm_member_send(&group, member, &group.keys[1]);
}

static void make_pin_check(struct hsm_member *member)
{
    hsm_member_done(member);
    assert_ok(device_request_pin_check(&member->request, &group.keys[2].binding, NULL));
    hsm_member_send(&group, member, &group.keys[2]);
}

static void make_decryption(struct hsm_member *member)
{
    hsm_member_done(member);
    assert_ok(device_request_decrypt(&member->request, &decrypter.binding,
                                     bytes_of(group.keys[0].P, sizeof(group.keys[0].P)), NULL));
    hsm_member_send(&group, member, &decrypter);
}

static void other_operation_among_several_is_malformed(void **state)
{
    (void)state;
    static void (*const others[])(struct hsm_member * member) = {make_refresh, make_pin_check,
                                                                 make_decryption};
    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        for (size_t at = 0; at < 2; at++) {
            others[n](&group.members[at]);
            hsm_member_sign(&group, &group.members[1 - at], &group.keys[0]);
            assert_int_equal(send_whole(2), HUFU_ERR_FORM);
            sign_cut(&group.members[1 - at]);
            assert_int_equal(send_whole(2), HUFU_ERR_FORM);
            others[n](&group.members[1 - at]);
            assert_int_equal(send_whole(2), HUFU_ERR_FORM);
        }
        assert_ok(send_whole(1));
    }
    hsm_members_done(&group);
}

static void trace_longer_than_its_limit_is_malformed(void **state)
{
    (void)state;
    char trace[REQUEST_TRACE_MAX + 2] = {0};
    struct hsm_outcome outcomes[2];
    memset(trace, 'x', REQUEST_TRACE_MAX);
    hsm_member_sign(&group, &group.members[0], &group.keys[0]);
    hsm_member_sign(&group, &group.members[1], &group.keys[1]);
    group.members[1].frame.trace = trace;
    assert_ok(hsm_group_send(&group, outcomes, 2));
    assert_ok(outcomes[1].error);
    trace[REQUEST_TRACE_MAX] = 'x';
    assert_int_equal(send_whole(2), HUFU_ERR_FORM);
    hsm_members_done(&group);
}

/* ---- Damage ---- */

/* Two frames as the one field of the request; where the second begins. */
static size_t encode_two(struct buf *field)
{
    for (size_t i = 0; i < 2; i++)
        hsm_member_sign(&group, &group.members[i], &group.keys[i]);
    assert_ok(hsm_frames_encode(field, &group.members[0].frame, 1));
    size_t second = field->len;
    assert_ok(hsm_frames_encode(field, &group.members[1].frame, 1));
    return second;
}

static void field_cut_anywhere_is_malformed_but_between_two_frames(void **state)
{
    (void)state;
    uint8_t memory[4096];
    struct buf field;
    struct hsm_reply reply;
    buf_init(&field, memory, sizeof(memory));
    size_t second = encode_two(&field);
    for (size_t len = 0; len < field.len; len++) {
        struct bytes cut = bytes_of(memory, len);
        assert_true(hsm_room_call(&group.room, &reply, "operate", &cut, 1));
        assert_int_equal(reply.error, len == second ? HUFU_OK : HUFU_ERR_FORM);
        assert_int_equal(hsm_outcome_count(&reply), len == second ? 1 : 0);
    }
    hsm_members_done(&group);
}

static void bit_changed_in_one_frame_leaves_the_other_alone(void **state)
{
    (void)state;
    uint8_t memory[4096];
    struct buf field;
    struct hsm_reply reply;
    struct hsm_outcome outcomes[2];
    buf_init(&field, memory, sizeof(memory));
    size_t second = encode_two(&field), taken = 0;
    for (size_t i = 0; i < field.len; i++) {
        struct bytes damaged = buf_bytes(&field);
        memory[i] ^= (uint8_t)(1u << i % 8);
        assert_true(hsm_room_call(&group.room, &reply, "operate", &damaged, 1));
        memory[i] ^= (uint8_t)(1u << i % 8);
        assert_true(reply.error == HUFU_OK || reply.error == HUFU_ERR_FORM);
        if (reply.error)
            continue;
        assert_ok(hsm_outcome_take(&outcomes[0], &reply, 0));
        assert_ok(hsm_outcome_take(&outcomes[1], &reply, 1));
        assert_ok(outcomes[i < second].error);
        taken += outcomes[i >= second].error == HUFU_OK;
    }
    assert_int_equal(taken, 2 * strlen("test")); /* the traces */
    hsm_members_done(&group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_frame_or_one_too_many_is_malformed),
        cmocka_unit_test(more_digests_than_one_batch_are_malformed),
        cmocka_unit_test(other_operation_among_several_is_malformed),
        cmocka_unit_test(trace_longer_than_its_limit_is_malformed),
        cmocka_unit_test(field_cut_anywhere_is_malformed_but_between_two_frames),
        cmocka_unit_test(bit_changed_in_one_frame_leaves_the_other_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
