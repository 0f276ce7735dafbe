/* SPDX-License-Identifier: Apache-2.0 */
/* `operate` and key generation: what works, every refusal of hsm/PROTOCOL.md, and their order. */
#include "tests/unit/unit.h"

#include "common/clock.h"
#include "tests/client/randomness.h"
#include "tests/unit/hsm_room.h"

#define NOTHING bytes_of(NULL, 0)

static struct hsm_room room;
static struct hsm_key key;       /* a primary device, for signing */
static struct hsm_key decrypter; /* the same, for decryption */

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "", NULL);
    hsm_key_make(&room, &key, FRAME_ALLOW_SIGN);
    hsm_key_make(&room, &decrypter, FRAME_ALLOW_DECRYPT);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&key);
    hsm_key_free(&decrypter);
    hsm_room_stop(&room);
    return 0;
}

/* The device makes a request with one view of its key; the server sends it with another. */
static enum hufu_err sign_between(const struct hsm_key *with, const struct hsm_key *sent,
                                  const struct device_options *options)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    randomness_fill(digest, sizeof(digest));
    assert_ok(device_request_sign(&request, &with->binding, bytes_of(digest, sizeof(digest)), options));
    return hsm_key_operate(&room, &reply, sent, &request, NOTHING);
}

static enum hufu_err sign_with(const struct hsm_key *with, const struct device_options *options)
{
    return sign_between(with, with, options);
}

/* ---- What works ---- */

static void generated_key_signs_and_checks_its_pin(void **state)
{
    (void)state;
    assert_ok(hsm_key_sign(&room, &key));
    assert_ok(hsm_key_pin_check(&room, &key));
}

static void refreshed_key_signs_and_so_does_the_old_half(void **state)
{
    (void)state;
    struct hsm_key refreshed = key; /* which generation ends, and when, is the server's to decide */
    assert_ok(hsm_key_refresh(&room, &refreshed));
    assert_int_equal(refreshed.binding.generation, 1);
    assert_ok(hsm_key_sign(&room, &refreshed));
    assert_ok(hsm_key_sign(&room, &key));
    assert_ok(hsm_key_refresh(&room, &refreshed));
    assert_ok(hsm_key_sign(&room, &refreshed));
}

static void whole_batch_is_signed(void **state)
{
    (void)state;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    static uint8_t digests[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
    static uint8_t signatures[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    randomness_fill(digests, sizeof(digests));
    assert_ok(device_request_sign(&request, &key.binding, bytes_of(digests, sizeof(digests)), NULL));
    assert_ok(hsm_key_operate(&room, &reply, &key, &request, NOTHING));
    assert_int_equal(reply.fields[0].len, sizeof(digests));
    assert_ok(device_request_sign_finish(&request, signatures, reply.fields[1]));
    for (size_t i = 0; i < COSIGN_BATCH_MAX; i += 51)
        assert_ok(cosign_verify_var(key.P, digests[i], signatures[i]));
}

static void same_frame_twice_gets_other_nonces(void **state)
{
    (void)state;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    uint8_t digest[COSIGN_DIGEST_SIZE] = {1}, first[COSIGN_SCALAR_SIZE];
    assert_ok(device_request_sign(&request, &key.binding, bytes_of(digest, sizeof(digest)), NULL));
    assert_ok(hsm_key_operate(&room, &reply, &key, &request, NOTHING));
    memcpy(first, reply.fields[0].data, sizeof(first));
    assert_ok(hsm_key_operate(&room, &reply, &key, &request, NOTHING));
    assert_memory_not_equal(first, reply.fields[0].data, sizeof(first));
}

static void points_are_decrypted_and_recorded(void **state)
{
    (void)state;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    uint8_t expected[COSIGN_DIGEST_SIZE];
    struct bytes point = bytes_of(key.P, sizeof(key.P)); /* any point of the curve will do */
    assert_ok(device_request_decrypt(&request, &decrypter.binding, point, NULL));
    assert_ok(hsm_key_operate(&room, &reply, &decrypter, &request, NOTHING));
    cosign_sm3(expected, point.data, point.len);
    assert_int_equal(reply.fields[0].len, sizeof(expected));
    assert_memory_equal(reply.fields[0].data, expected, sizeof(expected));
}

/* ---- Step 1: the form ---- */

static void frame_for_an_unloaded_box_key_is_malformed(void **state)
{
    (void)state;
    struct hsm_key elsewhere = key;
    uint8_t private_key[BOX_KEY_SIZE], random[BOX_KEY_SIZE] = {3};
    box_keypair(elsewhere.binding.H_k, private_key, random);
    assert_int_equal(sign_with(&elsewhere, NULL), HUFU_ERR_FORM);
}

static void drop_last_byte(struct buf *frame, void *context)
{
    (void)context;
    frame->len--;
}

static void cut_frame_is_malformed_whoever_signed_it(void **state)
{
    (void)state;
    const struct device_options options = {.before_signature = drop_last_byte};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_FORM);
}

static void target_that_the_operation_does_not_take_is_malformed(void **state)
{
    (void)state;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    assert_ok(device_request_pin_check(&request, &key.binding, NULL));
    assert_int_equal(hsm_key_operate(&room, &reply, &key, &request, bytes_of_text("x")), HUFU_ERR_FORM);
}

static void key_generation_is_not_an_operation_on_a_binding(void **state)
{
    (void)state;
    DEVICE_NEW_KEY_DONE struct device_new_key fresh = {0};
    struct hsm_reply reply;
    assert_ok(device_new_key_begin(&fresh, &key.binding, NULL));
    assert_int_equal(hsm_key_operate(&room, &reply, &key, &fresh.begin, NOTHING), HUFU_ERR_FORM);
}

/* ---- Step 2: the record ---- */

static void record_with_any_byte_changed_is_refused(void **state)
{
    (void)state;
    struct hsm_key damaged = key;
    for (size_t i = 0; i < damaged.sealed_len; i += 7) {
        damaged.sealed[i] ^= 1;
        assert_int_equal(hsm_key_pin_check(&room, &damaged), HUFU_ERR_RECORD);
        damaged.sealed[i] ^= 1;
    }
    for (size_t len = 0; len < key.sealed_len; len += 13) {
        damaged.sealed_len = len;
        assert_int_equal(hsm_key_pin_check(&room, &damaged), HUFU_ERR_RECORD);
    }
}

static void record_of_another_binding_is_refused(void **state)
{
    (void)state;
    struct hsm_key moved = key;
    moved.binding.binding_id[0] ^= 1;
    assert_int_equal(hsm_key_pin_check(&room, &moved), HUFU_ERR_RECORD);
}

static void record_of_another_key_is_refused(void **state)
{
    (void)state;
    struct hsm_key moved = key;
    moved.binding.key_id[0] ^= 1;
    assert_int_equal(hsm_key_pin_check(&room, &moved), HUFU_ERR_RECORD);
}

static void record_of_another_project_is_refused(void **state)
{
    (void)state;
    room.project[0] ^= 1;
    assert_int_equal(hsm_key_pin_check(&room, &key), HUFU_ERR_RECORD);
    room.project[0] ^= 1;
}

static void record_given_out_for_another_generation_is_refused(void **state)
{
    (void)state;
    struct hsm_key moved = key;
    moved.binding.generation = 1;
    assert_int_equal(hsm_key_pin_check(&room, &moved), HUFU_ERR_RECORD);
}

/* ---- Steps 3 to 6 ---- */

static void frame_that_another_device_signed_is_refused(void **state)
{
    (void)state;
    const struct device_options options = {.signer = decrypter.device};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_SIGNATURE);
}

