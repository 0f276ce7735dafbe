/* SPDX-License-Identifier: Apache-2.0 */
/* A new split of the same key (§5), with or without a new PIN. */
#ifndef HUFU_SDK_REFRESH_H
#define HUFU_SDK_REFRESH_H

#include "mobile-sdk/unlock.h"

/* From the half that old_pin opens to a next one. new_pin NULL: PIN and salt stay. Both halves are stored before the
 * check at g+1 is sent, and g is forgotten when it was answered. */
enum hufu_result refresh_key(struct hufu *hufu, struct key_record *key, const struct pin *old_pin,
                             const struct pin *new_pin, uint32_t pin_epoch) HUFU_CHECKED;

/* From the half that was handed over, at generation 0, to one of this device's own at generation 1, which key gets under the PIN.
 * Nothing is stored; half is wiped whatever comes of it. */
enum hufu_result refresh_handed_over(struct hufu *hufu, struct key_record *key,
                                     struct cosign_device_half *half, const struct pin *pin,
                                     uint32_t pin_epoch) HUFU_CHECKED;

#endif
