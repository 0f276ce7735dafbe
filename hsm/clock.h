/* SPDX-License-Identifier: Apache-2.0 */
/* The host's clock, which judges the age of frames and the windows of policies. */
#ifndef HUFU_HSM_CLOCK_H
#define HUFU_HSM_CLOCK_H

#include <stdint.h>

/* Unix time in ms. */
uint64_t clock_now_ms(void);

#endif
