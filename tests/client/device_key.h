/* SPDX-License-Identifier: Apache-2.0 */
/* The device key of a played device: ECDSA on P-256 (docs/protocol.md §7). */
#ifndef HUFU_TESTS_DEVICE_KEY_H
#define HUFU_TESTS_DEVICE_KEY_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"

struct device_key;

/* A fresh key; NULL when it cannot be made. Usable by several threads at once. */
struct device_key *device_key_new(void);
void device_key_free(struct device_key *key);
/* 65 bytes, 04 ‖ x ‖ y; lives as long as the key. */
const uint8_t *device_key_public(const struct device_key *key);
/* r ‖ s over SHA-256 of the message. */
enum hufu_err device_key_sign(const struct device_key *key, uint8_t signature[FRAME_SIGNATURE_SIZE],
                              struct bytes message) HUFU_MUST_CHECK;

/* Whether r ‖ s is a signature of the message under a P-256 public key of 65 bytes (a device's, or the identity
 * key of hufu-hsm under a box-key statement): HUFU_OK or HUFU_ERR_SIGNATURE. */
enum hufu_err device_key_verify(const uint8_t public_key[FRAME_DEVICE_KEY_SIZE],
                                const uint8_t signature[FRAME_SIGNATURE_SIZE],
                                struct bytes message) HUFU_MUST_CHECK;

/* r ‖ s, on any curve of 256 bits, as DER: its length, and *der to be freed with OPENSSL_free; negative: no memory. */
int signature_der(uint8_t **der, const uint8_t raw[FRAME_SIGNATURE_SIZE]);

#endif
