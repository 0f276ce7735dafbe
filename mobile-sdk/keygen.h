/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation (§2), safe against a crash between any two of its steps. */
#ifndef HUFU_SDK_KEYGEN_H
#define HUFU_SDK_KEYGEN_H

#include "mobile-sdk/key_record.h"

/* Asks about a key in stage KEY_FINISHING whether the service has finished it; it is KEY_GENERATED and stored then. */
enum hufu_result keygen_settle(struct hufu *hufu, struct key_record *key) HUFU_CHECKED;

/* For a key in stage KEY_NEW, or in KEY_FINISHING still after keygen_settle; it is KEY_GENERATED and stored afterwards. The half is
 * stored before the message that makes the service keep its own, so that no crash leaves a key with one half. */
enum hufu_result keygen_run(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                            uint32_t pin_epoch) HUFU_CHECKED;

#endif
