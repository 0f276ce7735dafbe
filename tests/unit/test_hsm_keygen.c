/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation (docs/protocol.md §2) as the process sees it: what a pending record can be finished with. */
#include "tests/unit/unit.h"

#include "hsm/sealed.h"
#include "tests/client/randomness.h"
#include "tests/unit/hsm_room.h"

#define NOTHING bytes_of(NULL, 0)

static struct hsm_room room;
static struct hsm_key key; /* a finished one: its device makes the others */

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "", NULL);
    hsm_key_make(&room, &key, FRAME_ALLOW_SIGN);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&key);
    hsm_room_stop(&room);
    return 0;
}

static void flip_digest(struct frame_head *head, void *context)
{
    static uint8_t other[COSIGN_DIGEST_SIZE];
    (void)context;
    head->public_part = bytes_of(other, sizeof(other));
}

struct fresh_key {
    struct hsm_key key;
    struct device_new_key state;
    const struct device_options *finish_options;
};

static enum hufu_err begin(struct fresh_key *fresh, struct hsm_reply *reply, uint32_t operations,
                           struct bytes identity, const struct device_options *options)
{
    uint8_t bits[4];
    fresh->key = key;
    randomness_fill(fresh->key.binding.key_id, FRAME_ID_SIZE);
    assert_ok(device_new_key_begin(&fresh->state, &fresh->key.binding, options));
    const struct bytes fields[] = {bytes_of(room.project, FRAME_ID_SIZE), hsm_u32(bits, operations), identity,
                                   bytes_of(fresh->state.begin.signature, FRAME_SIGNATURE_SIZE),
                                   device_request_frame(&fresh->state.begin)};
    assert_true(hsm_room_call(&room, reply, "keygen/begin", fields, 5));
    if (reply->error)
        return reply->error;
    memcpy(fresh->key.sealed, reply->fields[0].data, reply->fields[0].len);
    fresh->key.sealed_len = reply->fields[0].len;
    return device_new_key_continue(&fresh->state, &fresh->key.binding, reply->fields[1],
                                   fresh->finish_options);
}

static enum hufu_err finish(struct fresh_key *fresh, struct hsm_reply *reply)
{
    const struct bytes fields[] = {bytes_of(room.project, FRAME_ID_SIZE), hsm_key_sealed(&fresh->key),
                                   bytes_of(fresh->state.finish.signature, FRAME_SIGNATURE_SIZE),
                                   device_request_frame(&fresh->state.finish)};
    assert_true(hsm_room_call(&room, reply, "keygen/finish", fields, 4));
    return reply->error;
}

static void same_finish_again_gives_the_same_key(void **state)
{
    (void)state;
    struct fresh_key fresh = {0};
    struct hsm_reply reply;
    uint8_t P[COSIGN_POINT_SIZE];
    assert_ok(begin(&fresh, &reply, FRAME_ALLOW_SIGN, NOTHING, NULL));
    assert_ok(finish(&fresh, &reply));
    memcpy(P, reply.fields[1].data, sizeof(P));
    assert_ok(finish(&fresh, &reply));
    assert_memory_equal(P, reply.fields[1].data, sizeof(P));
    device_new_key_done(&fresh.state);
}

static void pending_record_cannot_be_finished_by_another_begin(void **state)
{
    (void)state;
    struct fresh_key fresh = {0}, other = {0};
    struct hsm_reply reply;
    assert_ok(begin(&fresh, &reply, FRAME_ALLOW_SIGN, NOTHING, NULL));
    assert_ok(begin(&other, &reply, FRAME_ALLOW_SIGN, NOTHING, NULL));
    memcpy(fresh.key.sealed, other.key.sealed, sizeof(fresh.key.sealed));
    assert_int_equal(finish(&fresh, &reply), HUFU_ERR_RECORD);
    device_new_key_done(&fresh.state);
    device_new_key_done(&other.state);
}

static void finish_that_names_another_begin_is_malformed(void **state)
{
    (void)state;
    const struct device_options options = {.after_proof = flip_digest};
    struct fresh_key fresh = {.finish_options = &options};
    struct hsm_reply reply;
    assert_ok(begin(&fresh, &reply, FRAME_ALLOW_SIGN, NOTHING, NULL));
    assert_int_equal(finish(&fresh, &reply), HUFU_ERR_FORM);
    device_new_key_done(&fresh.state);
}

