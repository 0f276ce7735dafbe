/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "server/http/queue.h"
#include "tests/unit/unit.h"

#define PUTTERS 4
#define TAKERS 4
#define ITEMS_EACH 5000

static void queue_refuses_beyond_its_limit(void **state)
{
    int items[3] = {0};
    struct queue *queue = queue_new(2);
    (void)state;
    assert_true(queue_reserve(queue));
    assert_true(queue_reserve(queue));
    assert_false(queue_reserve(queue));
    queue_put(queue, &items[0]);
    assert_false(queue_reserve(queue));
    queue_put(queue, &items[1]);
    assert_ptr_equal(queue_take(queue), &items[0]);
    assert_true(queue_reserve(queue));
    queue_put(queue, &items[2]);
    assert_ptr_equal(queue_take(queue), &items[1]);
    assert_ptr_equal(queue_take(queue), &items[2]);
    assert_int_equal(queue_depth(queue), 0);
    queue_free(queue);
}

static void a_closed_queue_gives_what_is_left_and_takes_no_more(void **state)
{
    int item = 0;
    struct queue *queue = queue_new(4);
    (void)state;
    assert_true(queue_reserve(queue));
    queue_put(queue, &item);
    queue_close(queue);
    assert_false(queue_reserve(queue));
    assert_ptr_equal(queue_take(queue), &item);
    assert_null(queue_take(queue));
    queue_free(queue);
}

static void *take_one(void *queue)
{
    return queue_take(queue);
}

static void a_place_reserved_before_the_close_is_still_filled(void **state)
{
    int item = 0;
    pthread_t takers[2];
    void *taken[2];
    struct queue *queue = queue_new(4);
    (void)state;
    assert_true(queue_reserve(queue));
    queue_close(queue);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&takers[i], NULL, take_one, queue), 0);
    /* Long enough for the takers to look into the empty queue. */
    (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    queue_put(queue, &item);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(takers[i], &taken[i]), 0);
    assert_true((taken[0] == &item && !taken[1]) || (taken[1] == &item && !taken[0]));
    queue_free(queue);
}

struct crowd {
    struct queue *queue;
    atomic_uint_fast64_t put, taken, refused;
};

static void *put_many(void *argument)
{
    struct crowd *crowd = argument;
    for (uintptr_t i = 1; i <= ITEMS_EACH; i++) {
        if (!queue_reserve(crowd->queue)) {
            atomic_fetch_add(&crowd->refused, 1);
            continue;
        }
        atomic_fetch_add(&crowd->put, i);
        queue_put(crowd->queue, (void *)i);
    }
    return NULL;
}

static void *take_many(void *argument)
{
    struct crowd *crowd = argument;
    void *item;
    while ((item = queue_take(crowd->queue)) != NULL)
        atomic_fetch_add(&crowd->taken, (uintptr_t)item);
    return NULL;
}

static void many_threads_lose_and_double_nothing(void **state)
{
    struct crowd crowd = {.queue = queue_new(16)};
    pthread_t putters[PUTTERS], takers[TAKERS];
    (void)state;
    for (int i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&takers[i], NULL, take_many, &crowd), 0);
    for (int i = 0; i < PUTTERS; i++)
        assert_int_equal(pthread_create(&putters[i], NULL, put_many, &crowd), 0);
    for (int i = 0; i < PUTTERS; i++)
        assert_int_equal(pthread_join(putters[i], NULL), 0);
    queue_close(crowd.queue);
    for (int i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_join(takers[i], NULL), 0);
    assert_true(crowd.put > 0);
    assert_int_equal(crowd.put, crowd.taken);
    queue_free(crowd.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_refuses_beyond_its_limit),
        cmocka_unit_test(a_closed_queue_gives_what_is_left_and_takes_no_more),
        cmocka_unit_test(a_place_reserved_before_the_close_is_still_filled),
        cmocka_unit_test(many_threads_lose_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
