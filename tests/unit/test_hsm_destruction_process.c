/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of destroyed records over real processes: two on one token, and one that is killed while it moves the head. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/encoding.h"
#include "tests/client/command.h"
#include "tests/client/hsm_process.h"
#include "tests/client/place.h"
#include "tests/unit/hsm_log.h"

static void neighbour_of(struct hsm_process *second, const struct hsm_process *first)
{
    char text[2048];
    *second = *first;
    second->pid = 0;
    (void)snprintf(second->socket, sizeof(second->socket), "%.100s/second.sock", first->directory);
    (void)snprintf(second->configuration, sizeof(second->configuration), "%.100s/second.conf",
                   first->directory);
    (void)snprintf(text, sizeof(text),
                   "socket = \"%s\"\nallowed_uid = \"%u\"\ntoken_label = \"hufu\"\npin_file = \"%s/pin\"\n"
                   "state_directory = \"%s/state\"\ntoken_directory = \"%s/tokens\"\n",
                   second->socket, (unsigned)geteuid(), first->directory, first->directory, first->directory);
    assert_ok(place_write(second->configuration, text));
    assert_ok(hsm_process_up(second));
}

static void wait_until_behind(struct hsm_room *way, bool behind)
{
    for (int i = 0; i < 1200 && hsm_log_position(way).behind != behind; i++)
        command_pause_ms(50);
    assert_int_equal(hsm_log_position(way).behind, behind);
}

static void process_that_missed_an_order_refuses_everything_until_it_has_caught_up(void **state)
{
    (void)state;
    struct hsm_process first, second;
    struct hsm_link to_first = {.fd = -1}, to_second = {.fd = -1};
    struct hsm_room way, other_way;
    struct hsm_key kept, removed;
    struct hsm_log log = {0};
    assert_ok(hsm_process_start(&first));
    neighbour_of(&second, &first);
    assert_ok(hsm_process_connect(&first, &to_first));
    assert_ok(hsm_process_connect(&second, &to_second));
    hsm_room_attach(&way, &to_first, NULL);
    hsm_room_attach(&other_way, &to_second, NULL);
    hsm_key_make(&other_way, &kept, FRAME_ALLOW_SIGN);
    hsm_key_make(&other_way, &removed, FRAME_ALLOW_SIGN);
    hsm_log_append(&log, removed.binding.binding_id, DESTRUCTION_WHOLE);
    for (int i = 0; i < 20; i++)
        hsm_log_append_any(&log);
    assert_ok(hsm_log_feed(&way, &log, 0, 1));
    wait_until_behind(&other_way, true);
    assert_int_equal(hsm_key_sign(&other_way, &kept), HUFU_ERR_BEHIND);
    assert_ok(hsm_log_feed(&other_way, &log, 0, 1));
    assert_ok(hsm_key_sign(&other_way, &kept));
    assert_int_equal(hsm_key_sign(&other_way, &removed), HUFU_ERR_DESTROYED);
    /* Both move the head, one after the other and never back. */
    for (size_t i = 1; i < log.count; i++) {
        assert_ok(hsm_log_feed(i % 2 ? &way : &other_way, &log, i, i + 1));
        assert_ok(hsm_log_feed(i % 2 ? &other_way : &way, &log, i, i + 1));
    }
    /* A new one on the same token knows that it knows nothing. */
    hsm_room_detach(&other_way);
    hsm_link_close(&to_second);
    assert_int_equal(kill(second.pid, SIGKILL), 0);
    assert_int_equal(waitpid(second.pid, NULL, 0), second.pid);
    assert_ok(hsm_process_up(&second));
    assert_ok(hsm_process_connect(&second, &to_second));
    hsm_room_attach(&other_way, &to_second, NULL);
    memcpy(kept.binding.H_k, other_way.H_k, BOX_KEY_SIZE);
    hsm_log_assert_position(&other_way, 0, log.count, true);
    assert_int_equal(hsm_key_sign(&other_way, &kept), HUFU_ERR_BEHIND);
    assert_ok(hsm_log_feed(&other_way, &log, 0, log.count));
    assert_ok(hsm_key_sign(&other_way, &kept));
    hsm_key_free(&kept);
    hsm_key_free(&removed);
    hsm_room_detach(&way);
    hsm_room_detach(&other_way);
    hsm_link_close(&to_first);
    hsm_link_close(&to_second);
    assert_true(command_stop(second.pid));
    assert_true(hsm_process_stop(&first));
}

