/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/exchange.h"

#include "common/hash.h"
#include "hsm/ecdsa.h"
#include "hsm/x25519.h"

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

/* What the device signed, as a claim that is to be verified. */
static enum hufu_err claim_of(struct ecdsa_claim *claim, uint8_t digest[HASH_SIZE],
                              const struct exchange *exchange, const uint8_t *device_key)
{
    struct worker *worker = exchange->worker;
    struct buf message;
    buf_init(&message, worker->message, sizeof(worker->message));
    enum hufu_err err = frame_signed_message(&message, exchange->frame.encoded);
    if (!err)
        hash_sha256(digest, buf_bytes(&message));
    *claim =
        (struct ecdsa_claim){.point = device_key, .digest = digest, .signature = exchange->signature.data};
    return err;
}

static enum hufu_err check_age(const struct exchange *exchange)
{
    uint64_t sent = exchange->frame.head.time_ms, now = exchange->worker->now_ms;
    uint64_t apart = sent > now ? sent - now : now - sent;
    return apart > FRAME_AGE_MAX_MS ? HUFU_ERR_TIME : HUFU_OK;
}

_Static_assert(WORKER_FRAMES_MAX <= ECDSA_TOGETHER && WORKER_FRAMES_MAX <= X25519_SOME_MAX,
               "what comes in one message is computed together");

void exchange_check_devices(struct exchange_step *steps, size_t count)
{
    struct ecdsa_claim claims[WORKER_FRAMES_MAX];
    uint8_t digests[WORKER_FRAMES_MAX][HASH_SIZE] = {{0}};
    for (size_t i = 0; i < count; i++)
        steps[i].err = claim_of(&claims[i], digests[i], steps[i].exchange, steps[i].device_key);
    ecdsa_verify_some_var(claims, count);
    for (size_t i = 0; i < count; i++) {
        if (!steps[i].err)
            steps[i].err = claims[i].err;
        if (!steps[i].err)
            steps[i].err = check_age(steps[i].exchange);
    }
}

enum hufu_err exchange_check_device(struct exchange *exchange,
                                    const uint8_t device_key[FRAME_DEVICE_KEY_SIZE])
{
    struct exchange_step one = {.exchange = exchange, .device_key = device_key};
    exchange_check_devices(&one, 1);
    return one.err;
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

static enum hufu_err take_rooms(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    const struct frame_head *head = &exchange->frame.head;
    bool taken = take_room(&exchange->body, &worker->bodies, frame_body_size(head)) &&
                 take_room(&exchange->answer, &worker->answers, answer_room(head));
    return taken ? HUFU_OK : HUFU_ERR_LIMIT;
}

/* Those that are for the same box key as the first, which are opened together; in a rotation there are two keys. The others move
 * behind them. Returns how many they are. */
static size_t gather_one_key(struct exchange_step **steps, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct exchange_step *step = steps[i];
        if (!bytes_equal(bytes_of(step->exchange->frame.H_k, BOX_KEY_SIZE),
                         bytes_of(steps[0]->exchange->frame.H_k, BOX_KEY_SIZE)))
            continue;
        steps[i] = steps[found];
        steps[found++] = step;
    }
    return found;
}

static void open_boxes_of_one_key(struct exchange_step *const *steps, size_t count)
{
    struct workspace *secret = steps[0]->exchange->worker->secret;
    const uint8_t *points[WORKER_FRAMES_MAX];
    enum hufu_err errs[WORKER_FRAMES_MAX];
    const enum hufu_err found = find_box_key(steps[0]->exchange);
    for (size_t i = 0; i < count; i++)
        points[i] = steps[i]->exchange->frame.Y;
    if (!found)
        x25519_some(secret->agreed, errs, secret->box_key, points, count);
    for (size_t i = 0; i < count; i++) {
        struct exchange *exchange = steps[i]->exchange;
        steps[i]->err = found ? found : errs[i];
        if (!steps[i]->err)
            steps[i]->err =
                box_open_frame_shared(&exchange->body, exchange->box, &exchange->frame, secret->agreed[i]);
    }
}

void exchange_open_boxes(struct exchange_step *steps, size_t count)
{
    struct exchange_step *left[WORKER_FRAMES_MAX];
    size_t left_count = 0;
    for (size_t i = 0; i < count; i++) {
        steps[i].err = take_rooms(steps[i].exchange);
        if (!steps[i].err)
            left[left_count++] = &steps[i];
    }
    for (size_t at = 0; at < left_count;) {
        size_t together = gather_one_key(left + at, left_count - at);
        open_boxes_of_one_key(left + at, together);
        at += together;
    }
}

enum hufu_err exchange_open_box(struct exchange *exchange)
{
    struct exchange_step one = {.exchange = exchange};
    exchange_open_boxes(&one, 1);
    return one.err;
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
