/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets are wiped with their scope, by a cleanup attribute on their declaration, so that no exit can forget
 * it. A struct that holds secrets has a wipe function of its own and is declared in the same way. */
#ifndef HUFU_COMMON_SECRET_H
#define HUFU_COMMON_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Overwrites with zeros in a way that the compiler may not drop. */
void secret_wipe(void *data, size_t len);

/* The same for the stack below the caller's frame, where the functions lay that it called before: for values that a compiler
 * has moved there and that therefore no name can reach. Small, 2 KiB: for functions without large arrays;
 * large, 32 KiB: for the rest. */
void secret_wipe_small_stack(void);
void secret_wipe_large_stack(void);

/* Constant-time comparison; the lengths are public. */
bool secret_equal(const void *a, const void *b, size_t len);

/* A 32-byte secret that wipes itself: `struct secret32 half SECRET_WIPED = {0};` */
struct secret32 {
    uint8_t bytes[32];
};

void secret32_wipe(struct secret32 *secret);
#define SECRET_WIPED __attribute__((cleanup(secret32_wipe)))

/* In builds for valgrind or MSan: marks bytes as secret (reading them in a branch or an index is then reported), or
 * as public again where the protocol publishes them. Nothing otherwise. */
void secret_mark(const void *data, size_t len);
void secret_unmark(const void *data, size_t len);
/* In builds for MSan, which marks bits one by one: all bits of a number become marked when one is. */
void secret_spread(const void *data, size_t len);

#endif
