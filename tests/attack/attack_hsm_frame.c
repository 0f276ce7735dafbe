/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that somebody on the way, or a thief of the device key, makes of honest ones, given to a real hufu-hsm
 * (docs/protocol.md §7). */
#include "tests/attack/played_hsm.h"

#include "tests/client/randomness.h"

#define MINUTE_MS 60000

static enum hufu_err try_with(struct played_hsm *hsm, const struct played_key *key,
                              const struct device_options *options)
{
    uint8_t digests[2 * COSIGN_DIGEST_SIZE];
    randomness_fill(digests, sizeof(digests));
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_sign(&request, &key->binding, bytes_of(digests, sizeof(digests)), options));
    return played_try(hsm, key, &request);
}

static void a_frame_signed_by_another_device_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key mine = {0}, theirs = {0};
    played_key_make(hsm, &mine, FRAME_ALLOW_SIGN);
    played_key_make(hsm, &theirs, FRAME_ALLOW_SIGN);
    struct device_options options = {.signer = theirs.device};
    assert_int_equal(try_with(hsm, &mine, &options), HUFU_ERR_SIGNATURE);
    assert_key_signs(hsm, &mine);
}

static void flip_signature(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context)
{
    (void)frame;
    size_t bit = *(const size_t *)context;
    signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void zero_signature(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context)
{
    (void)frame;
    memset(signature, *(const uint8_t *)context, FRAME_SIGNATURE_SIZE);
}

static void a_signature_with_one_bit_flipped_of_zeros_or_of_ones_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t bit = 0; bit < 8 * FRAME_SIGNATURE_SIZE; bit += 7) {
        struct device_options options = {.on_the_way = flip_signature, .context = &bit};
        assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_SIGNATURE);
    }
    for (unsigned i = 0; i < 2; i++) {
        uint8_t fill = i ? 0xff : 0;
        struct device_options options = {.on_the_way = zero_signature, .context = &fill};
        assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_SIGNATURE);
    }
}

/* Two minutes are allowed; the clocks are one, so that a little less passes. */
static void a_frame_three_minutes_old_or_early_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    static const int64_t refused[] = {-3 * MINUTE_MS, 3 * MINUTE_MS, -365 * 24 * 60 * (int64_t)MINUTE_MS};
    static const int64_t accepted[] = {-2 * MINUTE_MS + 30000, 2 * MINUTE_MS - 5000};
    for (size_t i = 0; i < 3; i++) {
        struct device_options options = {.time_ms = (uint64_t)((int64_t)device_now_ms() + refused[i])};
        assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_TIME);
    }
    struct device_options never = {.time_ms = UINT64_MAX};
    assert_int_equal(try_with(hsm, &key, &never), HUFU_ERR_TIME);
    for (size_t i = 0; i < 2; i++) {
        struct device_options options = {.time_ms = (uint64_t)((int64_t)device_now_ms() + accepted[i])};
        assert_ok(try_with(hsm, &key, &options));
    }
}

/* ---- Another head than the device's ---- */

/* What each attacker would want to change in an honest request. */
struct change {
    const char *what;
    void (*apply)(struct frame_head *head, void *context);
};

static const uint8_t login[] = {0, 0, 0, 5, 'l', 'o', 'g', 'i', 'n', 0, 0, 0, 1, 'r', 0, 0, 0, 1, 't'};
static uint8_t other_digests[2 * COSIGN_DIGEST_SIZE]; /* zeros: not what was signed */

static void change_purpose(struct frame_head *head, void *context)
{
    (void)context;
    head->purpose = bytes_of(login, sizeof(login));
}

static void change_digests(struct frame_head *head, void *context)
{
    (void)context;
    head->public_part = bytes_of(other_digests, head->public_part.len);
}

static void change_request_id(struct frame_head *head, void *context)
{
    (void)context;
    head->request_id[15] ^= 1;
}

static void change_time(struct frame_head *head, void *context)
{
    (void)context;
    head->time_ms++;
}

static void swap_digests(struct frame_head *head, void *context)
{
    (void)context;
    memcpy(other_digests, head->public_part.data + COSIGN_DIGEST_SIZE, COSIGN_DIGEST_SIZE);
    memcpy(other_digests + COSIGN_DIGEST_SIZE, head->public_part.data, COSIGN_DIGEST_SIZE);
    head->public_part = bytes_of(other_digests, sizeof(other_digests));
}

