/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/daemon.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "server/http/forwarded.h"
#include "server/http/head.h"
#include "server/http/pool.h"
#include "server/http/problem.h"
#include "server/http/reply.h"
#include "server/metrics.h"

/* A refused body is read to its end, so that its sender reads the refusal and not a reset connection; beyond this it
 * is the sender's loss. */
#define DRAIN_MAX 1048576
#define CONNECTION_MEMORY 16384 /* head of a request, and what is read at once of its body */
#define LISTEN_BACKLOG 511
#define LOGGED_PATH_SIZE 128
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct daemon {
    struct daemon_settings settings;
    struct daemon_shared *shared;
    struct MHD_Daemon *mhd;
    bool quiet;
};

/* One request on its connection. */
struct carrier {
    struct daemon *daemon;
    struct MHD_Connection *connection;
    struct http_request *request;
    uint64_t drained;
    bool handled; /* or in a worker's hands */
};

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void log_mhd(void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void log_mhd(void *context, const char *format, va_list arguments)
{
    char text[256];
    (void)context;
    (void)vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_event(LOG_INFO, "http.transport", "detail", text, NULL);
}

/* ---- who is asking ---- */

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static bool may_administer(const struct daemon_settings *settings, uid_t uid)
{
    if (uid == 0 || uid == geteuid())
        return true;
    for (size_t i = 0; i < settings->uid_count; i++) {
        if (settings->uids[i] == uid)
            return true;
    }
    return false;
}

static void set_operator(struct carrier *carrier)
{
    uid_t uid;
    if (channel_peer(&uid, socket_of(carrier->connection)) != HUFU_OK)
        return;
    struct principal *principal = &carrier->request->principal;
    if (may_administer(&carrier->daemon->settings, uid))
        *principal = (struct principal){.kind = PRINCIPAL_OPERATOR, .uid = uid};
}

static void peer_text(char *text, size_t size, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    (void)snprintf(text, size, "local");
    if (address && address->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, (socklen_t)size);
    else if (address && address->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, (socklen_t)size);
}

/* Of a connection over IP; zeros of any other. */
static void connection_address(uint8_t out[NETWORK_ADDRESS_SIZE], struct MHD_Connection *connection)
{
    char text[INET6_ADDRSTRLEN];
    peer_text(text, sizeof(text), connection);
    if (network_read_address(out, text))
        memset(out, 0, NETWORK_ADDRESS_SIZE);
}

/* Several such headers are one list (RFC 9110 §5.3). */
struct forwarded_text {
    char text[FORWARDED_TEXT_MAX + 2]; /* one more than may be, to be seen as too long */
    size_t len;
};

static enum MHD_Result add_forwarded(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct forwarded_text *all = context;
    (void)kind;
    if (strcasecmp(name, "Forwarded") != 0)
        return MHD_YES;
    int len = snprintf(all->text + all->len, sizeof(all->text) - all->len, "%s%s", all->len > 0 ? "," : "",
                       value ? value : "");
    size_t room = sizeof(all->text) - 1 - all->len;
    all->len += len > 0 && (size_t)len < room ? (size_t)len : room;
    return MHD_YES;
}

/* Who is counted: one IPv4 address, or one network of IPv6, within which its customer changes addresses at will. Behind a trusted
 * proxy it is the client that the proxy names. */
static void set_peer(const struct daemon *daemon, uint8_t peer[HTTP_PEER_SIZE],
                     struct MHD_Connection *connection)
{
    static const struct network v4 = {.address = {[10] = 0xff, [11] = 0xff}, .bits = 96};
    const struct daemon_settings *settings = &daemon->settings;
    struct forwarded_text forwarded = {.len = 0};
    uint8_t address[NETWORK_ADDRESS_SIZE];
    connection_address(address, connection);
    if (network_any_has(settings->proxies, settings->proxy_count, address)) {
        (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, add_forwarded, &forwarded);
        if (forwarded_read(address, forwarded.text, settings->proxies, settings->proxy_count))
            metrics_add(daemon->shared->metrics, METRICS_FORWARDED_IGNORED, 1);
    }
    memset(peer, 0, HTTP_PEER_SIZE);
    memcpy(peer, address, network_any_has(&v4, 1, address) ? HTTP_PEER_SIZE : HTTP_PEER_SIZE / 2);
}

/* ---- a request begins ---- */

static enum MHD_Result add_query(void *context, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                 const char *value, size_t value_size)
{
    struct http_request *request = context;
    (void)kind;
    /* A NUL inside would hide what follows it. */
    bool whole = strlen(name) == name_size && (!value || strlen(value) == value_size);
    if (!whole || request->query_count == HTTP_QUERY_MAX) {
        problem_reply_field(request, PROBLEM_BAD_FIELD, "query", "is malformed or has too many parameters",
                            HTTP_QUERY_MAX);
        return MHD_NO;
    }
    struct http_parameter *parameter = &request->query[request->query_count];
    parameter->name = request_copy_text(request, name);
    parameter->value = request_copy_text(request, value ? value : "");
    if (parameter->name && parameter->value)
        request->query_count++;
    return MHD_YES;
}

static struct carrier *carrier_new(struct daemon *daemon, struct MHD_Connection *connection,
                                   const char *method, const char *path)
{
    struct carrier *carrier = calloc(1, sizeof(*carrier));
    struct http_request *request = request_new();
    if (!carrier || !request) {
        free(carrier);
        request_free(request);
        return NULL;
    }
    *carrier = (struct carrier){.daemon = daemon, .connection = connection, .request = request};
    request->carrier = carrier;
    request->method = request_copy_text(request, method);
    request->path = request_copy_text(request, path);
    set_peer(daemon, request->peer, connection);
    atomic_fetch_add(&daemon->shared->in_flight, 1);
    return carrier;
}

/* Of several proofs MHD would show the first alone. */
static enum MHD_Result count_dpop(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    size_t *count = context;
    (void)kind;
    (void)value;
    if (strcasecmp(name, "DPoP") == 0)
        (*count)++;
    return MHD_YES;
}

static void judge(struct carrier *carrier)
{
    struct http_request *request = carrier->request;
    struct MHD_Connection *connection = carrier->connection;
    struct head head = {
        .content_type = header_of(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
        .content_length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH),
        .authorization = header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION),
        .dpop = header_of(connection, "DPoP"),
        .chunked = header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL,
    };
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_dpop, &head.dpop_count);
    if (!request->method || !request->path) {
        problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
        return;
    }
    if (carrier->daemon->settings.administrative)
        set_operator(carrier);
    (void)MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, add_query, request);
    if (!request->reply.given)
        head_judge(request, &head, carrier->daemon->settings.routes);
    if (request->reply.given && head_body_length(&head) > DRAIN_MAX)
        carrier->drained = DRAIN_MAX;
}

