/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM of one stored value: nonce (12) ‖ ciphertext ‖ tag (16), bound to the value's name, so that no file can stand
 * in for another. */
#ifndef HUFU_SEALED_FILE_H
#define HUFU_SEALED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEALED_FILE_KEY_SIZE 32
#define SEALED_FILE_OVERHEAD 28

/* sealed needs len + SEALED_FILE_OVERHEAD. False: OpenSSL failed. */
bool sealed_file_seal(uint8_t *sealed, const uint8_t key[SEALED_FILE_KEY_SIZE], const char *name,
                      const uint8_t *value, size_t len);
/* value needs len - SEALED_FILE_OVERHEAD; len is at least that. False, with value zero: not authentic. */
bool sealed_file_open(uint8_t *value, const uint8_t key[SEALED_FILE_KEY_SIZE], const char *name,
                      const uint8_t *sealed, size_t len);

#endif
