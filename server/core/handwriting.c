/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/handwriting.h"

#include <string.h>

#include "common/secret.h"
#include "server/core/confirm.h"
#include "server/store/handwriting_store.h"

#define SEALED_MAX (HANDWRITING_ENCODED_MAX + PERSONAL_OVERHEAD)

void handwriting_wipe(struct handwriting *handwriting)
{
    secret_wipe(handwriting, sizeof *handwriting);
}

static bool handwriting_side_fits(uint16_t side)
{
    return side >= HANDWRITING_SIDE_MIN && side <= HANDWRITING_SIDE_MAX;
}

static const char *handwriting_point_fault(const struct handwriting *handwriting, size_t index)
{
    const struct handwriting_point *point = &handwriting->points[index];
    if (point->x > handwriting->width || point->y > handwriting->height)
        return "has a point outside of width and height";
    if (index > 0 && point->time_ms < point[-1].time_ms)
        return "has a point that is earlier than the one before";
    if (point->time_ms > HANDWRITING_TIME_MAX || point->pressure > HANDWRITING_PRESSURE_MAX)
        return "has a point whose time or pressure is beyond the limit";
    return NULL;
}

const char *handwriting_fault(const struct handwriting *handwriting)
{
    size_t points = 0;
    if (!handwriting_side_fits(handwriting->width) || !handwriting_side_fits(handwriting->height))
        return "is not of a size that is taken";
    if (handwriting->stroke_count == 0 || handwriting->stroke_count > HANDWRITING_STROKES_MAX)
        return "has no strokes, or too many";
    for (size_t i = 0; i < handwriting->stroke_count; i++) {
        if (handwriting->lengths[i] == 0)
            return "has a stroke without points";
        points += handwriting->lengths[i];
    }
    if (points != handwriting->point_count || points > HANDWRITING_POINTS_MAX)
        return "has too many points";
    for (size_t i = 0; i < points; i++) {
        const char *fault = handwriting_point_fault(handwriting, i);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

enum hufu_err handwriting_encode(struct buf *out, const struct handwriting *handwriting)
{
    buf_put_u16(out, handwriting->width);
    buf_put_u16(out, handwriting->height);
    buf_put_u16(out, (uint16_t)handwriting->stroke_count);
    for (size_t i = 0; i < handwriting->stroke_count; i++)
        buf_put_u16(out, handwriting->lengths[i]);
    for (size_t i = 0; i < handwriting->point_count; i++) {
        buf_put_u16(out, handwriting->points[i].x);
        buf_put_u16(out, handwriting->points[i].y);
        buf_put_u32(out, handwriting->points[i].time_ms);
        buf_put_u16(out, handwriting->points[i].pressure);
    }
    return buf_finish(out);
}

static uint16_t handwriting_take_u16(struct cursor *in)
{
    uint16_t high = cursor_u8(in);
    return (uint16_t)(high << 8 | cursor_u8(in));
}

static void handwriting_take_point(struct cursor *in, struct handwriting_point *point)
{
    point->x = handwriting_take_u16(in);
    point->y = handwriting_take_u16(in);
    point->time_ms = cursor_u32(in);
    point->pressure = handwriting_take_u16(in);
}

enum hufu_err handwriting_decode(struct handwriting *out, struct bytes encoded)
{
    struct cursor in;
    memset(out, 0, sizeof *out);
    cursor_init(&in, encoded);
    out->width = handwriting_take_u16(&in);
    out->height = handwriting_take_u16(&in);
    out->stroke_count = handwriting_take_u16(&in);
    for (size_t i = 0; i < out->stroke_count && i < HANDWRITING_STROKES_MAX; i++) {
        out->lengths[i] = handwriting_take_u16(&in);
        out->point_count += out->lengths[i];
    }
    for (size_t i = 0; i < out->point_count && i < HANDWRITING_POINTS_MAX; i++)
        handwriting_take_point(&in, &out->points[i]);
    if (cursor_finish(&in) == HUFU_OK && handwriting_fault(out) == NULL)
        return HUFU_OK;
    handwriting_wipe(out);
    return HUFU_ERR_FORM;
}

static enum hufu_err handwriting_seal(struct worker *worker, const struct act *act,
                                      const struct handwriting *handwriting, struct buf *sealed)
{
    uint8_t memory[HANDWRITING_ENCODED_MAX];
    struct buf plain;
    buf_init(&plain, memory, sizeof memory);
    enum hufu_err err = handwriting_encode(&plain, handwriting);
    if (err == HUFU_OK)
        err = personal_seal(worker, PERSONAL_HANDWRITING, act->principal.project_id,
                            act->principal.account_id, buf_bytes(&plain), sealed);
    secret_wipe(memory, sizeof memory);
    return err;
}

enum hufu_err handwriting_put(struct worker *worker, struct act *act, const struct handwriting *handwriting)
{
    uint8_t memory[SEALED_MAX];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof memory);
    const char *fault = handwriting_fault(handwriting);
    if (fault != NULL)
        return act_refuse_field(act, "strokes", fault);
    enum hufu_err err = confirm_check(worker, act, PROJECT_CONFIRM_HANDWRITING);
    if (err == HUFU_OK)
        err = handwriting_seal(worker, act, handwriting, &sealed);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = handwriting_write(worker->store, act->principal.project_id, act->principal.account_id,
                                buf_bytes(&sealed));
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err handwriting_get(struct worker *worker, struct act *act, struct handwriting *out,
                              uint64_t *created_ms)
{
    uint8_t sealed_memory[SEALED_MAX], memory[HANDWRITING_ENCODED_MAX];
    struct buf sealed, plain;
    buf_init(&sealed, sealed_memory, sizeof sealed_memory);
    buf_init(&plain, memory, sizeof memory);
    memset(out, 0, sizeof *out);
    enum hufu_err err = handwriting_read(worker->store, act->principal.project_id, act->principal.account_id,
                                         &sealed, created_ms);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    err = personal_open(worker, PERSONAL_HANDWRITING, act->principal.project_id, act->principal.account_id,
                        buf_bytes(&sealed), &plain);
    if (err == HUFU_OK && handwriting_decode(out, buf_bytes(&plain)) != HUFU_OK)
        err = HUFU_ERR_RECORD;
    secret_wipe(memory, sizeof memory);
    return err;
}

enum hufu_err handwriting_remove(struct worker *worker, struct act *act)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = confirm_check(worker, act, PROJECT_CONFIRM_HANDWRITING);
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = handwriting_erase(worker->store, act->principal.project_id, act->principal.account_id);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}
