/* SPDX-License-Identifier: Apache-2.0 */
/* Projects' accounts. */
#ifndef HUFU_SERVER_STORE_ACCOUNT_STORE_H
#define HUFU_SERVER_STORE_ACCOUNT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

enum account_state {
    ACCOUNT_REQUESTED,
    ACCOUNT_ACTIVE,
    ACCOUNT_SUSPENDED,
    ACCOUNT_CLOSED,
    ACCOUNT_STATE_COUNT
};
extern const char *const account_state_names[ACCOUNT_STATE_COUNT]; /* as they stand in the tables */

#define ACCOUNT_NAME_MAX 200
#define ACCOUNT_WORK_NUMBER_MAX 64
#define ACCOUNT_SUBJECT_MAX 2048 /* DER */
#define ACCOUNT_PAGE_MAX 500

struct account {
    uint8_t project_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    char name[ACCOUNT_NAME_MAX + 1];
    char work_number[ACCOUNT_WORK_NUMBER_MAX + 1];
    char organization[ACCOUNT_NAME_MAX + 1]; /* "": none */
    uint8_t subject[ACCOUNT_SUBJECT_MAX];
    size_t subject_len;
    enum account_state state;
    uint64_t created_ms;
};

/* state as given; HUFU_ERR_CONFLICT: the project has this work number. */
enum hufu_err account_insert(struct store *store, const struct account *account) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err account_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                           struct account *out) HUFU_MUST_CHECK;
/* The same, and nobody else changes the row, adds a device or a key to it until the transaction ends. First of the locks
 * that a transaction takes; after it devices, then bindings. */
enum hufu_err account_lock(struct store *store, const uint8_t account_id[UUID_SIZE],
                           struct account *out) HUFU_MUST_CHECK;
/* Sets the state of the locked account and every copy of it (devices, then bindings: the order in which a request takes
 * its locks), so that a request that waits for one of those rows is decided by the new state. */
enum hufu_err account_set_state(struct store *store, const struct account *account,
                                enum account_state state) HUFU_MUST_CHECK;
/* Accounts of a project (NULL: of all) in the order of their ids, from after (zeros: the beginning); at most limit. */
enum hufu_err account_list(struct store *store, const uint8_t *project_id, const uint8_t after[UUID_SIZE],
                           size_t limit, struct account *accounts, size_t *count) HUFU_MUST_CHECK;

#endif