/* ---- a request ends ---- */

static void free_body(void *body)
{
    reply_body_free(body);
}

/* The response takes the body over. */
static struct MHD_Response *response_of(struct http_reply *reply)
{
    static char nothing[1];
    struct reply_body *body = reply->body;
    if (!body)
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(body->len, body->data, free_body, body);
    if (response)
        reply->body = NULL;
    return response;
}

static void add_headers(struct MHD_Response *response, const struct carrier *carrier)
{
    const struct http_reply *reply = &carrier->request->reply;
    (void)MHD_add_response_header(response, "X-Request-Id", carrier->request->id_text);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (reply->content_type)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        (void)MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    if (atomic_load(&carrier->daemon->shared->stopping))
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

static enum MHD_Result send_reply(struct carrier *carrier)
{
    struct http_request *request = carrier->request;
    if (!request->reply.given) {
        log_event(LOG_ERROR, "http.no_reply", "request_id", request->id_text, "route",
                  request->match.route->path, NULL);
        problem_reply(request, PROBLEM_INTERNAL, NULL, NULL);
    }
    struct MHD_Response *response = response_of(&request->reply);
    if (!response)
        return MHD_NO;
    add_headers(response, carrier);
    enum MHD_Result sent = MHD_queue_response(carrier->connection, request->reply.status, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result run(struct carrier *carrier)
{
    struct http_request *request = carrier->request;
    carrier->handled = true;
    if (request->match.route->thread == ROUTE_NETWORK) {
        request->match.route->handler(request, carrier->daemon->shared->network_worker);
        return send_reply(carrier);
    }
    struct daemon_shared *shared = carrier->daemon->shared;
    struct pool *pool = request->match.route->thread == ROUTE_GROUP ? shared->group_pool : shared->pool;
    if (!pool_reserve(pool, request))
        return send_reply(carrier);
    /* In this order: a worker may be done, and resume the connection, before pool_put returns. */
    MHD_suspend_connection(carrier->connection);
    pool_put(pool, request);
    return MHD_YES;
}

void daemon_resume(struct http_request *request)
{
    struct carrier *carrier = request->carrier;
    MHD_resume_connection(carrier->connection);
}

/* A byte now and then keeps a connection from being idle, but not for ever. */
static bool is_overdue(const struct carrier *carrier)
{
    const struct http_request *request = carrier->request;
    uint64_t allowed = (uint64_t)carrier->daemon->settings.request_seconds * 1000000;
    if (clock_monotonic_us() - request->started_us <= allowed)
        return false;
    log_event(LOG_INFO, "http.overdue", "request_id", request->id_text, NULL);
    return true;
}

/* In the middle of a body no answer can be given: who is refused here is cut off. */
static enum MHD_Result take_body(struct carrier *carrier, const char *data, size_t *len)
{
    if (carrier->request->reply.given)
        carrier->drained += *len;
    else
        request_body_add(carrier->request, data, *len);
    *len = 0;
    return carrier->drained > DRAIN_MAX || is_overdue(carrier) ? MHD_NO : MHD_YES;
}

/* Called with the head, then for each piece of the body, then at its end, and once more when a worker is done. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data, size_t *len,
                                  void **state)
{
    struct carrier *carrier = *state;
    (void)version;
    if (!carrier) {
        *state = carrier = carrier_new(context, connection, method, path);
        if (!carrier)
            return MHD_NO;
        judge(carrier);
        return carrier->drained > 0 ? send_reply(carrier) : MHD_YES;
    }
    if (*len > 0)
        return take_body(carrier, data, len);
    if (carrier->request->reply.given || carrier->handled)
        return send_reply(carrier);
    return run(carrier);
}

static void clean_path(char text[LOGGED_PATH_SIZE], const char *path)
{
    (void)snprintf(text, LOGGED_PATH_SIZE, "%s", path ? path : "");
    for (char *c = text; *c; c++) {
        if (*c < 0x21 || *c > 0x7e)
            *c = '?';
    }
}

static void report(const struct carrier *carrier, bool complete)
{
    const struct http_request *request = carrier->request;
    const struct http_route *route = request->match.route;
    uint64_t took = clock_monotonic_us() - request->started_us;
    char path[LOGGED_PATH_SIZE], peer[INET6_ADDRSTRLEN], status[16], microseconds[24];
    metrics_request(carrier->daemon->shared->metrics,
                    route ? carrier->daemon->settings.first_route + request->match.index : SIZE_MAX,
                    request->reply.status, took);
    clean_path(path, request->path);
    peer_text(peer, sizeof(peer), carrier->connection);
    (void)snprintf(status, sizeof(status), "%u", request->reply.status);
    (void)snprintf(microseconds, sizeof(microseconds), "%llu", (unsigned long long)took);
    bool is_problem = request->reply.problem != PROBLEM_COUNT;
    log_event(LOG_INFO, "http.request", "request_id", request->id_text, "method", request->method, "path",
              path, "status", status, "problem",
              is_problem ? problem_slug((enum problem)request->reply.problem) : NULL, "us", microseconds,
              "peer", peer, "sent", complete ? NULL : "no", NULL);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct carrier *carrier = *state;
    (void)context;
    (void)connection;
    if (!carrier)
        return;
    report(carrier, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    struct daemon_shared *shared = carrier->daemon->shared;
    request_free(carrier->request);
    free(carrier);
    *state = NULL;
    atomic_fetch_sub(&shared->in_flight, 1);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct daemon *daemon = context;
    (void)connection;
    (void)state;
    metrics_move(daemon->shared->metrics, METRICS_CONNECTIONS,
                 code == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
}

/* ---- start and stop ---- */

static struct MHD_Daemon *start_mhd(struct daemon *daemon)
{
    const struct daemon_settings *settings = &daemon->settings;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)settings->tls_certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)settings->tls_key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem threads[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)settings->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem nothing[] = {{MHD_OPTION_END, 0, NULL}};
    bool has_tls = settings->tls_certificate != NULL;
    /* A pool of one is refused; one thread is what there is without a pool. */
    return MHD_start_daemon(
        flags | (has_tls ? MHD_USE_TLS : 0u), 0, NULL, NULL, on_request, daemon, MHD_OPTION_EXTERNAL_LOGGER,
        log_mhd, daemon, MHD_OPTION_LISTEN_SOCKET, settings->fd, MHD_OPTION_LISTEN_BACKLOG_SIZE,
        (unsigned)LISTEN_BACKLOG, MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->per_address_limit, MHD_OPTION_CONNECTION_TIMEOUT,
        settings->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, daemon,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, daemon, MHD_OPTION_ARRAY, has_tls ? tls : nothing,
        MHD_OPTION_ARRAY, settings->threads > 1 ? threads : nothing, MHD_OPTION_END);
}

enum hufu_err daemon_start(struct daemon **daemon, const struct daemon_settings *settings,
                           struct daemon_shared *shared)
{
    *daemon = NULL;
    struct daemon *d = calloc(1, sizeof(*d));
    if (!d)
        return HUFU_ERR_AWAY;
    *d = (struct daemon){.settings = *settings, .shared = shared};
    d->mhd = start_mhd(d);
    if (!d->mhd) {
        log_event(LOG_ERROR, "http.start", "detail", "the HTTP service does not start", NULL);
        free(d);
        return HUFU_ERR_AWAY;
    }
    *daemon = d;
    return HUFU_OK;
}

/* Not by MHD_quiesce_daemon: of libmicrohttpd 0.9.75 it takes the socket out of a thread's epoll set and only then clears the
 * flag by which that thread would take it out too, and a thread that is awake between the two ends the process. Closing the
 * socket takes it out of every set, and connections are refused from then on; something that never becomes ready takes
 * its number, which MHD_stop_daemon closes. */
void daemon_quiesce(struct daemon *daemon)
{
    if (daemon->quiet)
        return;
    daemon->quiet = true;
    int silent = eventfd(0, EFD_CLOEXEC);
    if (silent < 0 || dup3(silent, daemon->settings.fd, O_CLOEXEC) < 0)
        log_event(LOG_ERROR, "http.quiesce", "detail", "connections are accepted until the end", NULL);
    if (silent >= 0)
        (void)close(silent);
}

void daemon_free(struct daemon *daemon)
{
    if (!daemon)
        return;
    daemon_quiesce(daemon);
    MHD_stop_daemon(daemon->mhd);
    free(daemon);
}
