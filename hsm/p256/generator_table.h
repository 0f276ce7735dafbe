/* SPDX-License-Identifier: Apache-2.0 */
/* Odd multiples of the generator of P-256: entry j of row i is (2j + 1)·4096^i·G, x before y, in Montgomery form with R = 2^256,
 * the least significant word first: what lanes_point.h wants of a generator. Written at build time by
 * generator_table_make.c, 44 KiB. */
#ifndef HUFU_HSM_P256_GENERATOR_TABLE_H
#define HUFU_HSM_P256_GENERATOR_TABLE_H

#include <stdint.h>

#define P256_TABLE_BITS 6 /* of a digit: each row serves two */
#define P256_TABLE_ROWS 22
#define P256_TABLE_ENTRIES (1 << (P256_TABLE_BITS - 1))

extern const uint64_t p256_generator_table[P256_TABLE_ROWS][P256_TABLE_ENTRIES][8];

#endif
