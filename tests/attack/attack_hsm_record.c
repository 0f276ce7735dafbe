/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed records in the wrong place (docs/protocol.md §8), given to a real hufu-hsm by somebody who has the database. */
#include "tests/attack/played_hsm.h"

#include "tests/client/randomness.h"

/* A PIN check of key with a record of the attacker's choice: it needs nothing but the record to be right. */
static enum hufu_err with_record(struct played_hsm *hsm, const struct played_key *key,
                                 const struct sealed_record *record, uint32_t named_generation)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_request_pin_check(&request, &key->binding, NULL));
    struct played_operate in = {.record = record, .generation = named_generation, .request = &request};
    return played_operate(hsm, &reply, &in);
}

static void a_record_moved_to_another_binding_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key mine = {0}, theirs = {0};
    played_key_make(hsm, &mine, FRAME_ALLOW_SIGN);
    played_key_make(hsm, &theirs, FRAME_ALLOW_SIGN);
    assert_int_equal(with_record(hsm, &mine, &theirs.record, 0), HUFU_ERR_RECORD);
    /* One's own record, device and half, and the ids of somebody else's binding: the whole binding is bound. */
    struct played_key moved = mine;
    memcpy(moved.binding.binding_id, theirs.binding.binding_id, FRAME_ID_SIZE);
    assert_int_equal(with_record(hsm, &moved, &mine.record, 0), HUFU_ERR_RECORD);
    moved = mine;
    memcpy(moved.binding.key_id, theirs.binding.key_id, FRAME_ID_SIZE);
    assert_int_equal(with_record(hsm, &moved, &mine.record, 0), HUFU_ERR_RECORD);
    assert_ok(with_record(hsm, &mine, &mine.record, 0));
}

static void a_record_moved_to_another_project_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    hsm->project[0] ^= 1;
    enum hufu_err err = with_record(hsm, &key, &key.record, 0);
    hsm->project[0] ^= 1;
    assert_int_equal(err, HUFU_ERR_RECORD);
    assert_key_signs(hsm, &key);
}

static void a_record_of_another_generation_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    struct played_key before = key;
    played_key_refresh(hsm, &key);
    assert_int_equal(with_record(hsm, &key, &before.record, 1), HUFU_ERR_RECORD);
    assert_int_equal(with_record(hsm, &before, &key.record, 0), HUFU_ERR_RECORD);
    /* Named for what it is, the record is authentic, but not the one of the head. */
    assert_int_equal(with_record(hsm, &key, &before.record, 0), HUFU_ERR_GENERATION);
    assert_key_signs(hsm, &key);
}

static void a_record_of_another_version_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (unsigned version = 0; version < 256; version++) {
        struct sealed_record record = key.record;
        if (record.data[0] == version)
            continue;
        record.data[0] = (uint8_t)version;
        assert_int_equal(with_record(hsm, &key, &record, 0), HUFU_ERR_RECORD);
    }
    assert_key_signs(hsm, &key);
}

static void a_record_with_one_bit_flipped_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t bit = 0; bit < 8 * key.record.len; bit++) {
        struct sealed_record record = key.record;
        record.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum hufu_err err = with_record(hsm, &key, &record, 0);
        if (err != HUFU_ERR_RECORD)
            fail_msg("bit %zu: error %s", bit, hufu_err_name(err));
    }
    assert_key_signs(hsm, &key);
}

static void a_record_of_any_other_length_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    for (size_t len = 0; len < SEALED_RECORD_MAX; len += len < key.record.len + 2 ? 1 : 97) {
        struct sealed_record record = key.record;
        record.len = len;
        if (len != key.record.len)
            assert_int_equal(with_record(hsm, &key, &record, 0), HUFU_ERR_RECORD);
    }
    assert_key_signs(hsm, &key);
}

static void a_record_of_another_kind_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    assert_int_equal(with_record(hsm, &key, &hsm->service, 0), HUFU_ERR_RECORD);
    assert_key_signs(hsm, &key);
}

/* A copy of the database is worth nothing at another token. */
static void a_record_of_another_token_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    void *other_state = NULL;
    assert_int_equal(played_hsm_start(&other_state), 0);
    struct played_hsm *other = other_state;
    PLAYED_KEY_DONE struct played_key key = {0};
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    struct played_key moved = key;
    memcpy(moved.binding.H_k, other->H_k, BOX_KEY_SIZE);
    memcpy(other->project, hsm->project, FRAME_ID_SIZE);
    assert_int_equal(with_record(other, &moved, &key.record, 0), HUFU_ERR_RECORD);
    assert_int_equal(played_hsm_stop(&other_state), 0);
    assert_key_signs(hsm, &key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_moved_to_another_binding_is_refused),
        cmocka_unit_test(a_record_moved_to_another_project_is_refused),
        cmocka_unit_test(a_record_of_another_generation_is_refused),
        cmocka_unit_test(a_record_of_another_version_is_refused),
        cmocka_unit_test(a_record_with_one_bit_flipped_is_refused),
        cmocka_unit_test(a_record_of_any_other_length_is_refused),
        cmocka_unit_test(a_record_of_another_kind_is_refused),
        cmocka_unit_test(a_record_of_another_token_is_refused),
    };
    return cmocka_run_group_tests_name("attack_hsm_record", tests, played_hsm_start, played_hsm_stop);
}
