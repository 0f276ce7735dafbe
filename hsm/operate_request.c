/* SPDX-License-Identifier: Apache-2.0 */
/* operate: frames of devices for existing bindings. The order of the checks is that of hsm/PROTOCOL.md and
 * docs/protocol.md §6; nothing that costs no try may come after what depends on the half. Several frames of one request
 * take each step before any takes the next, and none learns what became of another. */
#include <string.h>

#include "hsm/binding.h"
#include "hsm/operate.h"
#include "hsm/permit.h"
#include "hsm/request.h"

static enum hufu_err empty_target(struct bytes target)
{
    return target.len == 0 ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err decrypt_prove(struct operate *operate)
{
    struct exchange *exchange = &operate->exchange;
    return cosign_service_decrypt(&operate->record->half, &exchange->answer, operate->results,
                                  exchange->frame.head_encoded, exchange->frame.head.public_part,
                                  buf_bytes(&exchange->body));
}

/* The r of a signature, the H(C1) of a decryption: 32 bytes for each of the batch. */
static enum hufu_err put_results(struct operate *operate, struct buf *reply)
{
    size_t count = frame_head_count(&operate->exchange.frame.head);
    buf_put_field(reply, operate->results, count * sizeof(operate->results[0]));
    return HUFU_OK;
}

static enum hufu_err pin_check_prove(struct operate *operate)
{
    struct exchange *exchange = &operate->exchange;
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
    operate_prove *prove;
    operate_conclude *conclude;
};

/* Key generation has requests of its own: its rows are empty. Signatures are proved together (prove_signatures). */
static const struct operation operations[] = {
    [FRAME_OP_KEYGEN_BEGIN] = {NULL, NULL, NULL},
    [FRAME_OP_KEYGEN_FINISH] = {NULL, NULL, NULL},
    [FRAME_OP_SIGN] = {empty_target, NULL, put_results},
    [FRAME_OP_DECRYPT] = {empty_target, decrypt_prove, put_results},
    [FRAME_OP_REFRESH] = {empty_target, refresh_prove, refresh_conclude},
    [FRAME_OP_HANDOVER] = {handover_check_target, handover_prove, handover_conclude},
    [FRAME_OP_POLICY] = {policy_check_target, policy_prove, policy_conclude},
    [FRAME_OP_PIN_CHECK] = {empty_target, pin_check_prove, put_nothing},
};
_Static_assert(sizeof(operations) / sizeof(operations[0]) == FRAME_OP_COUNT, "every operation has a row");

/* The frames of one request. */
struct group {
    size_t count;
    struct operate frames[WORKER_FRAMES_MAX];
};

static void read_fields(struct operate_fields *fields, struct cursor *c)
{
    fields->trace = cursor_field(c, REQUEST_TRACE_MAX);
    fields->project = cursor_field(c, c->len);
    fields->generation = cursor_field(c, c->len);
    fields->sealed = cursor_field(c, c->len);
    fields->target = cursor_field(c, c->len);
    fields->signature = cursor_field(c, c->len);
    fields->frame = cursor_field(c, c->len);
}

/* One frame at least. */
static enum hufu_err read_group(struct group *group, struct worker *worker, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    group->count = 0;
    do {
        if (group->count == WORKER_FRAMES_MAX)
            return HUFU_ERR_FORM;
        struct operate *operate = &group->frames[group->count];
        *operate = (struct operate){.worker = worker,
                                    .record = &worker->secret->frames[group->count].record,
                                    .other = &worker->secret->other};
        read_fields(&operate->fields, &c);
        group->count++;
    } while (!c.failed && cursor_left(&c) > 0);
    return cursor_finish(&c);
}

static enum hufu_err set_place(struct operate *operate)
{
    const struct frame_head *head = &operate->exchange.frame.head;
    struct record_place *place = &operate->place;
    place->kind = RECORD_BINDING;
    memcpy(place->key, head->key_id, sizeof(place->key));
    memcpy(place->binding, head->binding_id, sizeof(place->binding));
    enum hufu_err err = request_take(place->project, sizeof(place->project), operate->fields.project);
    return err ? err : request_take_u32(&place->generation, operate->fields.generation);
}

/* Step 1. */
static enum hufu_err check_form(struct operate *operate, size_t number)
{
    const struct operate_fields *fields = &operate->fields;
    enum hufu_err err =
        exchange_begin(&operate->exchange, operate->worker, number, fields->signature, fields->frame);
    if (!err)
        err = set_place(operate);
    if (err)
        return err;
    const struct operation *operation = &operations[operate->exchange.frame.head.op];
    return operation->check_target ? operation->check_target(fields->target) : HUFU_ERR_FORM;
}

/* NULL: malformed, so that nobody knows of what. */
static const struct frame_head *head_of(const struct operate *operate)
{
    const struct frame *frame = &operate->exchange.frame;
    return frame->encoded.len > 0 ? &frame->head : NULL;
}

/* What may stand in one request: anything alone, or signatures, of one batch's digests at most. */
static enum hufu_err check_group(const struct group *group)
{
    size_t digests = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct frame_head *head = head_of(&group->frames[i]);
        if (head && head->op != FRAME_OP_SIGN && group->count > 1)
            return HUFU_ERR_FORM;
        digests += head ? frame_head_count(head) : 0;
    }
    return digests <= COSIGN_BATCH_MAX ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err take_results(struct operate *operate)
{
    const struct frame_head *head = &operate->exchange.frame.head;
    uint8_t *room =
        buf_reserve(&operate->worker->results, frame_head_count(head) * sizeof(operate->results[0]));
    operate->results = (uint8_t(*)[COSIGN_DIGEST_SIZE])room;
    return room ? HUFU_OK : HUFU_ERR_LIMIT;
}

/* Step 2. */
static enum hufu_err open_record(struct operate *operate)
{
    return binding_open(operate->worker, operate->record, &operate->place, operate->fields.sealed);
}

/* Step 5. */
static enum hufu_err check_generation(struct operate *operate)
{
    return operate->exchange.frame.head.generation == operate->place.generation ? HUFU_OK
                                                                                : HUFU_ERR_GENERATION;
}

/* One after the other, those that came as far. */
static void each(struct group *group, operate_prove *step)
{
    for (size_t i = 0; i < group->count; i++)
        if (!group->frames[i].err)
            group->frames[i].err = step(&group->frames[i]);
}

/* Together, those that came as far. */
static void together(struct group *group, void (*step)(struct exchange_step *steps, size_t count))
{
    struct exchange_step steps[WORKER_FRAMES_MAX];
    struct operate *taking[WORKER_FRAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        struct operate *operate = &group->frames[i];
        if (operate->err)
            continue;
        steps[count] =
            (struct exchange_step){.exchange = &operate->exchange, .device_key = operate->record->device_key};
        taking[count++] = operate;
    }
    if (count > 0)
        step(steps, count);
    for (size_t i = 0; i < count; i++)
        taking[i]->err = steps[i].err;
}

_Static_assert(WORKER_FRAMES_MAX <= COSIGN_TOGETHER_MAX, "what comes together is signed together");

/* What the signatures that came as far will draw. */
static size_t random_needed(const struct group *group)
{
    size_t needed = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct frame_head *head = head_of(&group->frames[i]);
        if (!group->frames[i].err && head->op == FRAME_OP_SIGN)
            needed += frame_head_count(head) * COSIGN_SIGN_RANDOM + BOX_NONCE_SIZE;
    }
    return needed;
}

