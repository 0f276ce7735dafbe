/* SPDX-License-Identifier: Apache-2.0 */
/* A DPoP proof (RFC 9449) as http/ read it: of the right form, and for the request in hand. Whether the key is the
 * session's device's, the signature good, the time near and the proof new, core/ decides. */
#ifndef HUFU_SERVER_DPOP_H
#define HUFU_SERVER_DPOP_H

#include <stdint.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/hash.h"

struct dpop_proof {
    uint8_t key[FRAME_DEVICE_KEY_SIZE]; /* 04 ‖ x ‖ y, of P-256; not known to be a point */
    struct bytes signed_part;           /* what the signature covers; borrowed */
    uint8_t signature[FRAME_SIGNATURE_SIZE];
    uint8_t jti_hash[HASH_SIZE]; /* SHA-256 of the proof's identifier */
    int64_t issued_s;            /* iat, Unix time in seconds */
};

#endif
