/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/arithmetic/engine.h"

#include "cosign/arithmetic/cpu.h"

const struct engine *engine_best(void)
{
#if HUFU_ENGINE_ADX
    if (cpu_has_adx())
        return &engine_adx;
#endif
    return &engine_portable;
}
