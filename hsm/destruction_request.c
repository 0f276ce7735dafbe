/* SPDX-License-Identifier: Apache-2.0 */
/* destruction/state, destruction/add: the log of destroyed records, as hufu-server reads it in the database. */
#include "hsm/destruction.h"
#include "hsm/request.h"

enum hufu_err request_destruction_state(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct destruction_state state;
    (void)fields;
    enum hufu_err err = destruction_state(worker->hsm->destruction, &state);
    if (err)
        return err;
    buf_put_field_u64(reply, state.own.number);
    buf_put_field(reply, state.own.hash, sizeof(state.own.hash));
    buf_put_field_u64(reply, state.token.number);
    buf_put_field_u32(reply, state.behind);
    return HUFU_OK;
}

/* fields: number and hash of the order before, the orders. */
enum hufu_err request_destruction_add(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct destruction_head before;
    struct bytes orders = fields[2];
    size_t count = orders.len / DESTRUCTION_ORDER_SIZE;
    enum hufu_err err = request_take_u64(&before.number, fields[0]);
    if (!err)
        err = request_take(before.hash, sizeof(before.hash), fields[1]);
    if (!err && (count == 0 || count > DESTRUCTION_BATCH_MAX || orders.len % DESTRUCTION_ORDER_SIZE != 0))
        err = HUFU_ERR_FORM;
    if (!err)
        err = destruction_add(worker->hsm->destruction, &before, orders.data, count);
    (void)reply;
    return err;
}
