/* SPDX-License-Identifier: Apache-2.0 */
/* Points and scalars that are none, in bodies and heads sent to a real hufu-hsm (docs/protocol.md §1). Each is refused
 * as malformed, for a right half and for a wrong one alike: it tests no PIN and counts nothing. */
#include "tests/attack/played_hsm.h"

#include <stdio.h>

#include "tests/client/randomness.h"

/* Overwrites one value in a body: the field, and how far into it. */
struct overwrite {
    size_t field;
    size_t offset;
    const uint8_t *value;
    size_t len;
};

static void overwrite_body(struct buf *body, void *context)
{
    const struct overwrite *in = context;
    memcpy(field_of(body, in->field) + in->offset, in->value, in->len);
}

/* Makes a request of one operation; its digests, points or successor are fixed inside. */
typedef void request_maker(struct device_request *request, const struct device_binding *binding,
                           const struct device_options *options);

static void make_sign(struct device_request *request, const struct device_binding *binding,
                      const struct device_options *options)
{
    uint8_t digests[3 * COSIGN_DIGEST_SIZE];
    randomness_fill(digests, sizeof(digests));
    assert_ok(device_request_sign(request, binding, bytes_of(digests, sizeof(digests)), options));
}

static void make_pin_check(struct device_request *request, const struct device_binding *binding,
                           const struct device_options *options)
{
    assert_ok(device_request_pin_check(request, binding, options));
}

static void make_refresh(struct device_request *request, const struct device_binding *binding,
                         const struct device_options *options)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    assert_ok(device_request_refresh(request, &next, binding, options));
}

/* Sends the overwritten body with a right half and with a wrong one; both must be called malformed. */
static void refused_as_form(struct played_hsm *hsm, const struct played_key *key, request_maker *make,
                            struct overwrite overwrite, const char *what)
{
    struct device_binding wrong = with_wrong_pin(&key->binding);
    const struct device_binding *halves[] = {&key->binding, &wrong};
    struct device_options options = {.before_box = overwrite_body, .context = &overwrite};
    for (size_t i = 0; i < 2; i++) {
        DEVICE_REQUEST_DONE struct device_request request = {0};
        make(&request, halves[i], &options);
        enum hufu_err err = played_try(hsm, key, &request);
        if (err != HUFU_ERR_FORM)
            fail_msg("%s with a %s half: error %s", what, i ? "wrong" : "right", hufu_err_name(err));
    }
}

static void signing_refuses_nonce_points_that_are_no_points(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    static const size_t positions[] = {0, 1, 5}; /* Q1 and Q2 of the first, Q2 of the last digest */
    for (size_t i = 0; i < bad_point_count * 3; i++) {
        const struct bad_point *bad = &bad_points[i / 3];
        struct overwrite overwrite = {1, positions[i % 3] * COSIGN_POINT_SIZE, bad->bytes, COSIGN_POINT_SIZE};
        refused_as_form(hsm, &key, make_sign, overwrite, bad->what);
    }
    assert_key_signs(hsm, &key);
}

static void proofs_refuse_scalars_not_below_n(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t i = 0; i < bad_scalar_count * 2; i++) {
        const struct bad_scalar *bad = &bad_scalars[i / 2];
        struct overwrite overwrite = {2, i % 2 * COSIGN_SCALAR_SIZE, bad->bytes, COSIGN_SCALAR_SIZE};
        if (!bad->proof_too)
            continue;
        refused_as_form(hsm, &key, make_sign, overwrite, bad->what);
        overwrite.field = 1;
        refused_as_form(hsm, &key, make_pin_check, overwrite, bad->what);
        overwrite.field = 3;
        refused_as_form(hsm, &key, make_refresh, overwrite, bad->what);
    }
    assert_key_signs(hsm, &key);
}

/* c = 0 or z = 0 has the right form and is no proof. */
static void a_zero_proof_is_a_wrong_pin(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    uint8_t zeros[COSIGN_PROOF_SIZE] = {0};
    for (size_t i = 0; i < 3; i++) {
        struct overwrite overwrite = {2, i == 1 ? COSIGN_SCALAR_SIZE : 0, zeros,
                                      i == 2 ? COSIGN_PROOF_SIZE : COSIGN_SCALAR_SIZE};
        struct device_options options = {.before_box = overwrite_body, .context = &overwrite};
        DEVICE_REQUEST_DONE struct device_request request = {0};
        make_sign(&request, &key.binding, &options);
        assert_int_equal(played_try(hsm, &key, &request), HUFU_ERR_PROOF);
    }
    assert_key_signs(hsm, &key);
}

static void refresh_refuses_a_new_point_that_is_none_and_a_factor_out_of_range(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t i = 0; i < bad_point_count; i++) {
        struct overwrite overwrite = {2, 0, bad_points[i].bytes, COSIGN_POINT_SIZE};
        refused_as_form(hsm, &key, make_refresh, overwrite, bad_points[i].what);
    }
    for (size_t i = 0; i < bad_scalar_count; i++) {
        struct overwrite overwrite = {1, 0, bad_scalars[i].bytes, COSIGN_SCALAR_SIZE};
        refused_as_form(hsm, &key, make_refresh, overwrite, bad_scalars[i].what);
    }
    assert_key_signs(hsm, &key);
}

/* ---- Hand-over ---- */

