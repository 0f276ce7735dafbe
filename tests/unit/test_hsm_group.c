/* SPDX-License-Identifier: Apache-2.0 */
/* Several frames in one request of `operate`: each is answered as if it were alone, whatever stands beside it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "hsm/request.h"
#include "tests/unit/hsm_group.h"
#include "tests/unit/hsm_log.h"

#define NOTHING bytes_of(NULL, 0)
#define LOG_MAX 8192

static struct hsm_group group;
static struct hsm_key decrypter, destroyed;

static int start(void **state)
{
    (void)state;
    static struct hsm_log orders;
    hsm_group_start(&group);
    hsm_key_make(&group.room, &decrypter, FRAME_ALLOW_DECRYPT);
    hsm_key_make(&group.room, &destroyed, FRAME_ALLOW_SIGN);
    hsm_log_append(&orders, destroyed.binding.binding_id, DESTRUCTION_WHOLE);
    assert_ok(hsm_log_feed(&group.room, &orders, 0, 1));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&decrypter);
    hsm_key_free(&destroyed);
    hsm_group_stop(&group);
    return 0;
}

/* ---- What works ---- */

static void each_frame_of_a_group_is_answered(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, WORKER_FRAMES_MAX};
    struct hsm_outcome outcomes[WORKER_FRAMES_MAX];
    for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
        for (size_t i = 0; i < counts[n]; i++)
            hsm_member_sign_as(&group, &group.members[i], &group.keys[i], 1 + i % 3, NULL);
        assert_ok(hsm_group_send(&group, outcomes, counts[n]));
        for (size_t i = 0; i < counts[n]; i++)
            hsm_member_assert_answered(&group.members[i], &outcomes[i]);
    }
    hsm_members_done(&group);
}

static void one_batch_is_shared_out_in_any_way(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[WORKER_FRAMES_MAX];
    for (size_t large = 0; large < WORKER_FRAMES_MAX; large += WORKER_FRAMES_MAX - 1) {
        for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
            hsm_member_sign_as(&group, &group.members[i], &group.keys[i],
                               i == large ? COSIGN_BATCH_MAX - (WORKER_FRAMES_MAX - 1) : 1, NULL);
        assert_ok(hsm_group_send(&group, outcomes, WORKER_FRAMES_MAX));
        for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
            hsm_member_assert_answered(&group.members[i], &outcomes[i]);
    }
    for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
        hsm_member_sign_as(&group, &group.members[i], &group.keys[i], COSIGN_BATCH_MAX / WORKER_FRAMES_MAX,
                           NULL);
    assert_ok(hsm_group_send(&group, outcomes, WORKER_FRAMES_MAX));
    for (size_t i = 0; i < WORKER_FRAMES_MAX; i++)
        hsm_member_assert_answered(&group.members[i], &outcomes[i]);
    hsm_members_done(&group);
}

/* While a box key is renewed, phones that know the one and phones that know the other come in one message. */
static void boxes_for_two_box_keys_are_opened_in_one_message(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[6];
    struct record_service second = {.private_key = {8, 1}, .from_ms = 1, .until_ms = clock_wall_ms() + 60000};
    uint8_t H_k[BOX_KEY_SIZE], copy[BOX_KEY_SIZE];
    box_keypair(H_k, copy, second.private_key);
    assert_ok(box_keys_load(group.room.hsm.box_keys, &second, clock_wall_ms()));
    for (size_t i = 0; i < 6; i++) {
        struct hsm_key key = group.keys[i];
        if (i % 2 == 1)
            memcpy(key.binding.H_k, H_k, sizeof(H_k));
        hsm_member_sign_as(&group, &group.members[i], &key, 1, NULL);
    }
    assert_ok(hsm_group_send(&group, outcomes, 6));
    for (size_t i = 0; i < 6; i++)
        hsm_member_assert_answered(&group.members[i], &outcomes[i]);
    hsm_members_done(&group);
}

