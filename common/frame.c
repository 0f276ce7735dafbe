/* SPDX-License-Identifier: Apache-2.0 */
#include "common/frame.h"

#include <string.h>

#include "common/box.h"

#define HEAD_MAGIC "hufu/1"
#define POINT_SIZE 65
#define SCALAR_SIZE 32
#define PROOF_SIZE 64
#define DIGEST_SIZE 32

/* One row for each operation of §7: the unit of `public` and how many of it there may be (the public part of
 * hand-over and policy is a T of its own and has its own parser; that of a refresh may be a role instead of empty), and the
 * fields of the body. */
struct op_form {
    const char *name;
    size_t public_unit;
    size_t public_min, public_max; /* in units */
    size_t body_fields[3];         /* their sizes; 0: no field */
    size_t body_per_item;          /* of an extra first field: bytes for each item of the batch */
};

static const struct op_form forms[] = {
    [FRAME_OP_KEYGEN_BEGIN] = {"sm2/keygen/begin", FRAME_DEVICE_KEY_SIZE, 1, 1, {DIGEST_SIZE}, 0},
    [FRAME_OP_KEYGEN_FINISH] = {"sm2/keygen/finish", DIGEST_SIZE, 1, 1, {POINT_SIZE, PROOF_SIZE, 32}, 0},
    [FRAME_OP_SIGN] = {"sm2/sign", DIGEST_SIZE, 1, FRAME_BATCH_MAX, {PROOF_SIZE}, 2 * POINT_SIZE},
    [FRAME_OP_DECRYPT] = {"sm2/decrypt", POINT_SIZE, 1, FRAME_BATCH_MAX, {PROOF_SIZE}, 0},
    [FRAME_OP_REFRESH] = {"sm2/refresh", 1, 0, 0, {SCALAR_SIZE, POINT_SIZE, PROOF_SIZE}, 0},
    [FRAME_OP_HANDOVER] = {"sm2/handover", 1, 0, 0, {SCALAR_SIZE, POINT_SIZE, PROOF_SIZE}, 0},
    [FRAME_OP_POLICY] = {"policy", 1, 0, 0, {0}, 0},
    [FRAME_OP_PIN_CHECK] = {"sm2/pin/check", 1, 0, 0, {PROOF_SIZE}, 0},
};

_Static_assert(sizeof(forms) / sizeof(forms[0]) == FRAME_OP_COUNT, "every operation has a form");

static const struct op_form *form_of(enum frame_op op)
{
    size_t index = (size_t)op;
    return index < FRAME_OP_COUNT ? &forms[index] : NULL;
}

const char *frame_op_name(enum frame_op op)
{
    const struct op_form *form = form_of(op);
    return form ? form->name : NULL;
}

static bool op_of_name(enum frame_op *op, struct bytes name)
{
    for (size_t i = 0; i < FRAME_OP_COUNT; i++) {
        if (bytes_equal_text(name, forms[i].name)) {
            *op = (enum frame_op)i;
            return true;
        }
    }
    return false;
}

static enum hufu_err check_purpose(struct bytes purpose)
{
    if (purpose.len == 0)
        return HUFU_OK;
    struct cursor c;
    cursor_init(&c, purpose);
    for (int i = 0; i < 3; i++) {
        if (cursor_field(&c, FRAME_PURPOSE_FIELD_MAX).len == 0)
            return HUFU_ERR_FORM;
    }
    return cursor_finish(&c);
}

