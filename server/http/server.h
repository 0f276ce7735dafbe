/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP service: network threads that never block, a bounded queue, and the workers behind it. */
#ifndef HUFU_SERVER_HTTP_SERVER_H
#define HUFU_SERVER_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "server/http/request.h"
#include "server/http/route.h"

struct metrics;
struct network;
struct worker;
struct http_server;

/* Finds the session of the request's token, and judges the proof that came with it (dpop.h). Runs on a worker, before the
 * handler. HUFU_OK fills the principal. Otherwise it may have replied; where it has not, the error is answered with its
 * problem (problem.h): HUFU_ERR_UNAUTHENTICATED: no such session, expired or ended; HUFU_ERR_AWAY: the database is away. */
typedef enum hufu_err http_authenticate(struct http_request *request, struct worker *worker);

/* Readies a worker in its own thread before its first request (opens connections); may fail in silence: whatever is
 * away then is tried again with each request. */
typedef void http_prepare(struct worker *worker);

struct http_settings {
    const char *listen_address;
    uint16_t listen_port;
    const char *tls_certificate; /* PEM text, not a path; NULL: no TLS */
    const char *tls_key;
    const char *admin_socket;
    const uid_t *admin_uids; /* besides root and the process's own */
    size_t admin_uid_count;
    const struct network *proxies; /* of the public port: whose Forwarded is believed */
    size_t proxy_count;
    unsigned threads;
    unsigned connection_limit;
    unsigned per_address_limit; /* connections of one IP address; 0: as many as connection_limit */
    unsigned idle_seconds;
    unsigned request_seconds; /* from the end of a request's head to that of its body */
    size_t queue_limit;
    const struct http_route *const *routes;       /* the public port's tables, ended by NULL */
    const struct http_route *const *admin_routes; /* the administrative socket's */
    http_authenticate *authenticate;
    http_prepare *prepare;         /* may be NULL */
    struct worker *const *workers; /* one thread each */
    size_t worker_count;
    struct worker *const *group_workers; /* the same, for the routes whose requests are taken together */
    size_t group_worker_count;
    struct worker
        *network_worker;     /* for ROUTE_NETWORK, from several threads at once: only what is shared is set */
    struct metrics *metrics; /* made for http_route_count() routes */
};

size_t http_route_count(const struct http_route *const *routes, const struct http_route *const *admin_routes);

/* Listens on both, without serving yet: the caller confines itself between the two steps. HUFU_ERR_AWAY: the address
 * or the socket cannot be had (logged). The settings are copied; what they point to is borrowed until
 * http_server_free. */
enum hufu_err http_server_new(struct http_server **server,
                              const struct http_settings *settings) HUFU_MUST_CHECK;
/* Starts the workers' and the network's threads. HUFU_ERR_AWAY: TLS material does not load, or no threads (logged). */
enum hufu_err http_server_start(struct http_server *server) HUFU_MUST_CHECK;
/* The port that was taken. */
uint16_t http_server_port(const struct http_server *server);
/* Accepts no more connections, lets requests in flight finish for at most seconds. False: some did not. */
bool http_server_stop(struct http_server *server, unsigned seconds);
/* Of a server that never started, or that stopped with true. NULL is fine. */
void http_server_free(struct http_server *server);

#endif
