/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox. */
#ifndef HUFU_SERVER_STORE_NOTICE_STORE_H
#define HUFU_SERVER_STORE_NOTICE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

enum notice_state {
    NOTICE_WAITING,
    NOTICE_DELIVERED,
    NOTICE_REFUSED,
    NOTICE_EXPIRED,
    NOTICE_STATE_COUNT
};
extern const char *const notice_state_names[NOTICE_STATE_COUNT];

enum notice_kind {
    NOTICE_SMS,
    NOTICE_EMAIL,
    NOTICE_KIND_COUNT
};
extern const char *const notice_kind_names[NOTICE_KIND_COUNT + 1]; /* and NULL */

#define NOTICE_TEXT_NAME_MAX 48
#define NOTICE_FAILURE_MAX 64
#define NOTICE_SEALED_MAX 8192
#define NOTICE_PAGE_MAX 500

/* Without what is sealed. */
struct notice_row {
    uint8_t project_id[UUID_SIZE];
    uint8_t notice_id[UUID_SIZE];
    bool has_account;
    uint8_t account_id[UUID_SIZE];
    enum notice_kind kind;
    char text_name[NOTICE_TEXT_NAME_MAX + 1];
    enum notice_state state;
    int32_t attempts;                     /* this one included */
    char failure[NOTICE_FAILURE_MAX + 1]; /* of the last attempt that failed; "": none did */
    uint64_t created_ms, next_attempt_ms, expires_ms;
    uint64_t ended_ms; /* 0: it waits */
    bool expired;      /* by the database's clock */
};

/* Waiting, due at once; created, due and expiry are the database's. */
enum hufu_err notice_insert(struct store *store, const struct notice_row *row, struct bytes sealed,
                            uint32_t lifetime_seconds) HUFU_MUST_CHECK;

/* Takes the notice that is due longest and that nobody else has in hand, of the kinds asked for or expired, and counts the
 * attempt: it is due again after lease_ms, or when its life is over. sealed needs NOTICE_SEALED_MAX. *found: false, there
 * is none. */
enum hufu_err notice_claim(struct store *store, const bool kinds[NOTICE_KIND_COUNT], uint32_t lease_ms,
                           struct notice_row *row, struct buf *sealed, bool *found) HUFU_MUST_CHECK;
/* Due again after delay_ms, or when its life is over. */
enum hufu_err notice_postpone(struct store *store, const uint8_t notice_id[UUID_SIZE], uint64_t delay_ms,
                              const char *failure) HUFU_MUST_CHECK;
/* Out of waiting: what was sealed is erased. What is refused after its time has expired: *state is then that. *ended: false,
 * somebody else has ended it. failure may be NULL. */
enum hufu_err notice_end(struct store *store, const uint8_t notice_id[UUID_SIZE], enum notice_state *state,
                         const char *failure, bool *ended) HUFU_MUST_CHECK;

/* HUFU_ERR_NOT_FOUND. */
enum hufu_err notice_read(struct store *store, const uint8_t notice_id[UUID_SIZE],
                          struct notice_row *row) HUFU_MUST_CHECK;
/* Newest first, before that id (zeros: from the newest); of one project, or (NULL) of all. */
enum hufu_err notice_list(struct store *store, const uint8_t *project_id, const uint8_t before[UUID_SIZE],
                          size_t limit, struct notice_row *notices, size_t *count) HUFU_MUST_CHECK;
enum hufu_err notice_count_waiting(struct store *store, int64_t *count) HUFU_MUST_CHECK;
/* Removes what ended keep_days ago, at most at_most; *removed: how many. */
enum hufu_err notice_prune(struct store *store, int32_t keep_days, int32_t at_most,
                           int32_t *removed) HUFU_MUST_CHECK;

#endif
