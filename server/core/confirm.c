/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/confirm.h"

#include "server/core/authentication.h"
#include "server/store/project_store.h"

enum hufu_err confirm_check(struct worker *worker, struct act *act, enum project_confirm what)
{
    struct project project;
    enum hufu_err err = project_read(worker->store, act->principal.project_id, &project);
    if (err != HUFU_OK || (project.rules.confirm >> what & 1) == 0)
        return err;
    return authentication_held(worker, act, 0);
}
