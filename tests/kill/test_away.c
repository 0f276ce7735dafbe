/* SPDX-License-Identifier: Apache-2.0 */
/* With PostgreSQL or hufu-hsm away the service says so, as 503 problems, loses nothing, and serves again by itself when
 * they return. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "tests/client/command.h"
#include "tests/kill/crew.h"

#define RECOVERY_SECONDS 30
#define AWAY_MS 1500

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

static bool readiness_becomes(unsigned status)
{
    const uint64_t give_up = shot_monotonic_us() + RECOVERY_SECONDS * UINT64_C(1000000);
    while (crew_readiness(&crew) != status) {
        if (shot_monotonic_us() > give_up)
            return false;
        command_pause_ms(50);
    }
    return true;
}

static void a_signature_is_refused_as_unavailable(void)
{
    uint8_t digest[COSIGN_DIGEST_SIZE] = {1};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    const struct phone_key *key = &crew.members.keys[0];
    assert_ok(device_request_sign(&request, &key->binding, bytes_of(digest, sizeof(digest)), NULL));
    assert_ok(phone_post(crew.members.phones[0].web, &answer, key, "signatures", &request));
    assert_int_equal(answer.status, 503);
    assert_string_equal(web_answer_problem(&answer), "service-unavailable");
    assert_true(answer.retry_after > 0);
}

static void a_signature_succeeds(void)
{
    uint8_t digest[COSIGN_DIGEST_SIZE] = {2};
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE];
    WEB_ANSWER_DONE struct web_answer answer = {0};
    assert_ok(phone_sign(&crew.members.phones[0], &answer, &crew.members.keys[0],
                         bytes_of(digest, sizeof(digest)), signature));
}

static void is_told_and_survived(const char *which)
{
    const pid_t server = stack_pid(&crew.stack, "server");
    a_signature_succeeds();
    assert_ok(stack_command(&crew.stack, "down", which));
    assert_true(readiness_becomes(503));
    a_signature_is_refused_as_unavailable();
    assert_ok(stack_command(&crew.stack, "up", which));
    assert_true(readiness_becomes(200));
    a_signature_succeeds();
    assert_int_equal(stack_pid(&crew.stack, "server"), server);
}

static void a_database_that_is_away_is_told_and_survived(void **state)
{
    (void)state;
    is_told_and_survived("db");
}

static void a_key_process_that_is_away_is_told_and_survived(void **state)
{
    (void)state;
    is_told_and_survived("hsm");
}

static void restarts_under_load_lose_nothing(void **state)
{
    (void)state;
    static const char *const order[] = {"db", "hsm", "server"};
    assert_ok(crew_work(&crew));
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        assert_true(crew_serves(&crew, RECOVERY_SECONDS));
        assert_ok(stack_command(&crew.stack, "down", order[i]));
        command_pause_ms(AWAY_MS);
        assert_ok(stack_command(&crew.stack, "up", order[i]));
        assert_true(crew_serves(&crew, RECOVERY_SECONDS));
        assert_int_equal(crew_violations(&crew), 0);
    }
    crew_rest(&crew);
    assert_int_equal(crew_violations(&crew), 0);
    assert_int_equal(crew_disagreements(&crew), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_that_is_away_is_told_and_survived),
        cmocka_unit_test(a_key_process_that_is_away_is_told_and_survived),
        cmocka_unit_test(restarts_under_load_lose_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
