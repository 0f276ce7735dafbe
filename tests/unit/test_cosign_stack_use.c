/* SPDX-License-Identifier: Apache-2.0 */
/* No step takes more stack than cosign.h says. Each runs on a stack of the test's own, filled before. */
#include "tests/unit/cosign_step.h"

#define USE_MAX ((size_t)64 << 10)

/* A head as long as one with all points of a full batch (docs/protocol.md §7). */
static struct bytes long_head(void)
{
    static uint8_t head[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE + 512];
    return bytes_of(head, sizeof(head));
}

static struct bytes long_digests(struct step *step)
{
    return bytes_of(step->digest, sizeof(step->digest));
}

static struct bytes long_points(struct step *step)
{
    return bytes_of(step->points, sizeof(step->points));
}

static enum hufu_err does_nothing(struct step *step)
{
    (void)step;
    return HUFU_OK;
}

static enum hufu_err device_keygen_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_device_keygen_begin(&step->keygen, &p->body, long_head(), &p->random);
}

static enum hufu_err service_keygen_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_keygen_begin(step->half, step->com, &p->answer, long_head(), buf_bytes(&p->body),
                                       long_head(), &p->random);
}

static enum hufu_err device_keygen_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    p->body.len = 0;
    return cosign_device_keygen_finish(&step->keygen, &p->body, long_head(), buf_bytes(&p->answer));
}

static enum hufu_err service_keygen_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    p->answer.len = 0;
    return cosign_service_keygen_finish(&step->next_service, &p->answer, long_head(), step->half, step->com,
                                        buf_bytes(&p->body));
}

static enum hufu_err device_keygen_done_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_device_keygen_done(&step->keygen, &step->next, buf_bytes(&p->answer));
}

static enum hufu_err device_sign_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_sign_begin(&step->signing, &p->body, &p->device, long_head(), long_digests(step),
                                    &p->random);
}

static enum hufu_err service_sign_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_sign(&p->service, &p->answer, step->r, long_head(), long_digests(step),
                               buf_bytes(&p->body), long_head(), &p->random);
}

/* As many requests as there may be, of as many digests as fill the batch, all of the same half. */
static enum hufu_err service_sign_each_step(struct step *step)
{
    static struct cosign_service_signing signings[COSIGN_TOGETHER_MAX];
    static struct buf answers[COSIGN_TOGETHER_MAX];
    static uint8_t memory[COSIGN_TOGETHER_MAX][COSIGN_ANSWER_MAX / COSIGN_TOGETHER_MAX + 64];
    const size_t count = COSIGN_BATCH_MAX / COSIGN_TOGETHER_MAX;
    struct pair *p = step->pair;
    for (size_t i = 0; i < COSIGN_TOGETHER_MAX; i++) {
        buf_init(&answers[i], memory[i], sizeof(memory[i]));
        signings[i] =
            (struct cosign_service_signing){.half = &p->service,
                                            .answer = &answers[i],
                                            .r_out = step->r + i * count,
                                            .head = long_head(),
                                            .digests = bytes_of(step->digest, count * COSIGN_DIGEST_SIZE),
                                            .body = buf_bytes(&p->body),
                                            .frame = long_head()};
    }
    enum hufu_err err = cosign_service_sign_each(signings, COSIGN_TOGETHER_MAX, &p->random);
    for (size_t i = 0; i < COSIGN_TOGETHER_MAX && !err; i++)
        err = signings[i].err;
    return err;
}

/* Its request. */
static enum hufu_err device_sign_begin_some_step(struct step *step)
{
    struct pair *p = step->pair;
    const size_t count = COSIGN_BATCH_MAX / COSIGN_TOGETHER_MAX;
    pair_reset(p);
    return cosign_device_sign_begin(&step->signing, &p->body, &p->device, long_head(),
                                    bytes_of(step->digest, count * COSIGN_DIGEST_SIZE), &p->random);
}

static enum hufu_err device_sign_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_device_sign_finish(&step->signing, step->signature, long_head(), long_digests(step),
                                     buf_bytes(&p->answer));
}

static enum hufu_err verify_step(struct step *step)
{
    return cosign_verify_var(step->pair->device.P, step->digest[0], step->signature[0]);
}

static enum hufu_err device_decrypt_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_decrypt_begin(&p->body, &p->device, long_head(), long_points(step), &p->random);
}

static enum hufu_err service_decrypt_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_decrypt(&p->service, &p->answer, step->r, long_head(), long_points(step),
                                  buf_bytes(&p->body));
}

/* One byte whose C3, the last that is checked, does not hold. */
static enum hufu_err device_decrypt_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    uint8_t ciphertext[COSIGN_POINT_SIZE + COSIGN_DIGEST_SIZE + 1] = {0}, plaintext;
    memcpy(ciphertext, step->points, COSIGN_POINT_SIZE);
    const enum hufu_err err = cosign_device_decrypt_finish(
        &plaintext, &p->device, 0, bytes_of(ciphertext, sizeof(ciphertext)), buf_bytes(&p->answer));
    return err == HUFU_ERR_PEER ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err device_pin_check_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_pin_check(&p->body, &p->device, long_head(), &p->random);
}

