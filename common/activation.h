/* SPDX-License-Identifier: Apache-2.0 */
/* The activation code as the operator hands it out (text and QR code), and what the device signs to redeem
 * it.
 *
 *     hufu:activate?u=<service address>&t=<certificate pin>&k=<identity key hash>&c=<code>
 *
 * u is percent-encoded; t, k and c are base64url without padding. t is the SHA-256 of the TLS certificate's
 * public key (SubjectPublicKeyInfo), empty where the service is on loopback without TLS. */
#ifndef HUFU_COMMON_ACTIVATION_H
#define HUFU_COMMON_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"

#define ACTIVATION_CODE_SIZE 16 /* 128 bits */
#define ACTIVATION_URL_MAX 255
#define ACTIVATION_TEXT_MAX 1024 /* with the final NUL */

struct activation {
    char url[ACTIVATION_URL_MAX + 1];
    bool has_tls_pin;
    uint8_t tls_pin[32];
    uint8_t identity_hash[32];          /* SHA-256 of the service's identity key, 65 bytes uncompressed */
    uint8_t code[ACTIVATION_CODE_SIZE]; /* secret until redeemed */
};

enum hufu_err activation_encode(char text[ACTIVATION_TEXT_MAX],
                                const struct activation *activation) HUFU_MUST_CHECK;
enum hufu_err activation_parse(struct activation *activation, const char *text) HUFU_MUST_CHECK;

/* What the device signs with its device key (ECDSA P-256, SHA-256) to show that it holds it:
 * T("hufu/activation", code, device key, u64 time in ms). Appends; at most 128 bytes. */
enum hufu_err activation_signed_message(struct buf *out, const uint8_t code[ACTIVATION_CODE_SIZE],
                                        const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                        uint64_t time_ms) HUFU_MUST_CHECK;

#endif
