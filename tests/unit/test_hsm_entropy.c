/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness that is drawn ahead: few draws, no byte twice, nothing left behind, and nothing given when the token fails. On
 * SoftHSM2 behind a module that counts, and fails on demand. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "hsm/entropy.h"
#include "tests/unit/hsm_flaky.h"

#define PIECE 32
#define STEPS_OF_ALL ((ENTROPY_AHEAD_MAX + 255) / 256) /* asks to the token for as much as is drawn at once */
#define PAUSE_US 300000                                /* longer than that after a failed re-opening */

static struct hsm_room room;
static struct flaky *flaky;
static uint8_t ahead[ENTROPY_AHEAD_MAX];
static struct entropy source;

static int start(void **state)
{
    (void)state;
    void *library = NULL;
    flaky = hsm_flaky_start(&room, &library);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_room_stop(&room);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    memset(ahead, 0, sizeof(ahead));
    source = (struct entropy){.token = room.hsm.token, .ahead = ahead};
    flaky->draws = 0;
    return 0;
}

static void assert_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], 0);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, PIECE);
}

/* So many pieces, no two alike. */
static void take_pieces(size_t count)
{
    uint8_t(*pieces)[PIECE] = calloc(count, PIECE);
    assert_non_null(pieces);
    for (size_t i = 0; i < count; i++)
        assert_ok(entropy_fill(&source, pieces[i], PIECE));
    qsort(pieces, count, PIECE, compare);
    for (size_t i = 1; i < count; i++)
        assert_memory_not_equal(pieces[i - 1], pieces[i], PIECE);
    free(pieces);
}

static void what_is_not_expected_is_a_draw_of_its_own(void **state)
{
    (void)state;
    take_pieces(3);
    assert_int_equal(flaky->draws, 3);
    assert_zero(ahead, sizeof(ahead));
}

static void what_is_expected_is_drawn_together_and_leaves_nothing_behind(void **state)
{
    (void)state;
    entropy_expect(&source, ENTROPY_AHEAD_MAX);
    take_pieces(ENTROPY_AHEAD_MAX / PIECE);
    assert_int_equal(flaky->draws, STEPS_OF_ALL);
    assert_zero(ahead, sizeof(ahead));
}

static void more_than_fits_is_drawn_in_turns(void **state)
{
    (void)state;
    entropy_expect(&source, (size_t)3 * ENTROPY_AHEAD_MAX);
    take_pieces((size_t)3 * ENTROPY_AHEAD_MAX / PIECE);
    assert_int_equal(flaky->draws, 3 * STEPS_OF_ALL);
    assert_zero(ahead, sizeof(ahead));
}

static void more_than_was_expected_is_given_as_well(void **state)
{
    (void)state;
    entropy_expect(&source, PIECE + 1);
    take_pieces(3);
    assert_int_equal(flaky->draws, 3); /* one ahead, two of their own */
    assert_true(source.left == 1);
}

static void what_is_longer_than_what_is_ahead_is_not_made_up_of_two_draws(void **state)
{
    (void)state;
    uint8_t large[ENTROPY_AHEAD_MAX + PIECE] = {0};
    entropy_expect(&source, 2 * sizeof(large));
    assert_ok(entropy_fill(&source, large, sizeof(large)));
    take_pieces(2);
    size_t zeros = 0;
    for (size_t i = 0; i < sizeof(large); i++)
        zeros += large[i] == 0;
    assert_true(zeros < sizeof(large) / 16); /* ten are to be expected */
}

static void forgotten_is_forgotten(void **state)
{
    (void)state;
    entropy_expect(&source, ENTROPY_AHEAD_MAX);
    take_pieces(1);
    entropy_forget(&source);
    memset(ahead, 0, sizeof(ahead));
    flaky->draws = 0;
    take_pieces(2);
    assert_int_equal(flaky->draws, 2);
}

static void nowhere_to_keep_it_means_nothing_is_ahead(void **state)
{
    (void)state;
    source.ahead = NULL;
    entropy_expect(&source, ENTROPY_AHEAD_MAX);
    take_pieces(2);
    assert_int_equal(flaky->draws, 2);
}

/* It fails after the first step of what is drawn ahead: what that gave is not used. */
static void token_that_fails_amid_a_draw_gives_nothing(void **state)
{
    (void)state;
    uint8_t out[PIECE];
    memset(out, 0xff, sizeof(out));
    entropy_expect(&source, ENTROPY_AHEAD_MAX);
    flaky->random_left = 1;
    assert_int_equal(entropy_fill(&source, out, sizeof(out)), HUFU_ERR_AWAY);
    assert_zero(out, sizeof(out));
    assert_zero(ahead, sizeof(ahead));
    assert_int_equal(entropy_fill(&source, out, sizeof(out)), HUFU_ERR_AWAY);
    flaky->broken = 0;
    (void)usleep(PAUSE_US);
    take_pieces(2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_not_expected_is_a_draw_of_its_own, begin),
        cmocka_unit_test_setup(what_is_expected_is_drawn_together_and_leaves_nothing_behind, begin),
        cmocka_unit_test_setup(more_than_fits_is_drawn_in_turns, begin),
        cmocka_unit_test_setup(more_than_was_expected_is_given_as_well, begin),
        cmocka_unit_test_setup(what_is_longer_than_what_is_ahead_is_not_made_up_of_two_draws, begin),
        cmocka_unit_test_setup(forgotten_is_forgotten, begin),
        cmocka_unit_test_setup(nowhere_to_keep_it_means_nothing_is_ahead, begin),
        cmocka_unit_test_setup(token_that_fails_amid_a_draw_gives_nothing, begin),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