static enum hufu_err service_pin_check_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_pin_check(&p->service, &p->answer, long_head(), buf_bytes(&p->body));
}

static enum hufu_err device_refresh_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_refresh_begin(&step->next, &p->body, &p->device, long_head(), &p->random);
}

static enum hufu_err service_refresh_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_refresh(&step->next_service, &p->answer, &p->service, 0, long_head(),
                                  buf_bytes(&p->body));
}

static enum hufu_err device_handover_split_step(struct step *step)
{
    return cosign_device_handover_split(&step->split, &step->pair->device, &step->pair->random);
}

static enum hufu_err device_handover_body_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_handover_body(&p->body, &step->split, &p->device, long_head(), &p->random);
}

static enum hufu_err service_handover_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_handover(&step->next_service, &p->answer, &p->service, long_head(),
                                   buf_bytes(&p->body));
}

static enum hufu_err device_handover_accept_step(struct step *step)
{
    return cosign_device_handover_accept(step->split.a2, step->split.A2);
}

static enum hufu_err point_check_step(struct step *step)
{
    return cosign_point_check_var(step->pair->device.P);
}

static enum hufu_err sm3_step(struct step *step)
{
    cosign_sm3(step->half, step->points, sizeof(step->points));
    return HUFU_OK;
}

static enum hufu_err hash_fields_step(struct step *step)
{
    const struct bytes fields[] = {long_head(), long_points(step)};
    return cosign_hash_fields(step->half, fields, 2);
}

static enum hufu_err message_digest_step(struct step *step)
{
    return cosign_message_digest(step->half, bytes_of_text(COSIGN_GM_IDENTITY), step->pair->device.P,
                                 long_points(step));
}

static size_t stack_used(struct step *step, enum hufu_err (*run)(struct step *step))
{
    size_t untouched = 0;
    on_own_stack(step, run);
    while (untouched < STACK_SIZE && left[untouched] == FILLING)
        untouched++;
    return STACK_SIZE - untouched;
}

/* In an order in which each finds what it needs. */
static const struct {
    const char *name;
    enum hufu_err (*run)(struct step *step);
} steps[] = {
    {"cosign_point_check_var", point_check_step},
    {"cosign_hash_fields", hash_fields_step},
    {"cosign_sm3", sm3_step},
    {"cosign_message_digest", message_digest_step},
    {"cosign_device_keygen_begin", device_keygen_begin_step},
    {"cosign_service_keygen_begin", service_keygen_begin_step},
    {"cosign_device_keygen_finish", device_keygen_finish_step},
    {"cosign_service_keygen_finish", service_keygen_finish_step},
    {"cosign_device_keygen_done", device_keygen_done_step},
    {"cosign_device_sign_begin", device_sign_begin_step},
    {"cosign_service_sign", service_sign_step},
    {"cosign_device_sign_finish", device_sign_finish_step},
    {"cosign_verify_var", verify_step},
    {"cosign_device_sign_begin, 16", device_sign_begin_some_step},
    {"cosign_service_sign_each", service_sign_each_step},
    {"cosign_device_decrypt_begin", device_decrypt_begin_step},
    {"cosign_service_decrypt", service_decrypt_step},
    {"cosign_device_decrypt_finish", device_decrypt_finish_step},
    {"cosign_device_pin_check", device_pin_check_step},
    {"cosign_service_pin_check", service_pin_check_step},
    {"cosign_device_refresh_begin", device_refresh_begin_step},
    {"cosign_service_refresh", service_refresh_step},
    {"cosign_device_refresh_finish", device_refresh_finish_step},
    {"cosign_device_handover_split", device_handover_split_step},
    {"cosign_device_handover_body", device_handover_body_step},
    {"cosign_service_handover", service_handover_step},
    {"cosign_device_handover_accept", device_handover_accept_step},
    {"cosign_pin_hide", pin_hide_step},
    {"cosign_pin_open", pin_open_step},
};

/* cosign.h promises less than 64 KiB, for optimised builds without sanitizers; all are printed. */
static void a_full_batch_takes_no_more_stack_than_promised(void **state)
{
    static struct step step;
    struct pair *pair = *state;
    step = (struct step){.pair = pair};
    make_digests(step.digest[0], COSIGN_BATCH_MAX, 3);
    for (size_t i = 0; i < COSIGN_BATCH_MAX; i++) /* any points may be C1 */
        memcpy(step.points + i * COSIGN_POINT_SIZE, i % 2 ? pair->device.P : pair->service.A,
               COSIGN_POINT_SIZE);
    pair_reset(pair);
    const size_t without = stack_used(&step, does_nothing);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const size_t used = stack_used(&step, steps[i].run) - without;
        print_message("%-30s %6zu bytes of stack\n", steps[i].name, used);
#if defined(__OPTIMIZE__) && !HUFU_SANITIZED
        if (used >= USE_MAX)
            fail_msg("%s takes %zu bytes of stack", steps[i].name, used);
#endif
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, map_stack, unmap_stack)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_full_batch_takes_no_more_stack_than_promised),
    };
    return cmocka_run_group_tests_name("cosign stack use", tests, NULL, NULL);
}
