/* SPDX-License-Identifier: Apache-2.0 */
/* The host's clocks. Windows and counts are decided by the database's clock, the age of frames and the windows of policies by
 * hufu-hsm's; hufu-server's is for logs, identifiers and the comparison of the three. */
#ifndef HUFU_COMMON_CLOCK_H
#define HUFU_COMMON_CLOCK_H

#include <stdint.h>

/* Unix time in milliseconds. */
uint64_t clock_wall_ms(void);
/* Microseconds since some moment; never goes back. */
uint64_t clock_monotonic_us(void);

#endif
