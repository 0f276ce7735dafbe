/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations (docs/authorizations.md): what a holder and an authorized user agreed on. What decides a request stands on the
 * binding. The table is called delegation. */
#ifndef HUFU_SERVER_STORE_AUTHORIZATION_STORE_H
#define HUFU_SERVER_STORE_AUTHORIZATION_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "server/store/account_store.h"
#include "server/store/binding_store.h"
#include "server/store/key_store.h"
#include "server/store/store.h"

/* As it is shown: what the row says, the binding, and the database's clock. */
enum authorization_state {
    AUTHORIZATION_PENDING,
    AUTHORIZATION_AWAITING_DEVICE,
    AUTHORIZATION_ACTIVE,
    AUTHORIZATION_FROZEN,
    AUTHORIZATION_EXPIRED,
    AUTHORIZATION_DELETED,
    AUTHORIZATION_STATE_COUNT
};
extern const char *const authorization_state_names[AUTHORIZATION_STATE_COUNT];

/* As the row says. */
enum authorization_agreement {
    AGREEMENT_PENDING,
    AGREEMENT_CONFIRMED,
    AGREEMENT_FROZEN,
    AGREEMENT_DELETED,
    AGREEMENT_COUNT
};

/* Why it is expired or deleted. */
enum authorization_end {
    AUTHORIZATION_GOES_ON,
    AUTHORIZATION_WINDOW_OVER,
    AUTHORIZATION_USED_UP,
    AUTHORIZATION_WAS_REFUSED,
    AUTHORIZATION_WAS_DELETED,
    AUTHORIZATION_LOST_KEY, /* no device of the holder has a half of it any more */
    AUTHORIZATION_END_COUNT
};
extern const char *const authorization_end_names[AUTHORIZATION_END_COUNT];

enum authorization_party {
    PARTY_HOLDER,
    PARTY_AUTHORIZED,
    PARTY_COUNT
};
extern const char *const authorization_party_names[PARTY_COUNT + 1]; /* NULL ends them */

#define AUTHORIZATION_NAMED_MAX 200
#define AUTHORIZATION_TEXT_MAX 1000 /* reason, remark */
#define AUTHORIZATION_PAGE_MAX 500

/* uses 0: not counted. */
struct authorization_terms {
    uint64_t from_ms, until_ms;
    int64_t uses;
};

/* One of the two; there: false, there is nobody of the work number that was named. */
struct authorization_person {
    bool there;
    uint8_t account_id[UUID_SIZE];
    char name[ACCOUNT_NAME_MAX + 1];
    char work_number[AUTHORIZATION_NAMED_MAX + 1]; /* or as they were named */
    struct account_sealed mobile;
    char mobile_shown[20];
};

struct authorization {
    uint8_t project_id[UUID_SIZE];
    uint8_t authorization_id[UUID_SIZE];
    enum authorization_agreement agreement;
    enum authorization_state state;
    enum authorization_end end;
    enum authorization_party begun_by;
    char named[AUTHORIZATION_NAMED_MAX + 1]; /* the other one, as whoever began it named them */
    struct authorization_person people[PARTY_COUNT];
    enum key_usage usage;
    unsigned operations; /* of enum project_use */
    struct authorization_terms terms;
    bool uses_counted;
    int64_t uses_left;
    char reason[AUTHORIZATION_TEXT_MAX + 1], remark[AUTHORIZATION_TEXT_MAX + 1]; /* "": none */
    bool has_key, has_binding;
    uint8_t key_id[UUID_SIZE], binding_id[UUID_SIZE], device_id[UUID_SIZE];
    enum binding_state binding_state; /* of has_binding */
    bool sealed;                      /* the binding's record has a policy */
    bool policy_due;                  /* and the terms go beyond its window */
    uint64_t created_ms, changed_ms;
    uint64_t now_ms; /* of the database, when this was read */
};

struct authorization_new {
    const uint8_t *project_id, *authorization_id;
    const uint8_t *holder_id, *authorized_id; /* NULL: nobody of that name */
    enum authorization_party begun_by;
    const char *named;
    enum key_usage usage;
    unsigned operations;
    struct authorization_terms terms;
    const char *reason, *remark; /* NULL: none */
    const uint8_t *key_id;       /* NULL: not chosen yet */
};
/* Pending. HUFU_ERR_CONFLICT: there is one of these two for this usage. */
enum hufu_err authorization_insert(struct store *store, const struct authorization_new *made) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err authorization_read(struct store *store, const uint8_t authorization_id[UUID_SIZE],
                                 struct authorization *out) HUFU_MUST_CHECK;
