/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/http_service.h"

#define TOKEN "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static void routes_answer_on_network_and_worker_threads(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    get(&f, "/network", "", &answer);
    assert_answer(&answer, 200, "{\"path\":\"/network\"}");
    assert_non_null(strstr(answer.head, "\r\nCache-Control: no-store\r\n"));
    http_client_ask(
        f.port, "POST /echo HTTP/1.1\r\n" HOST JSON "Content-Length: 14\r\n\r\n{\"text\":\"abc\"}", &answer);
    assert_answer(&answer, 200, "{\"length\":3}");
    get(&f, "/absent", "", &answer);
    assert_answer(&answer, 404, "urn:hufu:problem:not-found");
    get(&f, "/echo", "", &answer);
    assert_answer(&answer, 405, "method-not-allowed");
    assert_non_null(strstr(answer.head, "\r\nAllow: POST\r\n"));
    stop(&f);
}

static void a_handler_that_leaves_no_reply_is_a_fault(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    get(&f, "/nothing", "", &answer);
    assert_answer(&answer, 500, "urn:hufu:problem:internal");
    get(&f, "/network-nothing", "", &answer);
    assert_answer(&answer, 500, "urn:hufu:problem:internal");
    stop(&f);
}

static void sessions_are_looked_up_before_the_handler(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    get(&f, "/session", "", &answer);
    assert_answer(&answer, 401, "unauthenticated");
    get(&f, "/session", "Authorization: DPoP " TOKEN "\r\n", &answer);
    assert_answer(&answer, 200, "\"kind\":2");
    get(&f, "/session", "Authorization: DPoP AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\r\n", &answer);
    assert_answer(&answer, 503, "service-unavailable");
    get(&f, "/session", "Authorization: DPoP AgECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\r\n", &answer);
    assert_answer(&answer, 401, "unauthenticated");
    assert_non_null(
        strstr(answer.head, "\r\nWWW-Authenticate: DPoP error=\"invalid_token\", algs=\"ES256\"\r\n"));
    stop(&f);
}

static void a_token_route_gets_the_hash_of_the_token_alone(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    get(&f, "/token", "Authorization: DPoP " TOKEN "\r\n", &answer);
    /* SHA-256 of the bytes 0 to 31 */
    assert_answer(&answer, 200, "{\"kind\":1,\"hash\":\"Yw3NKWbEM2aRElRIu7JbT_QSpJxzLbLIq8G4WBvXEN0\"}");
    stop(&f);
}

static void ask_with_body(const struct fixture *f, size_t len, bool chunked, struct http_answer *answer)
{
    static char piece[1024];
    char head[256];
    int fd = http_client_connect(f->port);
    memset(piece, 'a', sizeof(piece));
    memset(answer, 0, sizeof(*answer));
    (void)snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\n" HOST JSON "%s: ",
                   chunked ? "Transfer-Encoding" : "Content-Length");
    assert_true(http_client_send(fd, head, strlen(head)));
    (void)snprintf(head, sizeof(head), chunked ? "chunked\r\n\r\n" : "%zu\r\n\r\n", len);
    assert_true(http_client_send(fd, head, strlen(head)));
    for (size_t sent = 0; sent < len; sent += sizeof(piece)) {
        if ((chunked && !http_client_send(fd, "400\r\n", 5)) || !http_client_send(fd, piece, sizeof(piece)) ||
            (chunked && !http_client_send(fd, "\r\n", 2)))
            break; /* closed on us: whether there is an answer, the caller knows */
    }
    if (!chunked || http_client_send(fd, "0\r\n\r\n", 5))
        http_client_receive(fd, answer);
    (void)close(fd);
}

static void a_body_beyond_the_limit_is_refused_and_its_sender_reads_why(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    ask_with_body(&f, 96 * 1024, false, &answer);
    assert_answer(&answer, 400, "bad-json");
    ask_with_body(&f, 97 * 1024, false, &answer);
    assert_answer(&answer, 413, "\"limit\":98304");
    ask_with_body(&f, 1000 * 1024, false, &answer);
    assert_answer(&answer, 413, "\"limit\":98304");
    ask_with_body(&f, 200 * 1024, true, &answer);
    assert_answer(&answer, 413, "\"limit\":98304");
    /* Far beyond it the connection is closed: nobody reads for ever. */
    ask_with_body(&f, 64 * 1024 * 1024, true, &answer);
    assert_int_equal(answer.status, 0);
    get(&f, "/network", "", &answer);
    assert_answer(&answer, 200, "path");
    stop(&f);
}

static void a_body_that_asks_first_is_refused_before_it_is_sent(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    http_client_ask(f.port,
                    "POST /echo HTTP/1.1\r\n" HOST JSON
                    "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
                    &answer);
    assert_answer(&answer, 413, "\"limit\":98304");
    stop(&f);
}

static void query_parameters_beyond_reason_are_refused(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    get(&f, "/network?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8", "", &answer);
    assert_answer(&answer, 200, "path");
    get(&f, "/network?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9", "", &answer);
    assert_answer(&answer, 400, "\"field\":\"query\"");
    get(&f, "/network?a=1%00b", "", &answer);
    assert_answer(&answer, 400, "\"field\":\"query\"");
    stop(&f);
}

