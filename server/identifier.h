/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh identifiers: UUID version 7, so that rows of one time lie together in an index. */
#ifndef HUFU_SERVER_IDENTIFIER_H
#define HUFU_SERVER_IDENTIFIER_H

#include <stdint.h>

#include "common/encoding.h"

void identifier_new(uint8_t id[UUID_SIZE]);

#endif
