/* SPDX-License-Identifier: Apache-2.0 */
/* More requests than workers, clients that leave or send rubbish, and a stop in the middle of it. */
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/unit/http_service.h"

#define CLIENTS 8
#define REQUESTS_EACH 60
#define GARBAGE_COUNT 2000

static void a_full_queue_turns_requests_away_and_others_still_answer(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    int working = begin_wait(&f);
    wait_entered();
    int queued = begin_wait(&f);
    await_reported(&f, "\nhufu_queue_depth 1\n");
    get(&f, "/wait", "", &answer);
    assert_answer(&answer, 503, "urn:hufu:problem:busy");
    assert_non_null(strstr(answer.head, "\r\nRetry-After: 1\r\n"));
    get(&f, "/network", "", &answer);
    assert_answer(&answer, 200, "path");
    (void)sem_post(&released);
    (void)sem_post(&released);
    http_client_receive(working, &answer);
    assert_answer(&answer, 200, "waited");
    http_client_receive(queued, &answer);
    assert_answer(&answer, 200, "waited");
    await_reported(&f, "\nhufu_queue_refused_total 1\n");
    (void)close(working);
    (void)close(queued);
    stop(&f);
}

static void a_client_that_leaves_meanwhile_hurts_nobody(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 4);
    for (int i = 0; i < 3; i++)
        (void)close(begin_wait(&f));
    wait_entered();
    for (int i = 0; i < 3; i++)
        (void)sem_post(&released);
    get(&f, "/network", "", &answer);
    assert_answer(&answer, 200, "path");
    stop(&f);
}

struct stopping {
    struct fixture *fixture;
    bool finished;
};

static void *stop_it(void *argument)
{
    struct stopping *stopping = argument;
    stopping->finished = http_server_stop(stopping->fixture->server, 20);
    return NULL;
}

static void a_stop_finishes_what_is_in_flight_and_takes_nothing_new(void **state)
{
    struct fixture f;
    struct http_answer answer;
    struct stopping stopping = {.fixture = &f};
    pthread_t thread;
    (void)state;
    start(&f, 1, 4);
    int working = begin_wait(&f);
    wait_entered();
    int queued = begin_wait(&f);
    await_reported(&f, "\nhufu_queue_depth 1\n");
    assert_int_equal(pthread_create(&thread, NULL, stop_it, &stopping), 0);
    int refused = 0;
    for (int i = 0; i < 2000 && refused >= 0; i++) {
        refused = http_client_connect(f.port);
        if (refused >= 0)
            (void)close(refused);
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    assert_int_equal(refused, -1);
    (void)sem_post(&released);
    (void)sem_post(&released);
    http_client_receive(working, &answer);
    assert_answer(&answer, 200, "waited");
    assert_non_null(strcasestr(answer.head, "\r\nConnection: close\r\n"));
    http_client_receive(queued, &answer);
    assert_answer(&answer, 200, "waited");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(stopping.finished);
    (void)close(working);
    (void)close(queued);
    stop(&f);
}

static void a_stop_gives_up_at_its_deadline(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 1, 1);
    int working = begin_wait(&f);
    wait_entered();
    assert_false(http_server_stop(f.server, 0));
    (void)sem_post(&released);
    (void)close(working);
    stop(&f);
}

static void *ask_often(void *argument)
{
    static const char echo[] =
        "POST /echo HTTP/1.1\r\n" HOST JSON "Content-Length: 14\r\n\r\n{\"text\":\"abc\"}";
    static const char network[] = "GET /network HTTP/1.1\r\n" HOST "\r\n";
    const struct fixture *f = argument;
    uintptr_t right = 0;
    int fd = http_client_connect(f->port);
    for (int i = 0; i < REQUESTS_EACH; i++) {
        struct http_answer answer;
        const char *request = i % 2 ? network : echo;
        if (!http_client_send(fd, request, strlen(request)))
            break;
        http_client_receive(fd, &answer);
        right += answer.status == 200;
    }
    (void)close(fd);
    return (void *)right;
}