static const struct change changes[] = {
    {"purpose", change_purpose}, {"digests", change_digests},        {"request id", change_request_id},
    {"time", change_time},       {"order of digests", swap_digests},
};
#define CHANGE_COUNT (sizeof(changes) / sizeof(changes[0]))

static void change_frame(struct buf *frame, void *context)
{
    const struct change *change = context;
    assert_ok(device_frame_change_head(frame, change->apply, NULL));
}

static void change_on_the_way(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context)
{
    (void)signature;
    change_frame(frame, context);
}

static void a_purpose_or_a_digest_changed_on_the_way_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        struct change change = changes[i];
        struct device_options options = {.on_the_way = change_on_the_way, .context = &change};
        assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_SIGNATURE);
    }
    assert_key_signs(hsm, &key);
}

/* A thief of the device key signs the changed frame himself; the box was closed over the old head. */
static void a_changed_head_signed_again_does_not_open_the_box(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        struct change change = changes[i];
        struct device_options options = {.before_signature = change_frame, .context = &change};
        assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_FORM);
    }
    assert_key_signs(hsm, &key);
}

/* One who also has an old body closes a new box over it; its proof was made for the old head. */
static void an_old_proof_under_a_changed_head_is_a_wrong_pin(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        struct device_options options = {.after_proof = changes[i].apply};
        assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_PROOF);
    }
    assert_key_signs(hsm, &key);
}

/* ---- A proof for something else ---- */

static void put_other_nonces(struct buf *body, void *context)
{
    memcpy(field_of(body, 1), context, COSIGN_POINT_SIZE);
}

/* The nonce points stand in the proof: one that the device does not know the logarithm of is never answered. */
static void a_nonce_point_that_the_proof_does_not_cover_is_a_wrong_pin(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    struct device_options options = {.before_box = put_other_nonces, .context = key.binding.half.P};
    assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_PROOF);
    assert_key_signs(hsm, &key);
}

static void rename_operation(struct buf *body, void *context)
{
    (void)context;
    field_of(body, 0)[4] ^= 1;
}

static void a_body_of_another_operation_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    struct device_options options = {.before_box = rename_operation};
    assert_int_equal(try_with(hsm, &key, &options), HUFU_ERR_FORM);
    assert_key_signs(hsm, &key);
}

static void a_key_for_signing_does_not_decrypt_nor_the_other_way_round(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key signer = {0}, decrypter = {0};
    played_key_make(hsm, &signer, FRAME_ALLOW_SIGN);
    played_key_make(hsm, &decrypter, FRAME_ALLOW_DECRYPT);
    DEVICE_REQUEST_DONE struct device_request decrypt = {0};
    assert_ok(device_request_decrypt(&decrypt, &signer.binding,
                                     bytes_of(signer.binding.half.P, COSIGN_POINT_SIZE), NULL));
    assert_int_equal(played_try(hsm, &signer, &decrypt), HUFU_ERR_POLICY);
    struct device_options none = {0};
    assert_int_equal(try_with(hsm, &decrypter, &none), HUFU_ERR_POLICY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_signed_by_another_device_is_refused),
        cmocka_unit_test(a_signature_with_one_bit_flipped_of_zeros_or_of_ones_is_refused),
        cmocka_unit_test(a_frame_three_minutes_old_or_early_is_refused),
        cmocka_unit_test(a_purpose_or_a_digest_changed_on_the_way_is_refused),
        cmocka_unit_test(a_changed_head_signed_again_does_not_open_the_box),
        cmocka_unit_test(an_old_proof_under_a_changed_head_is_a_wrong_pin),
        cmocka_unit_test(a_nonce_point_that_the_proof_does_not_cover_is_a_wrong_pin),
        cmocka_unit_test(a_body_of_another_operation_is_refused),
        cmocka_unit_test(a_key_for_signing_does_not_decrypt_nor_the_other_way_round),
    };
    return cmocka_run_group_tests_name("attack_hsm_frame", tests, played_hsm_start, played_hsm_stop);
}
