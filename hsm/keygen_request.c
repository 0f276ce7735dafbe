/* SPDX-License-Identifier: Apache-2.0 */
/* keygen/begin and keygen/finish (docs/protocol.md §2). Between the two, the service's half is in a pending record alone. */
#include <string.h>

#include "hsm/binding.h"
#include "hsm/destruction.h"
#include "hsm/exchange.h"
#include "hsm/request.h"
#include "hsm/sealed.h"

#define PENDING_AGE_MAX_MS 600000u /* ten minutes (§2) */

static struct record_place place_of(enum record_kind kind, const uint8_t project[FRAME_ID_SIZE],
                                    const struct frame_head *head)
{
    struct record_place place = {.kind = kind, .generation = 0};
    memcpy(place.project, project, sizeof(place.project));
    memcpy(place.key, head->key_id, sizeof(place.key));
    memcpy(place.binding, head->binding_id, sizeof(place.binding));
    return place;
}

/* What the pending record keeps of the request. */
static enum hufu_err take_terms(struct record_pending *pending, struct bytes operations,
                                struct bytes identity)
{
    enum hufu_err err = request_take_u32(&pending->operations, operations);
    bool one_use = pending->operations == FRAME_ALLOW_SIGN || pending->operations == FRAME_ALLOW_DECRYPT;
    if (err || !one_use || identity.len > sizeof(pending->identity.data))
        return HUFU_ERR_FORM;
    if (identity.len > 0)
        memcpy(pending->identity.data, identity.data, identity.len);
    pending->identity.len = (uint32_t)identity.len;
    return HUFU_OK;
}

static enum hufu_err keep_head(struct record_pending *pending, const struct frame *frame)
{
    if (frame->head_encoded.len > sizeof(pending->head))
        return HUFU_ERR_FORM;
    memcpy(pending->head, frame->head_encoded.data, frame->head_encoded.len);
    pending->head_len = (uint32_t)frame->head_encoded.len;
    memcpy(pending->device_key, frame->head.public_part.data, sizeof(pending->device_key));
    return HUFU_OK;
}

/* Signature and age, generation, box: as for any operation. */
static enum hufu_err check_frame(struct exchange *exchange, const uint8_t *device_key)
{
    enum hufu_err err = exchange_check_device(exchange, device_key);
    if (!err && exchange->frame.head.generation != 0)
        err = HUFU_ERR_GENERATION;
    return err ? err : exchange_open_box(exchange);
}

static enum hufu_err put_sealed_pending(struct worker *worker, const struct record_place *place,
                                        struct buf *reply)
{
    struct record_pending *pending = &worker->secret->pending;
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    pending->sealed_ms = worker->now_ms;
    enum hufu_err err = record_pending_encode(&plain, pending);
    return err ? err : sealed_put_field(worker->hsm->token, worker->session, reply, place, buf_bytes(&plain));
}

enum hufu_err request_keygen_begin(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct record_pending *pending = &worker->secret->pending;
    struct cosign_random random = entropy_for_cosign(&worker->entropy);
    struct exchange exchange;
    uint8_t project[FRAME_ID_SIZE];
    enum hufu_err err = request_take(project, sizeof(project), fields[0]);
    if (!err)
        err = take_terms(pending, fields[1], fields[2]);
    if (!err)
        err = exchange_begin(&exchange, worker, 0, fields[3], fields[4]);
    if (!err && exchange.frame.head.op != FRAME_OP_KEYGEN_BEGIN)
        err = HUFU_ERR_FORM;
    if (!err)
        err = keep_head(pending, &exchange.frame);
    if (!err)
        err = check_frame(&exchange, pending->device_key);
    if (err)
        return err;
    err = cosign_service_keygen_begin(pending->b, pending->com, &exchange.answer, exchange.frame.head_encoded,
                                      buf_bytes(&exchange.body), exchange.frame.encoded, &random);
    if (err)
        return err;
    struct record_place place = place_of(RECORD_PENDING, project, &exchange.frame.head);
    err = put_sealed_pending(worker, &place, reply);
    return err ? err : exchange_put_answer(&exchange, reply);
}

static enum hufu_err open_pending(struct worker *worker, const struct record_place *place,
                                  struct bytes sealed)
{
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    enum hufu_err err = destruction_check(worker->hsm->destruction, place->binding, place->generation);
    if (!err)
        err = sealed_open(worker->hsm->token, worker->session, &plain, place, sealed);
    return err ? err : record_pending_parse(&worker->secret->pending, buf_bytes(&plain));
}

/* HUFU_ERR_STATE: begun more than ten minutes ago. The head must be that of this begin's finish. */
static enum hufu_err check_pending(const struct exchange *exchange, const struct record_pending *pending)
{
    uint8_t begun[COSIGN_DIGEST_SIZE];
    uint64_t now = exchange->worker->now_ms;
    if (now > pending->sealed_ms && now - pending->sealed_ms > PENDING_AGE_MAX_MS)
        return HUFU_ERR_STATE;
    cosign_sm3(begun, pending->head, pending->head_len);
    return bytes_equal(exchange->frame.head.public_part, bytes_of(begun, sizeof(begun))) ? HUFU_OK
                                                                                         : HUFU_ERR_FORM;
}

/* The binding that key generation ends with: the holder's first device. */
static void make_primary(struct record_binding *record, const struct record_pending *pending)
{
    memcpy(record->device_key, pending->device_key, sizeof(record->device_key));
    record->role = RECORD_PRIMARY;
    record->operations = pending->operations;
    record->identity = pending->identity;
}

static enum hufu_err begin_finish(struct exchange *exchange, struct worker *worker,
                                  struct record_place *place, const struct bytes *fields)
{
    uint8_t project[FRAME_ID_SIZE];
    enum hufu_err err = request_take(project, sizeof(project), fields[0]);
    if (!err)
        err = exchange_begin(exchange, worker, 0, fields[2], fields[3]);
    if (!err && exchange->frame.head.op != FRAME_OP_KEYGEN_FINISH)
        err = HUFU_ERR_FORM;
    if (err)
        return err;
    *place = place_of(RECORD_PENDING, project, &exchange->frame.head);
    err = open_pending(worker, place, fields[1]);
    if (!err)
        err = check_frame(exchange, worker->secret->pending.device_key);
    return err ? err : check_pending(exchange, &worker->secret->pending);
}

enum hufu_err request_keygen_finish(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    const struct record_pending *pending = &worker->secret->pending;
    struct record_binding *made = &worker->secret->other;
    struct exchange exchange;
    struct record_place place;
    enum hufu_err err = begin_finish(&exchange, worker, &place, fields);
    if (!err)
        err = cosign_service_keygen_finish(&made->half, &exchange.answer,
                                           bytes_of(pending->head, pending->head_len), pending->b,
                                           pending->com, buf_bytes(&exchange.body));
    if (err)
        return err;
    make_primary(made, pending);
    place.kind = RECORD_BINDING;
    err = binding_put_sealed(worker, made, &place, reply);
    if (err)
        return err;
    buf_put_field(reply, made->half.P, sizeof(made->half.P));
    return exchange_put_answer(&exchange, reply);
}
