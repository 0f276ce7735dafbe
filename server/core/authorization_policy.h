/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of an authorization: sealed into the authorized user's record by a hand-over, and replaced by the operation `policy`
 * (docs/protocol.md §5). Both are the holder's primary device's, and say exactly what was agreed. */
#ifndef HUFU_SERVER_CORE_AUTHORIZATION_POLICY_H
#define HUFU_SERVER_CORE_AUTHORIZATION_POLICY_H

#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/handover.h"
#include "server/core/submission.h"
#include "server/store/authorization_store.h"
#include "server/worker.h"

/* A waiting binding of the authorization's key for the act's device, the authorized user's; it gives nothing away until the holder's
 * primary hands over, and no authentication is wanted before it. As handover_ask. Refusals besides: those of authorization.h, conflict
 * (another device has it). */
enum hufu_err authorization_ask_binding(struct worker *worker, struct act *act,
                                        const uint8_t authorization_id[UUID_SIZE],
                                        const uint8_t x25519_key[FRAME_X25519_SIZE],
                                        uint8_t key_id[UUID_SIZE],
                                        struct handover_offer *out) HUFU_MUST_CHECK;

/* Whether the policy of a hand-over is the authorization's, which awaits the device. Refusals: frame malformed, conflict. */
enum hufu_err authorization_check_handover(struct worker *worker, struct act *act,
                                           const struct handover *handover,
                                           struct bytes policy) HUFU_MUST_CHECK;

/* For the frame `policy` of a primary: the record that it is to be sealed into. Refusals: frame malformed, not found, conflict (not
 * what was agreed; no record; expired or deleted). */
enum hufu_err authorization_find_record(struct worker *worker, struct act *act,
                                        const struct submission *submission,
                                        struct authorization_record *out) HUFU_MUST_CHECK;
/* The deciding statement of that frame, and in the same transaction the new record. Refusal: conflict (as above, meanwhile). */
enum hufu_err authorization_decide_policy(struct worker *worker, struct act *act,
                                          const struct authorization_record *record,
                                          const struct submission *submission,
                                          const struct operation_subject *subject,
                                          const struct operation_outcome *outcome, struct bytes sealed,
                                          struct operation_result *result) HUFU_MUST_CHECK;

#endif
