/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of hsm/x25519_field.h as the test can call them, whatever it is compiled for. Five limbs of eight lanes, as
 * sums and elements have them. */
#ifndef HUFU_TESTS_X25519_FIELD_H
#define HUFU_TESTS_X25519_FIELD_H

#include <stdint.h>

struct x25519_limbs {
    uint64_t limb[5][8];
};

struct x25519_field_form {
    const char *name;
    void (*product)(struct x25519_limbs *sum, const struct x25519_limbs *a, const struct x25519_limbs *b,
                    uint64_t k);
    void (*square)(struct x25519_limbs *sum, const struct x25519_limbs *a, uint64_t half_k);
    void (*add_small)(struct x25519_limbs *out, const struct x25519_limbs *sum, const struct x25519_limbs *a,
                      uint64_t small);
    void (*element)(struct x25519_limbs *element, const struct x25519_limbs *sum);
    void (*canonical)(struct x25519_limbs *sum, const struct x25519_limbs *element);
    void (*load)(struct x25519_limbs *sum, const uint8_t bytes[8][32]);
    void (*store)(uint8_t bytes[8][32], const struct x25519_limbs *sum);
};

extern const struct x25519_field_form x25519_field_avx512, x25519_field_emulated;

#endif
