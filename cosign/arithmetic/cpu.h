/* SPDX-License-Identifier: Apache-2.0 */
/* What this processor can do. */
#ifndef HUFU_COSIGN_ARITHMETIC_CPU_H
#define HUFU_COSIGN_ARITHMETIC_CPU_H

#include <stdbool.h>

/* BMI2, ADX and AVX2: what engine_adx is made of. */
bool cpu_has_adx(void);
/* AVX-512 F and IFMA, kept by the operating system: what the lanes are made of. */
bool cpu_has_ifma(void);

#endif
