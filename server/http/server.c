/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "server/http/daemon.h"
#include "server/http/json_memory.h"
#include "server/http/pool.h"
#include "server/metrics.h"

#define LISTEN_BACKLOG 511
#define ADMIN_CONNECTION_LIMIT 32
#define STOP_POLL_MS 10

struct http_server {
    struct http_settings settings;
    struct daemon_shared shared;
    struct daemon *public, *administrative;
    int public_fd, administrative_fd;
};

static size_t table_count(const struct http_route *const *tables)
{
    size_t count = 0;
    for (; *tables; tables++) {
        for (const struct http_route *route = *tables; route->method; route++)
            count++;
    }
    return count;
}

size_t http_route_count(const struct http_route *const *routes, const struct http_route *const *admin_routes)
{
    return table_count(routes) + table_count(admin_routes);
}

static size_t name_routes(struct metrics *metrics, const struct http_route *const *tables, size_t index)
{
    for (; *tables; tables++) {
        for (const struct http_route *route = *tables; route->method; route++)
            metrics_route(metrics, index++, route->method, route->path);
    }
    return index;
}

static enum hufu_err refuse_listen(const char *where, int error)
{
    log_event(LOG_ERROR, "http.listen", "address", where, "detail", strerror(error), NULL);
    return HUFU_ERR_AWAY;
}

static int bind_to(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

static enum hufu_err listen_public(struct http_server *server)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *address = NULL;
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", server->settings.listen_port);
    if (getaddrinfo(server->settings.listen_address, port, &hints, &address) != 0)
        return refuse_listen(server->settings.listen_address, EADDRNOTAVAIL);
    server->public_fd = bind_to(address);
    int error = errno;
    freeaddrinfo(address);
    return server->public_fd >= 0 ? HUFU_OK : refuse_listen(server->settings.listen_address, error);
}

static enum hufu_err listen_administrative(struct http_server *server)
{
    if (channel_listen(&server->administrative_fd, server->settings.admin_socket, (gid_t)-1) != HUFU_OK)
        return refuse_listen(server->settings.admin_socket, errno);
    return HUFU_OK;
}

static enum hufu_err make_pools(struct http_server *server)
{
    const struct http_settings *settings = &server->settings;
    struct pool_settings pool = {
        .queue_limit = settings->queue_limit,
        .workers = settings->workers,
        .worker_count = settings->worker_count,
        .together = 1,
        .authenticate = settings->authenticate,
        .prepare = settings->prepare,
        .metrics = settings->metrics,
        .done = daemon_resume,
    };
    server->shared.pool = pool_new(&pool);
    pool.workers = settings->group_workers;
    pool.worker_count = settings->group_worker_count;
    pool.together = HTTP_TOGETHER_MAX;
    server->shared.group_pool = pool_new(&pool);
    return server->shared.pool && server->shared.group_pool ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static void stop_pools(struct http_server *server)
{
    if (server->shared.pool)
        pool_stop(server->shared.pool);
    if (server->shared.group_pool)
        pool_stop(server->shared.group_pool);
}

static enum hufu_err prepare(struct http_server *server)
{
    const struct http_settings *settings = &server->settings;
    size_t index = name_routes(settings->metrics, settings->routes, 0);
    (void)name_routes(settings->metrics, settings->admin_routes, index);
    server->shared.metrics = settings->metrics;
    server->shared.network_worker = settings->network_worker;
    enum hufu_err err = make_pools(server);
    if (!err)
        err = listen_public(server);
    return err ? err : listen_administrative(server);
}

enum hufu_err http_server_new(struct http_server **server, const struct http_settings *settings)
{
    *server = NULL;
    struct http_server *s = calloc(1, sizeof(*s));
    if (!s)
        return HUFU_ERR_INTERNAL;
    json_memory_wipe();
    s->settings = *settings;
    s->public_fd = s->administrative_fd = -1;
    enum hufu_err err = prepare(s);
    if (err)
        http_server_free(s);
    else
        *server = s;
    return err;
}

enum hufu_err http_server_start(struct http_server *server)
{
    const struct http_settings *settings = &server->settings;
    struct daemon_settings public = {
        .fd = server->public_fd,
        .routes = settings->routes,
        .tls_certificate = settings->tls_certificate,
        .tls_key = settings->tls_key,
        .threads = settings->threads,
        .connection_limit = settings->connection_limit,
        .per_address_limit = settings->per_address_limit,
        .proxies = settings->proxies,
        .proxy_count = settings->proxy_count,
        .idle_seconds = settings->idle_seconds,
        .request_seconds = settings->request_seconds,
    };
    struct daemon_settings administrative = {
        .fd = server->administrative_fd,
        .routes = settings->admin_routes,
        .first_route = table_count(settings->routes),
        .administrative = true,
        .uids = settings->admin_uids,
        .uid_count = settings->admin_uid_count,
        .threads = 1,
        .connection_limit = ADMIN_CONNECTION_LIMIT,
        .idle_seconds = settings->idle_seconds,
        .request_seconds = settings->request_seconds,
    };
    enum hufu_err err = pool_start(server->shared.pool);
    if (!err)
        err = pool_start(server->shared.group_pool);
    if (!err)
        err = daemon_start(&server->administrative, &administrative, &server->shared);
    return err ? err : daemon_start(&server->public, &public, &server->shared);
}

uint16_t http_server_port(const struct http_server *server)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address);
    if (getsockname(server->public_fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

bool http_server_stop(struct http_server *server, unsigned seconds)
{
    uint64_t deadline = clock_monotonic_us() + (uint64_t)seconds * 1000000;
    atomic_store(&server->shared.stopping, true);
    daemon_quiesce(server->public);
    daemon_quiesce(server->administrative);
    while (atomic_load(&server->shared.in_flight) > 0) {
        struct timespec pause = {.tv_nsec = STOP_POLL_MS * 1000000L};
        if (clock_monotonic_us() >= deadline)
            return false;
        (void)nanosleep(&pause, NULL);
    }
    stop_pools(server);
    return true;
}

/* The descriptor is its daemon's, or, where that never started, still ours. */
static void free_listener(struct daemon *daemon, int fd)
{
    if (daemon)
        daemon_free(daemon);
    else if (fd >= 0)
        (void)close(fd);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    stop_pools(server);
    if (server->administrative_fd >= 0)
        (void)unlink(server->settings.admin_socket);
    free_listener(server->public, server->public_fd);
    free_listener(server->administrative, server->administrative_fd);
    pool_free(server->shared.pool);
    pool_free(server->shared.group_pool);
    free(server);
}
