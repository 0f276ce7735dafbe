/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_step.h"

#include <pthread.h>
#include <sys/mman.h>

static uint8_t *stack;
uint8_t left[STACK_SIZE];

int map_stack(void **state)
{
    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    assert_true(stack != MAP_FAILED);
    return pair_set_up(state);
}

int unmap_stack(void **state)
{
    (void)munmap(stack, STACK_SIZE);
    return pair_tear_down(state);
}

/* By hand: a sanitizer's memcpy would object to the frames that it watches. */
__attribute__((no_sanitize("address", "thread"))) static void keep_stack(void)
{
    const volatile uint8_t *from = stack;
    for (size_t i = 0; i < STACK_SIZE; i++)
        left[i] = from[i];
}

/* The stack is kept before the thread ends: the library may then give its pages back. */
static void *run_step(void *context)
{
    struct step *step = context;
    step->err = step->run(step);
    keep_stack();
    return NULL;
}

void on_own_stack(struct step *step, enum hufu_err (*run)(struct step *step))
{
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, FILLING, STACK_SIZE);
    step->run = run;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run_step, step), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
    assert_ok(step->err);
}

enum hufu_err pin_hide_step(struct step *step)
{
    return cosign_pin_hide(step->half, step->pair->device.a, step->digest[0]);
}

enum hufu_err pin_open_step(struct step *step)
{
    return cosign_pin_open(step->r[0], step->half, step->digest[0]);
}

enum hufu_err device_refresh_finish_step(struct step *step)
{
    return cosign_device_refresh_finish(&step->next, 0, buf_bytes(&step->pair->answer));
}
