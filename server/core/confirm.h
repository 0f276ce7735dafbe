/* SPDX-License-Identifier: Apache-2.0 */
/* What a project wants confirmed by an authentication before a session may do it. */
#ifndef HUFU_SERVER_CORE_CONFIRM_H
#define HUFU_SERVER_CORE_CONFIRM_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/project_rules.h"
#include "server/worker.h"

/* HUFU_OK where the rule `confirm` does not name it, or the session authenticated within the time for which that holds. Refusal:
 * authentication needed. */
enum hufu_err confirm_check(struct worker *worker, struct act *act,
                            enum project_confirm what) HUFU_MUST_CHECK;

#endif
