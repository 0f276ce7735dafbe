/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: the people of a project. */
#ifndef HUFU_SERVER_CORE_ACCOUNT_H
#define HUFU_SERVER_CORE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/activation.h"
#include "server/core/subject.h"
#include "server/store/account_store.h"
#include "server/worker.h"

enum account_event {
    ACCOUNT_APPROVE,
    ACCOUNT_SUSPEND,
    ACCOUNT_RESUME,
    ACCOUNT_CLOSE,
    ACCOUNT_EVENT_COUNT
};
bool account_step(enum account_state state, enum account_event event, enum account_state *next);

struct account_in {
    const char *project; /* id or name */
    const char *name;
    const char *work_number;
    const char *organization; /* NULL: none */
    struct subject
        subject; /* members that are NULL get their default: C=CN, O the organization or the project's name, CN
                                 the name, serialNumber the work number */
};
/* An active account with an activation code for its first device. Refusals: not found (the project), bad field (a subject
 * that X.509 cannot say), conflict (the work number). HUFU_ERR_AWAY also when the private-key process is: the code names
 * its key. */
enum hufu_err account_create(struct worker *worker, struct act *act, const struct account_in *in,
                             struct account *out, struct activation_code *code) HUFU_MUST_CHECK;

/* Takes the step, in the account and in every copy that decides requests; out is the account afterwards. Refusals: not found, conflict. */
enum hufu_err account_change(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             enum account_event event, struct account *out) HUFU_MUST_CHECK;

#endif
