/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test needs of cmocka, and loops over damaged input. */
#ifndef HUFU_TESTS_UNIT_H
#define HUFU_TESTS_UNIT_H

/* cmocka.h wants these before itself. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include "common/buf.h"
#include "common/err.h"

#define assert_ok(expression) assert_int_equal((expression), HUFU_OK)
#define assert_bytes(got, text) assert_true(bytes_equal_text((got), (text)))

/* HUFU_TEST_LONG=1: the long forms of kill, race and random tests. */
static inline bool long_form(void)
{
    const char *text = getenv("HUFU_TEST_LONG");
    return text && strcmp(text, "1") == 0;
}

/* Calls refuse(context, damaged input) for every proper prefix of input, then for every single flipped bit.
 * The damaged copy has exactly its own size on the heap, so that a sanitizer sees a read past its end. */
static inline void for_each_damage(struct bytes input, void (*refuse)(void *context, struct bytes damaged),
                                   void *context)
{
    for (size_t len = 0; len < input.len; len++) {
        uint8_t *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, input.data, len);
        refuse(context, bytes_of(copy, len));
        free(copy);
    }
    for (size_t bit = 0; bit < 8 * input.len; bit++) {
        uint8_t *copy = malloc(input.len);
        assert_non_null(copy);
        memcpy(copy, input.data, input.len);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        refuse(context, bytes_of(copy, input.len));
        free(copy);
    }
}

#endif
