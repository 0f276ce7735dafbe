/* SPDX-License-Identifier: Apache-2.0 */
/* The process over its socket: several clients, slow ones, strangers, garbage, stops and kills. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/channel.h"
#include "hsm/listener.h"
#include "tests/client/command.h"
#include "tests/client/hsm_process.h"
#include "tests/client/place.h"
#include "tests/unit/hsm_room.h"

#define CLIENTS 8
#define SIGNATURES 12
#define NOBODY 65534

static struct hsm_process process;
static struct hsm_link link_to_it;
static struct hsm_room way;
static struct hsm_key key;

static int start(void **state)
{
    (void)state;
    assert_ok(hsm_process_start(&process));
    assert_ok(hsm_process_connect(&process, &link_to_it));
    hsm_room_attach(&way, &link_to_it, NULL);
    hsm_key_make(&way, &key, FRAME_ALLOW_SIGN);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&key);
    hsm_room_detach(&way);
    bool clean = hsm_process_stop(&process); /* with this connection still open */
    hsm_link_close(&link_to_it);
    return clean ? 0 : -1;
}

/* ---- Clients ---- */

struct client {
    pthread_t thread;
    enum hufu_err worst;
};

static void *sign_often(void *argument)
{
    struct client *client = argument;
    HSM_LINK_CLOSED struct hsm_link own = {.fd = -1};
    struct hsm_room own_way;
    client->worst = hsm_process_connect(&process, &own);
    if (client->worst)
        return NULL;
    hsm_room_attach(&own_way, &own, &way);
    for (int i = 0; i < SIGNATURES && !client->worst; i++)
        client->worst = i % 3 ? hsm_key_sign(&own_way, &key) : hsm_key_pin_check(&own_way, &key);
    hsm_room_detach(&own_way);
    return NULL;
}

static void several_clients_sign_at_once(void **state)
{
    (void)state;
    struct client clients[CLIENTS];
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&clients[i].thread, NULL, sign_often, &clients[i]), 0);
    for (size_t i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
        assert_ok(clients[i].worst);
    }
}

static void slow_clients_hold_up_nobody(void **state)
{
    (void)state;
    static const uint8_t partial[] = {0, 0, 1, 0, 'x'};
    struct hsm_link slow[20];
    for (size_t i = 0; i < 20; i++) {
        assert_ok(hsm_process_connect(&process, &slow[i]));
        assert_int_equal(send(slow[i].fd, partial, i % 5 + 1, MSG_NOSIGNAL), i % 5 + 1);
    }
    assert_ok(hsm_key_sign(&way, &key));
    for (size_t i = 0; i < 20; i++)
        hsm_link_close(&slow[i]);
}

/* Sends bytes as they are; the error of the reply, or HUFU_ERR_AWAY. Then the connection must be closed. */
static enum hufu_err reply_to(const uint8_t *data, size_t len)
{
    HSM_LINK_CLOSED struct hsm_link raw = {.fd = -1};
    uint8_t memory[256];
    struct buf reply;
    struct cursor c;
    buf_init(&reply, memory, sizeof(memory));
    assert_ok(hsm_process_connect(&process, &raw));
    assert_int_equal(send(raw.fd, data, len, MSG_NOSIGNAL), len);
    if (channel_receive(raw.fd, &reply, HSM_LINK_TIMEOUT_MS, HSM_LINK_TIMEOUT_MS))
        return HUFU_ERR_AWAY;
    cursor_init(&c, buf_bytes(&reply));
    cursor_field_text(&c, "hufu-hsm/1");
    enum hufu_err err = (enum hufu_err)cursor_field_u32(&c);
    assert_int_equal(channel_receive(raw.fd, &reply, HSM_LINK_TIMEOUT_MS, HSM_LINK_TIMEOUT_MS),
                     HUFU_ERR_AWAY);
    return err;
}

static void message_of_impossible_length_is_answered_and_ends_the_connection(void **state)
{
    (void)state;
    static const uint8_t empty[] = {0, 0, 0, 0}, huge[] = {0, 4, 0, 1}, endless[] = {255, 255, 255, 255};
    static const uint8_t garbage[] = {0, 0, 0, 4, 'w', 'h', 'a', 't'};
    assert_int_equal(reply_to(empty, sizeof(empty)), HUFU_ERR_FORM);
    assert_int_equal(reply_to(huge, sizeof(huge)), HUFU_ERR_FORM);
    assert_int_equal(reply_to(endless, sizeof(endless)), HUFU_ERR_FORM);
    assert_int_equal(reply_to(garbage, sizeof(garbage)), HUFU_ERR_FORM);
}

static void client_that_leaves_before_its_reply_ends_nothing(void **state)
{
    (void)state;
    uint8_t memory[128];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    size_t mark = buf_field_begin(&message);
    assert_ok(hsm_link_message(&message, "t", "status", NULL, 0));
    buf_field_end(&message, mark);
    for (int i = 0; i < 50; i++) {
        HSM_LINK_CLOSED struct hsm_link gone = {.fd = -1};
        assert_ok(hsm_process_connect(&process, &gone));
        assert_int_equal(send(gone.fd, memory, message.len, MSG_NOSIGNAL), message.len);
    }
    assert_ok(hsm_key_sign(&way, &key));
    assert_true(hsm_process_running(&process));
}

