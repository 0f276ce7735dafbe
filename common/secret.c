/* SPDX-License-Identifier: Apache-2.0 */
#include "common/secret.h"

#include <string.h>

#if HUFU_VALGRIND
#include <valgrind/memcheck.h>
#elif HUFU_MSAN
#include <sanitizer/msan_interface.h>
#endif

/* What is wiped is not read any more, so a compiler that sees the object end may drop the memset: it does where the call is
 * inlined, in this file below, and with link-time optimisation anywhere. The empty statement takes the address and claims to
 * read memory: the zeros have to be there before it, and nothing after it can be moved ahead. */
void secret_wipe(void *data, size_t len)
{
    memset(data, 0, len);
    __asm__ volatile("" : : "r"(data) : "memory");
}

/* Not inlined: its frame has to lie where theirs did. */
__attribute__((noinline)) void secret_wipe_small_stack(void)
{
    uint8_t below[2 << 10];
    secret_wipe(below, sizeof(below));
}

__attribute__((noinline)) void secret_wipe_large_stack(void)
{
    uint8_t below[32 << 10];
    secret_wipe(below, sizeof(below));
}

bool secret_equal(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < len; i++)
        difference |= (uint8_t)(x[i] ^ y[i]);
    secret_unmark(&difference, sizeof(difference));
    return difference == 0;
}

void secret32_wipe(struct secret32 *secret)
{
    secret_wipe(secret, sizeof(*secret));
}

void secret_mark(const void *data, size_t len)
{
#if HUFU_VALGRIND
    VALGRIND_MAKE_MEM_UNDEFINED(data, len);
#elif HUFU_MSAN
    __msan_allocated_memory(data, len);
#else
    (void)data;
    (void)len;
#endif
}

void secret_unmark(const void *data, size_t len)
{
#if HUFU_VALGRIND
    VALGRIND_MAKE_MEM_DEFINED(data, len);
#elif HUFU_MSAN
    __msan_unpoison(data, len);
#else
    (void)data;
    (void)len;
#endif
}

void secret_spread(const void *data, size_t len)
{
#if HUFU_MSAN
    if (__msan_test_shadow(data, len) >= 0)
        __msan_allocated_memory(data, len);
#else
    (void)data;
    (void)len;
#endif
}
