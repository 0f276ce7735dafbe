/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-overs: a binding on its way to a second device (docs/protocol.md §5). The row is there from the new device's request
 * until its binding is active, replaced, removed or out of time. */
#ifndef HUFU_SERVER_STORE_HANDOVER_STORE_H
#define HUFU_SERVER_STORE_HANDOVER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "server/store/key_store.h"
#include "server/store/store.h"

#define HANDOVER_HOURS 24
#define HANDOVER_KEYS_MAX 32
#define HANDOVER_ASKS_MAX 20 /* of a device for a key, each with another X25519 key, within HANDOVER_HOURS */

/* A waiting secondary binding of the key for a device of the same account, and its hand-over. HUFU_ERR_NOT_FOUND: the key is
 * not one that can be handed over to this device: another account's, without its halves or its certificate, or without a
 * primary that is left. HUFU_ERR_CONFLICT: the device has a binding of it. The account must be locked. */
struct handover_new {
    const uint8_t *device_id, *key_id, *binding_id;
    const uint8_t *x25519_key; /* FRAME_X25519_SIZE */
};
enum hufu_err handover_insert(struct store *store, const struct handover_new *handover,
                              uint64_t *expires_ms) HUFU_MUST_CHECK;

/* The hand-over alone, of a binding that is there and waits. */
enum hufu_err handover_begin(struct store *store, const struct handover_new *handover,
                             uint64_t *expires_ms) HUFU_MUST_CHECK;

/* How often the device asked for the key within HANDOVER_HOURS: each time left a binding, the former ones removed. */
enum hufu_err handover_count_asked(struct store *store, const uint8_t device_id[UUID_SIZE],
                                   const uint8_t key_id[UUID_SIZE], int64_t *count) HUFU_MUST_CHECK;

/* As the new device sees it. */
struct handover {
    uint8_t project_id[UUID_SIZE];
    uint8_t key_id[UUID_SIZE];
    uint8_t binding_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t device_id[UUID_SIZE];
    enum binding_state state;
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    uint8_t x25519_key[FRAME_X25519_SIZE];
    bool handed_over;
    uint8_t sealed_half[FRAME_SEALED_HALF_SIZE];
    uint8_t public_key[KEY_PUBLIC_SIZE];
    bool authorized; /* of another account's device, for this authorization: with a policy */
    uint8_t authorization_id[UUID_SIZE];
    uint64_t expires_ms;
    bool expired; /* by the database's clock */
};
/* Of a binding. HUFU_ERR_NOT_FOUND. */
enum hufu_err handover_read(struct store *store, const uint8_t binding_id[UUID_SIZE],
                            struct handover *out) HUFU_MUST_CHECK;
/* Of the waiting binding that a device has of a key. HUFU_ERR_NOT_FOUND. */
enum hufu_err handover_read_of_device(struct store *store, const uint8_t device_id[UUID_SIZE],
                                      const uint8_t key_id[UUID_SIZE], struct handover *out) HUFU_MUST_CHECK;

/* Puts the new record at generation 0 of the waiting binding, and the sealed half beside it. HUFU_ERR_STATE: the binding no longer
 * waits, was handed over already, or its time is over. */
enum hufu_err handover_set(struct store *store, const struct handover *handover, struct bytes record,
                           const uint8_t sealed_half[FRAME_SEALED_HALF_SIZE]) HUFU_MUST_CHECK;
/* Deletes it; the binding must be removed in the same transaction. */
enum hufu_err handover_delete(struct store *store, const uint8_t binding_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* The first one whose time is over. HUFU_ERR_NOT_FOUND: there is none. */
enum hufu_err handover_next_expired(struct store *store, struct handover *out) HUFU_MUST_CHECK;

/* The account's keys that the device could be bound to and is not. */
struct handover_key {
    uint8_t key_id[UUID_SIZE];
    enum key_usage usage;
    uint8_t public_key[KEY_PUBLIC_SIZE];
    uint64_t created_ms;
};
enum hufu_err handover_list_keys(struct store *store, const uint8_t account_id[UUID_SIZE],
                                 const uint8_t device_id[UUID_SIZE],
                                 struct handover_key keys[HANDOVER_KEYS_MAX], size_t *count) HUFU_MUST_CHECK;

#endif
