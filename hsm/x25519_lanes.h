/* SPDX-License-Identifier: Apache-2.0 */
/* X25519 of one private key with eight public keys at once, by the 52-bit multiplications of AVX-512. */
#ifndef HUFU_HSM_X25519_LANES_H
#define HUFU_HSM_X25519_LANES_H

#include <stdint.h>

#define X25519_LANES 8

/* out[i] = X25519(private_key, points[i]) for each of the eight (RFC 7748 §5), all zeros for a point of small order. Takes the
 * same time and touches the same memory for all keys and points; needs 16 KiB of stack, which it does not wipe but for what it
 * has named: secret_wipe_large_stack after it.
 *
 * x25519_lanes executes AVX512F and AVX512IFMA: whoever calls it has asked the processor before. x25519_lanes_emulated is the
 * same source over arrays of eight words, for machines and checkers that do not know these instructions; only tests
 * have it. */
void x25519_lanes(uint8_t out[X25519_LANES][32], const uint8_t private_key[32],
                  const uint8_t *const points[X25519_LANES]);
void x25519_lanes_emulated(uint8_t out[X25519_LANES][32], const uint8_t private_key[32],
                           const uint8_t *const points[X25519_LANES]);

#endif
