/* SPDX-License-Identifier: Apache-2.0 */
/* A stack of the test's own, which can be looked at afterwards. */
#ifndef HUFU_TESTS_UNIT_OWN_STACK_H
#define HUFU_TESTS_UNIT_OWN_STACK_H

#include <stddef.h>
#include <stdint.h>

#define STACK_SIZE ((size_t)1 << 20)
#define FILLING 0xa5

extern uint8_t left[STACK_SIZE]; /* what was on it when the last run had returned */

void own_stack_map(void);
void own_stack_unmap(void);

/* Runs it on the stack, which is filled with FILLING before. */
void own_stack_run(void (*run)(void *context), void *context);

#endif
