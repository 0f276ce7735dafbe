/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/exchange.h"

#include "common/hash.h"
#include "hsm/ecdsa.h"

/* Into the workspace. */
static enum hufu_err find_box_key(const struct exchange *exchange)
{
    const struct worker *worker = exchange->worker;
    return box_keys_find(worker->hsm->box_keys, worker->secret->box_key, exchange->frame.H_k, worker->now_ms);
}

enum hufu_err exchange_begin(struct exchange *exchange, struct worker *worker, size_t number,
                             struct bytes signature, struct bytes frame)
{
    *exchange = (struct exchange){
        .worker = worker, .box = &worker->secret->frames[number].box, .signature = signature};
    if (signature.len != FRAME_SIGNATURE_SIZE)
        return HUFU_ERR_FORM;
    enum hufu_err err = frame_parse(&exchange->frame, frame);
    return err ? err : find_box_key(exchange);
}

static enum hufu_err check_signature(struct exchange *exchange,
                                     const uint8_t device_key[FRAME_DEVICE_KEY_SIZE])
{
    struct worker *worker = exchange->worker;
    struct buf message;
    uint8_t digest[HASH_SIZE];
    buf_init(&message, worker->message, sizeof(worker->message));
    enum hufu_err err = frame_signed_message(&message, exchange->frame.encoded);
    if (err)
        return err;
    hash_sha256(digest, buf_bytes(&message));
    return ecdsa_verify_var(device_key, digest, exchange->signature.data);
}

static enum hufu_err check_age(const struct exchange *exchange)
{
    uint64_t sent = exchange->frame.head.time_ms, now = exchange->worker->now_ms;
    uint64_t apart = sent > now ? sent - now : now - sent;
    return apart > FRAME_AGE_MAX_MS ? HUFU_ERR_TIME : HUFU_OK;
}

enum hufu_err exchange_check_device(struct exchange *exchange,
                                    const uint8_t device_key[FRAME_DEVICE_KEY_SIZE])
{
    enum hufu_err err = check_signature(exchange, device_key);
    return err ? err : check_age(exchange);
}

static bool take_room(struct buf *part, struct buf *whole, size_t len)
{
    uint8_t *room = buf_reserve(whole, len);
    buf_init(part, room, room ? len : 0);
    return room != NULL;
}

/* Signatures alone share a request. */
static size_t answer_room(const struct frame_head *head)
{
    return head->op == FRAME_OP_SIGN ? WORKER_ANSWER_AROUND + frame_head_count(head) * WORKER_ANSWER_ITEM
                                     : COSIGN_ANSWER_MAX;
}

enum hufu_err exchange_open_box(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    const struct frame_head *head = &exchange->frame.head;
    if (!take_room(&exchange->body, &worker->bodies, frame_body_size(head)) ||
        !take_room(&exchange->answer, &worker->answers, answer_room(head)))
        return HUFU_ERR_LIMIT;
    enum hufu_err err = find_box_key(exchange);
    return err ? err
               : box_open_frame(&exchange->body, exchange->box, &exchange->frame, worker->secret->box_key);
}

enum hufu_err exchange_put_answer(struct exchange *exchange, struct buf *reply)
{
    struct worker *worker = exchange->worker;
    uint8_t nonce[BOX_NONCE_SIZE];
    enum hufu_err err = entropy_fill(&worker->entropy, nonce, sizeof(nonce));
    if (err)
        return err;
    size_t mark = buf_field_begin(reply);
    err = box_seal_answer(reply, exchange->box, buf_bytes(&exchange->answer), nonce);
    buf_field_end(reply, mark);
    return err;
}

enum hufu_err exchange_cause(const struct exchange *exchange, enum hufu_err err)
{
    enum hufu_err failure = exchange->worker->entropy.failure;
    return err == HUFU_ERR_INTERNAL && failure ? failure : err;
}
