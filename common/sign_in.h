/* SPDX-License-Identifier: Apache-2.0 */
/* What a device signs to begin a session with an authentication. */
#ifndef HUFU_COMMON_SIGN_IN_H
#define HUFU_COMMON_SIGN_IN_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"

#define SIGN_IN_TOKEN_SIZE 32 /* of an authentication */

/* T("hufu/sign-in", token, device key, time): appended to out. */
enum hufu_err sign_in_signed_message(struct buf *out, const uint8_t token[SIGN_IN_TOKEN_SIZE],
                                     const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                     uint64_t time_ms) HUFU_MUST_CHECK;

#endif
