/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of devices, as the service's role of cosign/ takes them. The first byte of the input says which operation. The
 * half is fixed, so a body that is taken was made with it: mutated ones are refused. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/cosign_pair.h"

#define BATCH 2
#define HEAD "head"

enum step {
    STEP_KEYGEN_BEGIN,
    STEP_KEYGEN_FINISH,
    STEP_SIGN,
    STEP_DECRYPT,
    STEP_PIN_CHECK,
    STEP_REFRESH,
    STEP_HANDOVER,
    STEP_COUNT
};

/* What stays the same from input to input. */
struct fixture {
    bool made;
    struct pair pair;
    uint8_t digests[BATCH * COSIGN_DIGEST_SIZE];
    struct cosign_keygen keygen;
    uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    uint8_t seeds[STEP_COUNT][4096];
    size_t seed_lens[STEP_COUNT];
};

static struct fixture fixture;

static void keep_body(struct fixture *f, enum step step)
{
    struct bytes body = buf_bytes(&f->pair.body);
    FUZZ_CHECK(body.len > 0 && body.len < sizeof(f->seeds[step]));
    f->seeds[step][0] = (uint8_t)step;
    memcpy(f->seeds[step] + 1, body.data, body.len);
    f->seed_lens[step] = body.len + 1;
    pair_reset(&f->pair);
}

static void make_keygen(struct fixture *f)
{
    struct bytes head = head_of(HEAD), frame = head_of("frame");
    uint8_t begin[256];
    FUZZ_CHECK(cosign_device_keygen_begin(&f->keygen, &f->pair.body, head, &f->pair.random) == HUFU_OK);
    size_t len = f->pair.body.len;
    memcpy(begin, f->pair.body.data, len);
    FUZZ_CHECK(cosign_service_keygen_begin(f->b, f->com, &f->pair.answer, head, bytes_of(begin, len), frame,
                                           &f->pair.random) == HUFU_OK);
    f->pair.body.len = 0;
    FUZZ_CHECK(cosign_device_keygen_finish(&f->keygen, &f->pair.body, head, buf_bytes(&f->pair.answer)) ==
               HUFU_OK);
    keep_body(f, STEP_KEYGEN_FINISH);
    buf_put(&f->pair.body, begin, len);
    keep_body(f, STEP_KEYGEN_BEGIN);
}

static void make_uses(struct fixture *f)
{
    static struct cosign_signing signing;
    struct pair *pair = &f->pair;
    struct bytes head = head_of(HEAD), digests = bytes_of(f->digests, sizeof(f->digests));
    struct bytes point = bytes_of(pair->device.P, COSIGN_POINT_SIZE);
    make_digests(f->digests, BATCH, 1);
    FUZZ_CHECK(!cosign_device_sign_begin(&signing, &pair->body, &pair->device, head, digests, &pair->random));
    keep_body(f, STEP_SIGN);
    FUZZ_CHECK(!cosign_device_decrypt_begin(&pair->body, &pair->device, head, point, &pair->random));
    keep_body(f, STEP_DECRYPT);
    FUZZ_CHECK(!cosign_device_pin_check(&pair->body, &pair->device, head, &pair->random));
    keep_body(f, STEP_PIN_CHECK);
}

static void make_splits(struct fixture *f)
{
    struct pair *pair = &f->pair;
    struct cosign_device_half next;
    struct cosign_handover handover;
    struct bytes head = head_of(HEAD);
    FUZZ_CHECK(!cosign_device_refresh_begin(&next, &pair->body, &pair->device, head, &pair->random));
    keep_body(f, STEP_REFRESH);
    FUZZ_CHECK(!cosign_device_handover_split(&handover, &pair->device, &pair->random));
    FUZZ_CHECK(!cosign_device_handover_body(&pair->body, &handover, &pair->device, head, &pair->random));
    keep_body(f, STEP_HANDOVER);
}

