/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings: whether one may be used, and freezing. */
#ifndef HUFU_SERVER_CORE_BINDING_H
#define HUFU_SERVER_CORE_BINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/binding_store.h"
#include "server/worker.h"

enum binding_event {
    BINDING_ACTIVATE,
    BINDING_FREEZE,
    BINDING_UNFREEZE,
    BINDING_REMOVE,
    BINDING_EVENT_COUNT
};
bool binding_step(enum binding_state state, enum binding_event event, enum binding_state *next);

/* Each refuses by the act or says HUFU_OK; together they are the conditions of the deciding statement, in its order, so
 * that work is saved. What they let through is decided there once more. */
/* Account and device are active. */
enum hufu_err binding_check_people(struct act *act, const struct standing *standing) HUFU_MUST_CHECK;
/* The same where the device may be waiting as well: the binding was handed over to it. */
enum hufu_err binding_check_waiting(struct act *act, const struct standing *standing) HUFU_MUST_CHECK;
/* So is the binding. */
enum hufu_err binding_check_active(struct act *act, const struct standing *standing) HUFU_MUST_CHECK;
/* Instead of all three, for the upkeep of an authorized user's half: their account and device are active, the PIN is not locked,
 * and there is a half. What the holder or an operator did with the authorization, the key or the holder's account is no reason, and
 * is not told as one. */
enum hufu_err binding_check_upkeep(struct act *act, const struct standing *standing) HUFU_MUST_CHECK;
/* It is not locked, inside its window, and has uses left for the cost. */
enum hufu_err binding_check_use(struct act *act, const struct standing *standing,
                                uint32_t cost) HUFU_MUST_CHECK;

/* Freezes or unfreezes (event) every binding of a key that can take the step; freezing ends its hand-overs.
 * REFUSAL_NOT_FOUND; REFUSAL_CONFLICT: none can. A request that waits for one of the rows is decided by the new state. */
enum hufu_err binding_change_key(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                 enum binding_event event) HUFU_MUST_CHECK;

/* Ends a locked binding that is not removed yet: no record of it is left, its hand-over is over, and its own audit event says
 * so; in the transaction in hand. */
enum hufu_err binding_remove(struct worker *worker, const struct act *act,
                             const struct binding_entry *entry) HUFU_MUST_CHECK;

#endif
