/* SPDX-License-Identifier: Apache-2.0 */
/* In place of cosign/arithmetic/cpu.c: valgrind 3.19 executes BMI2, ADX and AVX2, but its CPUID does not own up to ADX. */
#include "cosign/arithmetic/cpu.h"

bool cpu_has_adx(void)
{
    return true;
}

bool cpu_has_ifma(void)
{
    return false;
}

bool cpu_has_turns(void)
{
    return false;
}
