/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/binding.h"

#include "hsm/destruction.h"
#include "hsm/sealed.h"

enum hufu_err binding_open(struct worker *worker, struct record_binding *record,
                           const struct record_place *place, struct bytes sealed)
{
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    enum hufu_err err = destruction_check(worker->hsm->destruction, place->binding, place->generation);
    if (!err)
        err = sealed_open(worker->hsm->token, worker->session, &plain, place, sealed);
    if (!err)
        err = record_binding_parse(record, buf_bytes(&plain));
    if (err || !record->has_policy)
        return err;
    return destruction_check_policy(worker->hsm->destruction, place->binding, record->policy_number);
}

enum hufu_err binding_put_sealed(struct worker *worker, struct record_binding *record,
                                 const struct record_place *place, struct buf *reply)
{
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    record->sealed_ms = worker->now_ms;
    enum hufu_err err = record_binding_encode(&plain, record);
    return err ? err : sealed_put_field(worker->hsm->token, worker->session, reply, place, buf_bytes(&plain));
}
