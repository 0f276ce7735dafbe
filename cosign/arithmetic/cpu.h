/* SPDX-License-Identifier: Apache-2.0 */
/* What this processor can do. */
#ifndef HUFU_COSIGN_ARITHMETIC_CPU_H
#define HUFU_COSIGN_ARITHMETIC_CPU_H

#include <stdbool.h>

/* BMI2, ADX and AVX2: what engine_adx is made of. */
bool cpu_has_adx(void);
/* AVX-512 F and IFMA, kept by the operating system: what the lanes are made of. */
bool cpu_has_ifma(void);
/* AVX-512 F and VL, kept likewise: turns of words in registers of 128 bits, which SM3 uses. */
bool cpu_has_turns(void);

#endif
