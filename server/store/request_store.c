/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/request_store.h"

#include "server/store/connection.h"

static const struct statement request_insert_statement = {
    .name = "request_insert",
    .sql = "insert into request (project_id, binding_id, request_id, operation, frame_hash, outcome,"
           " pin_failures_before, tries_left, answer, at) values ($1::uuid, $2::uuid, $3::uuid, $4::text, "
           "$5::bytea, 0,"
           " $6::int4, $7::int4, $8::bytea, clock_timestamp())",
};

/* One stretch of the time that is due: half a minute, so that no statement runs long however much is due. It
 * begins a minute before the last one ended, for rows that were committed a little later than they are dated. The lock on
 * the task's row keeps two servers from doing the same at once. */
static const struct statement request_prune_statement = {
    .name = "request_prune",
    .sql = "with task as materialized ("
           " select done_until, least(done_until + interval '30 seconds', clock_timestamp() - interval '10 "
           "minutes') as upto"
           " from maintenance where task = 'prune answers' for no key update skip locked"
           "), pruned as ("
           " update request r set answer = null from task t"
           " where r.at >= t.done_until - interval '1 minute' and r.at < t.upto and r.answer is not null"
           "), moved as ("
           " update maintenance m set done_until = t.upto from task t"
           " where m.task = 'prune answers' and t.upto > t.done_until"
           ") select upto + interval '11 minutes' < clock_timestamp() from task",
};

enum hufu_err request_insert(struct store *store, const struct operation_subject *subject,
                             const struct standing *standing, struct bytes answer)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, subject->project_id);
    parameter_uuid(&parameters, subject->binding_id);
    parameter_uuid(&parameters, subject->request_id);
    parameter_text(&parameters, frame_op_name(subject->op));
    parameter_fixed(&parameters, subject->frame_hash, HASH_SIZE);
    parameter_i32(&parameters, standing->pin_failures);
    parameter_i32(&parameters, standing->tries_left);
    parameter_bytes(&parameters, answer);
    return store_change(store, &request_insert_statement, &parameters, NULL);
}

enum hufu_err request_prune(struct store *store, bool *more)
{
    *more = false;
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &request_prune_statement, &(struct parameters){0}, &rows);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    struct row row = row_at(&rows, 0);
    *more = row_bool(&row);
    return row_finish(&row);
}
