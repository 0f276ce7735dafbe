/* SPDX-License-Identifier: Apache-2.0 */
/* The small HTTP of the service benchmark, and its going on when connections end. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench_service_crowd.h"
#include "tests/client/command.h"

#define SHOTS 3

static const char request_text[] = "GET / HTTP/1.1\r\n\r\n";
static const struct bytes request = {.data = (const uint8_t *)request_text, .len = sizeof(request_text) - 1};

/* ---- A server ---- */

/* Answers so many connections, one after the other, with the given pieces, a moment apart, whatever it is asked. */
struct fake {
    int fd;
    int connections;
    const char *const *pieces;
    pthread_t thread;
    char url[48];
    struct wire_service *service;
};

static void fake_answer(const struct fake *fake, int fd)
{
    char asked[256];
    if (recv(fd, asked, sizeof(asked), 0) <= 0)
        return;
    for (const char *const *piece = fake->pieces; *piece; piece++) {
        (void)!send(fd, *piece, strlen(*piece), MSG_NOSIGNAL);
        command_pause_ms(20);
    }
}

static void *fake_serve(void *argument)
{
    const struct fake *fake = argument;
    for (int i = 0; i < fake->connections; i++) {
        int fd = accept(fake->fd, NULL, NULL);
        fake_answer(fake, fd);
        (void)close(fd);
    }
    return NULL;
}

static void fake_listen(struct fake *fake)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    *fake = (struct fake){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(fake->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fake->fd, 1), 0);
    assert_int_equal(getsockname(fake->fd, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%u", ntohs(address.sin_port));
    fake->service = wire_service_new(fake->url, NULL);
    assert_non_null(fake->service);
}

static void fake_close(struct fake *fake)
{
    wire_service_free(fake->service);
    (void)close(fake->fd);
}

static void fake_start(struct fake *fake, const char *const *pieces, int connections)
{
    fake_listen(fake);
    fake->pieces = pieces;
    fake->connections = connections;
    assert_int_equal(pthread_create(&fake->thread, NULL, fake_serve, fake), 0);
}

static void fake_end(struct fake *fake)
{
    (void)pthread_join(fake->thread, NULL);
    fake_close(fake);
}

/* ---- HTTP ---- */

static enum hufu_err exchange_with(const char *const *pieces, struct wire_answer *answer, char *body,
                                   bool *ended)
{
    struct fake fake;
    struct wire *wire = NULL;
    fake_start(&fake, pieces, 1);
    assert_ok(wire_open(&wire, fake.service));
    enum hufu_err err = wire_exchange(wire, request, answer);
    memcpy(body, answer->body.data ? (const char *)answer->body.data : "", answer->body.len);
    body[answer->body.len] = '\0';
    *ended = wire_ended(wire);
    wire_close(wire);
    fake_end(&fake);
    return err;
}

static void an_answer_in_pieces_is_put_together(void **state)
{
    (void)state;
    static const char *const pieces[] = {"HTTP/1.1 20", "1 Created\r\nX: y\r\ncontent-len",
                                         "gth: 6\r\n\r\nab", "cdef", NULL};
    struct wire_answer answer;
    char body[64];
    bool ended = true;
    assert_ok(exchange_with(pieces, &answer, body, &ended));
    assert_int_equal(answer.status, 201);
    assert_string_equal(body, "abcdef");
    assert_false(ended);
}

/* Here the test is the server, so that it knows what is there. */
static void an_answer_is_not_whole_before_its_last_piece(void **state)
{
    (void)state;
    static const char *const pieces[] = {"HTTP/1.1 200", " OK\r\nContent-Length: 4\r\n\r\n", "ab", "cd"};
    const size_t last = sizeof(pieces) / sizeof(pieces[0]) - 1;
    struct fake fake;
    struct wire *wire = NULL;
    struct wire_answer answer;
    bool whole = true;
    fake_listen(&fake);
    assert_ok(wire_open(&wire, fake.service));
    const int served = accept(fake.fd, NULL, NULL);
    for (int exchange = 0; exchange < 2; exchange++) {
        assert_ok(wire_send(wire, request));
        assert_ok(wire_receive(wire, &answer, &whole));
        assert_false(whole);
        for (size_t i = 0; i <= last; i++) {
            struct pollfd waiting = {.fd = wire_fd(wire), .events = POLLIN};
            assert_true(send(served, pieces[i], strlen(pieces[i]), MSG_NOSIGNAL) > 0);
            assert_int_equal(poll(&waiting, 1, 10000), 1);
            assert_ok(wire_receive(wire, &answer, &whole));
            assert_int_equal(whole, i == last);
            assert_int_equal(answer.status, i == last ? 200 : 0);
        }
        assert_bytes(answer.body, "abcd");
    }
    (void)close(served);
    wire_close(wire);
    fake_close(&fake);
}

static void an_announced_end_is_noticed(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "HTTP/1.1 503 Away\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", NULL};
    struct wire_answer answer;
    char body[64];
    bool ended = false;
    assert_ok(exchange_with(pieces, &answer, body, &ended));
    assert_int_equal(answer.status, 503);
    assert_true(ended);
}

