/* SPDX-License-Identifier: Apache-2.0 */
/* In place of cosign/arithmetic/cpu.c and of what lanes.c gives: a processor with lanes, which are the emulated ones, and with
 * nothing else of AVX-512. */
#include "cosign/arithmetic/cpu.h"
#include "cosign/arithmetic/lanes.h"

bool cpu_has_adx(void)
{
    return true;
}

bool cpu_has_ifma(void)
{
    return true;
}

bool cpu_has_turns(void)
{
    return false;
}

void lanes_mul(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
               const struct lanes_affine p[LANES])
{
    lanes_mul_emulated(out, k, p);
}

void lanes_mul_base(struct lanes_jacobian out[LANES], const uint64_t k[LANES][4],
                    const uint64_t table[LANES_BASE_ROWS][LANES_BASE_ENTRIES][8])
{
    lanes_mul_base_emulated(out, k, table);
}
