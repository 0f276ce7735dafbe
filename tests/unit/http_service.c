/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http_service.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/http/field.h"
#include "server/http/problem.h"
#include "server/http/reply.h"

sem_t entered, released;

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

/* How many are together, and which of them this one is. */
static void post_group(struct http_request *requests, struct worker *worker)
{
    int together = 0, nth = 0;
    (void)sem_post(&entered);
    while (sem_wait(&released) != 0)
        ;
    for (struct http_request *request = requests; request; request = request->next)
        together++;
    for (struct http_request *request = requests; request; request = request->next) {
        worker_take_up(worker, request->id_text, request->peer);
        reply_json(request, 200, json_pack("{si, si}", "together", together, "nth", ++nth));
    }
}

/* The first is answered before the others, for whom it waits. */
static void post_first(struct http_request *requests, struct worker *worker)
{
    struct http_request *others = requests->next;
    (void)sem_post(&entered);
    while (sem_wait(&released) != 0)
        ;
    reply_json(requests, 200, json_pack("{ss}", "sent", "first"));
    reply_send(requests);
    if (others == NULL)
        return;
    while (sem_wait(&released) != 0)
        ;
    post_group(others, worker);
}

static void get_nothing(struct http_request *request, struct worker *worker)
{
    (void)request;
    (void)worker;
}

static void get_mine(struct http_request *request, struct worker *worker)
{
    static const uint8_t wiped[HTTP_TOKEN_SIZE];
    (void)worker;
    assert_memory_equal(request->token, wiped, sizeof(wiped));
    reply_json(request, 200,
               json_pack("{si, so}", "kind", request->principal.kind, "hash",
                         json_bytes(bytes_of(request->principal.token_hash, HASH_SIZE))));
}

static const struct http_route routes[] = {
    {"POST", "/echo", ROUTE_PUBLIC, ROUTE_WORKER, post_echo},
    {"GET", "/network", ROUTE_PUBLIC, ROUTE_NETWORK, get_network},
    {"GET", "/wait", ROUTE_PUBLIC, ROUTE_WORKER, get_wait},
    {"POST", "/group", ROUTE_PUBLIC, ROUTE_GROUP, post_group},
    {"POST", "/other-group", ROUTE_PUBLIC, ROUTE_GROUP, post_group},
    {"POST", "/first", ROUTE_PUBLIC, ROUTE_GROUP, post_first},
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
static enum hufu_err authenticate(struct http_request *request, struct worker *worker)
{
    (void)worker;
    if (request->token[0] == 1)
        return HUFU_ERR_AWAY;
    if (request->token[0] != 0)
        return HUFU_ERR_UNAUTHENTICATED;
    request->principal.kind = PRINCIPAL_DEVICE;
    return HUFU_OK;
}

void start(struct fixture *f, size_t workers, size_t queue_limit)
{
    const struct http_settings settings = {
        .worker_count = workers, .queue_limit = queue_limit, .request_seconds = 20};
    start_with(f, &settings);
}

void start_with(struct fixture *f, const struct http_settings *own)
{
    memset(f, 0, sizeof(*f));
    for (size_t i = 0; i < 4; i++)
        f->list[i] = &f->workers[i];
    f->group_list = &f->group_worker;
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/hufu-http.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(chmod(f->folder, 0755), 0);
    (void)snprintf(f->socket, sizeof(f->socket), "%s/admin.sock", f->folder);
    f->metrics = metrics_new(http_route_count(tables, admin_tables));
    struct http_settings settings = {
        .listen_address = "127.0.0.1",
        .admin_socket = f->socket,
        .threads = 2,
        .connection_limit = 1024,
        .per_address_limit = own->per_address_limit,
        .idle_seconds = own->idle_seconds > 0 ? own->idle_seconds : 1,
        .request_seconds = own->request_seconds,
        .queue_limit = own->queue_limit,
        .routes = tables,
        .admin_routes = admin_tables,
        .authenticate = authenticate,
        .workers = f->list,
        .worker_count = own->worker_count,
        .group_workers = &f->group_list,
        .group_worker_count = 1,
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

void stop(struct fixture *f)
{
    assert_true(http_server_stop(f->server, 10));
    http_server_free(f->server);
    metrics_free(f->metrics);
    assert_int_equal(access(f->socket, F_OK), -1);
    assert_int_equal(rmdir(f->folder), 0);
}

void get(const struct fixture *f, const char *path, const char *headers, struct http_answer *answer)
{
    char request[512];
    (void)snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "%s\r\n", path, headers);
    http_client_ask(f->port, request, answer);
}

void assert_answer(const struct http_answer *answer, int status, const char *part)
{
    if (answer->status != status || !strstr(answer->body, part))
        fail_msg("not %d with \"%s\" but %d: %s%s", status, part, answer->status, answer->head, answer->body);
    assert_non_null(strstr(answer->head, "\r\nX-Request-Id: "));
}

void wait_entered(void)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    assert_int_equal(sem_timedwait(&entered, &until), 0);
}

int begin_wait(const struct fixture *f)
{
    static const char request[] = "GET /wait HTTP/1.1\r\n" HOST "\r\n";
    int fd = http_client_connect(f->port);
    assert_true(fd >= 0);
    assert_true(http_client_send(fd, request, sizeof(request) - 1));
    return fd;
}

void await_reported(const struct fixture *f, const char *line)
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
