/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/hsm_frames.h"

#define OUTCOME_FIELDS 3

enum hufu_err hsm_frames_encode(struct buf *field, const struct hsm_frame *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_put_field_text(field, frames[i].trace);
        buf_put_field_bytes(field, frames[i].project);
        buf_put_field_u32(field, frames[i].generation);
        buf_put_field_bytes(field, frames[i].sealed);
        buf_put_field_bytes(field, frames[i].target);
        buf_put_field_bytes(field, frames[i].signature);
        buf_put_field_bytes(field, frames[i].frame);
    }
    return buf_finish(field);
}

/* No other reply begins with a field of four bytes. */
size_t hsm_outcome_count(const struct hsm_reply *reply)
{
    bool of_frames =
        reply->count > 0 && reply->count % OUTCOME_FIELDS == 0 && reply->fields[0].len == sizeof(uint32_t);
    return of_frames ? reply->count / OUTCOME_FIELDS : 0;
}

enum hufu_err hsm_outcome_take(struct hsm_outcome *outcome, const struct hsm_reply *reply, size_t number)
{
    *outcome = (struct hsm_outcome){.error = HUFU_ERR_INTERNAL};
    if (number >= hsm_outcome_count(reply))
        return HUFU_ERR_FORM;
    const struct bytes *fields = reply->fields + number * OUTCOME_FIELDS;
    struct cursor c;
    cursor_init(&c, fields[0]);
    uint32_t error = cursor_u32(&c);
    bool empty = fields[1].len + fields[2].len == 0;
    if (cursor_finish(&c) || error >= HUFU_ERR_COUNT || (error && !empty))
        return HUFU_ERR_FORM;
    *outcome = (struct hsm_outcome){.error = (enum hufu_err)error, .result = fields[1], .answer = fields[2]};
    return HUFU_OK;
}

enum hufu_err hsm_outcome_alone(struct hsm_reply *reply)
{
    struct hsm_outcome outcome;
    if (reply->error)
        return HUFU_OK;
    enum hufu_err err = hsm_outcome_take(&outcome, reply, 0);
    if (err || hsm_outcome_count(reply) != 1)
        return HUFU_ERR_FORM;
    reply->error = outcome.error;
    reply->count = outcome.error ? 0 : 2;
    reply->fields[0] = outcome.result;
    reply->fields[1] = outcome.answer;
    return HUFU_OK;
}