/* Opens the pending record as the process does, and seals it with another time. */
static void make_older(struct fresh_key *fresh, uint64_t age_ms)
{
    static struct record_pending pending;
    struct record_place place = {.kind = RECORD_PENDING};
    uint8_t opened[RECORD_SEALED_MAX], encoded[RECORD_PLAIN_MAX];
    struct buf plain, again, sealed;
    memcpy(place.project, room.project, FRAME_ID_SIZE);
    memcpy(place.key, fresh->key.binding.key_id, FRAME_ID_SIZE);
    memcpy(place.binding, fresh->key.binding.binding_id, FRAME_ID_SIZE);
    buf_init(&plain, opened, sizeof(opened));
    buf_init(&again, encoded, sizeof(encoded));
    assert_ok(sealed_open(room.hsm.token, 0, &plain, &place, hsm_key_sealed(&fresh->key)));
    assert_ok(record_pending_parse(&pending, buf_bytes(&plain)));
    pending.sealed_ms -= age_ms;
    assert_ok(record_pending_encode(&again, &pending));
    buf_init(&sealed, fresh->key.sealed, sizeof(fresh->key.sealed));
    assert_ok(sealed_make(room.hsm.token, 0, &sealed, &place, buf_bytes(&again)));
    fresh->key.sealed_len = sealed.len;
}

static void pending_record_is_finished_within_ten_minutes(void **state)
{
    (void)state;
    struct fresh_key fresh = {0};
    struct hsm_reply reply;
    assert_ok(begin(&fresh, &reply, FRAME_ALLOW_SIGN, NOTHING, NULL));
    make_older(&fresh, 590000);
    assert_ok(finish(&fresh, &reply));
    make_older(&fresh, 11000);
    assert_int_equal(finish(&fresh, &reply), HUFU_ERR_STATE);
    device_new_key_done(&fresh.state);
}

static void pending_record_is_no_binding(void **state)
{
    (void)state;
    struct fresh_key fresh = {0};
    struct hsm_reply reply;
    assert_ok(begin(&fresh, &reply, FRAME_ALLOW_SIGN, NOTHING, NULL));
    fresh.key.binding.half = key.binding.half;
    assert_int_equal(hsm_key_pin_check(&room, &fresh.key), HUFU_ERR_RECORD);
    device_new_key_done(&fresh.state);
}

static void key_generation_asks_for_one_use_and_a_short_identity(void **state)
{
    (void)state;
    const uint32_t bits[] = {0, FRAME_ALLOW_SIGN | FRAME_ALLOW_DECRYPT, 4};
    uint8_t identity[129] = {0};
    struct fresh_key fresh = {0};
    struct hsm_reply reply;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(begin(&fresh, &reply, bits[i], NOTHING, NULL), HUFU_ERR_FORM);
        device_new_key_done(&fresh.state);
    }
    assert_int_equal(begin(&fresh, &reply, FRAME_ALLOW_SIGN, bytes_of(identity, 129), NULL), HUFU_ERR_FORM);
    device_new_key_done(&fresh.state);
    assert_ok(begin(&fresh, &reply, FRAME_ALLOW_SIGN, bytes_of(identity, 128), NULL));
    device_new_key_done(&fresh.state);
}

static void key_generation_is_signed_by_the_key_in_its_head(void **state)
{
    (void)state;
    struct fresh_key fresh = {0};
    struct hsm_reply reply;
    struct device_key *other = device_key_new();
    const struct device_options options = {.signer = other};
    assert_int_equal(begin(&fresh, &reply, FRAME_ALLOW_SIGN, NOTHING, &options), HUFU_ERR_SIGNATURE);
    device_new_key_done(&fresh.state);
    device_key_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_finish_again_gives_the_same_key),
        cmocka_unit_test(pending_record_cannot_be_finished_by_another_begin),
        cmocka_unit_test(finish_that_names_another_begin_is_malformed),
        cmocka_unit_test(pending_record_is_finished_within_ten_minutes),
        cmocka_unit_test(pending_record_is_no_binding),
        cmocka_unit_test(key_generation_asks_for_one_use_and_a_short_identity),
        cmocka_unit_test(key_generation_is_signed_by_the_key_in_its_head),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
