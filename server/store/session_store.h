/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, by the SHA-256 of their token; and the proofs that were spent with them. */
#ifndef HUFU_SERVER_STORE_SESSION_STORE_H
#define HUFU_SERVER_STORE_SESSION_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/hash.h"
#include "server/store/device_store.h"
#include "server/store/store.h"

#define SESSION_APPLICATION_MAX 64 /* bytes of an application's name */
#define SESSION_PAGE_MAX 500
#define SESSION_TEXT_MAX 200

enum session_state {
    SESSION_OPEN,
    SESSION_ENDED,
    SESSION_STATE_COUNT
};
extern const char *const session_state_names[SESSION_STATE_COUNT];

struct session {
    uint8_t project_id[UUID_SIZE];
    uint8_t session_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    enum session_state state;
    bool expired;                              /* by the database's clock */
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE]; /* that its requests are proven by */
    uint64_t now_ms;                           /* the database's clock */
    enum device_state device_state;
    enum account_state account_state; /* of the device's account */
};

/* What a new one is made of. Borrowed. */
struct session_entry {
    const uint8_t *project_id, *session_id, *account_id, *device_id;
    const char *application;
    const uint8_t *token_hash;
    int32_t days; /* it lasts, from now, by the database's clock */
};
/* An open one; expires_ms gets its end. HUFU_ERR_CONFLICT: the device has an open one of this application. */
enum hufu_err session_insert(struct store *store, const struct session_entry *entry,
                             uint64_t *expires_ms) HUFU_MUST_CHECK;
/* Ends every open session of the account but one (NULL: all). */
enum hufu_err session_end_others(struct store *store, const uint8_t account_id[UUID_SIZE],
                                 const uint8_t *session_id) HUFU_MUST_CHECK;

/* Of a device that is not removed; HUFU_ERR_NOT_FOUND. */
enum hufu_err session_read(struct store *store, const uint8_t token_hash[HASH_SIZE],
                           struct session *out) HUFU_MUST_CHECK;

/* Notes that the session was used now, by a proof with this identifier; fresh: no proof of the device had it before. */
enum hufu_err session_spend(struct store *store, const struct session *session,
                            const uint8_t jti_hash[HASH_SIZE], bool *fresh) HUFU_MUST_CHECK;
/* Forgets proofs that are too old to be accepted again; pruned: how many (at most some thousands at once). */
enum hufu_err session_prune_proofs(struct store *store, int32_t *pruned) HUFU_MUST_CHECK;
/* Removes those whose time was over so many days ago, ended or not (at least 30); removed: how many, of at most at_most (to
 * 100,000). */
enum hufu_err session_prune(struct store *store, int32_t keep_days, int32_t at_most,
                            int32_t *removed) HUFU_MUST_CHECK;

/* Ends every open session of a device; of one application on a device; of an account (ended: how many); one. */
enum hufu_err session_end_all(struct store *store, const uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;
enum hufu_err session_end_application(struct store *store, const uint8_t device_id[UUID_SIZE],
                                      const char *application) HUFU_MUST_CHECK;
enum hufu_err session_end_account(struct store *store, const uint8_t account_id[UUID_SIZE],
                                  uint64_t *ended) HUFU_MUST_CHECK;
enum hufu_err session_end_one(struct store *store, const uint8_t session_id[UUID_SIZE]) HUFU_MUST_CHECK;

/* A session as people see it. */
struct session_view {
    uint8_t project_id[UUID_SIZE];
    uint8_t session_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    char account_name[SESSION_TEXT_MAX + 1], work_number[SESSION_TEXT_MAX + 1];
    char device_name[SESSION_TEXT_MAX + 1], device_model[SESSION_TEXT_MAX + 1]; /* "": none */
    char application[SESSION_APPLICATION_MAX + 1];
    enum session_state state;
    bool expired;
    uint64_t created_ms, expires_ms;
    uint64_t used_ms; /* by a proof, to the minute; 0: never */
};
/* With its row locked; HUFU_ERR_NOT_FOUND. */
enum hufu_err session_lock(struct store *store, const uint8_t session_id[UUID_SIZE],
                           struct session_view *out) HUFU_MUST_CHECK;
/* Those that are open and have not expired, in the order of their ids, from after (zeros: the beginning); of a project, of an
 * account (NULL: of all); at most limit. */
enum hufu_err session_list(struct store *store, const uint8_t *project_id, const uint8_t *account_id,
                           const uint8_t after[UUID_SIZE], size_t limit, struct session_view *sessions,
                           size_t *count) HUFU_MUST_CHECK;

#endif
