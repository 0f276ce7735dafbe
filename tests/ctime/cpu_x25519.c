/* SPDX-License-Identifier: Apache-2.0 */
/* In place of cosign/arithmetic/cpu.c and of what hsm/x25519_lanes.c gives: a processor with lanes, which are the emulated
 * ones. */
#include "cosign/arithmetic/cpu.h"
#include "hsm/x25519_lanes.h"

bool cpu_has_adx(void)
{
    return false;
}

bool cpu_has_ifma(void)
{
    return true;
}

void x25519_lanes(uint8_t out[X25519_LANES][32], const uint8_t private_key[32],
                  const uint8_t *const points[X25519_LANES])
{
    x25519_lanes_emulated(out, private_key, points);
}
