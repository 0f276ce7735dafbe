/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of cosign/arithmetic/lanes_field.h on one curve as the test can call them, whatever it is compiled for. Five limbs of
 * eight lanes, as sums and elements have them. */
#ifndef HUFU_TESTS_LANES_FIELD_H
#define HUFU_TESTS_LANES_FIELD_H

#include <stdint.h>

struct field_limbs {
    uint64_t limb[5][8];
};

struct field_words {
    uint64_t row[4][8];
};

struct field_form {
    const char *name;
    void (*product)(struct field_limbs *sum, const struct field_limbs *a, const struct field_limbs *b,
                    uint64_t k);
    void (*square)(struct field_limbs *sum, const struct field_limbs *a, uint64_t half_k);
    void (*element)(struct field_limbs *element, const struct field_limbs *sum);
    void (*reduced)(struct field_limbs *element, const struct field_limbs *sum);
    void (*canonical)(struct field_limbs *sum, const struct field_limbs *element);
    void (*is_zero)(uint64_t lanes[8], const struct field_limbs *element);
    void (*constants)(struct field_limbs *one, struct field_limbs *order);
    void (*words)(struct field_words *out, struct field_limbs *loaded, const struct field_words *in);
};

extern const struct field_form field_avx512, field_emulated;

#endif
