/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/http/field.h"
#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/http/server.h"
#include "server/metrics.h"
#include "server/worker.h"
#include "tests/unit/http_client.h"
#include "tests/unit/unit.h"

#define TOKEN "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define HOST "Host: x\r\n"
#define JSON "Content-Type: application/json\r\n"
#define CLIENTS 8
#define REQUESTS_EACH 60

static sem_t entered, released;

struct echo_in {
    const char *text;
};
static const struct field echo_fields[] = {
    {.name = "text", .type = FIELD_TEXT, .offset = offsetof(struct echo_in, text), .min = 1, .max = 90000},
    {.name = NULL},
};

static void post_echo(struct http_request *request, struct worker *worker)
{
    struct echo_in in = {0};
    assert_string_equal(worker->trace, request->id_text);
    if (field_read_body(request, echo_fields, &in))
        reply_json(request, 200, json_pack("{si}", "length", (int)strlen(in.text)));
}

static void get_network(struct http_request *request, struct worker *worker)
{
    assert_null(worker->store);
    reply_json(request, 200, json_pack("{ss}", "path", request->path));
}

static void get_wait(struct http_request *request, struct worker *worker)
{
    (void)worker;
    (void)sem_post(&entered);
    while (sem_wait(&released) != 0)
        ;
    reply_json(request, 200, json_pack("{ss}", "waited", "yes"));
}

static void get_nothing(struct http_request *request, struct worker *worker)
{
    (void)request;
    (void)worker;
}

static void get_mine(struct http_request *request, struct worker *worker)
{
    (void)worker;
    reply_json(request, 200,
               json_pack("{si, so}", "kind", request->principal.kind, "hash",
                         json_bytes(bytes_of(request->principal.token_hash, HASH_SIZE))));
}

static const struct http_route routes[] = {
    {"POST", "/echo", ROUTE_PUBLIC, ROUTE_WORKER, post_echo},
    {"GET", "/network", ROUTE_PUBLIC, ROUTE_NETWORK, get_network},
    {"GET", "/wait", ROUTE_PUBLIC, ROUTE_WORKER, get_wait},
    {"GET", "/nothing", ROUTE_PUBLIC, ROUTE_WORKER, get_nothing},
    {"GET", "/network-nothing", ROUTE_PUBLIC, ROUTE_NETWORK, get_nothing},
    {"GET", "/session", ROUTE_SESSION, ROUTE_WORKER, get_mine},
    {"GET", "/token", ROUTE_TOKEN, ROUTE_WORKER, get_mine},
    {.method = NULL},
};
static const struct http_route admin_only[] = {
    {"GET", "/admin", ROUTE_OPERATOR, ROUTE_NETWORK, get_network},
    {.method = NULL},
};
static const struct http_route *const tables[] = {routes, NULL};
static const struct http_route *const admin_tables[] = {admin_only, NULL};

/* The first byte of a token says what becomes of it: only that of TOKEN is 0. */
static enum hufu_err authenticate(struct principal *principal, struct worker *worker,
                                  const uint8_t token[HTTP_TOKEN_SIZE])
{
    (void)worker;
    if (token[0] == 1)
        return HUFU_ERR_AWAY;
    if (token[0] != 0)
        return HUFU_ERR_UNAUTHENTICATED;
    principal->kind = PRINCIPAL_DEVICE;
    return HUFU_OK;
}

struct fixture {
    struct worker workers[4], network;
    struct worker *list[4];
    struct metrics *metrics;
    struct http_server *server;
    char folder[32], socket[64];
    uint16_t port;
};

static void start(struct fixture *f, size_t workers, size_t queue_limit)
{
    memset(f, 0, sizeof(*f));
    for (size_t i = 0; i < 4; i++)
        f->list[i] = &f->workers[i];
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/hufu-http.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(chmod(f->folder, 0755), 0);
    (void)snprintf(f->socket, sizeof(f->socket), "%s/admin.sock", f->folder);
    f->metrics = metrics_new(http_route_count(tables, admin_tables));
    struct http_settings settings = {
        .listen_address = "127.0.0.1",
        .admin_socket = f->socket,
        .threads = 2,
        .connection_limit = 64,
        .idle_seconds = 20,
        .queue_limit = queue_limit,
        .routes = tables,
        .admin_routes = admin_tables,
        .authenticate = authenticate,
        .workers = f->list,
        .worker_count = workers,
        .network_worker = &f->network,
        .metrics = f->metrics,
    };
    f->network.metrics = f->metrics;
    assert_ok(http_server_new(&f->server, &settings));
    assert_ok(http_server_start(f->server));
    f->port = http_server_port(f->server);
    assert_true(f->port > 0);
    assert_int_equal(sem_init(&entered, 0, 0), 0);
    assert_int_equal(sem_init(&released, 0, 0), 0);
}

