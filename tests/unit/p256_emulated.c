/* SPDX-License-Identifier: Apache-2.0 */
/* In place of cosign/arithmetic/cpu.c and of what hsm/p256/equation.c gives: a processor with lanes, which are the emulated ones. */
#include "cosign/arithmetic/cpu.h"
#include "hsm/p256/equation.h"

bool cpu_has_adx(void)
{
    return false;
}

bool cpu_has_ifma(void)
{
    return true;
}

void p256_decide_var(enum p256_answer answers[P256_LANES], const struct p256_equation equations[P256_LANES])
{
    p256_decide_var_emulated(answers, equations);
}
