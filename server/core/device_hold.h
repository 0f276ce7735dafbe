/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do something with a device, and its rows locked for it: for the files of core that change devices (device.c,
 * device_removal.c, …), in the transaction in hand. */
#ifndef HUFU_SERVER_CORE_DEVICE_HOLD_H
#define HUFU_SERVER_CORE_DEVICE_HOLD_H

#include <stdint.h>

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/device_store.h"
#include "server/worker.h"

/* Besides an operator. */
enum device_right {
    DEVICE_BY_PRIMARY, /* its account's primary, and not with itself */
    DEVICE_BY_PRIMARY_OR_ITSELF, /* its account's primary, also with itself, and every device with itself, unless it is frozen */
    DEVICE_BY_ANOTHER, /* every other device of the account whose own PIN is not locked */
    DEVICE_BY_ITSELF,  /* and by no other, not even the primary; its PIN is not locked */
    DEVICE_RIGHT_COUNT
};

/* What is done is done to this device. */
void device_set_act(struct act *act, const struct device *device);

/* Locks the account and then the device, and asks whether the act is permitted. Refusals: not found (also: another account's),
 * binding not active (the device that asks), PIN locked (of the same), not allowed, account not active. */
enum hufu_err device_hold(struct worker *worker, struct act *act, const uint8_t device_id[UUID_SIZE],
                          enum device_right right, struct device *out) HUFU_MUST_CHECK;
/* Whether the device that asks is active, and its PIN not locked: for what only a device may do that could use its keys. Refusals:
 * binding not active, PIN locked. */
enum hufu_err device_check_asking(struct worker *worker, struct act *act) HUFU_MUST_CHECK;
/* Locks the device's account, all its devices and those that have a half of its keys, for what may end bindings of others; before
 * device_hold. HUFU_ERR_NOT_FOUND. */
enum hufu_err device_hold_all(struct worker *worker, const uint8_t device_id[UUID_SIZE]) HUFU_MUST_CHECK;

/* Spends an authentication of the act's own session by these methods (token; NULL: none), whose account is locked then; an
 * operator needs none. Refusal: authentication needed. */
enum hufu_err device_confirm(struct worker *worker, struct act *act, const uint8_t *token,
                             unsigned methods) HUFU_MUST_CHECK;

#endif
