/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_cosign_protocol.h"

#include <string.h>
#include <sys/random.h>

#include "common/secret.h"
#include "cosign/cosign.h"
#include "tests/bench/bench_cosign_primitive.h"

static enum hufu_err fill(void *context, uint8_t *out, size_t len)
{
    (void)context;
    return getrandom(out, len, 0) == (ssize_t)len ? HUFU_OK : HUFU_ERR_INTERNAL;
}
static const struct cosign_random randomness = {.fill = fill};

/* One request of those that the service answers together: a half of its own, one digest. */
struct member {
    struct cosign_service_half service;
    uint8_t body_memory[512], answer_memory[512];
    struct buf body, answer;
};

/* Everything that the operations work on; filled in by the ones before them. */
struct world {
    uint32_t batch;
    struct cosign_device_half device, next_device;
    struct cosign_service_half service, next_service;
    struct cosign_keygen keygen;
    struct cosign_signing signing;
    struct cosign_handover handover;
    uint8_t head[256];
    uint8_t pending_b[COSIGN_SCALAR_SIZE], com[COSIGN_DIGEST_SIZE], key[COSIGN_PIN_KEY_SIZE];
    uint8_t digests[COSIGN_BATCH_MAX * COSIGN_DIGEST_SIZE];
    uint8_t points[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE];
    uint8_t out[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    uint8_t body_memory[COSIGN_BODY_MAX], answer_memory[COSIGN_ANSWER_MAX];
    struct buf body, answer;
    struct member members[COSIGN_TOGETHER_MAX];
};

static struct bytes head_of(const struct world *w)
{
    return bytes_of(w->head, sizeof(w->head));
}

static struct bytes digests_of(const struct world *w)
{
    return bytes_of(w->digests, (size_t)w->batch * COSIGN_DIGEST_SIZE);
}

static struct bytes points_of(const struct world *w)
{
    return bytes_of(w->points, (size_t)w->batch * COSIGN_POINT_SIZE);
}

static struct buf *new_body(struct world *w)
{
    buf_init(&w->body, w->body_memory, sizeof(w->body_memory));
    return &w->body;
}

static struct buf *new_answer(struct world *w)
{
    buf_init(&w->answer, w->answer_memory, sizeof(w->answer_memory));
    return &w->answer;
}

/* ---- The operations: each works on what the ones before it left ---- */

static enum hufu_err keygen_device_begin(struct world *w)
{
    return cosign_device_keygen_begin(&w->keygen, new_body(w), head_of(w), &randomness);
}

static enum hufu_err keygen_service_begin(struct world *w)
{
    return cosign_service_keygen_begin(w->pending_b, w->com, new_answer(w), head_of(w), buf_bytes(&w->body),
                                       head_of(w), &randomness);
}

static enum hufu_err keygen_device_finish(struct world *w)
{
    return cosign_device_keygen_finish(&w->keygen, new_body(w), head_of(w), buf_bytes(&w->answer));
}

static enum hufu_err keygen_service_finish(struct world *w)
{
    enum hufu_err err = cosign_service_keygen_finish(&w->service, new_answer(w), head_of(w), w->pending_b,
                                                     w->com, buf_bytes(&w->body));
    w->device = w->keygen.half;
    return err;
}

static enum hufu_err sign_device_begin(struct world *w)
{
    return cosign_device_sign_begin(&w->signing, new_body(w), &w->device, head_of(w), digests_of(w),
                                    &randomness);
}

static enum hufu_err sign_service(struct world *w)
{
    return cosign_service_sign(&w->service, new_answer(w), w->r, head_of(w), digests_of(w),
                               buf_bytes(&w->body), head_of(w), &randomness);
}

static enum hufu_err sign_service_each(struct world *w)
{
    struct cosign_service_signing signings[COSIGN_TOGETHER_MAX];
    for (uint32_t i = 0; i < w->batch; i++) {
        struct member *member = &w->members[i];
        buf_init(&member->answer, member->answer_memory, sizeof(member->answer_memory));
        signings[i] = (struct cosign_service_signing){.half = &member->service,
                                                      .answer = &member->answer,
                                                      .r_out = w->r + i,
                                                      .head = head_of(w),
                                                      .digests = bytes_of(w->digests, COSIGN_DIGEST_SIZE),
                                                      .body = buf_bytes(&member->body),
                                                      .frame = head_of(w)};
    }
    enum hufu_err err = cosign_service_sign_each(signings, w->batch, &randomness);
    for (uint32_t i = 0; i < w->batch && !err; i++)
        err = signings[i].err;
    return err;
}

static enum hufu_err sign_device_finish(struct world *w)
{
    return cosign_device_sign_finish(&w->signing, w->out, head_of(w), digests_of(w), buf_bytes(&w->answer));
}

static enum hufu_err decrypt_device_begin(struct world *w)
{
    return cosign_device_decrypt_begin(new_body(w), &w->device, head_of(w), points_of(w), &randomness);
}

static enum hufu_err decrypt_service(struct world *w)
{
    return cosign_service_decrypt(&w->service, new_answer(w), w->r, head_of(w), points_of(w),
                                  buf_bytes(&w->body));
}

/* Ciphertexts of one byte that fail at C3, the last check, so all the work is done. */
static enum hufu_err decrypt_device_finish(struct world *w)
{
    uint8_t ciphertext[COSIGN_POINT_SIZE + COSIGN_DIGEST_SIZE + 1] = {0};
    enum hufu_err err = HUFU_ERR_PEER;
    for (uint32_t i = 0; i < w->batch && err == HUFU_ERR_PEER; i++) {
        uint8_t plaintext;
        memcpy(ciphertext, w->points + (size_t)i * COSIGN_POINT_SIZE, COSIGN_POINT_SIZE);
        err = cosign_device_decrypt_finish(&plaintext, &w->device, i,
                                           bytes_of(ciphertext, sizeof(ciphertext)), buf_bytes(&w->answer));
    }
    return err == HUFU_ERR_PEER ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err pin_check_device(struct world *w)
{
    return cosign_device_pin_check(new_body(w), &w->device, head_of(w), &randomness);
}

static enum hufu_err pin_check_service(struct world *w)
{
    return cosign_service_pin_check(&w->service, new_answer(w), head_of(w), buf_bytes(&w->body));
}

static enum hufu_err refresh_device_begin(struct world *w)
{
    return cosign_device_refresh_begin(&w->next_device, new_body(w), &w->device, head_of(w), &randomness);
}

static enum hufu_err refresh_service(struct world *w)
{
    return cosign_service_refresh(&w->next_service, new_answer(w), &w->service, 0, head_of(w),
                                  buf_bytes(&w->body));
}

static enum hufu_err refresh_device_finish(struct world *w)
{
    return cosign_device_refresh_finish(&w->next_device, 0, buf_bytes(&w->answer));
}

static enum hufu_err handover_device_split(struct world *w)
{
    return cosign_device_handover_split(&w->handover, &w->device, &randomness);
}

static enum hufu_err handover_device_body(struct world *w)
{
    return cosign_device_handover_body(new_body(w), &w->handover, &w->device, head_of(w), &randomness);
}

static enum hufu_err handover_service(struct world *w)
{
    return cosign_service_handover(&w->next_service, new_answer(w), &w->service, head_of(w),
                                   buf_bytes(&w->body));
}

static enum hufu_err handover_device_accept(struct world *w)
{
    return cosign_device_handover_accept(w->handover.a2, w->handover.A2);
}

static enum hufu_err pin_hide(struct world *w)
{
    return cosign_pin_hide(w->r[0], w->device.a, w->key);
}

/* ---- In turns ---- */

static const struct step keygen_steps[] = {
    {"keygen/device/begin", keygen_device_begin},
    {"keygen/service/begin", keygen_service_begin},
    {"keygen/device/finish", keygen_device_finish},
    {"keygen/service/finish", keygen_service_finish},
};

static const struct step pin_steps[] = {
    {"pin/check/device", pin_check_device},
    {"pin/check/service", pin_check_service},
    {"pin/hide", pin_hide},
};

static const struct step refresh_steps[] = {
    {"refresh/device/begin", refresh_device_begin},
    {"refresh/service", refresh_service},
    {"refresh/device/finish", refresh_device_finish},
};

static const struct step handover_steps[] = {
    {"handover/device/split", handover_device_split},
    {"handover/device/body", handover_device_body},
    {"handover/service", handover_service},
    {"handover/device/accept", handover_device_accept},
};

static const struct step sign_steps[] = {
    {"sign/device/begin", sign_device_begin},
    {"sign/service", sign_service},
    {"sign/device/finish", sign_device_finish},
};

static const struct step each_steps[] = {
    {"sign/service/each", sign_service_each},
};

static const struct step decrypt_steps[] = {
    {"decrypt/device/begin", decrypt_device_begin},
    {"decrypt/service", decrypt_service},
    {"decrypt/device/finish", decrypt_device_finish},
};

/* Of the program's time. */
#define SINGLE_SHARE (1.0 / 60)
#define BATCH_SHARE (1.0 / 14)
#define EACH_SHARE (1.0 / 60)

/* Key generation first: the others work with its halves. */
static bool measure_single(struct bench *bench, struct world *w)
{
    const struct {
        const struct step *steps;
        size_t count;
    } chains[] = {{keygen_steps, 4}, {pin_steps, 3}, {refresh_steps, 3}, {handover_steps, 4}};
    bool good = true;
    w->batch = 1;
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]) && good; i++) {
        good = measure_chain(bench, &(struct chain){.impl = library_impl(),
                                                    .batch = 1,
                                                    .world = w,
                                                    .steps = chains[i].steps,
                                                    .count = chains[i].count,
                                                    .share = SINGLE_SHARE});
    }
    return good;
}

