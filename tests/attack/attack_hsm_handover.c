/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-overs and policies that a real hufu-hsm must refuse (docs/protocol.md §5). */
#include "tests/attack/played_hsm.h"

#include "tests/client/randomness.h"

#define HOUR_MS 3600000u

/* A policy's encoding. */
struct policy_field {
    uint8_t bytes[FRAME_POLICY_SIZE];
};

static struct bytes policy_of(struct policy_field *field, uint64_t from_ms, uint64_t until_ms,
                              uint32_t operations)
{
    struct frame_policy policy = {.authorization_id = {7},
                                  .from_ms = from_ms,
                                  .until_ms = until_ms,
                                  .operations = operations,
                                  .uses = 10};
    struct buf b;
    buf_init(&b, field->bytes, sizeof(field->bytes));
    assert_ok(frame_policy_encode(&b, &policy));
    return buf_bytes(&b);
}

/* A hand-over to a fresh device: who hands over, and what the caller of hufu-hsm swaps. */
struct attempt {
    const struct played_key *from;
    struct bytes policy;
    bool other_device_key; /* the registered keys are not those whose fingerprint was scanned */
    bool other_box_key;
    bool to_itself;
};

static void prepare_successor(struct device_successor *successor, const struct attempt *attempt)
{
    uint8_t random[BOX_KEY_SIZE];
    randomness_fill(random, sizeof(random));
    box_keypair(successor->x25519_public, successor->x25519_private, random);
    randomness_fill(successor->binding_id, FRAME_ID_SIZE);
    if (attempt->to_itself)
        memcpy(successor->binding_id, attempt->from->binding.binding_id, FRAME_ID_SIZE);
    successor->policy = attempt->policy;
}

static enum hufu_err hand_over(struct played_hsm *hsm, const struct attempt *attempt)
{
    struct device_key *key = device_key_new();
    struct device_successor successor = {.key = key};
    uint8_t memory[128], device[FRAME_DEVICE_KEY_SIZE];
    assert_non_null(key);
    prepare_successor(&successor, attempt);
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_request_handover(&request, &handover, &attempt->from->binding, &successor, NULL));
    struct buf target;
    buf_init(&target, memory, sizeof(memory));
    memcpy(device, device_key_public(attempt->other_device_key ? attempt->from->device : key),
           sizeof(device));
    buf_put_field(&target, device, sizeof(device));
    successor.x25519_public[0] ^= attempt->other_box_key;
    buf_put_field(&target, successor.x25519_public, FRAME_X25519_SIZE);
    struct played_operate in = {.record = &attempt->from->record,
                                .generation = attempt->from->binding.generation,
                                .target = buf_bytes(&target),
                                .request = &request};
    enum hufu_err err = played_operate(hsm, &reply, &in);
    device_key_free(key);
    return err;
}

/* ---- Who may ---- */

static void a_secondary_device_cannot_hand_over(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, second = {0};
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &second, bytes_of(NULL, 0));
    played_key_refresh(hsm, &second);
    assert_key_signs(hsm, &second);
    struct attempt attempt = {.from = &second};
    assert_int_equal(hand_over(hsm, &attempt), HUFU_ERR_POLICY);
    attempt.from = &first;
    assert_ok(hand_over(hsm, &attempt));
}

static void an_authorized_device_cannot_hand_over(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, authorized = {0};
    struct policy_field field;
    uint64_t now = device_now_ms();
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    struct bytes policy = policy_of(&field, now - HOUR_MS, now + HOUR_MS, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &authorized, policy);
    played_key_refresh(hsm, &authorized);
    assert_key_signs(hsm, &authorized);
    struct attempt attempt = {.from = &authorized};
    assert_int_equal(hand_over(hsm, &attempt), HUFU_ERR_POLICY);
    attempt.policy = policy;
    assert_int_equal(hand_over(hsm, &attempt), HUFU_ERR_POLICY);
}

static void a_device_with_a_wrong_pin_cannot_hand_over(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0};
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    struct played_key thief = first;
    thief.binding = with_wrong_pin(&first.binding);
    struct attempt attempt = {.from = &thief};
    assert_int_equal(hand_over(hsm, &attempt), HUFU_ERR_PROOF);
    assert_key_signs(hsm, &first);
}

/* ---- The role of the next generation ---- */

static void ask_primary(struct frame_head *head, void *context)
{
    (void)context;
    head->public_part = bytes_of_text(FRAME_ROLE_PRIMARY);
}

static void ask_nothing(struct frame_head *head, void *context)
{
    (void)context;
    head->public_part = bytes_of(NULL, 0);
}

typedef void change_head(struct frame_head *head, void *context);

/* What a hook gets: the change to make. */
struct tampering {
    change_head *change;
};

static void change_signed(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context)
{
    const struct tampering *tampering = context;
    (void)signature;
    assert_ok(device_frame_change_head(frame, tampering->change, NULL));
}

static void change_sealed(struct buf *frame, void *context)
{
    const struct tampering *tampering = context;
    assert_ok(device_frame_change_head(frame, tampering->change, NULL));
}