static void stop(struct fixture *f)
{
    assert_true(http_server_stop(f->server, 10));
    http_server_free(f->server);
    metrics_free(f->metrics);
    assert_int_equal(access(f->socket, F_OK), -1);
    assert_int_equal(rmdir(f->folder), 0);
}

static void get(const struct fixture *f, const char *path, const char *headers, struct http_answer *answer)
{
    char request[512];
    (void)snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "%s\r\n", path, headers);
    http_client_ask(f->port, request, answer);
}

static void assert_answer(const struct http_answer *answer, int status, const char *part)
{
    if (answer->status != status || !strstr(answer->body, part))
        fail_msg("not %d with \"%s\" but %d: %s%s", status, part, answer->status, answer->head, answer->body);
    assert_non_null(strstr(answer->head, "\r\nX-Request-Id: "));
}

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
    get(&f, "/session", "Authorization: Bearer " TOKEN "\r\n", &answer);
    assert_answer(&answer, 200, "\"kind\":2");
    get(&f, "/session", "Authorization: Bearer AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\r\n", &answer);
    assert_answer(&answer, 503, "service-unavailable");
    get(&f, "/session", "Authorization: Bearer AgECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\r\n", &answer);
    assert_answer(&answer, 401, "unauthenticated");
    assert_non_null(strstr(answer.head, "\r\nWWW-Authenticate: Bearer\r\n"));
    stop(&f);
}

static void a_token_route_gets_the_hash_of_the_token_alone(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    get(&f, "/token", "Authorization: Bearer " TOKEN "\r\n", &answer);
    /* SHA-256 of the bytes 0 to 31 */
    assert_answer(&answer, 200, "{\"kind\":1,\"hash\":\"Yw3NKWbEM2aRElRIu7JbT_QSpJxzLbLIq8G4WBvXEN0\"}");
    stop(&f);
}

static void wait_entered(void)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    assert_int_equal(sem_timedwait(&entered, &until), 0);
}

static int begin_wait(const struct fixture *f)
{
    static const char request[] = "GET /wait HTTP/1.1\r\n" HOST "\r\n";
    int fd = http_client_connect(f->port);
    assert_true(fd >= 0);
    assert_true(http_client_send(fd, request, sizeof(request) - 1));
    return fd;
}

static void await_queue_depth(const struct fixture *f, const char *line)
{
    for (int i = 0; i < 2000; i++) {
        char *report = metrics_report(f->metrics);
        bool there = strstr(report, line) != NULL;
        free(report);
        if (there)
            return;
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    fail_msg("never came: %s", line);
}

static void a_full_queue_turns_requests_away_and_others_still_answer(void **state)
{
    struct fixture f;
    struct http_answer answer;
    (void)state;
    start(&f, 1, 1);
    int working = begin_wait(&f);
    wait_entered();
    int queued = begin_wait(&f);
    await_queue_depth(&f, "\nhufu_queue_depth 1\n");
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
    await_queue_depth(&f, "\nhufu_queue_refused_total 1\n");
    (void)close(working);
    (void)close(queued);
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
    await_queue_depth(&f, "\nhufu_queue_depth 1\n");
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
    struct fixture f;
    pthread_t clients[CLIENTS];
    (void)state;
    start(&f, 4, 64);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, ask_often, &f), 0);
    for (int i = 0; i < CLIENTS; i++) {
        void *right = NULL;
        assert_int_equal(pthread_join(clients[i], &right), 0);
        assert_int_equal((uintptr_t)right, REQUESTS_EACH);
    }
    await_queue_depth(&f, "hufu_http_requests_total{method=\"POST\",route=\"/echo\",status=\"200\"} 240\n");
    stop(&f);
}

static void an_address_that_cannot_be_had_is_an_error(void **state)
{
    struct http_server *server;
    struct metrics *metrics = metrics_new(http_route_count(tables, admin_tables));
    struct http_settings settings = {
        .listen_address = "192.0.2.1",
        .admin_socket = "/tmp/hufu-never-made.sock",
        .threads = 2,
        .queue_limit = 1,
        .routes = tables,
        .admin_routes = admin_tables,
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
        cmocka_unit_test(a_full_queue_turns_requests_away_and_others_still_answer),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused_and_its_sender_reads_why),
        cmocka_unit_test(a_body_that_asks_first_is_refused_before_it_is_sent),
        cmocka_unit_test(a_client_that_leaves_meanwhile_hurts_nobody),
        cmocka_unit_test(query_parameters_beyond_reason_are_refused),
        cmocka_unit_test(a_stop_finishes_what_is_in_flight_and_takes_nothing_new),
        cmocka_unit_test(a_stop_gives_up_at_its_deadline),
        cmocka_unit_test(the_administrative_socket_has_its_own_routes),
        cmocka_unit_test(another_user_may_not_administer_even_when_the_socket_lets_it),
        cmocka_unit_test(many_clients_are_all_answered),
        cmocka_unit_test(an_address_that_cannot_be_had_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