static void a_cut_answer_is_no_answer(void **state)
{
    (void)state;
    static const char *const cut_body[] = {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc", NULL};
    static const char *const cut_head[] = {"HTTP/1.1 200 OK\r\nContent-", NULL};
    static const char *const nothing[] = {NULL};
    struct wire_answer answer;
    char body[64];
    bool ended = false;
    assert_int_equal(exchange_with(cut_body, &answer, body, &ended), HUFU_ERR_AWAY);
    assert_int_equal(answer.status, 0);
    assert_int_equal(exchange_with(cut_head, &answer, body, &ended), HUFU_ERR_AWAY);
    assert_int_equal(exchange_with(nothing, &answer, body, &ended), HUFU_ERR_AWAY);
}

static void an_answer_of_another_form_is_refused(void **state)
{
    (void)state;
    static const char *const chunked[] = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", NULL};
    static const char *const too_large[] = {"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", NULL};
    static const char *const more[] = {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", NULL};
    static const char *const other[] = {"SMTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL};
    static const char *const *const all[] = {chunked, too_large, more, other};
    struct wire_answer answer;
    char body[64];
    bool ended = false;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_int_equal(exchange_with(all[i], &answer, body, &ended), HUFU_ERR_FORM);
}

static void an_address_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"ftp://127.0.0.1:1",   "http://127.0.0.1",   "http://localhost:80",
                                      "http://:80",          "http://127.0.0.1:0", "http://1.2.3.4:80x",
                                      "http://1.2.3.4:70000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(wire_service_new(bad[i], NULL));
    assert_null(wire_service_new("https://127.0.0.1:443", NULL));
    assert_null(wire_service_new("https://127.0.0.1:443", "/nonexistent"));
}

/* ---- A crowd ---- */

static void crowd_make(struct crowd *crowd, const struct wire_service *service)
{
    assert_ok(crowd_init(crowd, NULL, 1, 1, service));
    struct crowd_client *client = crowd->clients;
    client->shots = calloc(SHOTS, sizeof(*client->shots));
    assert_non_null(client->shots);
    client->count = SHOTS;
    for (size_t i = 0; i < SHOTS; i++) {
        client->shots[i].http = malloc(request.len);
        assert_non_null(client->shots[i].http);
        memcpy(client->shots[i].http, request.data, request.len);
        client->shots[i].http_len = request.len;
    }
}

static void count_mark(void *context)
{
    unsigned *count = context;
    (*count)++;
}

/* Each answer is the last one of its connection. */
static void fire_at(const char *const *pieces, struct crowd_outcome *outcome)
{
    struct fake fake;
    struct crowd crowd;
    unsigned begun = 0;
    fake_start(&fake, pieces, SHOTS);
    crowd_make(&crowd, fake.service);
    assert_ok(crowd_fire(&crowd, 10, count_mark, NULL, &begun, outcome));
    assert_int_equal(begun, 1);
    assert_int_equal(outcome->requests, SHOTS);
    assert_int_equal(outcome->ran_out, 1);
    assert_in_range(outcome->elapsed_us, SHOTS * 20000, 9000000);
    crowd_done(&crowd);
    fake_end(&fake);
}

static void a_crowd_goes_on_over_connections_that_end(void **state)
{
    (void)state;
    static const char *const ending[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\na",
                                         "b", NULL};
    static const char *const cut[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", NULL};
    struct crowd_outcome outcome;
    fire_at(ending, &outcome);
    assert_int_equal(outcome.answered, SHOTS);
    fire_at(cut, &outcome);
    assert_int_equal(outcome.answered, 0);
    assert_int_equal(outcome.first_refusal, 0);
}

static void a_crowd_that_nobody_accepts_sends_nothing(void **state)
{
    (void)state;
    struct fake fake;
    struct crowd crowd;
    struct crowd_outcome outcome;
    fake_listen(&fake);
    crowd_make(&crowd, fake.service);
    (void)close(fake.fd);
    fake.fd = -1;
    assert_int_equal(crowd_fire(&crowd, 10, NULL, NULL, NULL, &outcome), HUFU_ERR_AWAY);
    assert_int_equal(outcome.requests, 0);
    crowd_done(&crowd);
    fake_close(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_in_pieces_is_put_together),
        cmocka_unit_test(an_answer_is_not_whole_before_its_last_piece),
        cmocka_unit_test(an_announced_end_is_noticed),
        cmocka_unit_test(a_cut_answer_is_no_answer),
        cmocka_unit_test(an_answer_of_another_form_is_refused),
        cmocka_unit_test(an_address_that_is_none_is_refused),
        cmocka_unit_test(a_crowd_goes_on_over_connections_that_end),
        cmocka_unit_test(a_crowd_that_nobody_accepts_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