static void flip_digest(struct frame_head *head, void *context)
{
    static uint8_t other[COSIGN_DIGEST_SIZE];
    (void)context;
    head->public_part = bytes_of(other, sizeof(other));
}

static void change_digest_on_the_way(struct buf *frame, uint8_t *signature, void *context)
{
    (void)signature;
    (void)context;
    assert_ok(device_frame_change_head(frame, flip_digest, NULL));
}

static void digest_changed_on_the_way_is_refused(void **state)
{
    (void)state;
    const struct device_options options = {.on_the_way = change_digest_on_the_way};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_SIGNATURE);
}

static void frame_three_minutes_old_or_early_is_refused(void **state)
{
    (void)state;
    struct device_options options = {.time_ms = clock_wall_ms() - 180000};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_TIME);
    options.time_ms = clock_wall_ms() + 180000;
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_TIME);
    options.time_ms = clock_wall_ms() - 110000;
    assert_ok(sign_with(&key, &options));
}

static void generation_of_the_head_must_be_that_of_the_record(void **state)
{
    (void)state;
    struct hsm_key other = key;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    other.binding.generation = 5;
    assert_ok(device_request_pin_check(&request, &other.binding, NULL));
    assert_int_equal(hsm_key_operate(&room, &reply, &key, &request, NOTHING), HUFU_ERR_GENERATION);
}

static void flip_digest_before_signature(struct buf *frame, void *context)
{
    (void)context;
    assert_ok(device_frame_change_head(frame, flip_digest, NULL));
}

static void box_made_for_another_head_does_not_open(void **state)
{
    (void)state;
    const struct device_options options = {.before_signature = flip_digest_before_signature};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_FORM);
}

static void spoil_first_point(struct buf *body, void *context)
{
    (void)context;
    body->data[4 + strlen(COSIGN_OP_SIGN) + 4] = 0x05;
}

static void point_off_the_curve_is_malformed_not_a_wrong_pin(void **state)
{
    (void)state;
    const struct device_options options = {.before_box = spoil_first_point};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_FORM);
}

/* ---- Step 7: the proof ---- */

static struct hsm_key with_wrong_pin(const struct hsm_key *right)
{
    struct hsm_key wrong = *right;
    wrong.binding.half.a[31] ^= 1;
    return wrong;
}

