/* SPDX-License-Identifier: Apache-2.0 */
/* The plaintext of sealed records (hsm/record.h). A record is authentic before it is parsed; the parser is strict all the
 * same: what it takes encodes to the same bytes again. */
#include <string.h>

#include "hsm/record.h"
#include "tests/fuzz/fuzz.h"

#define CHECK_CANONICAL(type, parse, encode, input)            \
    do {                                                       \
        struct type parsed;                                    \
        uint8_t memory[RECORD_PLAIN_MAX];                      \
        struct buf again;                                      \
        buf_init(&again, memory, sizeof(memory));              \
        enum hufu_err err = parse(&parsed, input);             \
        FUZZ_CHECK(err == HUFU_OK || err == HUFU_ERR_RECORD);  \
        if (err == HUFU_OK) {                                  \
            FUZZ_CHECK(encode(&again, &parsed) == HUFU_OK);    \
            FUZZ_CHECK(bytes_equal(buf_bytes(&again), input)); \
        }                                                      \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    CHECK_CANONICAL(record_binding, record_binding_parse, record_binding_encode, input);
    CHECK_CANONICAL(record_pending, record_pending_parse, record_pending_encode, input);
    CHECK_CANONICAL(record_service, record_service_parse, record_service_encode, input);
    CHECK_CANONICAL(record_ca, record_ca_parse, record_ca_encode, input);
    CHECK_CANONICAL(record_data, record_data_parse, record_data_encode, input);
    return 0;
}

static void emit_binding(void (*emit)(void *context, struct bytes seed), void *context, bool with_policy)
{
    uint8_t memory[RECORD_PLAIN_MAX];
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    struct record_binding record = {.half = {{1}, {4, 2}, {4, 3}},
                                    .device_key = {4},
                                    .role = with_policy ? RECORD_AUTHORIZED : RECORD_PRIMARY,
                                    .operations = FRAME_ALLOW_SIGN,
                                    .must_refresh = with_policy,
                                    .has_policy = with_policy,
                                    .sealed_ms = 5};
    if (with_policy) {
        record.policy = (struct frame_policy){
            .authorization_id = {6}, .from_ms = 1, .until_ms = 2, .operations = 1, .uses = 3};
        record.policy_number = 2;
        record.identity.len = 3;
    }
    FUZZ_CHECK(record_binding_encode(&out, &record) == HUFU_OK);
    emit(context, buf_bytes(&out));
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    uint8_t memory[RECORD_PLAIN_MAX];
    struct buf out;
    struct record_pending pending = {
        .b = {1}, .com = {2}, .head_len = 5, .device_key = {4}, .operations = FRAME_ALLOW_DECRYPT};
    struct record_service service = {.private_key = {1}, .from_ms = 1, .until_ms = 2};
    struct record_ca ca = {.private_key = {1}};
    struct record_data data = {.key = {1}};
    emit_binding(emit, context, false);
    emit_binding(emit, context, true);
    buf_init(&out, memory, sizeof(memory));
    FUZZ_CHECK(record_pending_encode(&out, &pending) == HUFU_OK);
    emit(context, buf_bytes(&out));
    buf_init(&out, memory, sizeof(memory));
    FUZZ_CHECK(record_service_encode(&out, &service) == HUFU_OK);
    emit(context, buf_bytes(&out));
    buf_init(&out, memory, sizeof(memory));
    FUZZ_CHECK(record_ca_encode(&out, &ca) == HUFU_OK);
    emit(context, buf_bytes(&out));
    buf_init(&out, memory, sizeof(memory));
    FUZZ_CHECK(record_data_encode(&out, &data) == HUFU_OK);
    emit(context, buf_bytes(&out));
}
