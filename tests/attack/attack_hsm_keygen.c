/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation with a real hufu-hsm, by devices that do not keep to it (docs/protocol.md §2). */
#include "tests/attack/played_hsm.h"

#include "tests/client/randomness.h"

/* A key generation after begin: what the device and the caller of hufu-hsm hold. */
struct begun {
    struct played_key key;
    struct device_new_key keygen;
    struct sealed_record pending;
    uint8_t answer[FRAME_ANSWER_MAX];
    size_t answer_len;
};

static void begun_done(struct begun *begun)
{
    played_key_done(&begun->key);
    device_new_key_done(&begun->keygen);
}
#define BEGUN_DONE __attribute__((cleanup(begun_done)))

static enum hufu_err send_begin(struct played_hsm *hsm, struct begun *begun)
{
    uint8_t operations[4] = {0, 0, 0, FRAME_ALLOW_SIGN};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct bytes in[] = {bytes_of(hsm->project, FRAME_ID_SIZE), bytes_of(operations, 4), bytes_of(NULL, 0),
                         bytes_of(begun->keygen.begin.signature, FRAME_SIGNATURE_SIZE),
                         device_request_frame(&begun->keygen.begin)};
    enum hufu_err err = played_call(hsm, &reply, "keygen/begin", in, 5);
    if (err)
        return err;
    sealed_record_take(&begun->pending, reply.fields[0]);
    assert_in_range(reply.fields[1].len, 1, FRAME_ANSWER_MAX);
    memcpy(begun->answer, reply.fields[1].data, reply.fields[1].len);
    begun->answer_len = reply.fields[1].len;
    return HUFU_OK;
}

static void make_begin(struct played_hsm *hsm, struct begun *begun, const struct device_options *options)
{
    begun->key.device = device_key_new();
    assert_non_null(begun->key.device);
    begun->key.binding.key = begun->key.device;
    randomness_fill(begun->key.binding.key_id, FRAME_ID_SIZE);
    randomness_fill(begun->key.binding.binding_id, FRAME_ID_SIZE);
    memcpy(begun->key.binding.H_k, hsm->H_k, BOX_KEY_SIZE);
    assert_ok(device_new_key_begin(&begun->keygen, &begun->key.binding, options));
}

static void begin(struct played_hsm *hsm, struct begun *begun)
{
    make_begin(hsm, begun, NULL);
    assert_ok(send_begin(hsm, begun));
}

static enum hufu_err finish(struct played_hsm *hsm, struct begun *begun, const struct sealed_record *pending,
                            const struct device_options *options)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    device_request_done(&begun->keygen.finish);
    assert_ok(device_new_key_continue(&begun->keygen, &begun->key.binding,
                                      bytes_of(begun->answer, begun->answer_len), options));
    struct bytes in[] = {bytes_of(hsm->project, FRAME_ID_SIZE), sealed_record_bytes(pending),
                         bytes_of(begun->keygen.finish.signature, FRAME_SIGNATURE_SIZE),
                         device_request_frame(&begun->keygen.finish)};
    return played_call(hsm, &reply, "keygen/finish", in, 4);
}

/* ---- Values ---- */

/* Replaces A or the proof in the body of finish. */
struct replacement {
    size_t field;
    size_t offset;
    const uint8_t *value;
    size_t len;
};

static void replace(struct buf *body, void *context)
{
    const struct replacement *in = context;
    memcpy(field_of(body, in->field) + in->offset, in->value, in->len);
}

/* com is committed to the bad value already, so that the commitment is not what refuses it. */
static void commit_to(struct buf *body, void *context)
{
    memcpy(field_of(body, 1), context, COSIGN_DIGEST_SIZE);
}

static void finish_refuses_a_point_that_is_none_and_a_proof_out_of_range(void **state)
{
    struct played_hsm *hsm = *state;
    for (size_t i = 0; i < bad_point_count + bad_scalar_count; i++) {
        BEGUN_DONE struct begun begun = {0};
        struct replacement in = {1, 0, NULL, COSIGN_POINT_SIZE};
        if (i < bad_point_count)
            in.value = bad_points[i].bytes;
        else
            in = (struct replacement){2, 0, bad_scalars[i - bad_point_count].bytes, COSIGN_SCALAR_SIZE};
        begin(hsm, &begun);
        struct device_options options = {.before_box = replace, .context = &in};
        enum hufu_err err = finish(hsm, &begun, &begun.pending, &options);
        /* A zero c has the right form and proves nothing. */
        bool form = i < bad_point_count || bad_scalars[i - bad_point_count].proof_too;
        assert_int_equal(err, form ? HUFU_ERR_FORM : HUFU_ERR_PROOF);
    }
}

/* The attack that the commitment is for: choose A after seeing B, so that P becomes a key of one's own. */
static void finish_refuses_another_point_than_the_committed_one(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun first = {0}, second = {0};
    begin(hsm, &first);
    make_begin(hsm, &second, NULL);
    struct replacement other = {1, 0, second.keygen.state.A, COSIGN_POINT_SIZE};
    struct device_options options = {.before_box = replace, .context = &other};
    assert_int_equal(finish(hsm, &first, &first.pending, &options), HUFU_ERR_PROOF);
}

