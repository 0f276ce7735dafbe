/* SPDX-License-Identifier: Apache-2.0 */
/* Both halves of a key that a test has generated, a repeatable source of randomness, and what the tests of the protocol
 * share. d is known here: tests play dishonest parties, who may know anything. */
#ifndef HUFU_TESTS_COSIGN_PAIR_H
#define HUFU_TESTS_COSIGN_PAIR_H

#include "tests/unit/unit.h"

#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"

/* SM3 of a counter; the same from test to test. */
struct stream {
    uint64_t seed;
    uint64_t calls;
    bool frozen;         /* gives the same bytes again and again: a virtual machine that was reset */
    uint64_t fail_after; /* this many calls work, the next fails; 0: all work */
};
enum hufu_err stream_fill(void *context, uint8_t *out, size_t len);
struct cosign_random stream_random(struct stream *stream);

struct pair {
    struct stream stream;
    struct cosign_random random;
    struct cosign_device_half device;
    struct cosign_service_half service;
    struct scalar d;
    uint8_t body_memory[COSIGN_BODY_MAX];
    uint8_t answer_memory[COSIGN_ANSWER_MAX];
    struct buf body;
    struct buf answer;
};

/* Generates a key by the protocol. */
void pair_init(struct pair *pair, uint64_t seed);
/* A cmocka set-up and tear-down for a pair as the state. */
int pair_set_up(void **state);
int pair_tear_down(void **state);
/* Empties both buffers. */
void pair_reset(struct pair *pair);
/* Signs one digest with two halves of the pair's key, which need not be the pair's own. The error of the service's refusal, or
 * whether the signature holds. */
enum hufu_err pair_sign(struct pair *pair, const struct cosign_device_half *device,
                        const struct cosign_service_half *service);

/* Heads and frames are opaque to the library: any bytes do. */
struct bytes head_of(const char *text);
/* count digests, the same for the same seed. */
void make_digests(uint8_t *digests, uint32_t count, uint64_t seed);
void random_scalar(struct scalar *out, struct stream *stream);
void scalar_of_bytes(struct scalar *out, const uint8_t bytes[32]);

bool all_zero(const void *data, size_t len);
#define assert_zero(object) assert_true(all_zero(&(object), sizeof(object)))

/* Encodings that are no points, each for its own reason. */
struct bad_point {
    const char *reason;
    uint8_t bytes[COSIGN_POINT_SIZE];
};
extern const struct bad_point bad_points[];
extern const size_t bad_point_count;
/* n, and 2^256 - 1. */
extern const uint8_t order_bytes[32];
extern const uint8_t ones_bytes[32];
/* These two and 0: no received scalar may be one of them. */
#define BAD_SCALARS 3
extern const uint8_t *const bad_scalars[BAD_SCALARS];

#endif