static void same_key_twice_is_answered_twice(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[2];
    hsm_member_sign(&group, &group.members[0], &group.keys[0]);
    hsm_member_sign(&group, &group.members[1], &group.keys[0]);
    assert_ok(hsm_group_send(&group, outcomes, 2));
    hsm_member_assert_answered(&group.members[0], &outcomes[0]);
    hsm_member_assert_answered(&group.members[1], &outcomes[1]);
    hsm_members_done(&group);
}

static void same_frame_twice_gets_other_nonces(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[2];
    hsm_member_sign(&group, &group.members[0], &group.keys[0]);
    group.members[1].frame = group.members[0].frame;
    assert_ok(hsm_group_send(&group, outcomes, 2));
    assert_ok(outcomes[0].error);
    assert_ok(outcomes[1].error);
    assert_false(bytes_equal(outcomes[0].result, outcomes[1].result));
    group.members[1].frame = (struct hsm_frame){.trace = NULL};
    hsm_members_done(&group);
}

static void answer_opens_for_its_own_request_alone(void **state)
{
    (void)state;
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE];
    struct hsm_outcome outcomes[3];
    for (size_t i = 0; i < 3; i++)
        hsm_member_sign(&group, &group.members[i], &group.keys[i % 2]); /* two of one device */
    assert_ok(hsm_group_send(&group, outcomes, 3));
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            if (i != j)
                assert_int_equal(
                    device_request_sign_finish(&group.members[i].request, signature, outcomes[j].answer),
                    HUFU_ERR_PEER);
        }
        hsm_member_assert_answered(&group.members[i], &outcomes[i]);
    }
    hsm_members_done(&group);
}

/* ---- One that is refused among others ---- */

static void drop_last_byte(struct buf *frame, void *context)
{
    (void)context;
    frame->len--;
}

static void damage_box(struct buf *frame, void *context)
{
    (void)context;
    frame->data[frame->len - 1] ^= 1;
}

/* Zeros are of small order: no secret comes of them. */
static void zero_box_point(struct buf *frame, void *context)
{
    struct frame parsed;
    (void)context;
    assert_ok(frame_parse(&parsed, buf_bytes(frame)));
    uint8_t *Y = memmem(frame->data, frame->len, parsed.Y, BOX_KEY_SIZE);
    assert_non_null(Y);
    memset(Y, 0, BOX_KEY_SIZE);
}

static void spoil_first_point(struct buf *body, void *context)
{
    (void)context;
    body->data[4 + strlen(COSIGN_OP_SIGN) + 4] = 0x05;
}

static void sign_rightly(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
}

static void sign_cut(struct hsm_member *member, const struct hsm_key *key)
{
    const struct device_options options = {.before_signature = drop_last_byte};
    hsm_member_sign_as(&group, member, key, 1, &options);
}

static void send_no_frame(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
    member->frame.frame = NOTHING;
}

static void send_short_signature(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
    member->frame.signature.len--;
}

static void send_short_project(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
    member->frame.project.len--;
}

static void send_target(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
    member->frame.target = bytes_of_text("x");
}

static void sign_for_unloaded_box_key(struct hsm_member *member, const struct hsm_key *key)
{
    struct hsm_key elsewhere = *key;
    elsewhere.binding.H_k[0] ^= 1;
    hsm_member_sign(&group, member, &elsewhere);
}

static void sign_with_destroyed(struct hsm_member *member, const struct hsm_key *key)
{
    (void)key;
    hsm_member_sign(&group, member, &destroyed);
}

static void send_damaged_record(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
    member->key.sealed[40] ^= 1;
}

static void send_other_generation(struct hsm_member *member, const struct hsm_key *key)
{
    hsm_member_sign(&group, member, key);
    member->frame.generation++;
}

static void sign_by_another_device(struct hsm_member *member, const struct hsm_key *key)
{
    const struct device_options options = {.signer = decrypter.device};
    hsm_member_sign_as(&group, member, key, 1, &options);
}

static void sign_too_early(struct hsm_member *member, const struct hsm_key *key)
{
    const struct device_options options = {.time_ms = clock_wall_ms() - 180000};
    hsm_member_sign_as(&group, member, key, 1, &options);
}