static void wrong_pin_fails_the_proof_of_every_operation(void **state)
{
    (void)state;
    struct hsm_key wrong = with_wrong_pin(&key), wrong_decrypter = with_wrong_pin(&decrypter);
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    assert_int_equal(hsm_key_sign(&room, &wrong), HUFU_ERR_PROOF);
    assert_int_equal(hsm_key_pin_check(&room, &wrong), HUFU_ERR_PROOF);
    assert_int_equal(hsm_key_refresh(&room, &wrong), HUFU_ERR_PROOF);
    struct bytes point = bytes_of(key.P, sizeof(key.P));
    assert_ok(device_request_decrypt(&request, &wrong_decrypter.binding, point, NULL));
    assert_int_equal(hsm_key_operate(&room, &reply, &wrong_decrypter, &request, NOTHING), HUFU_ERR_PROOF);
}

static void flip_purpose(struct frame_head *head, void *context)
{
    struct buf *purpose = context;
    head->purpose = buf_bytes(purpose);
}

static void proof_for_another_purpose_fails(void **state)
{
    (void)state;
    uint8_t memory[64];
    struct buf purpose;
    buf_init(&purpose, memory, sizeof(memory));
    buf_put_field_text(&purpose, "login");
    buf_put_field_text(&purpose, "p");
    buf_put_field_text(&purpose, "t");
    const struct device_options options = {.after_proof = flip_purpose, .context = &purpose};
    assert_int_equal(sign_with(&key, &options), HUFU_ERR_PROOF);
}

/* ---- Step 8: what the record permits ---- */

static void key_is_for_signing_or_for_decrypting(void **state)
{
    (void)state;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    assert_int_equal(hsm_key_sign(&room, &decrypter), HUFU_ERR_POLICY);
    struct bytes point = bytes_of(key.P, sizeof(key.P));
    assert_ok(device_request_decrypt(&request, &key.binding, point, NULL));
    assert_int_equal(hsm_key_operate(&room, &reply, &key, &request, NOTHING), HUFU_ERR_POLICY);
}

static void wrong_pin_comes_before_what_the_record_permits(void **state)
{
    (void)state;
    struct hsm_key wrong = with_wrong_pin(&decrypter);
    assert_int_equal(hsm_key_sign(&room, &wrong), HUFU_ERR_PROOF);
}

/* Each step fails, and every later one with it: the first that fails is told. */
static void refusals_come_in_their_order(void **state)
{
    (void)state;
    struct hsm_key wrong = with_wrong_pin(&decrypter), sent = wrong; /* steps 7 and 8 */
    struct device_options options = {0};
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_PROOF);
    options.before_box = spoil_first_point; /* step 6 */
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_FORM);
    wrong.binding.generation = 5; /* step 5 */
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_GENERATION);
    options.time_ms = clock_wall_ms() - 180000; /* step 4 */
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_TIME);
    options.signer = key.device; /* step 3 */
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_SIGNATURE);
    sent.sealed[40] ^= 1; /* step 2 */
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_RECORD);
    wrong.binding.H_k[0] ^= 1; /* step 1 */
    assert_int_equal(sign_between(&wrong, &sent, &options), HUFU_ERR_FORM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_key_signs_and_checks_its_pin),
        cmocka_unit_test(refreshed_key_signs_and_so_does_the_old_half),
        cmocka_unit_test(whole_batch_is_signed),
        cmocka_unit_test(same_frame_twice_gets_other_nonces),
        cmocka_unit_test(points_are_decrypted_and_recorded),
        cmocka_unit_test(frame_for_an_unloaded_box_key_is_malformed),
        cmocka_unit_test(cut_frame_is_malformed_whoever_signed_it),
        cmocka_unit_test(target_that_the_operation_does_not_take_is_malformed),
        cmocka_unit_test(key_generation_is_not_an_operation_on_a_binding),
        cmocka_unit_test(record_with_any_byte_changed_is_refused),
        cmocka_unit_test(record_of_another_binding_is_refused),
        cmocka_unit_test(record_of_another_key_is_refused),
        cmocka_unit_test(record_of_another_project_is_refused),
        cmocka_unit_test(record_given_out_for_another_generation_is_refused),
        cmocka_unit_test(frame_that_another_device_signed_is_refused),
        cmocka_unit_test(digest_changed_on_the_way_is_refused),
        cmocka_unit_test(frame_three_minutes_old_or_early_is_refused),
        cmocka_unit_test(generation_of_the_head_must_be_that_of_the_record),
        cmocka_unit_test(box_made_for_another_head_does_not_open),
        cmocka_unit_test(point_off_the_curve_is_malformed_not_a_wrong_pin),
        cmocka_unit_test(wrong_pin_fails_the_proof_of_every_operation),
        cmocka_unit_test(proof_for_another_purpose_fails),
        cmocka_unit_test(key_is_for_signing_or_for_decrypting),
        cmocka_unit_test(wrong_pin_comes_before_what_the_record_permits),
        cmocka_unit_test(refusals_come_in_their_order),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
