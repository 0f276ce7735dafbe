/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes are UTF-8 (RFC 3629). */
#ifndef HUFU_SERVER_CORE_UTF8_H
#define HUFU_SERVER_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* Shortest forms of characters that are no surrogates. */
bool utf8_valid(struct bytes text);
/* How long the text is without a character that is not whole at its end. */
size_t utf8_whole(const char *text);

#endif