static void change_proved(struct frame_head *head, void *context)
{
    const struct tampering *tampering = context;
    tampering->change(head, NULL);
}

static enum hufu_err try_refresh(struct played_hsm *hsm, const struct played_key *key,
                                 const struct device_options *options)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_refresh(&request, &next, &key->binding, options));
    return played_try(hsm, key, &request);
}

/* Whether it asks for the role of a primary is signed, bound to the box, and proved: by whomever it is changed. */
static void the_role_that_a_refresh_asks_for_cannot_be_changed(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, second = {0};
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &second, bytes_of(NULL, 0));
    played_key_refresh(hsm, &second);
    for (int asked = 0; asked < 2; asked++) {
        struct tampering tampering = {asked ? ask_nothing : ask_primary};
        struct device_options on_the_way = {
            .to_primary = asked, .on_the_way = change_signed, .context = &tampering};
        struct device_options by_its_key = {
            .to_primary = asked, .before_signature = change_sealed, .context = &tampering};
        struct device_options by_its_box = {
            .to_primary = asked, .after_proof = change_proved, .context = &tampering};
        assert_int_equal(try_refresh(hsm, &second, &on_the_way), HUFU_ERR_SIGNATURE);
        assert_int_equal(try_refresh(hsm, &second, &by_its_key), HUFU_ERR_FORM);
        assert_int_equal(try_refresh(hsm, &second, &by_its_box), HUFU_ERR_PROOF);
        struct device_options honest = {.to_primary = asked};
        assert_ok(try_refresh(hsm, &second, &honest));
    }
    assert_key_signs(hsm, &second);
}

/* Neither with a policy nor before its first refresh, whatever the server says. */
static void an_authorized_record_and_a_handed_over_one_become_no_primarys(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, authorized = {0}, fresh = {0};
    const struct device_options to_primary = {.to_primary = true};
    struct policy_field field;
    uint64_t now = device_now_ms();
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &authorized,
                        policy_of(&field, now - HOUR_MS, now + HOUR_MS, FRAME_ALLOW_SIGN));
    assert_int_equal(try_refresh(hsm, &authorized, &to_primary), HUFU_ERR_POLICY);
    played_key_refresh(hsm, &authorized);
    assert_int_equal(try_refresh(hsm, &authorized, &to_primary), HUFU_ERR_POLICY);
    played_key_handover(hsm, &first, &fresh, bytes_of(NULL, 0));
    assert_int_equal(try_refresh(hsm, &fresh, &to_primary), HUFU_ERR_POLICY);
}

/* ---- To whom ---- */

static void keys_swapped_behind_the_scanned_fingerprint_are_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0};
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    struct attempt device = {.from = &first, .other_device_key = true};
    struct attempt box = {.from = &first, .other_box_key = true};
    struct attempt itself = {.from = &first, .to_itself = true};
    assert_int_equal(hand_over(hsm, &device), HUFU_ERR_POLICY);
    assert_int_equal(hand_over(hsm, &box), HUFU_ERR_POLICY);
    assert_int_equal(hand_over(hsm, &itself), HUFU_ERR_POLICY);
    assert_key_signs(hsm, &first);
}

/* ---- A record that must refresh first ---- */

static enum hufu_err try_sign(struct played_hsm *hsm, const struct played_key *key)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    randomness_fill(digest, sizeof(digest));
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_sign(&request, &key->binding, bytes_of(digest, sizeof(digest)), NULL));
    return played_try(hsm, key, &request);
}

static enum hufu_err try_decrypt(struct played_hsm *hsm, const struct played_key *key)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct bytes point = bytes_of(key->binding.half.P, COSIGN_POINT_SIZE);
    assert_ok(device_request_decrypt(&request, &key->binding, point, NULL));
    return played_try(hsm, key, &request);
}

static enum hufu_err try_pin_check(struct played_hsm *hsm, const struct played_key *key)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_pin_check(&request, &key->binding, NULL));
    return played_try(hsm, key, &request);
}

static void a_handed_over_generation_0_can_do_nothing_but_refresh(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, second = {0};
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &second, bytes_of(NULL, 0));
    struct attempt attempt = {.from = &second};
    assert_int_equal(try_sign(hsm, &second), HUFU_ERR_POLICY);
    assert_int_equal(try_pin_check(hsm, &second), HUFU_ERR_POLICY);
    assert_int_equal(hand_over(hsm, &attempt), HUFU_ERR_POLICY);
    /* The first device knows this half, and its own device key does not open the record. */
    struct played_key first_again = second;
    first_again.binding.key = first.device;
    assert_int_equal(try_sign(hsm, &first_again), HUFU_ERR_SIGNATURE);
    played_key_refresh(hsm, &second);
    assert_key_signs(hsm, &second);
    assert_key_signs(hsm, &first);
}

