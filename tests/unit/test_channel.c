/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/channel.h"

static uint8_t large[CHANNEL_MESSAGE_MAX + 1];

struct pair {
    int a, b;
};

static struct pair connected(void)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    return (struct pair){fds[0], fds[1]};
}

static void disconnect(struct pair p)
{
    (void)close(p.a);
    (void)close(p.b);
}

static void *send_large(void *fd)
{
    return channel_send(*(int *)fd, bytes_of(large, CHANNEL_MESSAGE_MAX), 5000) == HUFU_OK ? fd : NULL;
}

static void the_largest_message_arrives_whole(void **state)
{
    (void)state;
    struct pair p = connected();
    pthread_t sender;
    void *sent = NULL;
    struct buf into;
    uint8_t *memory = malloc(CHANNEL_MESSAGE_MAX);
    assert_non_null(memory);
    for (size_t i = 0; i < sizeof(large); i++)
        large[i] = (uint8_t)(i * 31);
    assert_int_equal(pthread_create(&sender, NULL, send_large, &p.a), 0);
    buf_init(&into, memory, CHANNEL_MESSAGE_MAX);
    assert_ok(channel_receive(p.b, &into, 5000, 5000));
    assert_int_equal(pthread_join(sender, &sent), 0);
    assert_non_null(sent);
    assert_true(bytes_equal(buf_bytes(&into), bytes_of(large, CHANNEL_MESSAGE_MAX)));
    free(memory);
    disconnect(p);
}

/* A socket that keeps what was sent at once apart shows how often the receiver would be woken. */
static void a_message_leaves_in_one_piece(void **state)
{
    (void)state;
    uint8_t piece[32];
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
    assert_ok(channel_send(fds[0], bytes_of("abc", 3), 1000));
    assert_int_equal(recv(fds[1], piece, sizeof(piece), MSG_DONTWAIT), 7);
    assert_memory_equal(piece, "\0\0\0\3abc", 7);
    assert_int_equal(recv(fds[1], piece, sizeof(piece), MSG_DONTWAIT), -1);
    disconnect((struct pair){fds[0], fds[1]});
}

static void empty_and_oversized_messages_are_not_sent(void **state)
{
    (void)state;
    struct pair p = connected();
    assert_int_equal(channel_send(p.a, bytes_of(NULL, 0), 100), HUFU_ERR_LIMIT);
    assert_int_equal(channel_send(p.a, bytes_of(large, sizeof(large)), 100), HUFU_ERR_LIMIT);
    disconnect(p);
}

static void lengths_out_of_bounds_are_refused_before_reading_on(void **state)
{
    (void)state;
    static const uint8_t prefixes[][4] = {{0, 0, 0, 0}, {0, 0, 0, 17}, {0, 4, 0, 1}, {255, 255, 255, 255}};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        struct pair p = connected();
        uint8_t memory[16];
        struct buf into;
        assert_int_equal(write(p.a, prefixes[i], 4), 4);
        buf_init(&into, memory, sizeof(memory));
        assert_int_equal(channel_receive(p.b, &into, 1000, 1000), HUFU_ERR_LIMIT);
        disconnect(p);
    }
}

static void a_peer_that_is_silent_slow_or_gone_is_away(void **state)
{
    (void)state;
    uint8_t memory[16];
    struct buf into;
    buf_init(&into, memory, sizeof(memory));
    struct pair p = connected();
    assert_int_equal(channel_receive(p.b, &into, 20, 1000), HUFU_ERR_AWAY); /* silent */
    assert_int_equal(write(p.a, "\0\0\0\5abc", 7), 7);
    assert_int_equal(channel_receive(p.b, &into, 1000, 20), HUFU_ERR_AWAY); /* slow */
    assert_int_equal(into.len, 0);
    (void)close(p.a);
    assert_int_equal(channel_receive(p.b, &into, 1000, 1000), HUFU_ERR_AWAY); /* gone */
    assert_int_equal(channel_send(p.b, bytes_of("x", 1), 100), HUFU_ERR_AWAY);
    (void)close(p.b);
}

static void a_full_pipe_does_not_hold_the_sender_beyond_its_deadline(void **state)
{
    (void)state;
    struct pair p = connected();
    enum hufu_err err = HUFU_OK;
    for (int i = 0; i < 64 && !err; i++)
        err = channel_send(p.a, bytes_of(large, CHANNEL_MESSAGE_MAX), 50);
    assert_int_equal(err, HUFU_ERR_AWAY);
    disconnect(p);
}

static void listening_sets_mode_replaces_the_stale_and_names_the_peer(void **state)
{
    (void)state;
    char path[64];
    (void)snprintf(path, sizeof(path), "/tmp/test_channel_%ld.sock", (long)getpid());
    int first, server, client;
    assert_ok(channel_listen(&first, path, (gid_t)-1));
    (void)close(first); /* its file stays */
    assert_int_equal(channel_connect(&client, path), HUFU_ERR_AWAY);
    assert_int_equal(client, -1);
    assert_ok(channel_listen(&server, path, (gid_t)-1));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_ok(channel_connect(&client, path));
    int accepted = accept(server, NULL, NULL);
    assert_true(accepted >= 0);
    uid_t uid;
    assert_ok(channel_peer(&uid, accepted));
    assert_int_equal(uid, getuid());
    (void)close(accepted);
    (void)close(client);
    (void)close(server);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(channel_connect(&client, path), HUFU_ERR_AWAY);
}

static void a_path_too_long_for_a_socket_is_refused(void **state)
{
    (void)state;
    char path[200];
    int fd;
    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(channel_connect(&fd, path), HUFU_ERR_LIMIT);
    assert_int_equal(channel_listen(&fd, "", (gid_t)-1), HUFU_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_message_arrives_whole),
        cmocka_unit_test(a_message_leaves_in_one_piece),
        cmocka_unit_test(empty_and_oversized_messages_are_not_sent),
        cmocka_unit_test(lengths_out_of_bounds_are_refused_before_reading_on),
        cmocka_unit_test(a_peer_that_is_silent_slow_or_gone_is_away),
        cmocka_unit_test(a_full_pipe_does_not_hold_the_sender_beyond_its_deadline),
        cmocka_unit_test(listening_sets_mode_replaces_the_stale_and_names_the_peer),
        cmocka_unit_test(a_path_too_long_for_a_socket_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
