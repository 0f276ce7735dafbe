/* SPDX-License-Identifier: Apache-2.0 */
/* A key for a second device of its holder (docs/protocol.md §5): the new device asks for a binding, the primary hands a half
 * over to it, the new device refreshes at once. What the service keeps of it meanwhile is gone when the binding is active, and
 * in any case after a day. */
#ifndef HUFU_SERVER_CORE_HANDOVER_H
#define HUFU_SERVER_CORE_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/submission.h"
#include "server/store/handover_store.h"
#include "server/worker.h"

/* A waiting binding of the key for the act's device, a secondary. The same X25519 key again gives the same binding; another
 * one replaces it. Refusals: not found (no key that can be handed over), not allowed (a primary; the project has no
 * secondaries), conflict (the device has this key, or KEY_PER_DEVICE_MAX), too many tries (HANDOVER_ASKS_MAX), account not active, binding not active
 * (the device is frozen). */
struct handover_offer {
    uint8_t binding_id[UUID_SIZE];
    uint64_t expires_ms;
};
enum hufu_err handover_ask(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                           const uint8_t x25519_key[FRAME_X25519_SIZE],
                           struct handover_offer *out) HUFU_MUST_CHECK;

/* The part of it that is the same for an authorized user's device (authorization: whose account is locked, as is the device; NULL: a
 * secondary of the account itself), in the transaction in hand. */
struct authorization;
enum hufu_err handover_offer_binding(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                     const uint8_t x25519_key[FRAME_X25519_SIZE],
                                     const struct authorization *authorization,
                                     struct handover_offer *out) HUFU_MUST_CHECK;

/* The account's keys that the act's device could ask for. */
enum hufu_err handover_keys(struct worker *worker, const struct act *act,
                            struct handover_key keys[HANDOVER_KEYS_MAX], size_t *count) HUFU_MUST_CHECK;

/* As the devices of the account see it: the one that asked, and (*own false) the others, to hand over to it. Refusals: not found,
 * conflict (its time is over). */
enum hufu_err handover_view(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                            const uint8_t binding_id[UUID_SIZE], struct handover *out,
                            bool *own) HUFU_MUST_CHECK;

/* For the frame of a primary: whom it names. Refusals: not found (no such waiting binding of this key), conflict (handed over
 * already, or its time is over; not what an authorization is for), not allowed (a policy for a secondary, or none for an authorized
 * user). */
enum hufu_err handover_find(struct worker *worker, struct act *act, const struct submission *submission,
                            struct handover *out) HUFU_MUST_CHECK;
/* The deciding statement of that frame, and in the same transaction the new binding's record and its sealed half; all or
 * nothing. Refusal: conflict (as above, meanwhile). */
enum hufu_err handover_decide(struct worker *worker, struct act *act, const struct handover *handover,
                              const struct submission *submission, const struct operation_subject *subject,
                              const struct operation_outcome *outcome, struct bytes record,
                              struct operation_result *result) HUFU_MUST_CHECK;

/* Ends those that nobody finished within their day. */
enum hufu_err handover_expire(struct worker *worker) HUFU_MUST_CHECK;

#endif
