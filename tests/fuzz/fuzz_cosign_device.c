/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the service, as the device's role of cosign/ takes them. The first byte of the input says which. Only the
 * honest answer is taken: whatever a dishonest service sends instead, no signature leaves, and what is taken verifies. */
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
    STEP_REFRESH,
    STEP_COUNT
};

struct fixture {
    bool made;
    struct pair pair;
    uint8_t digests[BATCH * COSIGN_DIGEST_SIZE];
    struct cosign_keygen begun;    /* before the answer to begin */
    struct cosign_keygen finished; /* before the answer to finish */
    struct cosign_signing signing; /* before the answer */
    struct cosign_device_half next;
    uint8_t seeds[STEP_COUNT][4096];
    size_t seed_lens[STEP_COUNT];
};

static struct fixture fixture;

static void keep_answer(struct fixture *f, enum step step)
{
    struct bytes answer = buf_bytes(&f->pair.answer);
    FUZZ_CHECK(answer.len > 0 && answer.len < sizeof(f->seeds[step]));
    f->seeds[step][0] = (uint8_t)step;
    memcpy(f->seeds[step] + 1, answer.data, answer.len);
    f->seed_lens[step] = answer.len + 1;
    pair_reset(&f->pair);
}

static struct bytes seed_answer(const struct fixture *f, enum step step)
{
    return bytes_of(f->seeds[step] + 1, f->seed_lens[step] - 1);
}

static void make_keygen(struct fixture *f)
{
    struct pair *pair = &f->pair;
    struct bytes head = head_of(HEAD);
    uint8_t b[COSIGN_SCALAR_SIZE], com[COSIGN_DIGEST_SIZE];
    struct cosign_service_half half;
    FUZZ_CHECK(!cosign_device_keygen_begin(&f->begun, &pair->body, head, &pair->random));
    FUZZ_CHECK(!cosign_service_keygen_begin(b, com, &pair->answer, head, buf_bytes(&pair->body), head_of("f"),
                                            &pair->random));
    keep_answer(f, STEP_KEYGEN_BEGIN);
    f->finished = f->begun;
    FUZZ_CHECK(
        !cosign_device_keygen_finish(&f->finished, &pair->body, head, seed_answer(f, STEP_KEYGEN_BEGIN)));
    FUZZ_CHECK(!cosign_service_keygen_finish(&half, &pair->answer, head, b, com, buf_bytes(&pair->body)));
    keep_answer(f, STEP_KEYGEN_FINISH);
}

static void make_uses(struct fixture *f)
{
    struct pair *pair = &f->pair;
    struct cosign_service_half other;
    uint8_t r[BATCH][COSIGN_SCALAR_SIZE];
    struct bytes head = head_of(HEAD), digests = bytes_of(f->digests, sizeof(f->digests));
    make_digests(f->digests, BATCH, 1);
    FUZZ_CHECK(
        !cosign_device_sign_begin(&f->signing, &pair->body, &pair->device, head, digests, &pair->random));
    FUZZ_CHECK(!cosign_service_sign(&pair->service, &pair->answer, r, head, digests, buf_bytes(&pair->body),
                                    head_of("f"), &pair->random));
    keep_answer(f, STEP_SIGN);
    FUZZ_CHECK(!cosign_device_refresh_begin(&f->next, &pair->body, &pair->device, head, &pair->random));
    FUZZ_CHECK(
        !cosign_service_refresh(&other, &pair->answer, &pair->service, 0, head, buf_bytes(&pair->body)));
    keep_answer(f, STEP_REFRESH);
}

static struct fixture *begin(void)
{
    if (!fixture.made) {
        pair_init(&fixture.pair, 1);
        pair_reset(&fixture.pair);
        make_keygen(&fixture);
        make_uses(&fixture);
        fixture.made = true;
    }
    return &fixture;
}

static enum hufu_err run_sign(struct fixture *f, struct bytes answer)
{
    static struct cosign_signing signing, wiped;
    uint8_t signatures[BATCH][COSIGN_SIGNATURE_SIZE];
    signing = f->signing;
    enum hufu_err err = cosign_device_sign_finish(&signing, signatures, head_of(HEAD),
                                                  bytes_of(f->digests, sizeof(f->digests)), answer);
    FUZZ_CHECK(memcmp(&signing, &wiped, sizeof(signing)) == 0);
    for (size_t i = 0; i < BATCH; i++) {
        if (err)
            FUZZ_CHECK(all_zero(signatures[i], sizeof(signatures[i])));
        else
            FUZZ_CHECK(
                !cosign_verify_var(f->pair.device.P, f->digests + i * COSIGN_DIGEST_SIZE, signatures[i]));
    }
    return err;
}

static enum hufu_err run(struct fixture *f, enum step step, struct bytes answer)
{
    struct cosign_keygen keygen = step == STEP_KEYGEN_BEGIN ? f->begun : f->finished;
    struct cosign_device_half half;
    if (step == STEP_SIGN)
        return run_sign(f, answer);
    if (step == STEP_REFRESH)
        return cosign_device_refresh_finish(&f->next, 0, answer);
    if (step == STEP_KEYGEN_FINISH)
        return cosign_device_keygen_done(&keygen, &half, answer);
    return cosign_device_keygen_finish(&keygen, &f->pair.body, head_of(HEAD), answer);
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
    FUZZ_CHECK((err == HUFU_OK) == same);
    FUZZ_CHECK(err == HUFU_OK || err == HUFU_ERR_PEER || err == HUFU_ERR_FORM);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    struct fixture *f = begin();
    for (size_t step = 0; step < STEP_COUNT; step++)
        emit(context, bytes_of(f->seeds[step], f->seed_lens[step]));
}