/* Step 7 of all signatures that came as far. */
static void prove_signatures(struct group *group, const struct cosign_random *random)
{
    struct cosign_service_signing signings[WORKER_FRAMES_MAX];
    struct operate *asked[WORKER_FRAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        struct operate *operate = &group->frames[i];
        struct exchange *exchange = &operate->exchange;
        if (operate->err || exchange->frame.head.op != FRAME_OP_SIGN)
            continue;
        signings[count] = (struct cosign_service_signing){
            .half = &operate->record->half,
            .answer = &exchange->answer,
            .r_out = operate->results,
            .head = exchange->frame.head_encoded,
            .digests = exchange->frame.head.public_part,
            .body = buf_bytes(&exchange->body),
            .frame = exchange->frame.encoded,
        };
        asked[count++] = operate;
    }
    if (count == 0)
        return;
    /* What it says of the whole, every one says. */
    (void)!cosign_service_sign_each(signings, count, random);
    for (size_t i = 0; i < count; i++)
        asked[i]->err = signings[i].err;
}

/* Step 7 of what stands alone in its request. */
static void prove_alone(struct operate *operate)
{
    const struct operation *operation = &operations[operate->exchange.frame.head.op];
    if (!operate->err && operation->prove)
        operate->err = operation->prove(operate);
}

/* Step 8, and what leaves. */
static enum hufu_err conclude(struct operate *operate, struct buf *reply)
{
    enum frame_op op = operate->exchange.frame.head.op;
    enum hufu_err err = permit_operation(operate->record, op, operate->worker->now_ms);
    if (!err)
        err = operations[op].conclude(operate, reply);
    return err ? err : exchange_put_answer(&operate->exchange, reply);
}

static void put_outcome(struct operate *operate, struct buf *reply)
{
    const size_t mark = reply->len;
    buf_put_field_u32(reply, HUFU_OK);
    if (!operate->err)
        operate->err = conclude(operate, reply);
    if (!operate->err)
        return;
    reply->len = mark;
    buf_put_field_u32(reply, operate->err);
    buf_put_field(reply, NULL, 0);
    buf_put_field(reply, NULL, 0);
}

static void log_outcome(const struct operate *operate)
{
    const struct frame_head *head = head_of(operate);
    request_log(operate->fields.trace, head ? frame_op_name(head->op) : NULL, operate->err,
                operate->worker->now_ms);
}

/* Steps 1 to 6. HUFU_ERR_FORM: of the whole. */
static enum hufu_err open_group(struct group *group, struct worker *worker, struct bytes encoded)
{
    enum hufu_err err = read_group(group, worker, encoded);
    for (size_t i = 0; !err && i < group->count; i++)
        group->frames[i].err = check_form(&group->frames[i], i);
    if (!err)
        err = check_group(group);
    if (err)
        return err;
    each(group, open_record);
    together(group, exchange_check_devices);
    each(group, check_generation);
    together(group, exchange_open_boxes);
    each(group, take_results);
    return HUFU_OK;
}

enum hufu_err request_operate(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct group group;
    struct cosign_random random = entropy_for_cosign(&worker->entropy);
    enum hufu_err err = open_group(&group, worker, fields[0]);
    if (err)
        return err;
    entropy_expect(&worker->entropy, random_needed(&group));
    prove_signatures(&group, &random);
    prove_alone(&group.frames[0]);
    for (size_t i = 0; i < group.count; i++) {
        put_outcome(&group.frames[i], reply);
        log_outcome(&group.frames[i]);
    }
    return HUFU_OK;
}
