/* SPDX-License-Identifier: Apache-2.0 */
/* Odd multiples of the generator: entry j of row i is (2j + 1)·4096^i·G. Written at build time by generator_table_make.c
 * with the portable arithmetic, 44 KiB. Row 0 also serves the signed windows of multi.c. */
#ifndef HUFU_COSIGN_ARITHMETIC_GENERATOR_TABLE_H
#define HUFU_COSIGN_ARITHMETIC_GENERATOR_TABLE_H

#include "cosign/arithmetic/point.h"

#define GENERATOR_WINDOW 6
#define GENERATOR_ROWS 22
#define GENERATOR_ODD (1 << (GENERATOR_WINDOW - 1))

extern const struct affine generator_table[GENERATOR_ROWS][GENERATOR_ODD];

#endif
