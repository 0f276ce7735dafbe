/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_pair.h"

#include "cosign/multiples.h"

#define HEAD head_of("head of refresh")
#define GENERATION 4

/* One refresh from generation 4, request and answer made. */
struct session {
    struct pair pair;
    struct cosign_device_half next_device;
    struct cosign_service_half next_service;
};

/* Where t and A' stand in the body. */
#define T_AT (4 + 11 + 4)
#define A_AT (T_AT + COSIGN_SCALAR_SIZE + 4)
#define PROOF_AT (A_AT + COSIGN_POINT_SIZE + 4)

static int set_up(void **state)
{
    static struct session s;
    struct pair *p = &s.pair;
    pair_init(p, 81);
    assert_ok(cosign_device_refresh_begin(&s.next_device, &p->body, &p->device, HEAD, &p->random));
    assert_ok(cosign_service_refresh(&s.next_service, &p->answer, &p->service, GENERATION, HEAD,
                                     buf_bytes(&p->body)));
    *state = &s;
    return 0;
}

static void assert_same_key(const struct pair *p, const struct cosign_device_half *device,
                            const struct cosign_service_half *service)
{
    struct scalar a, b, product, one = {{1}};
    scalar_of_bytes(&a, device->a);
    scalar_of_bytes(&b, service->b);
    scalar_mul(&product, &a, &b);
    scalar_sub(&product, &product, &one);
    assert_true(scalar_equal(&product, &p->d));
    assert_memory_equal(device->P, p->device.P, COSIGN_POINT_SIZE);
    assert_memory_equal(service->P, p->device.P, COSIGN_POINT_SIZE);
}

static void the_new_halves_are_halves_of_the_same_key(void **state)
{
    struct session *s = *state;
    assert_same_key(&s->pair, &s->next_device, &s->next_service);
    assert_memory_not_equal(s->next_device.a, s->pair.device.a, COSIGN_SCALAR_SIZE);
    assert_memory_not_equal(s->next_service.b, s->pair.service.b, COSIGN_SCALAR_SIZE);
    assert_ok(cosign_device_refresh_finish(&s->next_device, GENERATION, buf_bytes(&s->pair.answer)));
}

static void both_generations_sign_but_not_mixed(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    assert_ok(pair_sign(p, &s->next_device, &s->next_service));
    assert_ok(pair_sign(p, &p->device, &p->service));
    assert_int_equal(pair_sign(p, &p->device, &s->next_service), HUFU_ERR_PROOF);
    assert_int_equal(pair_sign(p, &s->next_device, &p->service), HUFU_ERR_PROOF);
}

static void the_answer_names_the_next_generation(void **state)
{
    struct session *s = *state;
    static const uint32_t others[] = {0, GENERATION - 1, GENERATION + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(cosign_device_refresh_finish(&s->next_device, others[i], buf_bytes(&s->pair.answer)),
                         HUFU_ERR_PEER);
}

static void the_last_generation_of_all_cannot_be_refreshed(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    assert_int_equal(cosign_service_refresh(&s->next_service, &p->answer, &p->service, UINT32_MAX, HEAD,
                                            buf_bytes(&p->body)),
                     HUFU_ERR_LIMIT);
    assert_zero(s->next_service);
    assert_int_equal(p->answer.len, 0);
}

/* ---- The service against a dishonest device ---- */

static enum hufu_err judge_under(struct session *s, struct bytes head, struct bytes body)
{
    struct pair *p = &s->pair;
    buf_init(&p->answer, p->answer_memory, sizeof(p->answer_memory));
    const enum hufu_err err =
        cosign_service_refresh(&s->next_service, &p->answer, &p->service, GENERATION, head, body);
    if (err) {
        assert_zero(s->next_service);
        assert_int_equal(p->answer.len, 0);
    }
    return err;
}

static enum hufu_err judge(struct session *s)
{
    return judge_under(s, HEAD, buf_bytes(&s->pair.body));
}

static void a_wrong_half_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct cosign_device_half wrong = p->device;
    wrong.a[31] ^= 1;
    pair_reset(p);
    assert_ok(cosign_device_refresh_begin(&s->next_device, &p->body, &wrong, HEAD, &p->random));
    assert_int_equal(judge(s), HUFU_ERR_PROOF);
}

static void a_request_under_another_head_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    assert_int_equal(judge_under(s, head_of("head of refresi"), buf_bytes(&s->pair.body)), HUFU_ERR_PROOF);
}

static void another_t_than_the_proof_is_bound_to_is_a_failed_proof(void **state)
{
    struct session *s = *state;
    s->pair.body.data[T_AT + 31] ^= 1;
    assert_int_equal(judge(s), HUFU_ERR_PROOF);
}

