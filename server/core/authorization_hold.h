/* SPDX-License-Identifier: Apache-2.0 */
/* An authorization with all that decides on it locked, and whether the act may take the step: for the files of core that change
 * authorizations, in the transaction in hand. */
#ifndef HUFU_SERVER_CORE_AUTHORIZATION_HOLD_H
#define HUFU_SERVER_CORE_AUTHORIZATION_HOLD_H

#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/authorization.h"
#include "server/core/notice_text.h"
#include "server/worker.h"

/* Locks the holder's account (the authorized user's where there is no holder), then the binding behind its device, and asks whether
 * the act's person may take the step now. Refusals: those of authorization.h, but for authentication needed. */
enum hufu_err authorization_hold(struct worker *worker, struct act *act,
                                 const uint8_t authorization_id[UUID_SIZE], enum authorization_event event,
                                 struct authorization *out) HUFU_MUST_CHECK;
/* Begins the transaction and holds it, after the authentication that the project may want. */
enum hufu_err authorization_hold_confirmed(struct worker *worker, struct act *act,
                                           const uint8_t authorization_id[UUID_SIZE],
                                           enum authorization_event event,
                                           struct store_transaction *transaction,
                                           struct authorization *out) HUFU_MUST_CHECK;
/* After the change: reads it anew, records it (why: NULL, or a reason), and tells the other one of the two (text NOTICE_TEXT_COUNT:
 * nothing). */
enum hufu_err authorization_record(struct worker *worker, struct act *act, const char *why,
                                   enum notice_text text, struct authorization *out) HUFU_MUST_CHECK;
/* The same, and commits. */
enum hufu_err authorization_finish(struct worker *worker, struct act *act, const char *why,
                                   enum notice_text text, struct store_transaction *transaction,
                                   struct authorization *out) HUFU_MUST_CHECK;
/* Whether that party is told of the other one no more than what it named: it began it, and that one has not agreed. */
bool authorization_hides_other(const struct authorization *authorization, enum authorization_party party);
/* Posts a text with the work number of the other one of the two to that party, by the same work where there is nobody. */
enum hufu_err authorization_tell(struct worker *worker, const struct authorization *authorization,
                                 enum authorization_party party, enum notice_text text) HUFU_MUST_CHECK;

#endif
