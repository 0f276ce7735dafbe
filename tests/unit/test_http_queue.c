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

/* One alone; NULL: closed. */
static void *take(struct queue *queue)
{
    void *item = NULL;
    return queue_take(queue, &item, 1, NULL) > 0 ? item : NULL;
}

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
    assert_ptr_equal(take(queue), &items[0]);
    assert_true(queue_reserve(queue));
    queue_put(queue, &items[2]);
    assert_ptr_equal(take(queue), &items[1]);
    assert_ptr_equal(take(queue), &items[2]);
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
    assert_ptr_equal(take(queue), &item);
    assert_null(take(queue));
    queue_free(queue);
}

static void *take_one(void *queue)
{
    return take(queue);
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

/* Of the same tens. */
static bool same_ten(void *const *taken, size_t count, const void *next)
{
    (void)count;
    return *(const int *)taken[0] / 10 == *(const int *)next / 10;
}

static void those_that_go_together_are_taken_at_once_and_in_order(void **state)
{
    int items[] = {11, 12, 13, 14, 21, 15};
    void *taken[3];
    struct queue *queue = queue_new(6);
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        assert_true(queue_reserve(queue));
        queue_put(queue, &items[i]);
    }
    assert_int_equal(queue_take(queue, taken, 3, same_ten), 3); /* no more than asked for */
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(taken[i], &items[i]);
    assert_int_equal(queue_take(queue, taken, 3, same_ten), 1); /* nobody jumps the queue to join */
    assert_ptr_equal(taken[0], &items[3]);
    assert_int_equal(queue_take(queue, taken, 3, same_ten), 1);
    assert_ptr_equal(taken[0], &items[4]);
    assert_int_equal(queue_depth(queue), 1);
    for (size_t i = 0; i < 5; i++)
        assert_true(queue_reserve(queue)); /* the room is free again */
    assert_false(queue_reserve(queue));
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

static bool any(void *const *taken, size_t count, const void *next)
{
    (void)taken;
    (void)count;
    (void)next;
    return true;
}

static void *take_many(void *argument)
{
    struct crowd *crowd = argument;
    void *items[3];
    size_t count;
    while ((count = queue_take(crowd->queue, items, 3, any)) > 0)
        for (size_t i = 0; i < count; i++)
            atomic_fetch_add(&crowd->taken, (uintptr_t)items[i]);
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
        cmocka_unit_test(those_that_go_together_are_taken_at_once_and_in_order),
        cmocka_unit_test(many_threads_lose_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
