/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/device_request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/secret.h"
#include "tests/client/randomness.h"
#include "tests/client/signing_nonces.h"

static const struct device_options honest = {0};

uint64_t device_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void device_request_done(struct device_request *request)
{
    device_nonces_free(request->nonces);
    free(request->frame);
    free(request->head);
    secret_wipe(request, sizeof(*request));
}

struct bytes device_request_frame(const struct device_request *request)
{
    return bytes_of(request->frame, request->frame_len);
}

struct bytes device_request_head(const struct device_request *request)
{
    return bytes_of(request->head, request->head_len);
}

enum hufu_err device_request_open(const struct device_request *request, struct buf *answer,
                                  struct bytes sealed)
{
    return box_open_answer(answer, &request->session, sealed);
}

static void begin_head(struct frame_head *head, const struct device_binding *binding, enum frame_op op,
                       struct bytes public_part, const struct device_options *options)
{
    *head = (struct frame_head){
        .op = op,
        .generation = binding->generation,
        .time_ms = options->time_ms ? options->time_ms : device_now_ms(),
        .purpose = options->purpose,
        .public_part = public_part,
    };
    memcpy(head->key_id, binding->key_id, FRAME_ID_SIZE);
    memcpy(head->binding_id, binding->binding_id, FRAME_ID_SIZE);
    if (options->request_id)
        memcpy(head->request_id, options->request_id, FRAME_ID_SIZE);
    else
        randomness_fill(head->request_id, FRAME_ID_SIZE);
}

static enum hufu_err keep(uint8_t **copy, size_t *len, struct bytes what)
{
    *copy = malloc(what.len);
    if (!*copy)
        return HUFU_ERR_INTERNAL;
    memcpy(*copy, what.data, what.len);
    *len = what.len;
    return HUFU_OK;
}

/* Head and body, with what the first two hooks make of them. */
static enum hufu_err make_content(struct device_request *request, struct buf *body, struct buf *head,
                                  struct frame_head *fields, device_body *make_body, void *context,
                                  const struct device_options *options)
{
    enum hufu_err err = frame_head_encode(head, fields);
    if (!err)
        err = keep(&request->head, &request->head_len, buf_bytes(head));
    if (err)
        return err;
    if (make_body)
        err = make_body(body, buf_bytes(head), context);
    else
        buf_put_field_text(body, frame_op_name(fields->op));
    if (err)
        return err;
    if (options->after_proof) {
        options->after_proof(fields, options->context);
        head->len = 0;
        err = frame_head_encode(head, fields);
    }
    if (options->before_box)
        options->before_box(body, options->context);
    return err ? err : buf_finish(body);
}

static enum hufu_err sign_frame(struct device_request *request, const struct device_key *key,
                                struct buf *frame)
{
    uint8_t memory[FRAME_MAX + 64];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    enum hufu_err err = frame_signed_message(&message, buf_bytes(frame));
    return err ? err : device_key_sign(key, request->signature, buf_bytes(&message));
}

static enum hufu_err close_frame(struct device_request *request, const struct device_binding *binding,
                                 struct bytes head, struct bytes body, const struct device_options *options)
{
    uint8_t memory[FRAME_MAX], random[BOX_RANDOM_SIZE];
    struct buf frame;
    buf_init(&frame, memory, sizeof(memory));
    randomness_fill(random, sizeof(random));
    enum hufu_err err = box_seal_frame(&frame, &request->session, head, body, binding->H_k, random);
    if (err)
        return err;
    if (options->before_signature)
        options->before_signature(&frame, options->context);
    err = sign_frame(request, options->signer ? options->signer : binding->key, &frame);
    if (err)
        return err;
    if (options->on_the_way)
        options->on_the_way(&frame, request->signature, options->context);
    return keep(&request->frame, &request->frame_len, buf_bytes(&frame));
}

enum hufu_err device_request_make(struct device_request *request, const struct device_binding *binding,
                                  enum frame_op op, struct bytes public_part, device_body *make_body,
                                  void *context, const struct device_options *options)
{
    *request = (struct device_request){0};
    if (!options)
        options = &honest;
    uint8_t body_memory[COSIGN_BODY_MAX + 64], head_memory[FRAME_HEAD_MAX];
    struct buf body, head;
    buf_init(&body, body_memory, sizeof(body_memory));
    buf_init(&head, head_memory, sizeof(head_memory));
    struct frame_head fields;
    begin_head(&fields, binding, op, public_part, options);
    memcpy(request->request_id, fields.request_id, FRAME_ID_SIZE);
    enum hufu_err err = make_content(request, &body, &head, &fields, make_body, context, options);
    if (!err)
        err = close_frame(request, binding, buf_bytes(&head), buf_bytes(&body), options);
    secret_wipe(body_memory, sizeof(body_memory));
    if (err)
        device_request_done(request);
    return err;
}

enum hufu_err device_frame_change_head(struct buf *frame,
                                       void (*change)(struct frame_head *head, void *context), void *context)
{
    uint8_t memory[FRAME_MAX], head_memory[FRAME_HEAD_MAX];
    memcpy(memory, frame->data, frame->len);
    struct frame parsed;
    enum hufu_err err = frame_parse(&parsed, bytes_of(memory, frame->len));
    if (err)
        return err;
    struct buf head;
    buf_init(&head, head_memory, sizeof(head_memory));
    change(&parsed.head, context);
    err = frame_head_encode(&head, &parsed.head);
    if (err)
        return err;
    frame->len = 0;
    buf_put_field_text(frame, "hufu/frame");
    buf_put_field_bytes(frame, buf_bytes(&head));
    buf_put_field(frame, parsed.Y, FRAME_X25519_SIZE);
    buf_put_field(frame, parsed.H_k, FRAME_X25519_SIZE);
    buf_put_field_bytes(frame, parsed.box);
    return buf_finish(frame);
}
