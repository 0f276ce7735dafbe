/* SPDX-License-Identifier: Apache-2.0 */
/* Projects' accounts. */
#ifndef HUFU_SERVER_STORE_ACCOUNT_STORE_H
#define HUFU_SERVER_STORE_ACCOUNT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/hash.h"
#include "server/store/store.h"

enum account_state {
    ACCOUNT_REQUESTED,
    ACCOUNT_ACTIVE,
    ACCOUNT_SUSPENDED,
    ACCOUNT_CLOSED,
    ACCOUNT_STATE_COUNT
};
extern const char
    *const account_state_names[ACCOUNT_STATE_COUNT + 1]; /* as they stand in the tables; NULL ends them */

enum identity_kind {
    IDENTITY_RESIDENT_CARD, /* GB 11643 */
    IDENTITY_PASSPORT,
    IDENTITY_HONG_KONG_MACAO_PERMIT,
    IDENTITY_TAIWAN_PERMIT,
    IDENTITY_PERMANENT_RESIDENCE,
    IDENTITY_MILITARY_CARD,
    IDENTITY_OTHER,
    IDENTITY_KIND_COUNT
};
extern const char *const identity_kind_names[IDENTITY_KIND_COUNT + 1]; /* NULL ends them */

enum account_sex {
    ACCOUNT_SEX_UNTOLD,
    ACCOUNT_SEX_MALE,
    ACCOUNT_SEX_FEMALE,
    ACCOUNT_SEX_COUNT
};
extern const char *const account_sex_names[ACCOUNT_SEX_COUNT]; /* of those that were told; NULL ends them */
const char *account_sex_name(enum account_sex sex);            /* NULL: not told */

#define ACCOUNT_NAME_MAX 200
#define ACCOUNT_WORK_NUMBER_MAX 64
#define ACCOUNT_SUBJECT_MAX 2048 /* DER */
#define ACCOUNT_PAGE_MAX 500
#define ACCOUNT_TEXT_MAX 200 /* department, occupation, the reason of a refusal */
#define ACCOUNT_COUNTRY_SIZE 2
#define ACCOUNT_PLACE_MAX 128 /* province, city */
#define ACCOUNT_REMARK_MAX 1000
#define ACCOUNT_SEALED_MAX 320
#define ACCOUNT_PICTURE_MAX 65536 /* of a seal, before it is sealed */
#define ACCOUNT_PICTURE_SEALED_MAX (ACCOUNT_PICTURE_MAX + 40)

/* Personal, sealed (server/core/personal.h), and by what it is found. len 0: not told. */
struct account_sealed {
    uint8_t data[ACCOUNT_SEALED_MAX];
    size_t len;
    uint8_t hash[HASH_SIZE];
};

/* What may be shown of it; the rules fill it in. */
struct account_shown {
    char mobile[20];
    char identity_number[40];
    char email[262];
};

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
    bool requested; /* by the person */
    bool has_organization;
    uint8_t organization_id[UUID_SIZE];
    struct account_sealed mobile, identity, email;
    enum identity_kind identity_kind; /* when identity.len is not 0 */
    enum account_sex sex;
    /* "": not told */
    char department[ACCOUNT_TEXT_MAX + 1], occupation[ACCOUNT_TEXT_MAX + 1];
    char country[ACCOUNT_COUNTRY_SIZE + 1], province[ACCOUNT_PLACE_MAX + 1], city[ACCOUNT_PLACE_MAX + 1];
    char remark[ACCOUNT_REMARK_MAX + 1];
    char refusal[ACCOUNT_TEXT_MAX + 1]; /* of a request that was refused: why */
    bool has_picture;
    struct account_shown shown;
};

/* state as given; created_ms is filled in. HUFU_ERR_CONFLICT: a living account of the project has this work number; the transaction stays usable. A
 * request (state requested) never conflicts: account_set_state does when it is approved. */
enum hufu_err account_insert(struct store *store, struct account *account) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err account_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                           struct account *out) HUFU_MUST_CHECK;
/* The same, and nobody else changes the row, adds a device or a key to it until the transaction ends. First of the locks
 * that a transaction takes (store.h). */
enum hufu_err account_lock(struct store *store, const uint8_t account_id[UUID_SIZE],
                           struct account *out) HUFU_MUST_CHECK;
/* The living one (active or suspended) of this work number. HUFU_ERR_NOT_FOUND. */
enum hufu_err account_read_named(struct store *store, const uint8_t project_id[UUID_SIZE],
                                 const char *work_number, struct account *out) HUFU_MUST_CHECK;
/* Requests of this mobile number that wait, but for one account's; locked. At most limit of their ids. */
enum hufu_err account_hold_requests(struct store *store, const struct account *except,
                                    uint8_t (*ids)[UUID_SIZE], size_t limit, size_t *count) HUFU_MUST_CHECK;
/* By what its request is asked about. Of an account that this transaction inserted. */
enum hufu_err account_set_request(struct store *store, const struct account *account,
                                  const uint8_t request_hash[HASH_SIZE]) HUFU_MUST_CHECK;
/* The newest request that is asked about so. HUFU_ERR_NOT_FOUND. */
enum hufu_err account_read_request(struct store *store, const uint8_t request_hash[HASH_SIZE],
                                   struct account *out) HUFU_MUST_CHECK;
/* Where a request's person works, once it is approved; why it was refused. Of the locked account. */
enum hufu_err account_set_organization(struct store *store, const struct account *account) HUFU_MUST_CHECK;
enum hufu_err account_set_refusal(struct store *store, const struct account *account) HUFU_MUST_CHECK;

/* What is known of its person, as the locked account has it now. */
enum hufu_err account_update_profile(struct store *store, const struct account *account) HUFU_MUST_CHECK;

/* The picture of the account's seal, sealed, in the place of one before. out needs ACCOUNT_PICTURE_SEALED_MAX.
 * HUFU_ERR_NOT_FOUND. */
enum hufu_err account_put_picture(struct store *store, const struct account *account,
                                  struct bytes sealed) HUFU_MUST_CHECK;
/* HUFU_OK also when there is none. */
enum hufu_err account_remove_picture(struct store *store, const struct account *account) HUFU_MUST_CHECK;
enum hufu_err account_read_picture(struct store *store, const struct account *account,
                                   struct buf *out) HUFU_MUST_CHECK;

/* Sets the state of the locked account and every copy of it (devices, then bindings: the order in which a request takes
 * its locks), so that a request that waits for one of those rows is decided by the new state. HUFU_ERR_CONFLICT: another living account
 * of the project has its work number. */
enum hufu_err account_set_state(struct store *store, const struct account *account,
                                enum account_state state) HUFU_MUST_CHECK;
/* Which accounts; NULL, or "": whatever it is. */
struct account_query {
    const uint8_t *project_id;
    const uint8_t *mobile_hash; /* with project_id alone: it differs from project to project */
    const char *work_number;
    const char *state;
    const uint8_t *after; /* zeros: from the beginning */
    size_t limit;
};
/* In the order of their ids; at most limit. */
enum hufu_err account_list(struct store *store, const struct account_query *query, struct account *accounts,
                           size_t *count) HUFU_MUST_CHECK;

#endif