static void head_survives_kills_while_it_moves(void **state)
{
    (void)state;
    struct hsm_process process;
    struct hsm_log log = {0};
    uint64_t acknowledged = 0;
    assert_ok(hsm_process_start(&process));
    for (int i = 0; i < HSM_LOG_MAX; i++)
        hsm_log_append_any(&log);
    for (int round = 0; round < 8; round++) {
        struct hsm_link link = {.fd = -1};
        struct hsm_reply reply = {0};
        assert_ok(hsm_process_connect(&process, &link));
        pid_t killer = fork();
        if (killer == 0) {
            command_pause_ms(1 + round);
            (void)kill(process.pid, SIGKILL);
            _exit(0);
        }
        for (size_t to = acknowledged + 1; to <= log.count; to++) {
            uint8_t number[8];
            const struct bytes fields[] = {hsm_u64(number, 0), bytes_of(log.heads[0].hash, HASH_SIZE),
                                           bytes_of(log.orders[0], to * DESTRUCTION_ORDER_SIZE)};
            if (hsm_link_call(&link, &reply, "destruction/add", fields, 3))
                break;
            assert_ok(reply.error);
            acknowledged = to;
        }
        hsm_reply_done(&reply);
        hsm_link_close(&link);
        assert_int_equal(waitpid(killer, NULL, 0), killer);
        assert_int_equal(waitpid(process.pid, NULL, 0), process.pid);
        assert_ok(hsm_process_up(&process));
        assert_ok(hsm_process_connect(&process, &link));
        struct hsm_room way;
        hsm_room_attach(&way, &link, NULL);
        struct hsm_log_position position = hsm_log_position(&way);
        assert_true(position.token >= acknowledged && position.token <= acknowledged + 1);
        hsm_room_detach(&way);
        hsm_link_close(&link);
        if (acknowledged >= log.count)
            break;
    }
    assert_true(hsm_process_stop(&process));
}

static enum hufu_err run_rewind(const struct hsm_process *process, const char *to, const char *giving_up)
{
    char program[512];
    const char *argv[] = {program,       "rewind",  "--config", process->configuration, "--to", to,
                          "--giving-up", giving_up, NULL};
    const char *const environment[] = {process->softhsm_variable, NULL};
    (void)snprintf(program, sizeof(program), "%s/hufu-hsm", place_bin());
    return command_run(argv, environment, process->log);
}

/* The database lost the orders behind the first for good. */
static void tokens_owner_gives_up_what_is_lost_and_nobody_does_so_by_mistake(void **state)
{
    (void)state;
    struct hsm_process process;
    struct hsm_link link = {.fd = -1};
    struct hsm_room way;
    struct hsm_key kept, given_up;
    struct hsm_log log = {0};
    char hash[2 * HASH_SIZE + 1], to[2 * HASH_SIZE + 8];
    assert_ok(hsm_process_start(&process));
    assert_ok(hsm_process_connect(&process, &link));
    hsm_room_attach(&way, &link, NULL);
    hsm_key_make(&way, &kept, FRAME_ALLOW_SIGN);
    hsm_key_make(&way, &given_up, FRAME_ALLOW_SIGN);
    hsm_log_append_any(&log);
    hsm_log_append(&log, given_up.binding.binding_id, DESTRUCTION_WHOLE);
    hsm_log_append_any(&log);
    assert_ok(hsm_log_feed(&way, &log, 0, 3));
    hsm_room_detach(&way);
    hsm_link_close(&link);
    assert_true(command_stop(process.pid));
    hex_encode(hash, sizeof(hash), bytes_of(log.heads[1].hash, HASH_SIZE));
    (void)snprintf(to, sizeof(to), "1:%s", hash);
    assert_int_equal(run_rewind(&process, to, "1"), HUFU_ERR_STATE);
    assert_int_equal(run_rewind(&process, to, "3"), HUFU_ERR_STATE);
    assert_int_equal(run_rewind(&process, "1:00", "2"), HUFU_ERR_STATE);
    assert_int_equal(run_rewind(&process, "1", "2"), HUFU_ERR_STATE);
    assert_ok(run_rewind(&process, to, "2"));
    assert_int_equal(run_rewind(&process, to, "2"), HUFU_ERR_STATE);
    assert_ok(hsm_process_up(&process));
    assert_ok(hsm_process_connect(&process, &link));
    hsm_room_attach(&way, &link, NULL);
    hsm_log_assert_position(&way, 0, 1, true);
    assert_ok(hsm_log_feed(&way, &log, 0, 1));
    memcpy(kept.binding.H_k, way.H_k, BOX_KEY_SIZE);
    memcpy(given_up.binding.H_k, way.H_k, BOX_KEY_SIZE);
    assert_ok(hsm_key_sign(&way, &kept));
    assert_ok(hsm_key_sign(&way, &given_up)); /* the price */
    hsm_key_free(&kept);
    hsm_key_free(&given_up);
    hsm_room_detach(&way);
    hsm_link_close(&link);
    assert_true(hsm_process_stop(&process));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process_that_missed_an_order_refuses_everything_until_it_has_caught_up),
        cmocka_unit_test(head_survives_kills_while_it_moves),
        cmocka_unit_test(tokens_owner_gives_up_what_is_lost_and_nobody_does_so_by_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
