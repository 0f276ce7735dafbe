/* SPDX-License-Identifier: Apache-2.0 */
/* Keys. What decides whether one may be used stands on its bindings (binding_store.h). */
#ifndef HUFU_SERVER_STORE_KEY_STORE_H
#define HUFU_SERVER_STORE_KEY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/account_store.h"
#include "server/store/binding_store.h"
#include "server/store/certificate_store.h"
#include "server/store/store.h"

enum key_usage {
    KEY_SIGN,
    KEY_DECRYPT,
    KEY_USAGE_COUNT
};
extern const char
    *const key_usage_names[KEY_USAGE_COUNT + 1]; /* ended by NULL, as tables of fields want it */

/* Of key k, in SQL: it has halves and, where it needs one, its certificate, and a primary binding that can hand it over. */
#define KEY_TO_HAND_OVER                                                                       \
    "(k.state = 'usable' or k.state = 'generated' and k.usage = 'decrypt') and exists"         \
    " (select from binding p where p.key_id = k.key_id and p.role = 'primary' and p.state in " \
    "('active', 'frozen'))"

#define KEY_PUBLIC_SIZE 65
#define KEY_PAGE_MAX 500
#define KEY_PER_DEVICE_MAX 32

/* A key as a device, or an operator, sees it: with one binding of it. */
struct key_view {
    uint8_t project_id[UUID_SIZE];
    uint8_t key_id[UUID_SIZE];
    uint8_t binding_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    enum key_usage usage;
    enum key_state state;
    enum binding_state binding_state;
    enum binding_role role;
    uint32_t generation;
    bool next_pending; /* generation + 1 was made and not used yet */
    bool has_public_key;
    uint8_t public_key[KEY_PUBLIC_SIZE];
    bool uses_counted;
    int64_t uses_left;
    uint64_t valid_from_ms, valid_until_ms; /* 0: not limited */
    int32_t pin_failures, pin_limit;
    bool locked;
    uint64_t created_ms;
    char account_name[ACCOUNT_NAME_MAX + 1];
    char work_number[ACCOUNT_WORK_NUMBER_MAX + 1];
    uint8_t subject[ACCOUNT_SUBJECT_MAX]; /* approved, DER */
    size_t subject_len;
    bool has_certificate; /* the newest valid one */
    uint8_t certificate_serial[CERTIFICATE_SERIAL_SIZE];
    uint64_t certificate_not_before_ms, certificate_not_after_ms;
    uint64_t refreshed_ms;   /* when this generation was made */
    bool refresh_due;        /* by the project's rule, or for the role */
    bool refresh_to_primary; /* the device was made the primary, and its record is a secondary's still */
};

/* Whether the device may have another binding, of a key that is its own, its account's or an authorization's. Its row must be locked:
 * that keeps two from counting at once. HUFU_ERR_LIMIT: it has KEY_PER_DEVICE_MAX. */
enum hufu_err key_check_room(struct store *store, const uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* A split SM2 key in state new, and its primary binding, waiting, for the device. Account and device must be locked; the copies of
 * states are the device's and the account's. HUFU_ERR_LIMIT: the device has KEY_PER_DEVICE_MAX bindings;
 * HUFU_ERR_NOT_FOUND: no such device of the account. */
enum hufu_err key_insert(struct store *store, const struct account *account,
                         const uint8_t device_id[UUID_SIZE], const uint8_t key_id[UUID_SIZE],
                         const uint8_t binding_id[UUID_SIZE], enum key_usage usage) HUFU_MUST_CHECK;
/* The key with the binding of this device. HUFU_ERR_NOT_FOUND. */
enum hufu_err key_read(struct store *store, const uint8_t device_id[UUID_SIZE],
                       const uint8_t key_id[UUID_SIZE], struct key_view *out) HUFU_MUST_CHECK;

/* project_id or device_id may be NULL: not restricted by it. From after (a binding id; zeros: the beginning); at most
 * limit. */
enum hufu_err key_list(struct store *store, const uint8_t *project_id, const uint8_t *device_id,
                       const uint8_t after[UUID_SIZE], size_t limit, struct key_view *keys,
                       size_t *count) HUFU_MUST_CHECK;

/* Sets the state of the key, and every copy of it. public_key: NULL leaves what is there. The bindings must be locked. */
enum hufu_err key_set_state(struct store *store, const uint8_t project_id[UUID_SIZE],
                            const uint8_t key_id[UUID_SIZE], enum key_state state,
                            const uint8_t *public_key) HUFU_MUST_CHECK;

#endif
