/* SPDX-License-Identifier: Apache-2.0 */
/* Authentications, by the SHA-256 of their token. */
#ifndef HUFU_SERVER_STORE_AUTHENTICATION_STORE_H
#define HUFU_SERVER_STORE_AUTHENTICATION_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/hash.h"
#include "server/store/attempt_store.h"
#include "server/store/password_store.h"
#include "server/store/store.h"

enum authentication_purpose {
    AUTHENTICATION_BIND_DEVICE,
    AUTHENTICATION_SIGN_IN,
    AUTHENTICATION_CONFIRM, /* something that a session is about to do */
    AUTHENTICATION_RECOVER, /* the password */
    AUTHENTICATION_PURPOSE_COUNT
};
extern const char *const authentication_purpose_names[AUTHENTICATION_PURPOSE_COUNT + 1]; /* NULL ends them */

enum authentication_state {
    AUTHENTICATION_OPEN,
    AUTHENTICATION_PASSED, /* enough for its purpose; more methods may follow until it is spent */
    AUTHENTICATION_SPENT,
    AUTHENTICATION_FAILED,  /* too many wrong tries */
    AUTHENTICATION_EXPIRED, /* never stored: the clock says so of an open or passed one */
    AUTHENTICATION_STATE_COUNT
};
extern const char *const authentication_state_names[AUTHENTICATION_STATE_COUNT];

struct authentication {
    uint8_t project_id[UUID_SIZE];
    uint8_t authentication_id[UUID_SIZE];
    uint8_t subject[HASH_SIZE]; /* what tries are counted by: of project and work number */
    bool has_account;           /* false: there is none, or it is not active; nobody is told */
    uint8_t account_id[UUID_SIZE];
    enum authentication_purpose purpose;
    bool has_session, has_device_key;
    uint8_t session_id[UUID_SIZE];
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    enum authentication_state state;
    unsigned passed; /* methods, bit by bit */
    int32_t tries;
};

/* What a try needs to know, in one read. */
struct authentication_view {
    struct authentication authentication;
    unsigned rule; /* combinations that suffice for the purpose, bit by bit */
    struct attempt_limit lock_out;
    bool blocked;                        /* the account's tries, or the address's, are used up */
    char password[PASSWORD_STORED_SIZE]; /* "": none, or none that serves */
    bool password_initial;
};

/* Who has the work number in the authentication's project, if somebody who is active does. */
enum hufu_err authentication_find_account(struct store *store, const char *work_number,
                                          struct authentication *authentication) HUFU_MUST_CHECK;
/* An open one for so many seconds, in the transaction in hand. */
enum hufu_err authentication_insert(struct store *store, const struct authentication *authentication,
                                    const uint8_t token_hash[HASH_SIZE], int32_t seconds,
                                    uint64_t *expires_ms) HUFU_MUST_CHECK;
/* address_limit 0: addresses are not counted. HUFU_ERR_NOT_FOUND. */
enum hufu_err authentication_read(struct store *store, const uint8_t token_hash[HASH_SIZE],
                                  const uint8_t address[ATTEMPT_ADDRESS_SIZE], int32_t address_limit,
                                  struct authentication_view *out) HUFU_MUST_CHECK;
/* Whose it is, which never changes. HUFU_ERR_NOT_FOUND: none of this token, or nobody's. */
enum hufu_err authentication_read_account(struct store *store, const uint8_t token_hash[HASH_SIZE],
                                          uint8_t account_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* The row as it is, and nobody else changes it until the transaction ends (store.h: after its account, when that is locked at
 * all). HUFU_ERR_NOT_FOUND. */
enum hufu_err authentication_lock(struct store *store, const uint8_t token_hash[HASH_SIZE],
                                  struct authentication *out) HUFU_MUST_CHECK;
/* State, methods and tries of the locked row; passed_now: a method was passed at this moment, which counts if it is the
 * first. */
enum hufu_err authentication_set(struct store *store, const struct authentication *authentication,
                                 bool passed_now) HUFU_MUST_CHECK;
/* Sets what its QR code shows (NULL: nothing any more). */
enum hufu_err authentication_set_qr(struct store *store, const uint8_t authentication_id[UUID_SIZE],
                                    const uint8_t *qr_hash) HUFU_MUST_CHECK;
/* By the QR code, for the device that scanned it; locked as by authentication_lock. HUFU_ERR_NOT_FOUND. */
struct authentication_scanned {
    struct authentication authentication;
    uint64_t begun_ms, expires_ms;
    bool bound; /* the device is active and has an active key */
    bool same;  /* the device is the one that asks */
};
enum hufu_err authentication_lock_qr(struct store *store, const uint8_t qr_hash[HASH_SIZE],
                                     const uint8_t device_id[UUID_SIZE],
                                     struct authentication_scanned *out) HUFU_MUST_CHECK;
/* The session for which a spent one holds. */
enum hufu_err authentication_set_session(struct store *store, const uint8_t authentication_id[UUID_SIZE],
                                         const uint8_t session_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* The methods that the session passed within its project's hold_seconds. */
enum hufu_err authentication_read_held(struct store *store, const uint8_t session_id[UUID_SIZE],
                                       unsigned *methods) HUFU_MUST_CHECK;
/* How many of the session's are open or passed. */
enum hufu_err authentication_count_open(struct store *store, const uint8_t session_id[UUID_SIZE],
                                        int64_t *count) HUFU_MUST_CHECK;
/* Ends those of an account that are open or passed. */
enum hufu_err authentication_end_all(struct store *store,
                                     const uint8_t account_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* Deletes those that expired two days ago. */
enum hufu_err authentication_prune(struct store *store) HUFU_MUST_CHECK;

#endif
