/* SPDX-License-Identifier: Apache-2.0 */
/* sm2/sign (§3) of digests with an opened half. */
#ifndef HUFU_SDK_SIGNING_H
#define HUFU_SDK_SIGNING_H

#include "mobile-sdk/unlock.h"

/* digests: count times 32 bytes, 1 to HUFU_BATCH_MAX; signatures likewise, zero unless HUFU_RESULT_OK. */
enum hufu_result signing_run(struct hufu *hufu, const struct key_record *key, const struct unlocked *unlocked,
                             struct bytes digests, const struct hufu_purpose *purpose,
                             uint8_t (*signatures)[HUFU_SIGNATURE_SIZE]) HUFU_CHECKED;

/* The same from a key id and a PIN, for a key that has its certificate. */
enum hufu_result signing_with_pin(struct hufu *hufu, const struct hufu_id *id, struct bytes digests,
                                  const struct hufu_purpose *purpose, const struct pin *pin,
                                  uint8_t (*signatures)[HUFU_SIGNATURE_SIZE]) HUFU_CHECKED;

#endif
