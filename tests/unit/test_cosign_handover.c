/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

#define HEAD head_of("head with the sealed a2")

/* A holder's pair, and the pair of halves that a hand-over made for a second device. */
struct session {
    struct pair pair;
    struct cosign_handover split;
    struct cosign_device_half second_device;
    struct cosign_service_half second_service;
};

static int set_up(void **state)
{
    static struct session s;
    struct pair *p = &s.pair;
    pair_init(p, 91);
    assert_ok(cosign_device_handover_split(&s.split, &p->device, &p->random));
    assert_ok(cosign_device_handover_body(&p->body, &s.split, &p->device, HEAD, &p->random));
    assert_ok(cosign_service_handover(&s.second_service, &p->answer, &p->service, HEAD, buf_bytes(&p->body)));
    memcpy(s.second_device.a, s.split.a2, sizeof(s.second_device.a));
    memcpy(s.second_device.P, p->device.P, sizeof(s.second_device.P));
    *state = &s;
    return 0;
}

static void the_second_device_accepts_its_half(void **state)
{
    struct session *s = *state;
    assert_ok(cosign_device_handover_accept(s->split.a2, s->split.A2));
    assert_memory_equal(s->second_service.A, s->split.A2, COSIGN_POINT_SIZE);
}

/* After the refresh the first device, which knows t and a2, no longer knows the second's half. */
static void a_handover_followed_by_a_refresh_gives_two_devices_that_sign_apart(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct cosign_device_half fresh_device;
    struct cosign_service_half fresh_service;
    pair_reset(p);
    assert_ok(cosign_device_refresh_begin(&fresh_device, &p->body, &s->second_device, HEAD, &p->random));
    assert_ok(
        cosign_service_refresh(&fresh_service, &p->answer, &s->second_service, 0, HEAD, buf_bytes(&p->body)));
    assert_ok(cosign_device_refresh_finish(&fresh_device, 0, buf_bytes(&p->answer)));
    pair_reset(p);
    assert_ok(cosign_device_pin_check(&p->body, &fresh_device, HEAD, &p->random));
    assert_ok(cosign_service_pin_check(&fresh_service, &p->answer, HEAD, buf_bytes(&p->body)));

    assert_ok(pair_sign(p, &fresh_device, &fresh_service));
    assert_ok(pair_sign(p, &p->device, &p->service));
    assert_int_equal(pair_sign(p, &s->second_device, &fresh_service), HUFU_ERR_PROOF);
    assert_int_equal(pair_sign(p, &p->device, &fresh_service), HUFU_ERR_PROOF);
    assert_int_equal(pair_sign(p, &fresh_device, &p->service), HUFU_ERR_PROOF);
}

static void a_half_that_is_not_that_of_its_point_is_not_accepted(void **state)
{
    struct session *s = *state;
    for (size_t bit = 0; bit < 256; bit += 5) {
        s->split.a2[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(cosign_device_handover_accept(s->split.a2, s->split.A2), HUFU_ERR_PEER);
        s->split.a2[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    memset(s->split.a2, 0, sizeof(s->split.a2));
    assert_int_equal(cosign_device_handover_accept(s->split.a2, s->split.A2), HUFU_ERR_PEER);
    memcpy(s->split.a2, order_bytes, sizeof(s->split.a2));
    assert_int_equal(cosign_device_handover_accept(s->split.a2, s->split.A2), HUFU_ERR_PEER);
}

static void a_point_that_is_none_is_not_accepted(void **state)
{
    struct session *s = *state;
    for (size_t i = 0; i < bad_point_count; i++)
        assert_int_equal(cosign_device_handover_accept(s->split.a2, bad_points[i].bytes), HUFU_ERR_PEER);
}

static enum hufu_err judge_under(struct session *s, struct bytes head, struct bytes body)
{
    struct pair *p = &s->pair;
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    const enum hufu_err err =
        cosign_service_handover(&s->second_service, &p->answer, &p->service, head, body);
    if (err) {
        assert_zero(s->second_service);
        assert_int_equal(p->answer.len, 0);
    }
    return err;
}

static void a_wrong_half_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct cosign_device_half wrong = p->device;
    wrong.a[31] ^= 1;
    pair_reset(p);
    assert_ok(cosign_device_handover_split(&s->split, &wrong, &p->random));
    assert_ok(cosign_device_handover_body(&p->body, &s->split, &wrong, HEAD, &p->random));
    assert_int_equal(judge_under(s, HEAD, buf_bytes(&p->body)), HUFU_ERR_PROOF);
}

/* The head carries the sealed box: another box, for instance one for a key of the service's own, is another head. */
static void another_sealed_box_in_the_head_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    assert_int_equal(judge_under(s, head_of("head with the sealed a3"), buf_bytes(&s->pair.body)),
                     HUFU_ERR_PROOF);
}

/* The fields of refresh and hand-over are the same: neither may be taken for the other. */
static void a_handover_is_no_refresh_and_a_refresh_no_handover(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct cosign_device_half next;
    struct cosign_service_half other;
    uint8_t memory[512];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    assert_int_equal(cosign_service_refresh(&other, &answer, &p->service, 0, HEAD, buf_bytes(&p->body)),
                     HUFU_ERR_FORM);
    struct buf relabelled;
    uint8_t relabelled_memory[512];
    buf_init(&relabelled, relabelled_memory, sizeof(relabelled_memory));
    buf_put_field_text(&relabelled, COSIGN_OP_REFRESH);
    buf_put(&relabelled, p->body.data + 4 + strlen(COSIGN_OP_HANDOVER),
            p->body.len - 4 - strlen(COSIGN_OP_HANDOVER));
    assert_int_equal(cosign_service_refresh(&other, &answer, &p->service, 0, HEAD, buf_bytes(&relabelled)),
                     HUFU_ERR_PROOF);
    pair_reset(p);
    assert_ok(cosign_device_refresh_begin(&next, &p->body, &p->device, HEAD, &p->random));
    assert_int_equal(judge_under(s, HEAD, buf_bytes(&p->body)), HUFU_ERR_FORM);
}

static void refuse_body(void *context, struct bytes damaged)
{
    const enum hufu_err err = judge_under(context, HEAD, damaged);
    assert_true(err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF);
}

static void a_request_damaged_anywhere_is_refused(void **state)
{
    struct session *s = *state;
    uint8_t kept[512];
    memcpy(kept, s->pair.body.data, s->pair.body.len);
    for_each_damage(bytes_of(kept, s->pair.body.len), refuse_body, s);
}

static void a_failing_source_leaves_no_split(void **state)
{
    struct session *s = *state;
    struct stream failing = {.calls = 1, .fail_after = 1};
    const struct cosign_random random = stream_random(&failing);
    assert_int_equal(cosign_device_handover_split(&s->split, &s->pair.device, &random), HUFU_ERR_AWAY);
    assert_zero(s->split);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_second_device_accepts_its_half),
        TEST(a_handover_followed_by_a_refresh_gives_two_devices_that_sign_apart),
        TEST(a_half_that_is_not_that_of_its_point_is_not_accepted),
        TEST(a_point_that_is_none_is_not_accepted),
        TEST(a_wrong_half_is_a_failed_proof),
        TEST(another_sealed_box_in_the_head_is_a_failed_proof),
        TEST(a_handover_is_no_refresh_and_a_refresh_no_handover),
        TEST(a_request_damaged_anywhere_is_refused),
        TEST(a_failing_source_leaves_no_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
