/* SPDX-License-Identifier: Apache-2.0 */
/* data/new, data/open: the key under which hufu-server keeps what is personal. It leaves this process for that one; what is
 * gained is that nobody has it who has the database alone. */
#include <string.h>

#include "hsm/request.h"
#include "hsm/sealed.h"

static struct record_place data_place(const uint8_t record_id[FRAME_ID_SIZE])
{
    struct record_place place = {.kind = RECORD_DATA};
    memcpy(place.key, record_id, sizeof(place.key));
    return place;
}

static enum hufu_err put_sealed_data(struct worker *worker, const struct record_place *place,
                                     const struct record_data *record, struct buf *reply)
{
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    enum hufu_err err = record_data_encode(&plain, record);
    return err ? err : sealed_put_field(worker->hsm->token, worker->session, reply, place, buf_bytes(&plain));
}

enum hufu_err request_data_new(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct record_data *record = &worker->secret->data;
    uint8_t record_id[FRAME_ID_SIZE];
    enum hufu_err err = request_take(record_id, sizeof(record_id), fields[0]);
    if (!err)
        err = entropy_fill(&worker->entropy, record->key, sizeof(record->key));
    if (err)
        return err;
    struct record_place place = data_place(record_id);
    return put_sealed_data(worker, &place, record, reply);
}

enum hufu_err request_data_open(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct record_data *record = &worker->secret->data;
    uint8_t record_id[FRAME_ID_SIZE];
    struct buf plain;
    enum hufu_err err = request_take(record_id, sizeof(record_id), fields[0]);
    if (err)
        return err;
    struct record_place place = data_place(record_id);
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    err = sealed_open(worker->hsm->token, worker->session, &plain, &place, fields[1]);
    if (!err)
        err = record_data_parse(record, buf_bytes(&plain));
    if (!err)
        buf_put_field(reply, record->key, sizeof(record->key));
    return err;
}