/* An account's, as that party; or, account_id NULL, of a project, or (NULL) of all. In the order of their ids, after that one. */
enum hufu_err authorization_list(struct store *store, const uint8_t *project_id, const uint8_t *account_id,
                                 enum authorization_party party, const uint8_t after[UUID_SIZE], size_t limit,
                                 struct authorization *out, size_t *count) HUFU_MUST_CHECK;
/* How many of a holder's are neither pending nor deleted. */
enum hufu_err authorization_count(struct store *store, const uint8_t holder_id[UUID_SIZE],
                                  int64_t *count) HUFU_MUST_CHECK;
/* One that was agreed for that key and is not deleted. HUFU_ERR_NOT_FOUND: none. */
enum hufu_err authorization_next_of_key(struct store *store, const uint8_t holder_id[UUID_SIZE],
                                        const uint8_t key_id[UUID_SIZE],
                                        uint8_t authorization_id[UUID_SIZE]) HUFU_MUST_CHECK;

/* The changes below need the lock of the holder's account (of the authorized user's where there is no holder), and of the binding
 * where there is one.
 *
 * end: of one that is deleted. key_id: NULL leaves it. */
enum hufu_err authorization_set_agreement(struct store *store, const struct authorization *authorization,
                                          enum authorization_agreement agreement, enum authorization_end end,
                                          const uint8_t *key_id) HUFU_MUST_CHECK;
/* Freezes its binding, or unfreezes it. */
enum hufu_err authorization_freeze_binding(struct store *store, const struct authorization *authorization,
                                           bool frozen) HUFU_MUST_CHECK;
/* In the row, and on the binding as far as the sealed window reaches. count_anew: so many uses from now on; else those that are left
 * go on. */
enum hufu_err authorization_set_terms(struct store *store, const struct authorization *authorization,
                                      const struct authorization_terms *terms,
                                      bool count_anew) HUFU_MUST_CHECK;

/* The holder's usable keys of a usage, with a primary that can hand them over, or key_id alone of them (NULL: all); at most two are
 * told. */
enum hufu_err authorization_find_keys(struct store *store, const uint8_t holder_id[UUID_SIZE],
                                      enum key_usage usage, const uint8_t *key_id, uint8_t keys[2][UUID_SIZE],
                                      size_t *count) HUFU_MUST_CHECK;

/* Gives the binding, of that device, to the authorization. HUFU_ERR_CONFLICT: the device has a binding of the key.
 * HUFU_ERR_NOT_FOUND: the key has no primary to hand it over. */
enum hufu_err authorization_bind(struct store *store, const struct authorization *authorization,
                                 const uint8_t device_id[UUID_SIZE], const uint8_t binding_id[UUID_SIZE],
                                 int32_t hours) HUFU_MUST_CHECK;
/* The locked binding ends: what is left of its uses goes back to the authorization. */
enum hufu_err authorization_unbind(struct store *store, const struct binding_entry *entry) HUFU_MUST_CHECK;

/* The record has been sealed with this policy. HUFU_ERR_STATE: its terms are others now. */
enum hufu_err authorization_seal(struct store *store, const uint8_t binding_id[UUID_SIZE],
                                 const struct frame_policy *policy) HUFU_MUST_CHECK;
/* The record of a binding of an authorization, which a policy is to be sealed into. HUFU_ERR_NOT_FOUND: there is none. */
struct authorization_record {
    uint8_t authorization_id[UUID_SIZE];
    uint32_t generation;
    int32_t policy_number; /* how many policies it had before */
    uint8_t memory[BINDING_RECORD_MAX];
    struct bytes record;
};
enum hufu_err authorization_read_record(struct store *store, const uint8_t binding_id[UUID_SIZE],
                                        struct authorization_record *out) HUFU_MUST_CHECK;
/* Puts another record in its place; one that was made by a refresh and not used yet has the old policy, and goes.
 * The replaced policy is noted to be destroyed. HUFU_ERR_STATE: another generation or policy has come, or the binding is gone. */
enum hufu_err authorization_put_record(struct store *store, const uint8_t binding_id[UUID_SIZE],
                                       const struct authorization_record *replaced,
                                       struct bytes record) HUFU_MUST_CHECK;

/* Active people of the project in whose name this occurs, but for one: first those whose name begins so. */
#define AUTHORIZATION_FOUND_MAX 10
struct authorization_found {
    uint8_t account_id[UUID_SIZE];
    char name[ACCOUNT_NAME_MAX + 1], work_number[ACCOUNT_WORK_NUMBER_MAX + 1],
        organization[ACCOUNT_NAME_MAX + 1];
};
enum hufu_err authorization_search(struct store *store, const uint8_t project_id[UUID_SIZE],
                                   const uint8_t except_id[UUID_SIZE], const char *name,
                                   struct authorization_found found[AUTHORIZATION_FOUND_MAX],
                                   size_t *count) HUFU_MUST_CHECK;

#endif