static void a_handed_over_generation_0_of_a_decryption_key_does_not_decrypt(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, second = {0};
    played_key_make(hsm, &first, FRAME_ALLOW_DECRYPT);
    played_key_handover(hsm, &first, &second, bytes_of(NULL, 0));
    assert_int_equal(try_decrypt(hsm, &second), HUFU_ERR_POLICY);
    played_key_refresh(hsm, &second);
    assert_ok(try_decrypt(hsm, &second));
}

/* ---- Policies ---- */

static void a_policy_cannot_allow_what_the_key_does_not(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0};
    struct policy_field field;
    uint64_t now = device_now_ms();
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    static const uint32_t refused[] = {0, FRAME_ALLOW_DECRYPT, FRAME_ALLOW_SIGN | FRAME_ALLOW_DECRYPT,
                                       UINT32_MAX};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct attempt attempt = {.from = &first,
                                  .policy = policy_of(&field, now, now + HOUR_MS, refused[i])};
        assert_int_equal(hand_over(hsm, &attempt), HUFU_ERR_POLICY);
    }
}

static void a_policy_is_not_dropped_by_a_refresh(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, authorized = {0};
    struct policy_field field;
    uint64_t now = device_now_ms();
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    struct bytes policy = policy_of(&field, now - 2 * HOUR_MS, now - HOUR_MS, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &authorized, policy);
    for (int i = 0; i < 3; i++) {
        played_key_refresh(hsm, &authorized);
        assert_int_equal(try_sign(hsm, &authorized), HUFU_ERR_POLICY);
    }
}

/* The operation `policy`: whose record, and for which. */
static enum hufu_err set_policy(struct played_hsm *hsm, const struct played_key *by,
                                const struct played_key *of, struct bytes policy)
{
    uint8_t memory[SEALED_RECORD_MAX + 16];
    struct buf target;
    buf_init(&target, memory, sizeof(memory));
    buf_put_field_u32(&target, of->binding.generation);
    buf_put_field_bytes(&target, sealed_record_bytes(&of->record));
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_request_policy(&request, &by->binding, of->binding.binding_id, policy, NULL));
    struct played_operate in = {.record = &by->record,
                                .generation = by->binding.generation,
                                .target = buf_bytes(&target),
                                .request = &request};
    return played_operate(hsm, &reply, &in);
}

static void a_policy_is_set_by_the_holders_primary_alone(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, authorized = {0}, stranger = {0};
    struct policy_field field;
    uint64_t now = device_now_ms();
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    played_key_make(hsm, &stranger, FRAME_ALLOW_SIGN);
    struct bytes policy = policy_of(&field, now - HOUR_MS, now + HOUR_MS, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &authorized, policy);
    played_key_refresh(hsm, &authorized);
    assert_int_equal(set_policy(hsm, &authorized, &authorized, policy), HUFU_ERR_POLICY);
    /* Another key's primary: the target's record is not of that key. */
    assert_int_equal(set_policy(hsm, &stranger, &authorized, policy), HUFU_ERR_RECORD);
    assert_ok(set_policy(hsm, &first, &authorized, policy));
}

static void a_policy_cannot_be_dropped_nor_given_to_the_holders_own_device(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key first = {0}, second = {0}, authorized = {0};
    struct policy_field field;
    uint64_t now = device_now_ms();
    played_key_make(hsm, &first, FRAME_ALLOW_SIGN);
    struct bytes policy = policy_of(&field, now - HOUR_MS, now + HOUR_MS, FRAME_ALLOW_SIGN);
    played_key_handover(hsm, &first, &authorized, policy);
    played_key_handover(hsm, &first, &second, bytes_of(NULL, 0));
    assert_int_equal(set_policy(hsm, &first, &authorized, bytes_of(NULL, 0)), HUFU_ERR_POLICY);
    assert_int_equal(set_policy(hsm, &first, &second, policy), HUFU_ERR_POLICY);
    assert_int_equal(set_policy(hsm, &first, &first, policy), HUFU_ERR_POLICY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secondary_device_cannot_hand_over),
        cmocka_unit_test(an_authorized_device_cannot_hand_over),
        cmocka_unit_test(a_device_with_a_wrong_pin_cannot_hand_over),
        cmocka_unit_test(the_role_that_a_refresh_asks_for_cannot_be_changed),
        cmocka_unit_test(an_authorized_record_and_a_handed_over_one_become_no_primarys),
        cmocka_unit_test(keys_swapped_behind_the_scanned_fingerprint_are_refused),
        cmocka_unit_test(a_handed_over_generation_0_can_do_nothing_but_refresh),
        cmocka_unit_test(a_handed_over_generation_0_of_a_decryption_key_does_not_decrypt),
        cmocka_unit_test(a_policy_cannot_allow_what_the_key_does_not),
        cmocka_unit_test(a_policy_is_not_dropped_by_a_refresh),
        cmocka_unit_test(a_policy_is_set_by_the_holders_primary_alone),
        cmocka_unit_test(a_policy_cannot_be_dropped_nor_given_to_the_holders_own_device),
    };
    return cmocka_run_group_tests_name("attack_hsm_handover", tests, played_hsm_start, played_hsm_stop);
}
