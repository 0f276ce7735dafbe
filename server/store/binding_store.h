/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings: one device's pair of halves of one key, and all that decides whether it may be used. */
#ifndef HUFU_SERVER_STORE_BINDING_STORE_H
#define HUFU_SERVER_STORE_BINDING_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "server/store/account_store.h"
#include "server/store/device_store.h"
#include "server/store/store.h"

enum key_state {
    KEY_NEW,
    KEY_PENDING,
    KEY_GENERATED,
    KEY_USABLE,
    KEY_STATE_COUNT
};
extern const char *const key_state_names[KEY_STATE_COUNT];

enum binding_state {
    BINDING_WAITING,
    BINDING_ACTIVE,
    BINDING_FROZEN,
    BINDING_REMOVED,
    BINDING_STATE_COUNT
};
extern const char *const binding_state_names[BINDING_STATE_COUNT];

enum binding_role {
    BINDING_PRIMARY,
    BINDING_SECONDARY,
    BINDING_AUTHORIZED,
    BINDING_ROLE_COUNT
};
extern const char *const binding_role_names[BINDING_ROLE_COUNT];

#define BINDING_RECORD_MAX 4096
#define BINDING_PER_KEY_MAX 128 /* a primary, secondaries and authorizations, as many as projects may allow */

/* What stands on the two rows, the device's and the binding's, at one moment of the database's clock. */
struct standing {
    uint64_t at_ms;
    enum device_state device_state;
    enum account_state device_account_state; /* of the account the device belongs to */
    bool locked;
    int32_t pin_failures, tries_left;
    enum binding_state state; /* frozen also by its authorization, which leaves own_state as it is */
    enum binding_state own_state;
    enum account_state account_state; /* of the key's holder */
    enum key_state key_state;
    uint32_t generation;
    uint64_t
        next_time_ms; /* frame time of the refresh that made the pending generation + 1; 0: none pending */
    bool in_window;
    bool uses_counted;
    int64_t uses_left;
    uint64_t valid_until_ms; /* 0: it does not end */
};

/* A binding with both its rows locked (device first) until the transaction ends. */
struct binding_held {
    struct standing standing;
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    bool has_pending; /* a key generation has begun and may still be finished */
    uint8_t pending_request_id[UUID_SIZE];
};
/* HUFU_ERR_NOT_FOUND: no such binding of this device. */
enum hufu_err binding_hold(struct store *store, const uint8_t project_id[UUID_SIZE],
                           const uint8_t device_id[UUID_SIZE], const uint8_t binding_id[UUID_SIZE],
                           struct binding_held *out) HUFU_MUST_CHECK;

/* The current record, appended. HUFU_ERR_NOT_FOUND: no such binding, or it has none. */
enum hufu_err binding_read_record(struct store *store, const uint8_t project_id[UUID_SIZE],
                                  const uint8_t binding_id[UUID_SIZE], uint32_t *generation,
                                  struct buf *record) HUFU_MUST_CHECK;

/* Between the two steps of key generation; replaces an earlier one. It may be finished for minutes. */
enum hufu_err binding_set_pending(struct store *store, const uint8_t project_id[UUID_SIZE],
                                  const uint8_t binding_id[UUID_SIZE], const uint8_t request_id[UUID_SIZE],
                                  struct bytes record, int32_t minutes) HUFU_MUST_CHECK;
/* Generation 0 of a waiting binding, which becomes active. */
enum hufu_err binding_set_record(struct store *store, const uint8_t project_id[UUID_SIZE],
                                 const uint8_t binding_id[UUID_SIZE], struct bytes record) HUFU_MUST_CHECK;

struct binding_entry {
    uint8_t project_id[UUID_SIZE];
    uint8_t binding_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    uint8_t key_id[UUID_SIZE];
    enum binding_state state;
    enum binding_role role;
    bool handover; /* it waits for a hand-over, or for the refresh that ends one */
};
/* Every binding of a key that is not removed, with all the devices' rows locked in the order of their ids, then the bindings'.
 * HUFU_ERR_LIMIT: more than BINDING_PER_KEY_MAX. */
enum hufu_err binding_hold_key(struct store *store, const uint8_t key_id[UUID_SIZE],
                               struct binding_entry entries[BINDING_PER_KEY_MAX],
                               size_t *count) HUFU_MUST_CHECK;
/* The same of a device, whose row must be locked. */
enum hufu_err binding_hold_device(struct store *store, const uint8_t device_id[UUID_SIZE],
                                  struct binding_entry entries[BINDING_PER_KEY_MAX],
                                  size_t *count) HUFU_MUST_CHECK;
/* Those of a key that wait, whose devices must be locked. */
enum hufu_err binding_hold_waiting(struct store *store, const uint8_t key_id[UUID_SIZE],
                                   struct binding_entry entries[BINDING_PER_KEY_MAX],
                                   size_t *count) HUFU_MUST_CHECK;
enum hufu_err binding_set_state(struct store *store, const struct binding_entry *entry,
                                enum binding_state state) HUFU_MUST_CHECK;
/* State removed, and no record of any kind is left on the row. */
enum hufu_err binding_destroy(struct store *store, const struct binding_entry *entry) HUFU_MUST_CHECK;
/* Whether a device has a binding of that role with a record that is not removed. */
enum hufu_err binding_has_role(struct store *store, const uint8_t device_id[UUID_SIZE],
                               enum binding_role role, bool *has) HUFU_MUST_CHECK;
/* Whether a key has a binding of its holder's with a record that is not removed. */
enum hufu_err binding_key_lives(struct store *store, const uint8_t key_id[UUID_SIZE],
                                bool *lives) HUFU_MUST_CHECK;

#endif
