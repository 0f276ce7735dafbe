/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and heads (common/frame.h). What parses is canonical: it encodes to the same bytes again. */
#include <string.h>

#include "common/frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_frame_seed.h"

static void check_within(struct bytes slice, struct bytes whole)
{
    FUZZ_CHECK(slice.len == 0 || (slice.data >= whole.data && slice.len <= whole.len &&
                                  slice.data + slice.len <= whole.data + whole.len));
}

static void check_head(const struct frame_head *head, struct bytes encoded)
{
    uint8_t memory[FRAME_HEAD_MAX];
    struct buf again;
    buf_init(&again, memory, sizeof(memory));
    check_within(head->purpose, encoded);
    check_within(head->public_part, encoded);
    FUZZ_CHECK(frame_head_count(head) <= FRAME_BATCH_MAX);
    FUZZ_CHECK(frame_op_name(head->op) != NULL);
    FUZZ_CHECK(frame_head_encode(&again, head) == HUFU_OK);
    FUZZ_CHECK(bytes_equal(buf_bytes(&again), encoded));
}

static void check_frame(const struct frame *frame, struct bytes encoded)
{
    check_within(frame->head_encoded, encoded);
    check_within(frame->box, encoded);
    check_within(bytes_of(frame->Y, FRAME_X25519_SIZE), encoded);
    check_within(bytes_of(frame->H_k, FRAME_X25519_SIZE), encoded);
    check_head(&frame->head, frame->head_encoded);
    FUZZ_CHECK(frame->box.len > frame_body_size(&frame->head));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    struct frame frame;
    struct frame_head head;
    static const struct frame no_frame;
    static const struct frame_head no_head;
    if (frame_parse(&frame, input) == HUFU_OK)
        check_frame(&frame, input);
    else
        FUZZ_CHECK(memcmp(&frame, &no_frame, sizeof(frame)) == 0);
    if (frame_head_parse(&head, input) == HUFU_OK)
        check_head(&head, input);
    else
        FUZZ_CHECK(memcmp(&head, &no_head, sizeof(head)) == 0);
    return 0;
}

static void emit_with_frame(void (*emit)(void *context, struct bytes seed), void *context, struct bytes head)
{
    uint8_t memory[FRAME_MAX];
    struct buf frame;
    buf_init(&frame, memory, sizeof(memory));
    seed_frame(&frame, head);
    emit(context, head);
    emit(context, buf_bytes(&frame));
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    uint8_t memory[FRAME_HEAD_MAX];
    struct buf head;
    for (enum frame_op op = FRAME_OP_KEYGEN_BEGIN; op < FRAME_OP_COUNT; op++) {
        buf_init(&head, memory, sizeof(memory));
        seed_head(&head, op);
        emit_with_frame(emit, context, buf_bytes(&head));
    }
    buf_init(&head, memory, sizeof(memory));
    seed_head_to_primary(&head);
    emit_with_frame(emit, context, buf_bytes(&head));
}