/* With the target that the caller must name, registered for nobody in particular. */
static enum hufu_err try_handover(struct played_hsm *hsm, const struct played_key *key,
                                  const struct device_binding *binding, struct overwrite *overwrite)
{
    struct device_successor successor = {.key = key->device};
    uint8_t random[BOX_KEY_SIZE], memory[128];
    randomness_fill(random, sizeof(random));
    randomness_fill(successor.binding_id, FRAME_ID_SIZE);
    box_keypair(successor.x25519_public, successor.x25519_private, random);
    struct buf target;
    buf_init(&target, memory, sizeof(memory));
    buf_put_field(&target, device_key_public(successor.key), FRAME_DEVICE_KEY_SIZE);
    buf_put_field(&target, successor.x25519_public, FRAME_X25519_SIZE);
    struct device_options options = {.before_box = overwrite_body, .context = overwrite};
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_request_handover(&request, &handover, binding, &successor, &options));
    struct played_operate in = {.record = &key->record, .target = buf_bytes(&target), .request = &request};
    return played_operate(hsm, &reply, &in);
}

static void handover_refuses_a_new_point_that_is_none_and_a_factor_out_of_range(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    struct device_binding wrong = with_wrong_pin(&key.binding);
    for (size_t i = 0; i < bad_point_count; i++) {
        struct overwrite overwrite = {2, 0, bad_points[i].bytes, COSIGN_POINT_SIZE};
        assert_int_equal(try_handover(hsm, &key, &key.binding, &overwrite), HUFU_ERR_FORM);
        assert_int_equal(try_handover(hsm, &key, &wrong, &overwrite), HUFU_ERR_FORM);
    }
    for (size_t i = 0; i < bad_scalar_count; i++) {
        struct overwrite overwrite = {1, 0, bad_scalars[i].bytes, COSIGN_SCALAR_SIZE};
        assert_int_equal(try_handover(hsm, &key, &key.binding, &overwrite), HUFU_ERR_FORM);
        assert_int_equal(try_handover(hsm, &key, &wrong, &overwrite), HUFU_ERR_FORM);
    }
    assert_key_signs(hsm, &key);
}

/* ---- Decryption ---- */

/* The device's side of the library refuses such points itself: it is shown a good one, while the head, to which the
 * proof is bound, carries the bad one. */
static enum hufu_err body_for_a_good_point(struct buf *body, struct bytes head, void *context)
{
    const struct device_binding *binding = context;
    struct bytes good = bytes_of(binding->half.P, COSIGN_POINT_SIZE);
    return cosign_device_decrypt_begin(body, &binding->half, head, good, &randomness);
}

static enum hufu_err try_points(struct played_hsm *hsm, const struct played_key *key,
                                struct device_binding *binding, struct bytes points)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_make(&request, binding, FRAME_OP_DECRYPT, points, body_for_a_good_point, binding,
                                  NULL));
    return played_try(hsm, key, &request);
}

static void decryption_refuses_points_that_are_none(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_DECRYPT);
    struct device_binding wrong = with_wrong_pin(&key.binding);
    uint8_t points[2][COSIGN_POINT_SIZE];
    for (size_t i = 0; i < bad_point_count * 2; i++) {
        memcpy(points[i % 2], key.binding.half.P, COSIGN_POINT_SIZE);
        memcpy(points[1 - i % 2], bad_points[i / 2].bytes, COSIGN_POINT_SIZE);
        assert_int_equal(try_points(hsm, &key, &key.binding, bytes_of(points, sizeof(points))),
                         HUFU_ERR_FORM);
        assert_int_equal(try_points(hsm, &key, &wrong, bytes_of(points, sizeof(points))), HUFU_ERR_FORM);
    }
    memcpy(points[1], key.binding.half.P, COSIGN_POINT_SIZE);
    memcpy(points[0], key.binding.half.P, COSIGN_POINT_SIZE);
    assert_ok(try_points(hsm, &key, &key.binding, bytes_of(points, sizeof(points))));
    assert_int_equal(try_points(hsm, &key, &wrong, bytes_of(points, sizeof(points))), HUFU_ERR_PROOF);
}

/* ---- Box keys ---- */

/* Points of small order make a shared secret that everybody knows. */
static void the_box_refuses_a_key_of_small_order(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    static const uint8_t small[2][BOX_KEY_SIZE] = {{0}, {1}};
    for (size_t i = 0; i < 2; i++) {
        struct overwrite overwrite = {2, 0, small[i], BOX_KEY_SIZE};
        struct device_options options = {.before_signature = overwrite_body, .context = &overwrite};
        DEVICE_REQUEST_DONE struct device_request request = {0};
        make_sign(&request, &key.binding, &options);
        assert_int_equal(played_try(hsm, &key, &request), HUFU_ERR_FORM);
    }
    assert_key_signs(hsm, &key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signing_refuses_nonce_points_that_are_no_points),
        cmocka_unit_test(proofs_refuse_scalars_not_below_n),
        cmocka_unit_test(a_zero_proof_is_a_wrong_pin),
        cmocka_unit_test(refresh_refuses_a_new_point_that_is_none_and_a_factor_out_of_range),
        cmocka_unit_test(handover_refuses_a_new_point_that_is_none_and_a_factor_out_of_range),
        cmocka_unit_test(decryption_refuses_points_that_are_none),
        cmocka_unit_test(the_box_refuses_a_key_of_small_order),
    };
    return cmocka_run_group_tests_name("attack_hsm_value", tests, played_hsm_start, played_hsm_stop);
}
