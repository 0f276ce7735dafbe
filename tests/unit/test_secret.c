/* SPDX-License-Identifier: Apache-2.0 */
/* Wiping is not dropped, although nothing reads what was wiped. The source is included, so that the compiler sees the wipe
 * together with the end of the object, as it does in secret.c itself and with link-time optimisation. */
#include "common/secret.c"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define STACK_SIZE ((size_t)1 << 20)
#define SECRET_SIZE 64
#define PATTERN 0xa7

_Alignas(64) static uint8_t stack[STACK_SIZE];
static uint8_t left[STACK_SIZE]; /* what was on it when the step had returned */

/* A secret that ends with this function, wiped or not. */
__attribute__((noinline)) static void leave_secret(void)
{
    uint8_t secret[SECRET_SIZE];
    memset(secret, PATTERN, sizeof(secret));
    __asm__ volatile("" : : "r"(secret) : "memory");
}

__attribute__((noinline)) static void wipe_secret(void)
{
    uint8_t secret[SECRET_SIZE];
    memset(secret, PATTERN, sizeof(secret));
    __asm__ volatile("" : : "r"(secret) : "memory");
    secret_wipe(secret, sizeof(secret));
}

__attribute__((noinline)) static void leave_secret_and_wipe_small_stack(void)
{
    leave_secret();
    secret_wipe_small_stack();
}

__attribute__((noinline)) static void leave_secret_and_wipe_large_stack(void)
{
    leave_secret();
    secret_wipe_large_stack();
}

/* By hand: a sanitizer's memcpy would object to the frames that it watches. */
__attribute__((no_sanitize("address", "thread"))) static void *run(void *step)
{
    const volatile uint8_t *from = stack;
    (*(void (**)(void))step)();
    for (size_t i = 0; i < STACK_SIZE; i++)
        left[i] = from[i];
    return NULL;
}

/* Whether half of the secret lies on the stack that the step ran on. */
static bool is_left_by(void (*step)(void))
{
    uint8_t needle[SECRET_SIZE / 2];
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, 0, sizeof(stack));
    memset(needle, PATTERN, sizeof(needle));
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, sizeof(stack)), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run, &step), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
    return memmem(left, sizeof(left), needle, sizeof(needle)) != NULL;
}

static void what_is_not_wiped_is_found(void **state)
{
    (void)state;
    assert_true(is_left_by(leave_secret));
}

static void what_is_wiped_is_gone(void **state)
{
    (void)state;
    assert_false(is_left_by(wipe_secret));
}

static void what_a_callee_left_is_gone_with_the_stack(void **state)
{
    (void)state;
    if (HUFU_SANITIZED)
        return; /* frames have margins then, and do not lie where others did */
    assert_false(is_left_by(leave_secret_and_wipe_small_stack));
    assert_false(is_left_by(leave_secret_and_wipe_large_stack));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_wiped_is_found),
        cmocka_unit_test(what_is_wiped_is_gone),
        cmocka_unit_test(what_a_callee_left_is_gone_with_the_stack),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
