/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/project.h"

#include <string.h>

#include "server/identifier.h"

enum hufu_err project_create(struct worker *worker, struct act *act, const char *name, struct project *out)
{
    uint8_t project_id[UUID_SIZE];
    identifier_new(project_id);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = project_insert(worker->store, project_id, name);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "there is a project of this name");
    if (err == HUFU_OK)
        err = project_read(worker->store, project_id, out);
    act->has_project = true;
    memcpy(act->project_id, project_id, UUID_SIZE);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err project_find(struct worker *worker, struct act *act, const char *id_or_name,
                           struct project *out)
{
    uint8_t project_id[UUID_SIZE];
    enum hufu_err err = HUFU_ERR_NOT_FOUND;
    if (uuid_parse(project_id, id_or_name) == HUFU_OK)
        err = project_read(worker->store, project_id, out);
    if (err == HUFU_ERR_NOT_FOUND)
        err = project_read_named(worker->store, id_or_name, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse_reason(act, REFUSAL_NOT_FOUND, "there is no such project")
                                     : err;
}
