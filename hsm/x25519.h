/* SPDX-License-Identifier: Apache-2.0 */
/* X25519 of one private key with several public keys (RFC 7748 §5): what opens the boxes of one request. */
#ifndef HUFU_HSM_X25519_H
#define HUFU_HSM_X25519_H

#include <stddef.h>
#include <stdint.h>

#include "common/box.h"
#include "common/err.h"

#define X25519_SOME_MAX 16

/* out[i] = X25519(private_key, points[i]), each of them what box_agree gives, for 1 to X25519_SOME_MAX. errs[i]: HUFU_OK, or
 * HUFU_ERR_FORM and zeros in out[i] for a point of small order, whatever becomes of the others. Key and results are
 * secret; which points are refused is not. */
void x25519_some(uint8_t out[][BOX_KEY_SIZE], enum hufu_err errs[], const uint8_t private_key[BOX_KEY_SIZE],
                 const uint8_t *const points[], size_t count);

#endif
