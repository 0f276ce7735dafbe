/* SPDX-License-Identifier: Apache-2.0 */
/* What the two people of an authorization are told before it ends, once each. */
#ifndef HUFU_SERVER_CORE_AUTHORIZATION_REMINDER_H
#define HUFU_SERVER_CORE_AUTHORIZATION_REMINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/store/operation_store.h"
#include "server/worker.h"

/* Those whose window is about to end. */
enum hufu_err authorization_remind_ends(struct worker *worker) HUFU_MUST_CHECK;
/* After a use has been decided and committed: if a tenth of the uses or less is left, and that was not told yet. */
bool authorization_must_remind_uses(const struct operation_situation *situation,
                                    const struct operation_result *result);
/* Tells it, if so. It may wait for the binding's row. One that fails is logged: the use goes on, and the next one tells. */
void authorization_remind_uses(struct worker *worker, const struct operation_situation *situation,
                               const struct operation_result *result);

#endif
