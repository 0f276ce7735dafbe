/* SPDX-License-Identifier: Apache-2.0 */
/* bench-hsm: the CPU time of what hufu-hsm computes for several frames at once beside cosign/, and of the library that computes
 * it one at a time; one JSON line each, as bench-cosign prints them:
 *   {"op": …, "impl": …, "batch": N, "runs": N, "median_us": …, "min_us": …, "max_us": …, "ratio": …}
 * Times are for one of the batch. `op` is "device-signature" (ECDSA P-256, beside OpenSSL) or "box-agreement" (X25519, beside
 * libsodium); `ratio` is the median of the library's time by ours, of runs that alternate.
 *
 *     bench-hsm [--quick]
 *
 * --quick runs everything twice, to see that it works. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "hsm/ecdsa.h"
#include "hsm/x25519.h"
#include "tests/bench/bench_cosign_measure.h"
#include "tests/client/device_key.h"
#include "tests/client/randomness.h"

#define SECONDS 30
#define MOST ECDSA_TOGETHER

_Static_assert(MOST <= X25519_SOME_MAX, "both take as many");

/* What is looked at: a signature and a public key of as many devices. */
struct frames {
    size_t count;
    struct ecdsa_claim claims[MOST];
    uint8_t points[MOST][ECDSA_POINT_SIZE], digests[MOST][HASH_SIZE], signatures[MOST][ECDSA_SIGNATURE_SIZE];
    uint8_t private_key[BOX_KEY_SIZE], keys[MOST][BOX_KEY_SIZE], agreed[MOST][BOX_KEY_SIZE];
};

static bool frames_make(struct frames *frames)
{
    static const uint8_t message[] = "a frame";
    randomness_fill(frames->private_key, sizeof(frames->private_key));
    for (size_t i = 0; i < MOST; i++) {
        struct device_key *key = device_key_new();
        uint8_t random[BOX_KEY_SIZE];
        const struct bytes signed_bytes = bytes_of(message, sizeof(message) - 1);
        if (!key)
            return false;
        memcpy(frames->points[i], device_key_public(key), sizeof(frames->points[i]));
        enum hufu_err err = device_key_sign(key, frames->signatures[i], signed_bytes);
        device_key_free(key);
        if (err)
            return false;
        hash_sha256(frames->digests[i], signed_bytes);
        frames->claims[i] = (struct ecdsa_claim){
            .point = frames->points[i], .digest = frames->digests[i], .signature = frames->signatures[i]};
        randomness_fill(random, sizeof(random));
        (void)crypto_scalarmult_base(frames->keys[i], random);
    }
    return true;
}

static bool verify_together(void *context, size_t times)
{
    struct frames *frames = context;
    bool good = true;
    for (size_t n = 0; n < times; n++) {
        ecdsa_verify_some_var(frames->claims, frames->count);
        for (size_t i = 0; i < frames->count; i++)
            good = good && frames->claims[i].err == HUFU_OK;
    }
    return good;
}

static bool verify_one(void *context, size_t times)
{
    struct frames *frames = context;
    bool good = true;
    for (size_t n = 0; n < times; n++)
        good =
            good && ecdsa_verify_var(frames->points[0], frames->digests[0], frames->signatures[0]) == HUFU_OK;
    return good;
}

static bool agree_together(void *context, size_t times)
{
    struct frames *frames = context;
    const uint8_t *points[MOST];
    enum hufu_err errs[MOST];
    bool good = true;
    for (size_t i = 0; i < frames->count; i++)
        points[i] = frames->keys[i];
    for (size_t n = 0; n < times; n++) {
        x25519_some(frames->agreed, errs, frames->private_key, points, frames->count);
        for (size_t i = 0; i < frames->count; i++)
            good = good && errs[i] == HUFU_OK;
    }
    return good;
}

static bool agree_one(void *context, size_t times)
{
    struct frames *frames = context;
    bool good = true;
    for (size_t n = 0; n < times; n++)
        good = good && crypto_scalarmult(frames->agreed[0], frames->private_key, frames->keys[0]) == 0;
    return good;
}

static bool measure(struct bench *bench, struct frames *frames, size_t count)
{
    const struct contender signatures = {"hufu", verify_together, frames},
                           boxes = {"hufu", agree_together, frames};
    const struct contender openssl = {"openssl", verify_one, frames},
                           libsodium = {"libsodium", agree_one, frames};
    frames->count = count;
    return measure_contest(bench, &(struct contest){.op = "device-signature",
                                                    .batch = (uint32_t)count,
                                                    .ours = &signatures,
                                                    .count = 1,
                                                    .twin = &openssl}) &&
           measure_contest(bench, &(struct contest){.op = "box-agreement",
                                                    .batch = (uint32_t)count,
                                                    .ours = &boxes,
                                                    .count = 1,
                                                    .twin = &libsodium});
}

int main(int argc, char **argv)
{
    static const size_t counts[] = {1, 2, 4, 8, 9, 16};
    static struct bench bench = {.seconds = SECONDS};
    static struct frames frames;
    bench.quick = argc == 2 && strcmp(argv[1], "--quick") == 0;
    if (argc > 1 && !bench.quick) {
        fprintf(stderr, "usage: bench-hsm [--quick]\n");
        return 2;
    }
    if (sodium_init() < 0 || !frames_make(&frames))
        return EXIT_FAILURE;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        if (!measure(&bench, &frames, counts[i]))
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
