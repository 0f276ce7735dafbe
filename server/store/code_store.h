/* SPDX-License-Identifier: Apache-2.0 */
/* Codes sent by SMS, hashed with a key. */
#ifndef HUFU_SERVER_STORE_CODE_STORE_H
#define HUFU_SERVER_STORE_CODE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/store/store.h"

enum code_state {
    CODE_SENT,
    CODE_USED,
    CODE_EXHAUSTED, /* too many wrong tries */
    CODE_REPLACED,  /* a newer one was sent */
    CODE_STATE_COUNT
};
extern const char *const code_state_names[CODE_STATE_COUNT];

/* What a code is for; together with the subject it names the newest code. */
enum code_scope {
    CODE_AUTHENTICATION, /* subject: hash of the authentication's token */
    CODE_MOBILE,         /* subject: keyed hash of a mobile number that no account need have */
    CODE_SCOPE_COUNT
};
extern const char *const code_scope_names[CODE_SCOPE_COUNT];

struct code_row {
    uint8_t project_id[UUID_SIZE];
    uint8_t code_id[UUID_SIZE];
    uint8_t code_hash[HASH_SIZE];
    enum code_state state;
    int32_t tries;
    bool expired; /* by the database's clock */
};

/* A sent one takes the place of the one before, in the transaction in hand. Two at the same moment: HUFU_ERR_CONFLICT. */
enum hufu_err code_insert(struct store *store, const struct code_row *row, enum code_scope scope,
                          const uint8_t subject[HASH_SIZE], int32_t seconds,
                          uint64_t *expires_ms) HUFU_MUST_CHECK;
/* The newest code of the subject, and nobody else tries it until the transaction ends. HUFU_ERR_NOT_FOUND. */
enum hufu_err code_lock(struct store *store, const uint8_t project_id[UUID_SIZE], enum code_scope scope,
                        const uint8_t subject[HASH_SIZE], struct code_row *out) HUFU_MUST_CHECK;
/* The locked code's new state; a try more. */
enum hufu_err code_count(struct store *store, const struct code_row *row,
                         enum code_state state) HUFU_MUST_CHECK;
/* Deletes those that expired a day ago. */
enum hufu_err code_prune(struct store *store) HUFU_MUST_CHECK;

#endif
