/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, one for each device key. What decides whether one may be used stands here and on its bindings
 * (binding_store.h). */
#ifndef HUFU_SERVER_STORE_DEVICE_STORE_H
#define HUFU_SERVER_STORE_DEVICE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "server/store/account_store.h"
#include "server/store/store.h"

enum device_state {
    DEVICE_WAITING, /* known and signed in, without a half of any key yet */
    DEVICE_ACTIVE,
    DEVICE_FROZEN,
    DEVICE_REMOVED,
    DEVICE_STATE_COUNT
};
extern const char *const device_state_names[DEVICE_STATE_COUNT];

enum device_role {
    DEVICE_PRIMARY,
    DEVICE_SECONDARY,
    DEVICE_ROLE_COUNT
};
extern const char *const device_role_names[DEVICE_ROLE_COUNT];

#define DEVICE_TEXT_MAX 100
#define DEVICE_PAGE_MAX 500

struct device {
    uint8_t project_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    enum device_state state;
    enum device_role role;
    char name[DEVICE_TEXT_MAX + 1], model[DEVICE_TEXT_MAX + 1]; /* "": none */
    int32_t pin_failures, pin_limit, tries_left;
    bool locked;
    uint64_t created_ms;
    bool frozen_by_operator; /* and not by another device */
    bool destroyed;          /* removed, and every key process knows it */
};

/* A device of the state and the role given. HUFU_ERR_CONFLICT: the key is registered already, or the account has a primary.
 * name, model: NULL for none. The account must be locked. */
struct device_new {
    const struct account *account;
    const uint8_t *device_id;
    const uint8_t *device_key; /* FRAME_DEVICE_KEY_SIZE */
    const char *name, *model;
    enum device_state state;
    enum device_role role;
};
enum hufu_err device_insert(struct store *store, const struct device_new *device) HUFU_MUST_CHECK;
/* HUFU_ERR_NOT_FOUND. */
enum hufu_err device_read_keyed(struct store *store, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                struct device *out) HUFU_MUST_CHECK;
enum hufu_err device_read(struct store *store, const uint8_t device_id[UUID_SIZE],
                          struct device *out) HUFU_MUST_CHECK;
/* The same, and nobody else changes the row, nor is a request of it decided, until the transaction ends. The account must be
 * locked before. */
enum hufu_err device_lock(struct store *store, const uint8_t device_id[UUID_SIZE],
                          struct device *out) HUFU_MUST_CHECK;
/* Every device of a locked account that is not removed, and every other that has a binding of one of its keys (authorized users'), in
 * the order in which all do that who lock several: of their ids. */
enum hufu_err device_lock_all(struct store *store, const uint8_t account_id[UUID_SIZE]) HUFU_MUST_CHECK;

/* The account's primary that is not removed. HUFU_ERR_NOT_FOUND: there is none. */
enum hufu_err device_read_primary(struct store *store, const uint8_t account_id[UUID_SIZE],
                                  struct device *out) HUFU_MUST_CHECK;

/* How many devices the account has that are not removed. The account must be locked. */
struct device_count {
    int64_t all, secondary;
};
enum hufu_err device_count_of(struct store *store, const uint8_t account_id[UUID_SIZE],
                              struct device_count *out) HUFU_MUST_CHECK;

/* The account's secondaries that are not removed, in the order in which devices are locked. The account must be locked. */
#define DEVICE_SECONDARIES_MAX 64
enum hufu_err device_list_secondaries(struct store *store, const uint8_t account_id[UUID_SIZE],
                                      uint8_t ids[DEVICE_SECONDARIES_MAX][UUID_SIZE],
                                      size_t *count) HUFU_MUST_CHECK;

/* Of the locked device. */
enum hufu_err device_set_state(struct store *store, const struct device *device, enum device_state state,
                               bool by_operator) HUFU_MUST_CHECK;
enum hufu_err device_set_name(struct store *store, const struct device *device,
                              const char *name) HUFU_MUST_CHECK;
/* The account's primary from now on; there must be none. */
enum hufu_err device_set_primary(struct store *store, const struct device *device) HUFU_MUST_CHECK;

/* Forgives the wrong PINs in a row; of the device's life's count nothing is ever forgiven. HUFU_ERR_STATE: that one is
 * full. */
enum hufu_err device_unlock_pin(struct store *store, const struct device *device) HUFU_MUST_CHECK;

/* Whether every key process knows of all that was destroyed with the removed devices of an account. */
enum hufu_err device_all_destroyed(struct store *store, const uint8_t account_id[UUID_SIZE],
                                   bool *destroyed) HUFU_MUST_CHECK;

/* What a list shows besides. */
struct device_view {
    struct device device;
    uint64_t
        last_use_ms; /* by a session, to the minute, or a signature or decryption; 0: none is known any more */
    char account_name[ACCOUNT_NAME_MAX + 1];
    char work_number[ACCOUNT_WORK_NUMBER_MAX + 1];
};
/* Of a project, of an account, or (both NULL) of all; removed ones for those who ask for a project or for all. In the order of
 * their ids, from after (zeros: the beginning); at most limit. */
enum hufu_err device_list(struct store *store, const uint8_t *project_id, const uint8_t *account_id,
                          const uint8_t after[UUID_SIZE], size_t limit, struct device_view *devices,
                          size_t *count) HUFU_MUST_CHECK;

#endif
