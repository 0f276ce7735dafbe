/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations: a holder lets an authorized user use one of the holder's keys (docs/authorizations.md). */
#ifndef HUFU_SERVER_CORE_AUTHORIZATION_H
#define HUFU_SERVER_CORE_AUTHORIZATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/authorization_store.h"
#include "server/store/project_rules.h"
#include "server/worker.h"

#define AUTHORIZATION_ASKS_A_DAY 20
#define AUTHORIZATION_SEARCHES_A_DAY 30
/* Of one authorization: unfreeze, modify, renew and reset of the password, all together. */
#define AUTHORIZATION_CHANGES_A_DAY 20

enum authorization_event {
    AUTHORIZATION_CONFIRM,
    AUTHORIZATION_REFUSE,
    AUTHORIZATION_BIND,
    AUTHORIZATION_FREEZE,
    AUTHORIZATION_UNFREEZE,
    AUTHORIZATION_MODIFY,
    AUTHORIZATION_RENEW,
    AUTHORIZATION_RESET_PASSWORD,
    AUTHORIZATION_DELETE,
    AUTHORIZATION_EVENT_COUNT
};
extern const char *const authorization_event_names[AUTHORIZATION_EVENT_COUNT];
/* AUTHORIZATION_ACTIVE may turn out to be AUTHORIZATION_AWAITING_DEVICE: what a device has still to do decides. */
bool authorization_step(enum authorization_state state, enum authorization_event event,
                        enum authorization_state *next);

/* What the act's person could do, bit by bit of enum authorization_event. */
unsigned authorization_possible(const struct act *act, const struct authorization *authorization);
/* Which of the two the act's person is; PARTY_COUNT: neither. */
enum authorization_party authorization_party_of(const struct act *act,
                                                const struct authorization *authorization);

/* Refusals of what follows, besides those that are named: not found (also: the act's person is neither of the two), not allowed
 * (it is the other one's to do), conflict (with state and what is possible), authentication needed (the project's rule `confirm`);
 * of what extends what the other may do (grant, confirm, unfreeze, modify, renew, reset of the password) by the holder also binding
 * not active and PIN locked: of the device that asks. out is the authorization afterwards. */
enum hufu_err authorization_get(struct worker *worker, struct act *act,
                                const uint8_t authorization_id[UUID_SIZE],
                                struct authorization *out) HUFU_MUST_CHECK;

/* operations: of enum project_use. until_ms 0: not given; from_ms 0: now, or as it is. */
struct authorization_in {
    const char *other; /* work number, or (of a holder that was searched) id */
    unsigned operations;
    struct authorization_terms terms;
    const char *reason, *remark; /* NULL: none */
    const uint8_t *key_id;       /* NULL: the only one */
};
/* Pending, begun by the act's account as that party. Refusals: bad field, too many tries, conflict (there is one; a grant
 * without any key that could be handed over). */
enum hufu_err authorization_begin(struct worker *worker, struct act *act, enum authorization_party as,
                                  const struct authorization_in *in,
                                  struct authorization *out) HUFU_MUST_CHECK;
/* key_id: NULL, or the holder's choice. Refusals besides: window closed, conflict (as many as the holder may have; no key, or
 * several). */
enum hufu_err authorization_confirm(struct worker *worker, struct act *act,
                                    const uint8_t authorization_id[UUID_SIZE], const uint8_t *key_id,
                                    struct authorization *out) HUFU_MUST_CHECK;
/* reason: NULL, or at most AUTHORIZATION_WHY_MAX bytes for the audit trail. */
#define AUTHORIZATION_WHY_MAX 150
enum hufu_err authorization_refuse(struct worker *worker, struct act *act,
                                   const uint8_t authorization_id[UUID_SIZE], const char *reason,
                                   struct authorization *out) HUFU_MUST_CHECK;
/* A request that is being computed is decided by the new state. */
enum hufu_err authorization_set_frozen(struct worker *worker, struct act *act,
                                       const uint8_t authorization_id[UUID_SIZE], bool frozen,
                                       struct authorization *out) HUFU_MUST_CHECK;
/* What is given of the terms. Refusal besides: bad field. */
struct authorization_change {
    bool has_from, has_until, has_uses;
    struct authorization_terms terms;
};
enum hufu_err authorization_modify(struct worker *worker, struct act *act,
                                   const uint8_t authorization_id[UUID_SIZE],
                                   const struct authorization_change *change,
                                   struct authorization *out) HUFU_MUST_CHECK;
enum hufu_err authorization_renew(struct worker *worker, struct act *act,
                                  const uint8_t authorization_id[UUID_SIZE],
                                  const struct authorization_change *change,
                                  struct authorization *out) HUFU_MUST_CHECK;
/* The authorized user gets a one-time password by SMS. Refusals besides: conflict (none can be sent), account not active. */
enum hufu_err authorization_reset_password(struct worker *worker, struct act *act,
                                           const uint8_t authorization_id[UUID_SIZE],
                                           struct authorization *out) HUFU_MUST_CHECK;
/* The service's half of its binding is destroyed. */
enum hufu_err authorization_delete(struct worker *worker, struct act *act,
                                   const uint8_t authorization_id[UUID_SIZE],
                                   struct authorization *out) HUFU_MUST_CHECK;

/* Of a key that is dead: all that was agreed for it ends so, in the transaction in hand, with the holder's account locked. */
enum hufu_err authorization_end_with_key(struct worker *worker, const struct act *act,
                                         const uint8_t holder_id[UUID_SIZE],
                                         const uint8_t key_id[UUID_SIZE]) HUFU_MUST_CHECK;

/* Masked. Refusals: not allowed (the project does not let people search), too many tries. */
enum hufu_err authorization_find_holders(struct worker *worker, struct act *act, const char *name,
                                         struct authorization_found found[AUTHORIZATION_FOUND_MAX],
                                         size_t *count) HUFU_MUST_CHECK;

/* What may be shown of its people to the act's: fills in the mobile number, masked, and empties what is not told yet. */
void authorization_show(struct worker *worker, const struct act *act, struct authorization *authorization);

#endif
