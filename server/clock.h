/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of this process. Windows and counts are decided by the database's clock and frame ages by
 * hufu-hsm's; this one is for logs, identifiers and the comparison of the three. */
#ifndef HUFU_SERVER_CLOCK_H
#define HUFU_SERVER_CLOCK_H

#include <stdint.h>

/* Unix time in milliseconds. */
uint64_t clock_wall_ms(void);
/* Microseconds since some moment; never goes back. */
uint64_t clock_monotonic_us(void);

#endif
