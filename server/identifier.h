/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh identifiers: UUID version 7, so that rows of one time lie together in an index. They name things and open none: random bytes for
 * the next ones lie in the memory of the thread, and a process that forks must not go on making them on both sides. */
#ifndef HUFU_SERVER_IDENTIFIER_H
#define HUFU_SERVER_IDENTIFIER_H

#include <stdint.h>

#include "common/encoding.h"

void identifier_new(uint8_t id[UUID_SIZE]);

#endif
