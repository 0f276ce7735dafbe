/* SPDX-License-Identifier: Apache-2.0 */
/* The activation code as the operator hands it out (text and QR code), and what the device signs to redeem it.
 *
 *     hufu:activate?u=…&t=…&k=…&c=<code>     (common/service_text.h) */
#ifndef HUFU_COMMON_ACTIVATION_H
#define HUFU_COMMON_ACTIVATION_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/service_text.h"

#define ACTIVATION_CODE_SIZE 16 /* 128 bits */

struct activation {
    struct service_address service;
    uint8_t code[ACTIVATION_CODE_SIZE]; /* secret until redeemed */
};

enum hufu_err activation_encode(char text[SERVICE_TEXT_MAX],
                                const struct activation *activation) HUFU_MUST_CHECK;
enum hufu_err activation_parse(struct activation *activation, const char *text) HUFU_MUST_CHECK;

/* What the device signs with its device key (ECDSA P-256, SHA-256) to show that it holds it:
 * T("hufu/activation", code, device key, u64 time in ms). Appends; at most 128 bytes. */
enum hufu_err activation_signed_message(struct buf *out, const uint8_t code[ACTIVATION_CODE_SIZE],
                                        const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                        uint64_t time_ms) HUFU_MUST_CHECK;

#endif
