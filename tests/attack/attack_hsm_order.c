/* SPDX-License-Identifier: Apache-2.0 */
/* The refusals of a real hufu-hsm come in the order of docs/protocol.md §6, and none of those that count nothing lets
 * anybody tell a right half from a wrong one. */
#include "tests/attack/played_hsm.h"

#include "tests/client/randomness.h"

/* One fault for each step of hsm/PROTOCOL.md, `operate`; later steps have greater numbers. */
enum fault {
    FAULT_FORM,       /* a box key that hufu-hsm does not have */
    FAULT_RECORD,     /* one bit of the record */
    FAULT_SIGNATURE,  /* signed by another device */
    FAULT_AGE,        /* three minutes old */
    FAULT_GENERATION, /* the head names another generation than the record */
    FAULT_BOX,        /* a box that does not open, signed as it is */
    FAULT_PROOF,      /* a wrong PIN */
    FAULT_POLICY,     /* what the record does not allow */
    FAULT_COUNT
};

static const enum hufu_err error_of[FAULT_COUNT] = {
    [FAULT_FORM] = HUFU_ERR_FORM,
    [FAULT_RECORD] = HUFU_ERR_RECORD,
    [FAULT_SIGNATURE] = HUFU_ERR_SIGNATURE,
    [FAULT_AGE] = HUFU_ERR_TIME,
    [FAULT_GENERATION] = HUFU_ERR_GENERATION,
    [FAULT_BOX] = HUFU_ERR_FORM,
    [FAULT_PROOF] = HUFU_ERR_PROOF,
    [FAULT_POLICY] = HUFU_ERR_POLICY,
};

#define WITH(fault) (1u << (fault))
#define HAS(faults, fault) (((faults) >> (fault)) & 1u)

static void damage_box(struct buf *frame, void *context)
{
    (void)context;
    frame->data[frame->len - 1] ^= 1;
}

static void prepare_binding(struct device_binding *binding, const struct played_key *key, unsigned faults)
{
    *binding = HAS(faults, FAULT_PROOF) ? with_wrong_pin(&key->binding) : key->binding;
    if (HAS(faults, FAULT_FORM))
        binding->H_k[0] ^= 1;
    if (HAS(faults, FAULT_GENERATION))
        binding->generation++;
}

/* The operation: a signature, or, for a fault of policy, a decryption with a key for signing. */
static void make_request(struct device_request *request, const struct device_binding *binding,
                         unsigned faults, const struct device_options *options)
{
    uint8_t digest[COSIGN_DIGEST_SIZE];
    randomness_fill(digest, sizeof(digest));
    if (HAS(faults, FAULT_POLICY))
        assert_ok(
            device_request_decrypt(request, binding, bytes_of(binding->half.P, COSIGN_POINT_SIZE), options));
    else
        assert_ok(device_request_sign(request, binding, bytes_of(digest, sizeof(digest)), options));
}

static enum hufu_err attempt(struct played_hsm *hsm, const struct played_key *key, unsigned faults,
                             struct hsm_reply *reply)
{
    struct device_key *stranger = device_key_new();
    assert_non_null(stranger);
    struct device_options options = {
        .time_ms = HAS(faults, FAULT_AGE) ? device_now_ms() - 180000 : 0,
        .before_signature = HAS(faults, FAULT_BOX) ? damage_box : NULL,
        .signer = HAS(faults, FAULT_SIGNATURE) ? stranger : NULL,
    };
    struct device_binding binding;
    prepare_binding(&binding, key, faults);
    struct sealed_record record = key->record;
    if (HAS(faults, FAULT_RECORD))
        record.data[record.len / 2] ^= 1;
    DEVICE_REQUEST_DONE struct device_request request = {0};
    make_request(&request, &binding, faults, &options);
    struct played_operate in = {
        .record = &record, .generation = key->binding.generation, .request = &request};
    enum hufu_err err = played_operate(hsm, reply, &in);
    device_key_free(stranger);
    return err;
}

static void the_first_fault_in_the_order_of_the_protocol_is_the_one_that_is_told(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (unsigned faults = 1; faults < WITH(FAULT_COUNT); faults++) {
        HSM_REPLY_DONE struct hsm_reply reply = {0};
        unsigned first = 0;
        while (!HAS(faults, first))
            first++;
        enum hufu_err err = attempt(hsm, &key, faults, &reply);
        if (err != error_of[first])
            fail_msg("faults %02x: error %s, not %s", faults, hufu_err_name(err),
                     hufu_err_name(error_of[first]));
    }
    assert_key_signs(hsm, &key);
}

/* Beside the error, a reply has nothing that could tell: no field, and the clock. */
static void uncounted_refusals_say_the_same_to_a_right_and_to_a_wrong_half(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (unsigned fault = FAULT_FORM; fault < FAULT_PROOF; fault++) {
        for (unsigned policy = 0; policy < 2; policy++) {
            HSM_REPLY_DONE struct hsm_reply right = {0}, wrong = {0};
            unsigned faults = WITH(fault) | (policy ? WITH(FAULT_POLICY) : 0);
            assert_int_equal(attempt(hsm, &key, faults, &right), error_of[fault]);
            assert_int_equal(attempt(hsm, &key, faults | WITH(FAULT_PROOF), &wrong), error_of[fault]);
            assert_int_equal(right.count, 0);
            assert_int_equal(wrong.count, 0);
        }
    }
}

/* What the record forbids is told to a right half alone: a wrong one is counted first. */
static void what_is_not_allowed_is_told_only_after_the_proof(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_int_equal(attempt(hsm, &key, WITH(FAULT_POLICY), &reply), HUFU_ERR_POLICY);
    assert_int_equal(attempt(hsm, &key, WITH(FAULT_POLICY) | WITH(FAULT_PROOF), &reply), HUFU_ERR_PROOF);
}

static void change_request_id(struct frame_head *head, void *context)
{
    (void)context;
    head->request_id[0] ^= 1;
}

/* A device that has the right half for one request cannot lend its proof to another. */
static void a_proof_for_another_head_is_a_wrong_pin(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    struct device_options options = {.after_proof = change_request_id};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    assert_ok(device_request_pin_check(&request, &key.binding, &options));
    assert_int_equal(played_try(hsm, &key, &request), HUFU_ERR_PROOF);
    assert_key_signs(hsm, &key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_fault_in_the_order_of_the_protocol_is_the_one_that_is_told),
        cmocka_unit_test(uncounted_refusals_say_the_same_to_a_right_and_to_a_wrong_half),
        cmocka_unit_test(what_is_not_allowed_is_told_only_after_the_proof),
        cmocka_unit_test(a_proof_for_another_head_is_a_wrong_pin),
    };
    return cmocka_run_group_tests_name("attack_hsm_order", tests, played_hsm_start, played_hsm_stop);
}
