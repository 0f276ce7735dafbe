/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to people. Posting one puts it into the outbox in the transaction in hand: it is sent when, and only when, that
 * commits. Couriers (server/courier.h) of all servers share what waits there. Each is sent at least once, under its id as
 * idempotency key, so that the outside service delivers it once; until it is taken, refused for good, or too old. */
#ifndef HUFU_SERVER_CORE_NOTICE_H
#define HUFU_SERVER_CORE_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/notice_text.h"
#include "server/store/notice_store.h"
#include "server/worker.h"

#define NOTICE_TO_MAX 254
#define NOTICE_VALUE_MAX 256
#define NOTICE_LIFETIME_MAX_SECONDS 604800 /* a week */

/* The wait after the first attempt that failed; it doubles with each. */
#define NOTICE_BACKOFF_FIRST_MS 1000
#define NOTICE_BACKOFF_MAX_MS 300000
/* A courier that does not come back (its process died) has a notice for the time that a call may take, and this. */
#define NOTICE_LEASE_MARGIN_MS 5000
/* What ended is kept for so long, without recipient and text. */
#define NOTICE_KEEP_DAYS 30

enum notice_event {
    NOTICE_POSTPONE, /* the service is away */
    NOTICE_DELIVER,
    NOTICE_REFUSE,
    NOTICE_EXPIRE,
    NOTICE_EVENT_COUNT
};
bool notice_step(enum notice_state state, enum notice_event event, enum notice_state *next);

struct notice {
    const uint8_t *project_id;
    const uint8_t *account_id; /* NULL: to somebody without an account */
    enum notice_kind kind;
    const char *to; /* 1 to NOTICE_TO_MAX bytes */
    enum notice_text text;
    const char *values[NOTICE_VALUES_MAX]; /* as many as the text has; each at most NOTICE_VALUE_MAX bytes */
    uint32_t lifetime_seconds;             /* after that nobody needs it any more */
    /* It goes to no one: it is put in like any other, and expires at once, in silence. For who must not show by the time that
     * it takes whether there is somebody. */
    bool nobody;
};
#define NOTICE_NOBODY "+8613800000000" /* whom that is to: as long as most numbers */

/* Whether there is an outside service for this kind. Who can do without the message asks before it posts. */
bool notice_offered(const struct worker *worker, enum notice_kind kind);

/* In the transaction in hand; in the project's language. HUFU_ERR_STATE: the kind is not offered. HUFU_ERR_LIMIT: recipient, a
 * value or the lifetime is too long, or empty. HUFU_ERR_AWAY also while the data key is not loaded. After any error the
 * transaction is to be rolled back. */
enum hufu_err notice_post(struct worker *worker, const struct notice *notice) HUFU_MUST_CHECK;

/* For an operator, who wants to know whether messages arrive: NOTICE_TEXT_TEST to that recipient. Refusals: not found (the
 * project), bad field (the recipient), conflict (the kind is not offered). */
struct notice_trial {
    const char *project; /* id or name */
    enum notice_kind kind;
    const char *to;
};
#define NOTICE_TRIAL_SECONDS 600
enum hufu_err notice_try(struct worker *worker, struct act *act, const struct notice_trial *trial,
                         struct notice_row *out) HUFU_MUST_CHECK;
/* Refusal: not found. */
enum hufu_err notice_find(struct worker *worker, struct act *act, const uint8_t notice_id[UUID_SIZE],
                          struct notice_row *out) HUFU_MUST_CHECK;

/* For a courier: one attempt at the notice that is due longest. *found: false, none was due. */
enum hufu_err notice_deliver_next(struct worker *worker, bool *found) HUFU_MUST_CHECK;

/* The wait after so many attempts (1, 2, …): doubled each time up to NOTICE_BACKOFF_MAX_MS, and up to a quarter less by
 * jitter, so that what failed together does not come back together. */
uint64_t notice_backoff_ms(int32_t attempts, uint8_t jitter);

#endif
