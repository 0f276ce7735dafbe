/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL as an independent judge of signatures and a maker of ciphertexts. */
#ifndef HUFU_TESTS_COSIGN_JUDGE_H
#define HUFU_TESTS_COSIGN_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "cosign/cosign.h"

/* Whether OpenSSL takes r ‖ s for a signature of the message by P under the identity. */
bool judge_verifies(const uint8_t P[COSIGN_POINT_SIZE], struct bytes identity, struct bytes message,
                    const uint8_t signature[COSIGN_SIGNATURE_SIZE]);
/* C1 ‖ C3 ‖ C2 as OpenSSL encrypts for P; returns its length. */
size_t judge_encrypts(uint8_t *ciphertext, size_t room, const uint8_t P[COSIGN_POINT_SIZE],
                      struct bytes plaintext);

#endif