static enum hufu_err check_public(enum frame_op op, struct bytes public_part)
{
    struct frame_handover handover;
    struct frame_policy_for target;
    if (op == FRAME_OP_HANDOVER)
        return frame_handover_parse(&handover, public_part);
    if (op == FRAME_OP_POLICY)
        return frame_policy_for_parse(&target, public_part);
    if (op == FRAME_OP_REFRESH && bytes_equal_text(public_part, FRAME_ROLE_PRIMARY))
        return HUFU_OK;
    const struct op_form *form = form_of(op);
    size_t units = public_part.len / form->public_unit;
    bool whole = public_part.len % form->public_unit == 0;
    return whole && units >= form->public_min && units <= form->public_max ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err check_head(const struct frame_head *head)
{
    if (!form_of(head->op))
        return HUFU_ERR_FORM;
    enum hufu_err err = check_purpose(head->purpose);
    return err ? err : check_public(head->op, head->public_part);
}

enum hufu_err frame_head_encode(struct buf *out, const struct frame_head *head)
{
    enum hufu_err err = check_head(head);
    if (err)
        return err;
    buf_put_field_text(out, HEAD_MAGIC);
    buf_put_field_text(out, frame_op_name(head->op));
    size_t ctx = buf_field_begin(out);
    buf_put(out, head->key_id, FRAME_ID_SIZE);
    buf_put(out, head->binding_id, FRAME_ID_SIZE);
    buf_put_u32(out, head->generation);
    buf_put(out, head->request_id, FRAME_ID_SIZE);
    buf_field_end(out, ctx);
    buf_put_field_u64(out, head->time_ms);
    buf_put_field_bytes(out, head->purpose);
    buf_put_field_bytes(out, head->public_part);
    return buf_finish(out);
}

static void parse_ctx(struct frame_head *head, struct bytes ctx)
{
    struct cursor c;
    cursor_init(&c, ctx);
    cursor_copy(&c, head->key_id, FRAME_ID_SIZE);
    cursor_copy(&c, head->binding_id, FRAME_ID_SIZE);
    head->generation = cursor_u32(&c);
    cursor_copy(&c, head->request_id, FRAME_ID_SIZE);
}

static enum hufu_err parse_head(struct frame_head *head, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_text(&c, HEAD_MAGIC);
    if (!op_of_name(&head->op, cursor_field(&c, 32)))
        return HUFU_ERR_FORM;
    parse_ctx(head, cursor_field_exact(&c, FRAME_CTX_SIZE));
    head->time_ms = cursor_field_u64(&c);
    head->purpose = cursor_field(&c, FRAME_PURPOSE_MAX);
    head->public_part = cursor_field(&c, FRAME_HEAD_MAX);
    enum hufu_err err = cursor_finish(&c);
    return err ? err : check_head(head);
}

enum hufu_err frame_head_parse(struct frame_head *head, struct bytes encoded)
{
    *head = (struct frame_head){0};
    if (encoded.len > FRAME_HEAD_MAX)
        return HUFU_ERR_FORM;
    enum hufu_err err = parse_head(head, encoded);
    if (err)
        *head = (struct frame_head){0};
    return err;
}

uint32_t frame_head_count(const struct frame_head *head)
{
    if (head->op != FRAME_OP_SIGN && head->op != FRAME_OP_DECRYPT)
        return 0;
    return (uint32_t)(head->public_part.len / form_of(head->op)->public_unit);
}

bool frame_head_asks_primary(const struct frame_head *head)
{
    return head->op == FRAME_OP_REFRESH && head->public_part.len > 0;
}

size_t frame_body_size(const struct frame_head *head)
{
    const struct op_form *form = form_of(head->op);
    if (!form)
        return 0;
    size_t size = 4 + strlen(form->name);
    if (form->body_per_item)
        size += 4 + form->body_per_item * frame_head_count(head);
    for (size_t i = 0; i < sizeof(form->body_fields) / sizeof(form->body_fields[0]); i++) {
        if (form->body_fields[i])
            size += 4 + form->body_fields[i];
    }
    return size;
}

static enum hufu_err parse_frame(struct frame *frame, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_text(&c, "hufu/frame");
    frame->encoded = encoded;
    frame->head_encoded = cursor_field(&c, FRAME_HEAD_MAX);
    frame->Y = cursor_field_exact(&c, FRAME_X25519_SIZE).data;
    frame->H_k = cursor_field_exact(&c, FRAME_X25519_SIZE).data;
    frame->box = cursor_field(&c, FRAME_MAX);
    enum hufu_err err = cursor_finish(&c);
    if (!err)
        err = frame_head_parse(&frame->head, frame->head_encoded);
    if (!err && frame->box.len != frame_body_size(&frame->head) + BOX_OVERHEAD)
        err = HUFU_ERR_FORM;
    return err;
}

enum hufu_err frame_parse(struct frame *frame, struct bytes encoded)
{
    *frame = (struct frame){0};
    if (encoded.len > FRAME_MAX)
        return HUFU_ERR_FORM;
    enum hufu_err err = parse_frame(frame, encoded);
    if (err)
        *frame = (struct frame){0};
    return err;
}

enum hufu_err frame_signed_message(struct buf *out, struct bytes frame_encoded)
{
    buf_put_field_text(out, "hufu/request");
    buf_put_field_bytes(out, frame_encoded);
    return buf_finish(out);
}

enum hufu_err frame_statement_encode(struct buf *out, const struct frame_statement *statement)
{
    buf_put_field_text(out, "hufu/box-key");
    buf_put_field(out, statement->H_k, FRAME_X25519_SIZE);
    buf_put_field_u64(out, statement->from_ms);
    buf_put_field_u64(out, statement->until_ms);
    return buf_finish(out);
}

enum hufu_err frame_statement_parse(struct frame_statement *statement, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_text(&c, "hufu/box-key");
    cursor_field_copy(&c, statement->H_k, FRAME_X25519_SIZE);
    statement->from_ms = cursor_field_u64(&c);
    statement->until_ms = cursor_field_u64(&c);
    enum hufu_err err = cursor_finish(&c);
    if (err)
        *statement = (struct frame_statement){0};
    return err;
}
