/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and their states. */
#ifndef HUFU_SERVER_CORE_DEVICE_H
#define HUFU_SERVER_CORE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/binding_store.h"
#include "server/store/device_store.h"
#include "server/worker.h"

enum device_event {
    DEVICE_ENROL,
    DEVICE_CONFIRM, /* its first refresh after a hand-over: the deciding statement does that */
    DEVICE_FREEZE,
    DEVICE_UNFREEZE,
    DEVICE_REMOVE,
    DEVICE_EVENT_COUNT
};
bool device_step(enum device_state state, enum device_event event, enum device_state *next);

/* Finds the device of this key, or makes it, for a locked account, in the transaction in hand. The account's first device is
 * its primary; a later one is a secondary, which waits for a hand-over, where the project's rules have such. name, model: NULL
 * for none. Refusals: conflict (the key is another account's), device limit, binding not active (the device may not enrol any
 * more). */
struct device_in {
    const uint8_t *device_key; /* FRAME_DEVICE_KEY_SIZE */
    const char *name, *model;
};
enum hufu_err device_enrol(struct worker *worker, struct act *act, const struct account *account,
                           const struct device_in *in, struct device *out) HUFU_MUST_CHECK;

/* What follows is an operator's right, and the account's active primary's over its secondaries. Refusals: not found (also:
 * another account's), not allowed, conflict (with the state).
 *
 * Freezes or unfreezes (event); a request that waits for the device's row is decided by the new state. What an operator froze, an
 * operator alone unfreezes (not allowed). */
enum hufu_err device_change(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            enum device_event event, struct device *out) HUFU_MUST_CHECK;
/* A device may name itself, too. */
enum hufu_err device_rename(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            const char *name, struct device *out) HUFU_MUST_CHECK;

/* Unlocks the PIN: the wrong ones in a row are forgiven. Any other active device of the account whose own is not locked may do
 * that, and an operator; and the device itself with an authentication by password and SMS code, where the project's rules
 * allow it (token; NULL: none). Refusals, besides: authentication needed; PIN locked (of the device that asks); conflict (it
 * is not locked; or so many wrong PINs in its life that it has to be removed). */
enum hufu_err device_unlock(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            const uint8_t *token, struct device *out) HUFU_MUST_CHECK;

/* What follows is confirmed by an SMS code: token is an authentication for that, which it spends; NULL: an operator's act. A
 * device may remove itself, too. Refusal, besides: authentication needed.
 *
 * Ends a device for good: the service's halves of all its keys are destroyed, its hand-overs and sessions end. dead: the keys of
 * which no device has a half any more; nobody can use them again, and their certificates are to be issued anew for new keys. */
struct device_removal {
    struct device device;
    uint8_t dead[BINDING_PER_KEY_MAX][UUID_SIZE];
    size_t dead_count;
};
enum hufu_err device_remove(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                            const uint8_t *token, struct device_removal *out) HUFU_MUST_CHECK;
/* The same for all secondaries of the act's account at once. Large. */
struct device_removals {
    size_t count; /* how many there were */
    uint8_t dead[DEVICE_SECONDARIES_MAX * BINDING_PER_KEY_MAX][UUID_SIZE];
    size_t dead_count;
    bool destroyed; /* every key process knows it */
};
enum hufu_err device_remove_secondaries(struct worker *worker, struct act *act, const uint8_t *token,
                                        struct device_removals *out) HUFU_MUST_CHECK;

/* The act's own device, an active secondary whose PIN is not locked, takes the place of the account's primary, which was lost and
 * ends as by device_remove. lost_id: that one, as the person who orders this saw it; NULL: there is none any more. token is an
 * authentication that has passed password and SMS code, whatever the project's rules say. The records of its keys are still a
 * secondary's then: each is sealed anew by a refresh of the device that asks for it.
 *
 * Refusals: authentication needed (an account that is not active has none to spend); not found; not allowed (another device than
 * the act's own; a project of single devices; a device that has no half of its holder's keys); binding not active (waiting,
 * frozen, removed); PIN locked; conflict (it is the primary; another one, or none, is the primary than lost_id says). */
struct device_promotion {
    struct device device;
    bool has_lost;
    struct device_removal lost; /* what became of the lost one */
};
enum hufu_err device_promote(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                             const uint8_t *lost_id, const uint8_t *token,
                             struct device_promotion *out) HUFU_MUST_CHECK;

#endif