static void many_clients_are_all_answered(void **state)
{
    const struct http_settings settings = {
        .worker_count = 4, .queue_limit = 64, .idle_seconds = 60, .request_seconds = 20};
    struct fixture f;
    pthread_t clients[CLIENTS];
    (void)state;
    start_with(&f, &settings);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, ask_often, &f), 0);
    for (int i = 0; i < CLIENTS; i++) {
        void *right = NULL;
        assert_int_equal(pthread_join(clients[i], &right), 0);
        assert_int_equal((uintptr_t)right, REQUESTS_EACH);
    }
    await_reported(&f, "hufu_http_requests_total{method=\"POST\",route=\"/echo\",status=\"200\"} 240\n");
    stop(&f);
}

/* xorshift64: the same rubbish in every run. */
static uint64_t next_number(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Flips, cuts or repeats a piece of a request. */
static size_t spoil(char *out, size_t size, const char *request, uint64_t *seed)
{
    size_t len = strlen(request);
    memcpy(out, request, len);
    for (uint64_t i = next_number(seed) % 4; i > 0; i--)
        out[next_number(seed) % len] ^= (char)(1 << next_number(seed) % 8);
    switch (next_number(seed) % 4) {
    case 0:
        return next_number(seed) % len + 1;
    case 1: {
        size_t from = next_number(seed) % len, more = (size_t)(next_number(seed) % (len - from)) + 1;
        more = more < size - len ? more : size - len;
        memcpy(out + len, out + from, more);
        return len + more;
    }
    default:
        return len;
    }
}

/* What comes within a moment; a request that is not whole is waited for until the connection counts as idle. */
static void read_for_a_moment(int fd)
{
    char memory[4096];
    struct timeval moment = {.tv_usec = 10000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment));
    while (recv(fd, memory, sizeof(memory), 0) > 0)
        ;
}

static void rubbish_on_the_wire_hurts_nobody(void **state)
{
    static const char *const requests[] = {
        "POST /echo HTTP/1.1\r\n" HOST JSON "Content-Length: 14\r\n\r\n{\"text\":\"abc\"}",
        "POST /echo HTTP/1.1\r\n" HOST JSON
        "Transfer-Encoding: chunked\r\n\r\ne\r\n{\"text\":\"abc\"}\r\n0\r\n\r\n",
        "GET /network?a=1&b=%20 HTTP/1.1\r\n" HOST
        "Authorization: DPoP AAECAwQF\r\nConnection: close\r\n\r\n",
        "GET /nothing HTTP/1.0\r\n\r\nGET /network HTTP/1.1\r\n" HOST "\r\n",
    };
    struct fixture f;
    struct http_answer answer;
    uint64_t seed = 88172645463325252u;
    char request[1024];
    (void)state;
    start(&f, 2, 16);
    for (int i = 0; i < GARBAGE_COUNT; i++) {
        size_t len = spoil(request, sizeof(request), requests[i % 4], &seed);
        int fd = http_client_connect(f.port);
        assert_true(fd >= 0);
        (void)http_client_send(fd, request, len);
        (void)shutdown(fd, SHUT_WR);
        read_for_a_moment(fd);
        (void)close(fd);
    }
    get(&f, "/network", "", &answer);
    assert_answer(&answer, 200, "path");
    await_reported(&f, "\nhufu_http_connections 0\n");
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_turns_requests_away_and_others_still_answer),
        cmocka_unit_test(a_client_that_leaves_meanwhile_hurts_nobody),
        cmocka_unit_test(a_stop_finishes_what_is_in_flight_and_takes_nothing_new),
        cmocka_unit_test(a_stop_gives_up_at_its_deadline),
        cmocka_unit_test(many_clients_are_all_answered),
        cmocka_unit_test(rubbish_on_the_wire_hurts_nobody),
    };
    log_init("test", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
