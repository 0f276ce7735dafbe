/* SPDX-License-Identifier: Apache-2.0 */
/* hufu-server, hufu-hsm and PostgreSQL are killed with SIGKILL at random moments under load. Afterwards every signature
 * that a client holds has its records, no request id has two answers, and everything serves again by itself.
 * HUFU_TEST_LONG=1: 102 kills, 34 of each; otherwise 9. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "tests/client/command.h"
#include "tests/client/randomness.h"
#include "tests/kill/crew.h"
#include "tests/kill/records.h"

#define KILLS_SHORT 3 /* of each process */
#define KILLS_LONG 34
#define RECOVERY_SECONDS 45
#define DELAY_MAX_MS 700

static const char *const victims[] = {"server", "hsm", "db"};
#define VICTIMS (sizeof(victims) / sizeof(victims[0]))

static struct crew crew;

static int begin(void **state)
{
    (void)state;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    return crew_begin(&crew) == HUFU_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    crew_done(&crew);
    return 0;
}

static void shuffle(size_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t other = randomness_below((uint32_t)i);
        const size_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* The supervisor has started it again. */
static bool is_replaced(const char *victim, pid_t before)
{
    const uint64_t give_up = shot_monotonic_us() + RECOVERY_SECONDS * UINT64_C(1000000);
    while (stack_pid(&crew.stack, victim) == before) {
        if (shot_monotonic_us() > give_up)
            return false;
        command_pause_ms(20);
    }
    return true;
}

static void print_experience(size_t kills)
{
    size_t lost = 0;
    size_t away = 0;
    size_t compared = 0;
    for (size_t i = 0; i < CREW_SIZE; i++) {
        lost += crew.clients[i].lost;
        away += crew.clients[i].away;
        compared += crew.clients[i].compared;
    }
    print_message(
        "%zu kills: %zu requests held; %zu answers lost, %zu times \"away\", %zu answers asked for again\n",
        kills, crew_held(&crew), lost, away, compared);
}

static void after_kills_under_load_every_held_signature_is_recorded_once(void **state)
{
    (void)state;
    size_t order[VICTIMS * KILLS_LONG];
    const size_t kills = VICTIMS * (long_form() ? KILLS_LONG : KILLS_SHORT);
    for (size_t i = 0; i < kills; i++)
        order[i] = i % VICTIMS;
    shuffle(order, kills);
    assert_ok(crew_work(&crew));
    assert_true(crew_serves(&crew, RECOVERY_SECONDS));
    for (size_t i = 0; i < kills; i++) {
        const char *victim = victims[order[i]];
        const pid_t before = stack_pid(&crew.stack, victim);
        command_pause_ms(randomness_below(DELAY_MAX_MS));
        assert_ok(stack_command(&crew.stack, "kill9", victim));
        if (!is_replaced(victim, before) || !crew_serves(&crew, RECOVERY_SECONDS))
            fail_msg("after the kill of %s (number %zu) the service does not serve again", victim, i + 1);
        assert_int_equal(crew_violations(&crew), 0);
    }
    crew_rest(&crew);
    print_experience(kills);
    assert_int_equal(crew_violations(&crew), 0);
    assert_int_equal(crew_disagreements(&crew), 0);
}

/* The judge of the test above is worth something: with one record gone it says so. */
static void a_record_that_is_gone_would_be_noticed(void **state)
{
    (void)state;
    char text[UUID_TEXT_SIZE];
    char sql[160];
    assert_true(crew_held(&crew) > 0);
    uuid_format(text, crew.clients[0].held[0].request_id);
    (void)snprintf(sql, sizeof(sql), "delete from audit_event where request_id = '%s'", text);
    assert_ok(records_execute(&crew.stack, sql));
    assert_int_equal(crew_disagreements(&crew), 2); /* as a contradiction, and as one that is held */
    (void)snprintf(sql, sizeof(sql), "delete from signature where request_id = '%s'", text);
    assert_ok(records_execute(&crew.stack, sql));
    assert_int_equal(crew_disagreements(&crew), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_kills_under_load_every_held_signature_is_recorded_once),
        cmocka_unit_test(a_record_that_is_gone_would_be_noticed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