/* A connection that is served; those that were closed before may take a moment to make room. */
static void connect_when_there_is_room(struct hsm_link *link)
{
    struct hsm_reply reply = {0};
    enum hufu_err err = HUFU_ERR_BUSY;
    for (int tries = 0; err && tries < 1200; tries++) {
        assert_ok(hsm_process_connect(&process, link));
        err = hsm_link_call(link, &reply, "status", NULL, 0);
        err = err ? err : reply.error;
        if (err) {
            hsm_link_close(link);
            command_pause_ms(50);
        }
    }
    assert_ok(err);
    hsm_reply_done(&reply);
}

static void connection_too_many_is_told_busy(void **state)
{
    (void)state;
    struct hsm_link links[LISTENER_CONNECTIONS_MAX];
    for (size_t i = 0; i < LISTENER_CONNECTIONS_MAX - 1; i++)
        connect_when_there_is_room(&links[i]);
    struct hsm_link *last = &links[LISTENER_CONNECTIONS_MAX - 1];
    uint8_t memory[64];
    struct buf told;
    buf_init(&told, memory, sizeof(memory));
    assert_ok(hsm_process_connect(&process, last));
    assert_ok(channel_receive(last->fd, &told, HSM_LINK_TIMEOUT_MS, HSM_LINK_TIMEOUT_MS));
    assert_int_equal(memory[4 + 10 + 4 + 3], HUFU_ERR_BUSY);
    assert_ok(hsm_key_sign(&way, &key));
    for (size_t i = 0; i < LISTENER_CONNECTIONS_MAX; i++)
        hsm_link_close(&links[i]);
    HSM_LINK_CLOSED struct hsm_link again = {.fd = -1};
    connect_when_there_is_room(&again);
}

static void connection_of_another_user_is_closed_without_an_answer(void **state)
{
    (void)state;
    HSM_LINK_CLOSED struct hsm_link stranger = {.fd = -1};
    struct hsm_reply reply = {0};
    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    assert_int_equal(chmod(process.directory, 0755), 0);
    assert_int_equal(chmod(process.socket, 0666), 0);
    assert_ok(hsm_link_open(&stranger, process.socket, NOBODY));
    assert_int_equal(hsm_link_call(&stranger, &reply, "status", NULL, 0), HUFU_ERR_AWAY);
    hsm_reply_done(&reply);
    assert_int_equal(chmod(process.socket, 0660), 0);
}

/* ---- The program ---- */

static enum hufu_err run_program(const char *const *arguments)
{
    char program[512];
    const char *argv[8] = {program};
    const char *const environment[] = {process.softhsm_variable, NULL};
    (void)snprintf(program, sizeof(program), "%s/hufu-hsm", place_bin());
    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    return command_run(argv, environment, process.log);
}

static void every_forbidden_act_is_refused(void **state)
{
    (void)state;
    const char *const arguments[] = {"--config", process.configuration, "--check-confinement", NULL};
    assert_ok(run_program(arguments));
}

static void second_init_leaves_what_is_there(void **state)
{
    (void)state;
    const char *const arguments[] = {"init", "--config", process.configuration, NULL};
    assert_ok(run_program(arguments));
    assert_ok(hsm_key_sign(&way, &key));
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    const char *const none[] = {NULL};
    const char *const missing[] = {"--config", "/nonexistent.conf", NULL};
    const char *const mixed[] = {"init", "--config", process.configuration, "--check-confinement", NULL};
    const char *const unknown[] = {"init", "--config", process.configuration, "--ca", "md5", NULL};
    const char *const version[] = {"--version", NULL};
    assert_int_equal(run_program(none), HUFU_ERR_STATE);
    assert_int_equal(run_program(missing), HUFU_ERR_STATE);
    assert_int_equal(run_program(mixed), HUFU_ERR_STATE);
    assert_int_equal(run_program(unknown), HUFU_ERR_STATE);
    assert_ok(run_program(version));
}

/* Reconnects and loads a box key: that of before died with the process. */
static void come_back(void)
{
    hsm_room_detach(&way);
    hsm_link_close(&link_to_it);
    assert_ok(hsm_process_up(&process));
    assert_ok(hsm_process_connect(&process, &link_to_it));
    hsm_room_attach(&way, &link_to_it, NULL);
    memcpy(key.binding.H_k, way.H_k, sizeof(way.H_k));
}

static void process_killed_at_work_signs_again_after_its_start(void **state)
{
    (void)state;
    assert_int_equal(kill(process.pid, SIGKILL), 0);
    assert_int_equal(waitpid(process.pid, NULL, 0), process.pid);
    come_back();
    assert_ok(hsm_key_sign(&way, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_clients_sign_at_once),
        cmocka_unit_test(slow_clients_hold_up_nobody),
        cmocka_unit_test(message_of_impossible_length_is_answered_and_ends_the_connection),
        cmocka_unit_test(client_that_leaves_before_its_reply_ends_nothing),
        cmocka_unit_test(connection_too_many_is_told_busy),
        cmocka_unit_test(connection_of_another_user_is_closed_without_an_answer),
        cmocka_unit_test(every_forbidden_act_is_refused),
        cmocka_unit_test(second_init_leaves_what_is_there),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(process_killed_at_work_signs_again_after_its_start),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