static void sign_as_another_generation(struct hsm_member *member, const struct hsm_key *key)
{
    struct hsm_key other = *key;
    other.binding.generation++;
    hsm_member_sign(&group, member, &other);
    member->frame.generation--;
}

static void sign_with_damaged_box(struct hsm_member *member, const struct hsm_key *key)
{
    const struct device_options options = {.before_signature = damage_box};
    hsm_member_sign_as(&group, member, key, 1, &options);
}

static void sign_with_box_point_of_small_order(struct hsm_member *member, const struct hsm_key *key)
{
    const struct device_options options = {.before_signature = zero_box_point};
    hsm_member_sign_as(&group, member, key, 1, &options);
}

static void sign_with_point_off_the_curve(struct hsm_member *member, const struct hsm_key *key)
{
    const struct device_options options = {.before_box = spoil_first_point};
    hsm_member_sign_as(&group, member, key, 1, &options);
}

static void sign_with_wrong_pin(struct hsm_member *member, const struct hsm_key *key)
{
    struct hsm_key wrong = *key;
    wrong.binding.half.a[31] ^= 1;
    hsm_member_sign(&group, member, &wrong);
}

static void sign_what_is_not_allowed(struct hsm_member *member, const struct hsm_key *key)
{
    (void)key;
    hsm_member_sign(&group, member, &decrypter);
}

static const struct {
    void (*make)(struct hsm_member *member, const struct hsm_key *key);
    enum hufu_err error;
} faults[] = {
    {sign_cut, HUFU_ERR_FORM},
    {send_no_frame, HUFU_ERR_FORM},
    {send_short_signature, HUFU_ERR_FORM},
    {send_short_project, HUFU_ERR_FORM},
    {send_target, HUFU_ERR_FORM},
    {sign_for_unloaded_box_key, HUFU_ERR_FORM},
    {sign_with_destroyed, HUFU_ERR_DESTROYED},
    {send_damaged_record, HUFU_ERR_RECORD},
    {send_other_generation, HUFU_ERR_RECORD},
    {sign_by_another_device, HUFU_ERR_SIGNATURE},
    {sign_too_early, HUFU_ERR_TIME},
    {sign_as_another_generation, HUFU_ERR_GENERATION},
    {sign_with_damaged_box, HUFU_ERR_FORM},
    {sign_with_point_off_the_curve, HUFU_ERR_FORM},
    {sign_with_wrong_pin, HUFU_ERR_PROOF},
    {sign_what_is_not_allowed, HUFU_ERR_POLICY},
};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static void box_point_of_small_order_is_one_frames_own(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[3];
    for (size_t at = 0; at < 3; at++) {
        for (size_t i = 0; i < 3; i++)
            (i == at ? sign_with_box_point_of_small_order : sign_rightly)(&group.members[i], &group.keys[i]);
        assert_ok(hsm_group_send(&group, outcomes, 3));
        for (size_t i = 0; i < 3; i++) {
            if (i == at)
                assert_int_equal(outcomes[i].error, HUFU_ERR_FORM);
            else
                hsm_member_assert_answered(&group.members[i], &outcomes[i]);
        }
    }
    hsm_members_done(&group);
}

static void refused_frame_leaves_the_others_alone(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[3];
    for (size_t fault = 0; fault < FAULTS; fault++) {
        for (size_t at = 0; at < 3; at++) {
            for (size_t i = 0; i < 3; i++)
                (i == at ? faults[fault].make : sign_rightly)(&group.members[i], &group.keys[i]);
            assert_ok(hsm_group_send(&group, outcomes, 3));
            for (size_t i = 0; i < 3; i++) {
                if (i != at)
                    hsm_member_assert_answered(&group.members[i], &outcomes[i]);
                else
                    assert_int_equal(outcomes[i].error, faults[fault].error);
            }
        }
    }
    hsm_members_done(&group);
}

