/* SPDX-License-Identifier: Apache-2.0 */
/* Policies, hand-overs and box-key statements (common/frame.h): what parses encodes to the same bytes again, and what
 * does not leaves nothing behind. */
#include <string.h>

#include "common/frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_frame_seed.h"

#define ENCODED_MAX 1024

/* Parses, and encodes again when that went well; err is the parser's. */
#define CHECK_CANONICAL(type, parse, encode, input)                  \
    do {                                                             \
        struct type parsed;                                          \
        static const struct type none;                               \
        uint8_t memory[ENCODED_MAX];                                 \
        struct buf again;                                            \
        buf_init(&again, memory, sizeof(memory));                    \
        if (parse(&parsed, input) != HUFU_OK) {                      \
            FUZZ_CHECK(memcmp(&parsed, &none, sizeof(parsed)) == 0); \
        } else {                                                     \
            FUZZ_CHECK(encode(&again, &parsed) == HUFU_OK);          \
            FUZZ_CHECK(bytes_equal(buf_bytes(&again), input));       \
        }                                                            \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    CHECK_CANONICAL(frame_policy, frame_policy_parse, frame_policy_encode, input);
    CHECK_CANONICAL(frame_handover, frame_handover_parse, frame_handover_encode, input);
    CHECK_CANONICAL(frame_policy_for, frame_policy_for_parse, frame_policy_for_encode, input);
    CHECK_CANONICAL(frame_statement, frame_statement_parse, frame_statement_encode, input);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    static void (*const seeds[])(struct buf * out) = {seed_policy, seed_handover, seed_policy_for,
                                                      seed_statement};
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
        uint8_t memory[ENCODED_MAX];
        struct buf seed;
        buf_init(&seed, memory, sizeof(memory));
        seeds[i](&seed);
        emit(context, buf_bytes(&seed));
    }
}