static void a_commitment_to_nothing_known_is_never_finished(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun begun = {0};
    uint8_t com[COSIGN_DIGEST_SIZE];
    randomness_fill(com, sizeof(com));
    struct device_options options = {.before_box = commit_to, .context = com};
    make_begin(hsm, &begun, &options);
    memcpy(begun.keygen.state.com, com, sizeof(com)); /* what the service's proof will be bound to */
    assert_ok(send_begin(hsm, &begun));
    assert_int_equal(finish(hsm, &begun, &begun.pending, NULL), HUFU_ERR_PROOF);
}

/* ---- Whose ---- */

static void a_pending_record_is_finished_by_its_own_device_alone(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun begun = {0};
    begin(hsm, &begun);
    struct device_key *stranger = device_key_new();
    struct device_options options = {.signer = stranger};
    assert_int_equal(finish(hsm, &begun, &begun.pending, &options), HUFU_ERR_SIGNATURE);
    device_key_free(stranger);
}

static void a_pending_record_of_another_key_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun mine = {0}, theirs = {0};
    begin(hsm, &mine);
    begin(hsm, &theirs);
    assert_int_equal(finish(hsm, &mine, &theirs.pending, NULL), HUFU_ERR_RECORD);
    assert_int_equal(finish(hsm, &mine, &hsm->service, NULL), HUFU_ERR_RECORD);
}

/* Two begins of one key, each with its own pending record: the finish names the head of its begin. */
static void a_finish_does_not_fit_another_begin_of_the_same_key(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun begun = {0};
    DEVICE_NEW_KEY_DONE struct device_new_key again = {0};
    begin(hsm, &begun);
    struct sealed_record first = begun.pending;
    uint8_t answer[FRAME_ANSWER_MAX];
    size_t answer_len = begun.answer_len;
    memcpy(answer, begun.answer, answer_len);
    struct device_new_key kept = begun.keygen;
    assert_ok(device_new_key_begin(&begun.keygen, &begun.key.binding, NULL));
    assert_ok(send_begin(hsm, &begun));
    assert_int_equal(finish(hsm, &begun, &first, NULL), HUFU_ERR_FORM);
    again = begun.keygen; /* released by its own declaration */
    begun.keygen = kept;
    memcpy(begun.answer, answer, answer_len);
    begun.answer_len = answer_len;
    assert_int_equal(finish(hsm, &begun, &begun.pending, NULL), HUFU_ERR_FORM);
}

static void the_same_finish_again_gives_the_same_key(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun begun = {0};
    begin(hsm, &begun);
    assert_ok(finish(hsm, &begun, &begun.pending, NULL));
    struct bytes in[] = {bytes_of(hsm->project, FRAME_ID_SIZE), sealed_record_bytes(&begun.pending),
                         bytes_of(begun.keygen.finish.signature, FRAME_SIGNATURE_SIZE),
                         device_request_frame(&begun.keygen.finish)};
    HSM_REPLY_DONE struct hsm_reply once = {0}, twice = {0};
    assert_ok(played_call(hsm, &once, "keygen/finish", in, 4));
    assert_ok(played_call(hsm, &twice, "keygen/finish", in, 4));
    assert_int_equal(once.fields[1].len, COSIGN_POINT_SIZE);
    assert_true(bytes_equal(once.fields[1], twice.fields[1]));
}

/* ---- The device key in the head ---- */

static void begin_refuses_a_device_key_that_is_no_point(void **state)
{
    struct played_hsm *hsm = *state;
    BEGUN_DONE struct begun begun = {0};
    make_begin(hsm, &begun, NULL);
    uint8_t *frame = begun.keygen.begin.frame;
    struct frame parsed;
    assert_ok(frame_parse(&parsed, device_request_frame(&begun.keygen.begin)));
    uint8_t *device_key = frame + (parsed.head.public_part.data - frame);
    for (size_t i = 0; i < bad_point_count; i++) {
        memcpy(device_key, bad_points[i].bytes, FRAME_DEVICE_KEY_SIZE);
        assert_int_equal(send_begin(hsm, &begun), HUFU_ERR_SIGNATURE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finish_refuses_a_point_that_is_none_and_a_proof_out_of_range),
        cmocka_unit_test(finish_refuses_another_point_than_the_committed_one),
        cmocka_unit_test(a_commitment_to_nothing_known_is_never_finished),
        cmocka_unit_test(a_pending_record_is_finished_by_its_own_device_alone),
        cmocka_unit_test(a_pending_record_of_another_key_is_refused),
        cmocka_unit_test(a_finish_does_not_fit_another_begin_of_the_same_key),
        cmocka_unit_test(the_same_finish_again_gives_the_same_key),
        cmocka_unit_test(begin_refuses_a_device_key_that_is_no_point),
    };
    return cmocka_run_group_tests_name("attack_hsm_keygen", tests, played_hsm_start, played_hsm_stop);
}