static bool measure_batch(struct bench *bench, struct world *w, uint32_t batch)
{
    struct chain chain = {.impl = library_impl(),
                          .batch = batch,
                          .world = w,
                          .steps = sign_steps,
                          .count = 3,
                          .sum = "sign/device",
                          .first = 0,
                          .last = 2,
                          .share = BATCH_SHARE};
    w->batch = batch;
    if (!measure_chain(bench, &chain))
        return false;
    chain.steps = decrypt_steps;
    chain.sum = "decrypt/device";
    return measure_chain(bench, &chain);
}

static enum hufu_err make_member(struct world *w, struct member *member)
{
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; i < sizeof(keygen_steps) / sizeof(keygen_steps[0]) && !err; i++)
        err = keygen_steps[i].run(w);
    member->service = w->service;
    buf_init(&member->body, member->body_memory, sizeof(member->body_memory));
    if (!err)
        err = cosign_device_sign_begin(&w->signing, &member->body, &w->device, head_of(w),
                                       bytes_of(w->digests, COSIGN_DIGEST_SIZE), &randomness);
    return err;
}

static bool measure_each(struct bench *bench, struct world *w)
{
    static const uint32_t counts[] = {1, 4, 8, COSIGN_TOGETHER_MAX};
    bool good = true;
    for (size_t i = 0; i < COSIGN_TOGETHER_MAX && good; i++)
        good = !make_member(w, &w->members[i]);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]) && good; i++) {
        w->batch = counts[i];
        good = measure_chain(bench, &(struct chain){.impl = library_impl(),
                                                    .batch = counts[i],
                                                    .world = w,
                                                    .steps = each_steps,
                                                    .count = 1,
                                                    .share = EACH_SHARE});
    }
    return good;
}

/* Any points will do as C1. */
static bool make_points(struct world *w)
{
    enum hufu_err err = fill(NULL, w->digests, sizeof(w->digests));
    for (size_t i = 0; i < COSIGN_BATCH_MAX && !err; i++) {
        err = cosign_device_handover_split(&w->handover, &w->device, &randomness);
        memcpy(w->points + i * COSIGN_POINT_SIZE, w->handover.A2, COSIGN_POINT_SIZE);
    }
    return !err;
}

bool measure_protocol(struct bench *bench)
{
    static struct world world;
    const bool good = measure_single(bench, &world) && make_points(&world) &&
                      measure_batch(bench, &world, 1) && measure_batch(bench, &world, 16) &&
                      measure_batch(bench, &world, COSIGN_BATCH_MAX) && measure_each(bench, &world);
    secret_wipe(&world, sizeof(world));
    return good;
}
