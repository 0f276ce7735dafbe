/* SPDX-License-Identifier: Apache-2.0 */
/* A new split of the same key (§5), with or without a new PIN. */
#ifndef HUFU_SDK_REFRESH_H
#define HUFU_SDK_REFRESH_H

#include "mobile-sdk/unlock.h"

/* From the half that old_pin opens to a next one. new_pin NULL: PIN and salt stay. Both halves are stored before the
 * check at g+1 is sent, and g is forgotten when it was answered. */
enum hufu_result refresh_key(struct hufu *hufu, struct key_record *key, const struct pin *old_pin,
                             const struct pin *new_pin, uint32_t pin_epoch) HUFU_CHECKED;

#endif
