/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness of the operating system for devices played by tests. */
#ifndef HUFU_TESTS_RANDOMNESS_H
#define HUFU_TESTS_RANDOMNESS_H

#include <stddef.h>
#include <stdint.h>

#include "cosign/cosign.h"

/* Fills out; ends the program when the operating system has none (nothing in a test makes sense then). */
void randomness_fill(void *out, size_t len);

/* Some number below bound, which is not 0. */
uint32_t randomness_below(uint32_t bound);

/* The same as the cosign library takes it. */
extern const struct cosign_random randomness;

#endif
