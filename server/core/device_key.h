/* SPDX-License-Identifier: Apache-2.0 */
/* Checking what a device signed with its device key (ECDSA P-256 with SHA-256). Verification alone: no private key ever
 * comes into this process. */
#ifndef HUFU_SERVER_CORE_DEVICE_KEY_H
#define HUFU_SERVER_CORE_DEVICE_KEY_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"

/* signature: r ‖ s. HUFU_ERR_SIGNATURE: it does not verify, or the key is no point of the curve. All of it is public. */
enum hufu_err device_key_verify_var(const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], struct bytes message,
                                    const uint8_t signature[FRAME_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

#endif