static void each_frame_has_its_own_refusal(void **state)
{
    (void)state;
    struct hsm_outcome outcomes[WORKER_FRAMES_MAX];
    _Static_assert(FAULTS <= WORKER_FRAMES_MAX, "all in one message");
    for (size_t i = 0; i < FAULTS; i++)
        faults[i].make(&group.members[i], &group.keys[i]);
    assert_ok(hsm_group_send(&group, outcomes, FAULTS));
    for (size_t i = 0; i < FAULTS; i++)
        assert_int_equal(outcomes[i].error, faults[i].error);
    hsm_members_done(&group);
}

/* ---- The workspace, the log ---- */

static void opened_records_lie_in_the_workspace_and_go_with_it(void **state)
{
    (void)state;
    static const struct workspace empty;
    static uint8_t memory[2][16384];
    struct hsm_frame frames[3];
    struct worker *worker = NULL;
    struct buf field, reply;
    for (size_t i = 0; i < 3; i++) {
        hsm_member_sign(&group, &group.members[i], &group.keys[i]);
        frames[i] = group.members[i].frame;
    }
    buf_init(&field, memory[0], sizeof(memory[0]));
    buf_init(&reply, memory[1], sizeof(memory[1]));
    assert_ok(hsm_frames_encode(&field, frames, 3));
    const struct bytes fields[] = {buf_bytes(&field)};
    assert_ok(worker_take(&worker, group.room.pool, 1000));
    assert_ok(request_operate(worker, fields, &reply));
    for (size_t i = 0; i < 3; i++) {
        const struct opened_frame *opened = &worker->secret->frames[i];
        assert_memory_equal(opened->record.half.P, group.keys[i].P, sizeof(group.keys[i].P));
        assert_memory_equal(opened->box.k_out, group.members[i].request.session.k_out,
                            sizeof(opened->box.k_out));
    }
    worker_give_back(group.room.pool, worker);
    assert_memory_equal(worker->secret, &empty, sizeof(empty));
    hsm_members_done(&group);
}

/* What the log says while the first two members are sent. */
static void log_of_two(char text[LOG_MAX])
{
    FILE *file = tmpfile();
    struct hsm_outcome outcomes[2];
    assert_non_null(file);
    int kept = dup(STDERR_FILENO);
    log_init("test", LOG_INFO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    enum hufu_err err = hsm_group_send(&group, outcomes, 2);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    log_init("test", LOG_WARNING);
    (void)close(kept);
    rewind(file);
    text[fread(text, 1, LOG_MAX - 1, file)] = '\0';
    (void)fclose(file);
    assert_ok(err);
}

static void each_frame_is_logged_under_its_own_request(void **state)
{
    (void)state;
    char text[LOG_MAX];
    sign_with_wrong_pin(&group.members[0], &group.keys[0]);
    sign_what_is_not_allowed(&group.members[1], &group.keys[1]);
    group.members[0].frame.trace = "first-request";
    group.members[1].frame.trace = "second-request";
    log_of_two(text);
    assert_non_null(
        strstr(text, "\"request_id\":\"first-request\",\"operation\":\"sm2/sign\",\"error\":\"proof\""));
    assert_non_null(
        strstr(text, "\"request_id\":\"second-request\",\"operation\":\"sm2/sign\",\"error\":\"policy\""));
    hsm_members_done(&group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_of_a_group_is_answered),
        cmocka_unit_test(one_batch_is_shared_out_in_any_way),
        cmocka_unit_test(boxes_for_two_box_keys_are_opened_in_one_message),
        cmocka_unit_test(same_key_twice_is_answered_twice),
        cmocka_unit_test(same_frame_twice_gets_other_nonces),
        cmocka_unit_test(answer_opens_for_its_own_request_alone),
        cmocka_unit_test(box_point_of_small_order_is_one_frames_own),
        cmocka_unit_test(refused_frame_leaves_the_others_alone),
        cmocka_unit_test(each_frame_has_its_own_refusal),
        cmocka_unit_test(opened_records_lie_in_the_workspace_and_go_with_it),
        cmocka_unit_test(each_frame_is_logged_under_its_own_request),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
