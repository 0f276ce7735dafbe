/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that look random and are the same on every run. For tests alone. */
#ifndef HUFU_TESTS_REPEATABLE_H
#define HUFU_TESTS_REPEATABLE_H

#include <stdint.h>

/* The number after *state, which moves on: SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014). Close seeds give unlike sequences. */
static inline uint64_t repeatable_number(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

#endif
