/* SPDX-License-Identifier: Apache-2.0 */
/* All of the C library that cosign/ may use. */
#ifndef HUFU_TESTS_FREESTANDING_STRING_H
#define HUFU_TESTS_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int value, size_t len);

#endif