static void the_administrative_socket_has_its_own_routes(void **state)
{
    static const char request[] = "GET /admin HTTP/1.1\r\n" HOST "\r\n";
    struct fixture f;
    struct http_answer answer;
    struct stat status;
    (void)state;
    start(&f, 1, 1);
    int fd = http_client_connect_path(f.socket);
    assert_true(fd >= 0);
    assert_true(http_client_send(fd, request, sizeof(request) - 1));
    http_client_receive(fd, &answer);
    assert_answer(&answer, 200, "/admin");
    (void)close(fd);
    get(&f, "/admin", "", &answer);
    assert_answer(&answer, 404, "not-found");
    assert_int_equal(stat(f.socket, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0660);
    stop(&f);
}

/* In a child, as another user: 0 when refused as it must be. */
static int ask_as_nobody(const char *path)
{
    static const char request[] = "GET /admin HTTP/1.1\r\n" HOST "\r\n";
    struct http_answer answer;
    if (setuid(65534) != 0)
        return 2;
    int fd = http_client_connect_path(path);
    if (fd < 0 || !http_client_send(fd, request, sizeof(request) - 1))
        return 3;
    http_client_receive(fd, &answer);
    return answer.status == 403 && strstr(answer.body, "not-allowed") ? 0 : 1;
}

static void another_user_may_not_administer_even_when_the_socket_lets_it(void **state)
{
    struct fixture f;
    int status = 0;
    (void)state;
    if (getuid() != 0)
        skip();
    start(&f, 1, 1);
    assert_int_equal(chmod(f.socket, 0666), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(ask_as_nobody(f.socket));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    stop(&f);
}

#define PER_ADDRESS 3

static void one_address_has_no_more_connections_than_it_may(void **state)
{
    static const char request[] = "GET /network HTTP/1.1\r\n" HOST "\r\n";
    const struct http_settings settings = {.worker_count = 1,
                                           .queue_limit = 1,
                                           .per_address_limit = PER_ADDRESS,
                                           .idle_seconds = 60,
                                           .request_seconds = 20};
    struct fixture f;
    struct http_answer answer;
    int fds[PER_ADDRESS];
    (void)state;
    start_with(&f, &settings);
    for (size_t i = 0; i < PER_ADDRESS; i++) {
        fds[i] = http_client_connect(f.port);
        assert_true(http_client_send(fds[i], request, sizeof(request) - 1));
        http_client_receive(fds[i], &answer);
        assert_answer(&answer, 200, "path");
    }
    get(&f, "/network", "", &answer);
    assert_int_equal(answer.status, 0);
    int local = http_client_connect_path(f.socket); /* the administrative socket has no addresses */
    assert_true(http_client_send(local, request, sizeof(request) - 1));
    http_client_receive(local, &answer);
    assert_answer(&answer, 404, "not-found");
    (void)close(local);
    for (size_t i = 0; i < PER_ADDRESS; i++)
        (void)close(fds[i]);
    /* Their places are free soon, not at once. */
    for (int tries = 0; answer.status != 200 && tries < 500; tries++) {
        (void)usleep(10000);
        get(&f, "/network", "", &answer);
    }
    assert_answer(&answer, 200, "path");
    stop(&f);
}

/* Never idle: a byte every 0.2 s, for at most 6 s. After how many it is cut off. */
static int drip(const struct fixture *f, const char *path)
{
    char head[256];
    int sent = 0, fd = http_client_connect(f->port);
    (void)snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\n" HOST JSON "Content-Length: 2000\r\n\r\n", path);
    assert_true(http_client_send(fd, head, strlen(head)));
    while (sent < 30 && http_client_send(fd, "a", 1)) {
        (void)usleep(200000);
        sent++;
    }
    (void)close(fd);
    return sent;
}

static void a_body_that_never_ends_is_cut_off_though_it_is_never_idle(void **state)
{
    const struct http_settings settings = {.worker_count = 1, .queue_limit = 1, .request_seconds = 2};
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start_with(&f, &settings);
    assert_in_range(drip(&f, "/echo"), 1, 29);
    assert_in_range(drip(&f, "/absent"), 1, 29); /* a refused one that is read to its end */
    ask_with_body(&f, 96 * 1024, false, &answer);
    assert_answer(&answer, 400, "bad-json");
    stop(&f);
}

static void an_address_that_cannot_be_had_is_an_error(void **state)
{
    static const struct http_route *const no_tables[] = {NULL};
    struct http_server *server;
    struct metrics *metrics = metrics_new(0);
    struct http_settings settings = {
        .listen_address = "192.0.2.1",
        .admin_socket = "/tmp/hufu-never-made.sock",
        .threads = 2,
        .queue_limit = 1,
        .routes = no_tables,
        .admin_routes = no_tables,
        .metrics = metrics,
    };
    (void)state;
    assert_int_equal(http_server_new(&server, &settings), HUFU_ERR_AWAY);
    assert_null(server);
    settings.listen_address = "127.0.0.1";
    settings.admin_socket = "/nonexistent/admin.sock";
    assert_int_equal(http_server_new(&server, &settings), HUFU_ERR_AWAY);
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_answer_on_network_and_worker_threads),
        cmocka_unit_test(a_handler_that_leaves_no_reply_is_a_fault),
        cmocka_unit_test(sessions_are_looked_up_before_the_handler),
        cmocka_unit_test(a_token_route_gets_the_hash_of_the_token_alone),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused_and_its_sender_reads_why),
        cmocka_unit_test(a_body_that_asks_first_is_refused_before_it_is_sent),
        cmocka_unit_test(query_parameters_beyond_reason_are_refused),
        cmocka_unit_test(the_administrative_socket_has_its_own_routes),
        cmocka_unit_test(another_user_may_not_administer_even_when_the_socket_lets_it),
        cmocka_unit_test(one_address_has_no_more_connections_than_it_may),
        cmocka_unit_test(a_body_that_never_ends_is_cut_off_though_it_is_never_idle),
        cmocka_unit_test(an_address_that_cannot_be_had_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
