/* SPDX-License-Identifier: Apache-2.0 */
/* operate: one frame of a device for an existing binding. The order of the checks is that of hsm/PROTOCOL.md and
 * docs/protocol.md §6; nothing that costs no try may come after what depends on the half. */
#include <string.h>

#include "hsm/binding.h"
#include "hsm/operate.h"
#include "hsm/permit.h"
#include "hsm/request.h"

static enum hufu_err empty_target(struct bytes target)
{
    return target.len == 0 ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err sign_prove(struct operate *operate, struct buf *reply)
{
    struct exchange *exchange = &operate->exchange;
    struct cosign_random random = entropy_for_cosign(&operate->worker->entropy);
    (void)reply;
    return cosign_service_sign(&operate->record->half, &exchange->answer, operate->worker->results,
                               exchange->frame.head_encoded, exchange->frame.head.public_part,
                               buf_bytes(&exchange->body), exchange->frame.encoded, &random);
}

static enum hufu_err decrypt_prove(struct operate *operate, struct buf *reply)
{
    struct exchange *exchange = &operate->exchange;
    (void)reply;
    return cosign_service_decrypt(&operate->record->half, &exchange->answer, operate->worker->results,
                                  exchange->frame.head_encoded, exchange->frame.head.public_part,
                                  buf_bytes(&exchange->body));
}

/* The r of a signature, the H(C1) of a decryption: 32 bytes for each of the batch. */
static enum hufu_err put_results(struct operate *operate, struct buf *reply)
{
    size_t count = frame_head_count(&operate->exchange.frame.head);
    buf_put_field(reply, operate->worker->results, count * sizeof(operate->worker->results[0]));
    return HUFU_OK;
}

static enum hufu_err pin_check_prove(struct operate *operate, struct buf *reply)
{
    struct exchange *exchange = &operate->exchange;
    (void)reply;
    return cosign_service_pin_check(&operate->record->half, &exchange->answer, exchange->frame.head_encoded,
                                    buf_bytes(&exchange->body));
}

static enum hufu_err put_nothing(struct operate *operate, struct buf *reply)
{
    (void)operate;
    buf_put_field(reply, NULL, 0);
    return HUFU_OK;
}

struct operation {
    enum hufu_err (*check_target)(struct bytes target);
    operate_step *prove;
    operate_step *conclude;
};

/* Key generation has requests of its own: its rows are empty. */
static const struct operation operations[] = {
    [FRAME_OP_KEYGEN_BEGIN] = {NULL, NULL, NULL},
    [FRAME_OP_KEYGEN_FINISH] = {NULL, NULL, NULL},
    [FRAME_OP_SIGN] = {empty_target, sign_prove, put_results},
    [FRAME_OP_DECRYPT] = {empty_target, decrypt_prove, put_results},
    [FRAME_OP_REFRESH] = {empty_target, refresh_prove, refresh_conclude},
    [FRAME_OP_HANDOVER] = {handover_check_target, handover_prove, handover_conclude},
    [FRAME_OP_POLICY] = {policy_check_target, policy_prove, policy_conclude},
    [FRAME_OP_PIN_CHECK] = {empty_target, pin_check_prove, put_nothing},
};
_Static_assert(sizeof(operations) / sizeof(operations[0]) == FRAME_OP_COUNT, "every operation has a row");

static enum hufu_err set_place(struct operate *operate, struct bytes project, struct bytes generation)
{
    const struct frame_head *head = &operate->exchange.frame.head;
    operate->place.kind = RECORD_BINDING;
    memcpy(operate->place.key, head->key_id, sizeof(operate->place.key));
    memcpy(operate->place.binding, head->binding_id, sizeof(operate->place.binding));
    enum hufu_err err = request_take(operate->place.project, sizeof(operate->place.project), project);
    return err ? err : request_take_u32(&operate->place.generation, generation);
}

/* Step 1. fields: project, generation, sealed, target, signature, frame. */
static enum hufu_err check_form(struct operate *operate, const struct bytes *fields)
{
    enum hufu_err err = exchange_begin(&operate->exchange, operate->worker, fields[4], fields[5]);
    if (!err)
        err = set_place(operate, fields[0], fields[1]);
    if (err)
        return err;
    const struct operation *operation = &operations[operate->exchange.frame.head.op];
    operate->target = fields[3];
    return operation->check_target ? operation->check_target(operate->target) : HUFU_ERR_FORM;
}

/* Steps 2 to 6. */
static enum hufu_err open_all(struct operate *operate, struct bytes sealed)
{
    enum hufu_err err = binding_open(operate->worker, operate->record, &operate->place, sealed);
    if (!err)
        err = exchange_check_device(&operate->exchange, operate->record->device_key);
    if (!err && operate->exchange.frame.head.generation != operate->place.generation)
        err = HUFU_ERR_GENERATION;
    return err ? err : exchange_open_box(&operate->exchange);
}

/* Steps 7 and 8. */
static enum hufu_err decide(struct operate *operate, struct buf *reply)
{
    enum frame_op op = operate->exchange.frame.head.op;
    enum hufu_err err = operations[op].prove(operate, reply);
    if (!err)
        err = permit_operation(operate->record, op, operate->worker->now_ms);
    if (!err)
        err = operations[op].conclude(operate, reply);
    return exchange_cause(&operate->exchange, err);
}

enum hufu_err request_operate(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct operate operate = {
        .worker = worker, .record = &worker->secret->record, .other = &worker->secret->other};
    enum hufu_err err = check_form(&operate, fields);
    if (!err)
        err = open_all(&operate, fields[2]);
    if (!err)
        err = decide(&operate, reply);
    return err ? err : exchange_put_answer(&operate.exchange, reply);
}
