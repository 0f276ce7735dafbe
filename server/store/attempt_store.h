/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of tries, decided by one row each: any number of servers count together. */
#ifndef HUFU_SERVER_STORE_ATTEMPT_STORE_H
#define HUFU_SERVER_STORE_ATTEMPT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/store/store.h"

enum attempt_kind {
    ATTEMPT_AUTHENTICATION,       /* at passing a method, by whoever claims to be this account */
    ATTEMPT_CODE_ACCOUNT,         /* at having a code sent to an account */
    ATTEMPT_CODE_MOBILE,          /* at having one sent to a mobile number */
    ATTEMPT_UNPROVED,             /* at using a session by its token alone */
    ATTEMPT_AUTHORIZATION_ASK,    /* an account's, at beginning an authorization with somebody */
    ATTEMPT_AUTHORIZATION_SEARCH, /* at finding a holder by name */
    ATTEMPT_AUTHORIZATION_CHANGE, /* at changing an authorization, of which the other person is told */
    ATTEMPT_KIND_COUNT
};
extern const char *const attempt_kind_names[ATTEMPT_KIND_COUNT];

#define ATTEMPT_LIMIT_MAX 100
#define ATTEMPT_DAY_SECONDS 86400
#define ATTEMPT_ADDRESS_SIZE 16

/* At most limit (1 to ATTEMPT_LIMIT_MAX) in any window_seconds, and gap_seconds between two. */
struct attempt_limit {
    int32_t limit;
    int64_t window_seconds, gap_seconds;
};
struct attempt {
    const uint8_t *project_id;
    enum attempt_kind kind;
    const uint8_t *subject; /* HASH_SIZE */
};

/* Counts one more, in the transaction in hand, unless the limit forbids it: then taken is false. moment_us names what was
 * counted. Parallel calls are put in order by the row's lock. */
enum hufu_err attempt_take(struct store *store, const struct attempt *attempt,
                           const struct attempt_limit *limit, bool *taken,
                           int64_t *moment_us) HUFU_MUST_CHECK;
/* The one of that moment was none. */
enum hufu_err attempt_give_back(struct store *store, const struct attempt *attempt,
                                int64_t moment_us) HUFU_MUST_CHECK;

/* The same for an address, in little room: at most limit (from 1) in an hour, up to twice as many in one that follows an idle
 * one. */
enum hufu_err attempt_take_address(struct store *store, const uint8_t address[ATTEMPT_ADDRESS_SIZE],
                                   int32_t limit, bool *taken) HUFU_MUST_CHECK;

/* Deletes what is older than any window. */
enum hufu_err attempt_prune(struct store *store) HUFU_MUST_CHECK;

#endif
