/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/project.h"

#include <stdio.h>
#include <string.h>

#include "server/clock.h"
#include "server/identifier.h"
#include "server/worker.h"

enum hufu_err project_create(struct worker *worker, struct act *act, const char *name, struct project *out)
{
    *out = (struct project){.created_ms = clock_wall_ms()};
    identifier_new(out->project_id);
    (void)snprintf(out->name, sizeof out->name, "%s", name);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (!err)
        err = project_insert(worker->store, out->project_id, out->name);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "There is a project of this name.");
    act->has_project = true;
    memcpy(act->project_id, out->project_id, sizeof act->project_id);
    if (!err)
        err = act_record(worker, act, out->name);
    return err ? err : store_commit(&transaction);
}

enum hufu_err project_find(struct worker *worker, struct act *act, const char *id_or_name,
                           struct project *out)
{
    uint8_t id[UUID_SIZE];
    enum hufu_err err =
        uuid_parse(id, id_or_name) ? HUFU_ERR_NOT_FOUND : project_read(worker->store, id, out);
    if (err == HUFU_ERR_NOT_FOUND)
        err = project_read_named(worker->store, id_or_name, out);
    if (err == HUFU_ERR_NOT_FOUND) {
        *out = (struct project){0};
        return act_refuse_reason(act, REFUSAL_NOT_FOUND, "There is no such project.");
    }
    if (!err) {
        act->has_project = true;
        memcpy(act->project_id, out->project_id, sizeof act->project_id);
    }
    return err;
}
