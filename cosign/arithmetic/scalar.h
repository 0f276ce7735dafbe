/* SPDX-License-Identifier: Apache-2.0 */
/* Integers modulo n, the order of the SM2 curve (docs/protocol.md §1).
 *
 * Everything here takes the same time and touches the same memory for all values, except the function that ends in
 * _var. Outputs may be the same object as inputs. A scalar is always below n. */
#ifndef HUFU_COSIGN_ARITHMETIC_SCALAR_H
#define HUFU_COSIGN_ARITHMETIC_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cosign/arithmetic/word.h"

#define SCALAR_BYTES 32
#define SCALAR_WIDE_BYTES 64

/* Least significant word first. */
struct scalar {
    word limb[WORDS];
};

/* n itself, which is no scalar. */
extern const struct scalar scalar_order;

void scalar_wipe(struct scalar *s);
#define SCALAR_WIPED __attribute__((cleanup(scalar_wipe)))

/* Big-endian bytes to a scalar. False, and zero, when the value is n or more. That verdict is public. */
bool scalar_decode(struct scalar *out, const uint8_t bytes[SCALAR_BYTES]);
/* The same, and false for zero too: what §1 asks of every received or stored scalar but c and z. */
bool scalar_decode_nonzero(struct scalar *out, const uint8_t bytes[SCALAR_BYTES]);
/* Any 32 bytes, taken mod n: digests. */
void scalar_decode_mod(struct scalar *out, const uint8_t bytes[SCALAR_BYTES]);
/* Any 64 bytes, taken mod n: the output of S. */
void scalar_decode_wide(struct scalar *out, const uint8_t bytes[SCALAR_WIDE_BYTES]);
void scalar_encode(uint8_t bytes[SCALAR_BYTES], const struct scalar *s);

bool scalar_is_zero(const struct scalar *s);
bool scalar_equal(const struct scalar *a, const struct scalar *b);
void scalar_add(struct scalar *out, const struct scalar *a, const struct scalar *b);
void scalar_sub(struct scalar *out, const struct scalar *a, const struct scalar *b);
void scalar_negate(struct scalar *out, const struct scalar *a);
void scalar_mul(struct scalar *out, const struct scalar *a, const struct scalar *b);
/* a⁻¹ for a ≠ 0, and 0 for 0. */
void scalar_invert(struct scalar *out, const struct scalar *a);
/* out[i] = a[i]⁻¹ for each, where no a[i] is 0 and no out an a: for little more than one inversion costs. */
void scalar_invert_each(struct scalar *out, const struct scalar *a, size_t count);

/* Signed digits of `width` bits, 2 to 7: s = Σ digit[i]·2^i, every digit 0 or odd with absolute value below 2^(width-1),
 * and of any `width` neighbours at most one not 0. Variable time: public scalars only. */
#define SCALAR_DIGITS 257
void scalar_digits_var(int8_t digits[SCALAR_DIGITS], const struct scalar *s, int width);

#endif
