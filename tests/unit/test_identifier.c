/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh identifiers: their form, and that no two are alike, whichever thread made them. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/clock.h"
#include "server/identifier.h"

#define THREADS 4
#define EACH 1000

#define COUNT ((size_t)THREADS * EACH)

static uint8_t made[COUNT][UUID_SIZE];

static void *make(void *argument)
{
    uint8_t(*ids)[UUID_SIZE] = argument;
    for (size_t i = 0; i < EACH; i++)
        identifier_new(ids[i]);
    return NULL;
}

static int make_all(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make, &made[i * EACH]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    return 0;
}

/* The millisecond in front (RFC 9562 §5.7). */
static uint64_t time_of(const uint8_t id[UUID_SIZE])
{
    uint64_t ms = 0;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | id[i];
    return ms;
}

static void each_is_a_uuid_of_version_7_and_of_now(void **state)
{
    (void)state;
    const uint64_t before = clock_wall_ms();
    uint8_t id[UUID_SIZE];
    identifier_new(id);
    assert_true(time_of(id) >= before && time_of(id) <= clock_wall_ms());
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(made[i][6] >> 4, 7);
        assert_int_equal(made[i][8] >> 6, 2);
    }
}

/* By the 74 random bits alone: two of one millisecond must differ in them. */
static int compare_random(const void *a, const void *b)
{
    return memcmp((const uint8_t *)a + 6, (const uint8_t *)b + 6, UUID_SIZE - 6);
}

static void no_two_share_their_random_bits(void **state)
{
    (void)state;
    qsort(made, COUNT, UUID_SIZE, compare_random);
    for (size_t i = 1; i < COUNT; i++)
        assert_int_not_equal(compare_random(made[i - 1], made[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_a_uuid_of_version_7_and_of_now),
        cmocka_unit_test(no_two_share_their_random_bits),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
