/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/own_stack.h"

#include <pthread.h>
#include <sys/mman.h>

#include "tests/unit/unit.h"

static uint8_t *stack;
uint8_t left[STACK_SIZE];

struct call {
    void (*run)(void *context);
    void *context;
};

void own_stack_map(void)
{
    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    assert_true(stack != MAP_FAILED);
}

void own_stack_unmap(void)
{
    (void)munmap(stack, STACK_SIZE);
}

/* By hand: a sanitizer's memcpy would object to the frames that it watches. */
__attribute__((no_sanitize("address", "thread"))) static void keep_stack(void)
{
    const volatile uint8_t *from = stack;
    for (size_t i = 0; i < STACK_SIZE; i++)
        left[i] = from[i];
}

/* The stack is kept before the thread ends: the library may then give its pages back. */
static void *run_call(void *context)
{
    const struct call *call = context;
    call->run(call->context);
    keep_stack();
    return NULL;
}

void own_stack_run(void (*run)(void *context), void *context)
{
    struct call call = {run, context};
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, FILLING, STACK_SIZE);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run_call, &call), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
}
