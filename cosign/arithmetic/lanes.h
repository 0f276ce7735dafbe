/* SPDX-License-Identifier: Apache-2.0 */
/* Eight scalar multiplications at once, on any points of the SM2 curve, with the 52-bit multiplications of AVX-512
 * (docs/arithmetic.md §7): eight take little longer here than one does on words. */
#ifndef HUFU_COSIGN_ARITHMETIC_LANES_H
#define HUFU_COSIGN_ARITHMETIC_LANES_H

#include <stdint.h>

#define LANES 8

/* Coordinates are below p, in Montgomery form with R = 2^256, the least significant word first. A Jacobian point is
 * (x/z², y/z³); z = 0 is infinity, whatever x and y are then. */
struct lanes_affine {
    uint64_t x[4], y[4];
};

struct lanes_jacobian {
    uint64_t x[4], y[4], z[4];
};

/* out[i] = k[i]·p[i] for each of the eight. k: below n, in plain form; 0 gives infinity. p: points of the curve, never
 * infinity. Takes the same time and touches the same memory for all scalars and points; needs 28 KiB of stack.
 *
 * lanes_mul executes AVX512F and AVX512IFMA: whoever calls it has asked the processor before. lanes_mul_emulated is the
 * same source over arrays of eight words, for machines and checkers that do not know these instructions; only tests
 * have it. */
void lanes_mul(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
               const struct lanes_affine p[LANES]);
void lanes_mul_emulated(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
                        const struct lanes_affine p[LANES]);

/* out[i] = k[i]·G, for the generator G of which the table holds (2j + 1)·4096^i·G as entry j of row i, x before y: the same
 * table that serves one scalar at a time. */
#define LANES_BASE_ROWS 22
#define LANES_BASE_ENTRIES 32
void lanes_mul_base(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
                    const uint64_t table[LANES_BASE_ROWS][LANES_BASE_ENTRIES][8]);
void lanes_mul_base_emulated(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
                             const uint64_t table[LANES_BASE_ROWS][LANES_BASE_ENTRIES][8]);

#endif
