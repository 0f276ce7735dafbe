/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_frame_seed.h"

#include <string.h>

#include "common/box.h"
#include "tests/fuzz/fuzz.h"

#define SEED_COUNT 2 /* digests or points */

void seed_policy(struct buf *out)
{
    struct frame_policy policy = {.authorization_id = {1},
                                  .from_ms = 1000,
                                  .until_ms = 2000,
                                  .operations = FRAME_ALLOW_SIGN,
                                  .uses = 3};
    FUZZ_CHECK(frame_policy_encode(out, &policy) == HUFU_OK);
}

void seed_handover(struct buf *out)
{
    uint8_t memory[FRAME_POLICY_SIZE];
    struct buf policy;
    buf_init(&policy, memory, sizeof(memory));
    seed_policy(&policy);
    struct frame_handover handover = {
        .binding_id = {2}, .fingerprint = {3}, .policy = buf_bytes(&policy), .sealed_half = {4}};
    FUZZ_CHECK(frame_handover_encode(out, &handover) == HUFU_OK);
}

void seed_policy_for(struct buf *out)
{
    uint8_t memory[FRAME_POLICY_SIZE];
    struct buf policy;
    buf_init(&policy, memory, sizeof(memory));
    seed_policy(&policy);
    struct frame_policy_for target = {.binding_id = {5}, .policy = buf_bytes(&policy)};
    FUZZ_CHECK(frame_policy_for_encode(out, &target) == HUFU_OK);
}

void seed_statement(struct buf *out)
{
    struct frame_statement statement = {.H_k = {6}, .from_ms = 7, .until_ms = 8};
    FUZZ_CHECK(frame_statement_encode(out, &statement) == HUFU_OK);
}

static void put_public(struct buf *out, enum frame_op op)
{
    static const size_t sizes[FRAME_OP_COUNT] = {
        [FRAME_OP_KEYGEN_BEGIN] = FRAME_DEVICE_KEY_SIZE,
        [FRAME_OP_KEYGEN_FINISH] = 32,
        [FRAME_OP_SIGN] = 32 * SEED_COUNT,
        [FRAME_OP_DECRYPT] = 65 * SEED_COUNT,
    };
    if (op == FRAME_OP_HANDOVER)
        seed_handover(out);
    else if (op == FRAME_OP_POLICY)
        seed_policy_for(out);
    for (size_t i = 0; i < sizes[op]; i++)
        buf_put_u8(out, (uint8_t)(4 + i));
}

static void put_head(struct buf *out, enum frame_op op, struct bytes public_part)
{
    static const uint8_t purpose[] = {0, 0, 0, 1, 'k', 0, 0, 0, 1, 'r', 0, 0, 0, 1, 't'};
    struct frame_head head = {
        .op = op, .key_id = {1}, .binding_id = {2}, .generation = 3, .request_id = {4}, .time_ms = 5};
    head.public_part = public_part;
    if (op == FRAME_OP_SIGN)
        head.purpose = bytes_of(purpose, sizeof(purpose));
    FUZZ_CHECK(frame_head_encode(out, &head) == HUFU_OK);
}

void seed_head(struct buf *out, enum frame_op op)
{
    uint8_t memory[512];
    struct buf public_part;
    buf_init(&public_part, memory, sizeof(memory));
    put_public(&public_part, op);
    put_head(out, op, buf_bytes(&public_part));
}

void seed_head_to_primary(struct buf *out)
{
    put_head(out, FRAME_OP_REFRESH, bytes_of_text(FRAME_ROLE_PRIMARY));
}

void seed_frame(struct buf *out, struct bytes head)
{
    uint8_t body[4096] = {0}, H_k[BOX_KEY_SIZE] = {9}, random[BOX_RANDOM_SIZE];
    struct frame_head parsed;
    struct box_session session;
    memset(random, 0x2a, sizeof(random));
    FUZZ_CHECK(frame_head_parse(&parsed, head) == HUFU_OK);
    struct bytes content = bytes_of(body, frame_body_size(&parsed));
    FUZZ_CHECK(content.len <= sizeof(body));
    FUZZ_CHECK(box_seal_frame(out, &session, head, content, H_k, random) == HUFU_OK);
}