static struct fixture *begin(void)
{
    if (!fixture.made) {
        pair_init(&fixture.pair, 1);
        pair_reset(&fixture.pair);
        make_keygen(&fixture);
        make_uses(&fixture);
        make_splits(&fixture);
        fixture.made = true;
    }
    return &fixture;
}

static enum hufu_err run_keygen(struct fixture *f, enum step step, struct bytes body)
{
    uint8_t b[COSIGN_SCALAR_SIZE], com[COSIGN_DIGEST_SIZE];
    struct cosign_service_half half;
    if (step == STEP_KEYGEN_BEGIN)
        return cosign_service_keygen_begin(b, com, &f->pair.answer, head_of(HEAD), body, head_of("frame"),
                                           &f->pair.random);
    return cosign_service_keygen_finish(&half, &f->pair.answer, head_of(HEAD), f->b, f->com, body);
}

/* The body between two honest requests, which must not notice. */
static enum hufu_err run_sign(struct fixture *f, struct bytes body)
{
    static uint8_t memory[3][1024];
    struct pair *pair = &f->pair;
    const struct bytes honest = bytes_of(f->seeds[STEP_SIGN] + 1, f->seed_lens[STEP_SIGN] - 1);
    struct cosign_service_signing signings[3];
    uint8_t results[3][BATCH][COSIGN_SCALAR_SIZE];
    struct buf others[3];
    for (size_t i = 0; i < 3; i++) {
        buf_init(&others[i], memory[i], sizeof(memory[i]));
        signings[i] = (struct cosign_service_signing){.half = &pair->service,
                                                      .answer = i == 1 ? &pair->answer : &others[i],
                                                      .r_out = results[i],
                                                      .head = head_of(HEAD),
                                                      .digests = bytes_of(f->digests, sizeof(f->digests)),
                                                      .body = i == 1 ? body : honest,
                                                      .frame = head_of("frame")};
    }
    FUZZ_CHECK(cosign_service_sign_each(signings, 3, &pair->random) == HUFU_OK);
    FUZZ_CHECK(signings[0].err == HUFU_OK && signings[2].err == HUFU_OK);
    return signings[1].err;
}

static enum hufu_err run(struct fixture *f, enum step step, struct bytes body)
{
    uint8_t results[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    struct pair *pair = &f->pair;
    struct cosign_service_half other;
    struct bytes head = head_of(HEAD);
    if (step == STEP_SIGN)
        return run_sign(f, body);
    if (step == STEP_DECRYPT)
        return cosign_service_decrypt(&pair->service, &pair->answer, results, head,
                                      bytes_of(pair->device.P, COSIGN_POINT_SIZE), body);
    if (step == STEP_PIN_CHECK)
        return cosign_service_pin_check(&pair->service, &pair->answer, head, body);
    if (step == STEP_REFRESH)
        return cosign_service_refresh(&other, &pair->answer, &pair->service, 0, head, body);
    if (step == STEP_HANDOVER)
        return cosign_service_handover(&other, &pair->answer, &pair->service, head, body);
    return run_keygen(f, step, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fixture *f = begin();
    if (size == 0 || data[0] >= STEP_COUNT)
        return 0;
    enum step step = (enum step)data[0];
    pair_reset(&f->pair);
    enum hufu_err err = run(f, step, bytes_of(data + 1, size - 1));
    bool same = size == f->seed_lens[step] && memcmp(data, f->seeds[step], size) == 0;
    /* A commitment is any 32 bytes; everything else is proved. */
    FUZZ_CHECK(err == HUFU_OK ? same || step == STEP_KEYGEN_BEGIN : !same);
    FUZZ_CHECK(err == HUFU_OK || err == HUFU_ERR_FORM || err == HUFU_ERR_PROOF);
    FUZZ_CHECK(err == HUFU_OK || f->pair.answer.len == 0);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    struct fixture *f = begin();
    for (size_t step = 0; step < STEP_COUNT; step++)
        emit(context, bytes_of(f->seeds[step], f->seed_lens[step]));
}
