/* SPDX-License-Identifier: Apache-2.0 */
#include "common/condition.h"

#include <errno.h>

#include "tests/unit/unit.h"

static int64_t ns_between(struct timespec from, struct timespec to)
{
    return (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec;
}

static struct timespec now(void)
{
    struct timespec at;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &at), 0);
    return at;
}

/* Every part of a second, so that some of them carry over into the next one. */
static void a_deadline_is_so_far_from_now(void **state)
{
    (void)state;
    for (uint64_t ms = 0; ms <= 3000; ms++) {
        struct timespec before = now(), at = condition_deadline(ms), after = now();
        assert_in_range(at.tv_nsec, 0, 999999999);
        assert_true(ns_between(before, at) >= (int64_t)ms * 1000000);
        assert_true(ns_between(after, at) <= (int64_t)ms * 1000000);
    }
}

/* By another clock the deadline would have been over for years. */
static void a_condition_is_waited_for_until_then(void **state)
{
    (void)state;
    pthread_cond_t condition;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    condition_init(&condition);
    struct timespec at = condition_deadline(20);
    int waited = 0;
    pthread_mutex_lock(&lock);
    while (waited == 0)
        waited = pthread_cond_timedwait(&condition, &lock, &at);
    pthread_mutex_unlock(&lock);
    assert_int_equal(waited, ETIMEDOUT);
    assert_true(ns_between(at, now()) >= 0);
    assert_int_equal(pthread_cond_destroy(&condition), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_is_so_far_from_now),
        cmocka_unit_test(a_condition_is_waited_for_until_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
