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
    return queue_take(queue, &item, 0) > 0 ? item : NULL;
}

static struct queue *queue_of(size_t limit)
{
    return queue_new(&(struct queue_settings){.limit = limit, .most = 1, .takers = 1});
}

static void queue_refuses_beyond_its_limit(void **state)
{
    int items[3] = {0};
    struct queue *queue = queue_of(2);
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
    struct queue *queue = queue_of(4);
    (void)state;
    assert_true(queue_reserve(queue));
    queue_put(queue, &item);
    queue_close(queue);
    assert_false(queue_reserve(queue));
    assert_ptr_equal(take(queue), &item);
    assert_null(take(queue));
    queue_free(queue);
}

/* To look into the queue, and to take what is there if they did not wait for more. */
static void give_takers_time(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
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
    struct queue *queue = queue_of(4);
    (void)state;
    assert_true(queue_reserve(queue));
    queue_close(queue);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&takers[i], NULL, take_one, queue), 0);
    give_takers_time();
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
    struct queue *queue =
        queue_new(&(struct queue_settings){.limit = 6, .most = 3, .together = same_ten, .takers = 1});
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        assert_true(queue_reserve(queue));
        queue_put(queue, &items[i]);
    }
    assert_int_equal(queue_take(queue, taken, 0), 3); /* no more than asked for */
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(taken[i], &items[i]);
    assert_int_equal(queue_take(queue, taken, 0), 1); /* nobody jumps the queue to join */
    assert_ptr_equal(taken[0], &items[3]);
    assert_int_equal(queue_take(queue, taken, 0), 1);
    assert_ptr_equal(taken[0], &items[4]);
    assert_int_equal(queue_depth(queue), 1);
    for (size_t i = 0; i < 5; i++)
        assert_true(queue_reserve(queue)); /* the room is free again */
    assert_false(queue_reserve(queue));
    queue_free(queue);
}

static bool any(void *const *taken, size_t count, const void *next)
{
    (void)taken;
    (void)count;
    (void)next;
    return true;
}

#define FOR_EVER_MS 3600000 /* longer than any test may take */

static struct queue *gathering_queue(uint32_t gather_ms)
{
    return queue_new(&(struct queue_settings){
        .limit = 8, .most = 3, .together = any, .takers = 2, .gather_ms = gather_ms});
}

static void put(struct queue *queue, size_t count)
{
    static int item;
    for (size_t i = 0; i < count; i++) {
        assert_true(queue_reserve(queue));
        queue_put(queue, &item);
    }
}

static size_t take_some(struct queue *queue, size_t held)
{
    void *items[3];
    return queue_take(queue, items, held);
}

/* Another taker, who is done with what it held. */
struct taker {
    struct queue *queue;
    pthread_t thread;
    size_t held, took;
};

static void *take_as_taker(void *argument)
{
    struct taker *taker = argument;
    taker->took = take_some(taker->queue, taker->held);
    return NULL;
}

static void taker_comes_back(struct taker *taker, struct queue *queue, size_t held)
{
    *taker = (struct taker){.queue = queue, .held = held};
    assert_int_equal(pthread_create(&taker->thread, NULL, take_as_taker, taker), 0);
}

static size_t taker_took(struct taker *taker)
{
    assert_int_equal(pthread_join(taker->thread, NULL), 0);
    return taker->took;
}

/* Two takers, each with two of the four that are there. */
static struct queue *queue_of_four_in_hand(uint32_t gather_ms)
{
    struct queue *queue = gathering_queue(gather_ms);
    put(queue, 2);
    assert_int_equal(take_some(queue, 0), 2);
    put(queue, 2);
    assert_int_equal(take_some(queue, 0), 2);
    return queue;
}

/* One of them has come back, and finds one item, which is less than its share. */
static struct queue *queue_with_one_waiting(struct taker *taker)
{
    struct queue *queue = queue_of_four_in_hand(FOR_EVER_MS);
    taker_comes_back(taker, queue, 2);
    put(queue, 1);
    give_takers_time();
    return queue;
}

static void nobody_waits_for_company_while_nobody_is_at_work(void **state)
{
    struct queue *queue = gathering_queue(FOR_EVER_MS);
    (void)state;
    put(queue, 3);
    assert_int_equal(take_some(queue, 0), 3);
    put(queue, 1);
    assert_int_equal(take_some(queue, 3), 1);
    queue_free(queue);
}

static void beside_one_at_work_a_share_of_all_is_waited_for(void **state)
{
    struct taker taker;
    struct queue *queue = queue_with_one_waiting(&taker);
    (void)state;
    assert_int_equal(queue_depth(queue), 1);
    put(queue, 1);
    assert_int_equal(taker_took(&taker), 2);
    queue_free(queue);
}

static void a_share_is_never_more_than_can_be_taken(void **state)
{
    struct taker taker;
    struct queue *queue = gathering_queue(FOR_EVER_MS);
    (void)state;
    put(queue, 8);
    assert_int_equal(take_some(queue, 0), 3);
    assert_int_equal(take_some(queue, 0), 3);
    taker_comes_back(&taker, queue, 3);
    put(queue, 1);
    assert_int_equal(taker_took(&taker), 3);
    queue_free(queue);
}

static void company_is_waited_for_no_longer_than_said(void **state)
{
    struct taker taker;
    struct timespec before, after;
    struct queue *queue = queue_of_four_in_hand(30);
    (void)state;
    taker_comes_back(&taker, queue, 2);
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    put(queue, 1);
    assert_int_equal(taker_took(&taker), 1);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    int64_t waited_ns = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
    assert_true(waited_ns >= 30000000);
    queue_free(queue);
}

/* When both are back, nobody is at work: one of them takes what there is, and then one is the other's share of two. */
static void who_has_come_back_is_no_longer_at_work_and_a_crowd_that_has_gone_is_forgotten(void **state)
{
    struct taker one, other;
    struct queue *queue = queue_with_one_waiting(&other);
    (void)state;
    taker_comes_back(&one, queue, 2);
    while (queue_depth(queue) > 0)
        give_takers_time();
    put(queue, 1);
    assert_int_equal(taker_took(&one), 1);
    assert_int_equal(taker_took(&other), 1);
    queue_free(queue);
}

static void who_waits_for_company_gets_what_there_is_at_the_close(void **state)
{
    struct taker taker;
    struct queue *queue = queue_with_one_waiting(&taker);
    (void)state;
    queue_close(queue);
    assert_int_equal(taker_took(&taker), 1);
    assert_int_equal(take_some(queue, 2), 0);
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
    void *items[3];
    size_t count = 0;
    while ((count = queue_take(crowd->queue, items, count)) > 0)
        for (size_t i = 0; i < count; i++)
            atomic_fetch_add(&crowd->taken, (uintptr_t)items[i]);
    return NULL;
}

static void many_threads_lose_and_double_nothing(void **state)
{
    struct crowd crowd = {.queue = queue_new(&(struct queue_settings){
                              .limit = 16, .most = 3, .together = any, .takers = TAKERS, .gather_ms = 1})};
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
        cmocka_unit_test(nobody_waits_for_company_while_nobody_is_at_work),
        cmocka_unit_test(beside_one_at_work_a_share_of_all_is_waited_for),
        cmocka_unit_test(a_share_is_never_more_than_can_be_taken),
        cmocka_unit_test(company_is_waited_for_no_longer_than_said),
        cmocka_unit_test(who_has_come_back_is_no_longer_at_work_and_a_crowd_that_has_gone_is_forgotten),
        cmocka_unit_test(who_waits_for_company_gets_what_there_is_at_the_close),
        cmocka_unit_test(many_threads_lose_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