static void a_t_of_zero_or_n_or_more_is_malformed(void **state)
{
    struct session *s = *state;
    const uint8_t *const *values = bad_scalars;
    for (size_t i = 0; i < BAD_SCALARS; i++) {
        memcpy(s->pair.body.data + T_AT, values[i], 32);
        assert_int_equal(judge(s), HUFU_ERR_FORM);
    }
}

static void a_new_point_that_is_none_is_malformed(void **state)
{
    struct session *s = *state;
    for (size_t i = 0; i < bad_point_count; i++) {
        memcpy(s->pair.body.data + A_AT, bad_points[i].bytes, COSIGN_POINT_SIZE);
        assert_int_equal(judge(s), HUFU_ERR_FORM);
    }
}

/* A device with the right a that proves an a' which does not belong to t: the proof holds, the equation does not. Hand-over
 * takes the same path and lets a test choose a'. */
static void a_proved_half_that_does_not_match_t_is_malformed_after_the_proof(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct cosign_handover split;
    struct scalar a2;
    assert_ok(cosign_device_handover_split(&split, &p->device, &p->random));
    scalar_of_bytes(&a2, split.a2);
    scalar_add(&a2, &a2, &(struct scalar){{1}});
    scalar_encode(split.a2, &a2);
    multiple_encode(split.A2, &a2);
    pair_reset(p);
    assert_ok(cosign_device_handover_body(&p->body, &split, &p->device, HEAD, &p->random));
    assert_int_equal(
        cosign_service_handover(&s->next_service, &p->answer, &p->service, HEAD, buf_bytes(&p->body)),
        HUFU_ERR_FORM);
    assert_zero(s->next_service);
    assert_int_equal(p->answer.len, 0);
}

/* The order matters: were the equation judged first, a thief could test guesses of a uncounted, by sending the A' that
 * belongs to a guess with no valid proof and looking which error comes. */
static void the_equation_is_judged_only_after_the_proof(void **state)
{
    struct session *s = *state;
    uint8_t *body = s->pair.body.data;
    body[PROOF_AT + 63] ^= 1; /* right equation, wrong proof */
    assert_int_equal(judge(s), HUFU_ERR_PROOF);
    memcpy(body + A_AT, s->pair.device.P, COSIGN_POINT_SIZE); /* both wrong */
    assert_int_equal(judge(s), HUFU_ERR_PROOF);
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

/* ---- The device against a dishonest service ---- */

static void refuse_answer(void *context, struct bytes damaged)
{
    const struct session *s = context;
    assert_int_equal(cosign_device_refresh_finish(&s->next_device, GENERATION, damaged), HUFU_ERR_PEER);
}

static void an_answer_damaged_anywhere_is_a_service_fault(void **state)
{
    struct session *s = *state;
    for_each_damage(buf_bytes(&s->pair.answer), refuse_answer, s);
}

static void the_point_of_another_half_is_a_service_fault(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    pair_reset(p);
    buf_put_field_text(&p->answer, COSIGN_OP_REFRESH);
    buf_put_field_u32(&p->answer, GENERATION + 1);
    buf_put_field(&p->answer, p->device.P, COSIGN_POINT_SIZE);
    refuse_answer(s, buf_bytes(&p->answer));
}

static void a_failing_source_leaves_no_new_half(void **state)
{
    struct session *s = *state;
    struct pair *p = &s->pair;
    struct stream failing = {.fail_after = 1};
    const struct cosign_random random = stream_random(&failing);
    pair_reset(p);
    assert_int_equal(cosign_device_refresh_begin(&s->next_device, &p->body, &p->device, HEAD, &random),
                     HUFU_ERR_AWAY);
    assert_zero(s->next_device);
    assert_int_equal(p->body.len, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_new_halves_are_halves_of_the_same_key),
        TEST(both_generations_sign_but_not_mixed),
        TEST(the_answer_names_the_next_generation),
        TEST(the_last_generation_of_all_cannot_be_refreshed),
        TEST(a_wrong_half_is_a_failed_proof),
        TEST(a_request_under_another_head_is_a_failed_proof),
        TEST(another_t_than_the_proof_is_bound_to_is_a_failed_proof),
        TEST(a_t_of_zero_or_n_or_more_is_malformed),
        TEST(a_new_point_that_is_none_is_malformed),
        TEST(a_proved_half_that_does_not_match_t_is_malformed_after_the_proof),
        TEST(the_equation_is_judged_only_after_the_proof),
        TEST(a_request_damaged_anywhere_is_refused),
        TEST(an_answer_damaged_anywhere_is_a_service_fault),
        TEST(the_point_of_another_half_is_a_service_fault),
        TEST(a_failing_source_leaves_no_new_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
