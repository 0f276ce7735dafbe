/* SPDX-License-Identifier: Apache-2.0 */
/* A new split of the same key (§5), with or without a new PIN. */
#ifndef HUFU_SDK_REFRESH_H
#define HUFU_SDK_REFRESH_H

#include "mobile-sdk/unlock.h"

/* From the half that old_pin opens to a next one under new_pin. Both halves are stored before the check at g+1 is sent, and g is
 * forgotten when it was answered. */
enum hufu_result refresh_to_pin(struct hufu *hufu, struct key_record *key, const struct pin *old_pin,
                                const struct pin *new_pin, uint32_t pin_epoch) HUFU_CHECKED;

/* The same with PIN and salt as they are, to a record with the role of a primary, if the service says that the key's is still to
 * get it: the device was made the primary. */
enum hufu_result refresh_to_primary(struct hufu *hufu, struct key_record *key,
                                    const struct pin *pin) HUFU_CHECKED;

/* From the half that was handed over, at generation 0, to one of this device's own at generation 1, which key gets under the PIN.
 * Nothing is stored; half is wiped whatever comes of it. */
enum hufu_result refresh_handed_over(struct hufu *hufu, struct key_record *key,
                                     struct cosign_device_half *half, const struct pin *pin,
                                     uint32_t pin_epoch) HUFU_CHECKED;

#endif
