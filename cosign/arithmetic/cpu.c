/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/arithmetic/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdatomic.h>
#include <stdint.h>

/* The answers of CPUID (Intel SDM volume 2A) and XGETBV. CPUID can cost microseconds on a virtual machine, so what it said
 * is kept: a fact about the machine, the same whoever writes it first, and the one variable of this library. */
enum {
    ASKED = 1,
    ADX = 2,
    IFMA = 4,
    TURNS = 8
};
static _Atomic unsigned facts;

static uint32_t kept_registers(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

static unsigned ask(void)
{
    unsigned a, b, c, d, answer = ASKED;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return answer;
    const uint32_t kept = kept_registers();
    const uint32_t ymm = 0x06, zmm = 0xe6;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return answer;
    const unsigned adx = bit_BMI2 | bit_ADX | bit_AVX2;
    const unsigned ifma = bit_AVX512F | bit_AVX512IFMA;
    const unsigned turns = bit_AVX512F | bit_AVX512VL;
    if ((b & adx) == adx && (kept & ymm) == ymm)
        answer |= ADX;
    if ((b & ifma) == ifma && (kept & zmm) == zmm)
        answer |= IFMA;
    if ((b & turns) == turns && (kept & zmm) == zmm)
        answer |= TURNS;
    return answer;
}

static bool has(unsigned what)
{
    unsigned known = atomic_load_explicit(&facts, memory_order_relaxed);
    if (!known) {
        known = ask();
        atomic_store_explicit(&facts, known, memory_order_relaxed);
    }
    return (known & what) != 0;
}

bool cpu_has_adx(void)
{
    return has(ADX);
}

bool cpu_has_ifma(void)
{
    return has(IFMA);
}

bool cpu_has_turns(void)
{
    return has(TURNS);
}
#else
bool cpu_has_adx(void)
{
    return false;
}

bool cpu_has_ifma(void)
{
    return false;
}

bool cpu_has_turns(void)
{
    return false;
}
#endif
