/* SPDX-License-Identifier: Apache-2.0 */
/* One listening socket with its network threads. The only file that knows libmicrohttpd is daemon.c. */
#ifndef HUFU_SERVER_HTTP_DAEMON_H
#define HUFU_SERVER_HTTP_DAEMON_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"
#include "server/http/request.h"
#include "server/http/route.h"

struct pool;
struct metrics;
struct network;
struct worker;
struct daemon;

/* What all daemons of one server share. */
struct daemon_shared {
    struct pool *pool;
    struct pool *group_pool; /* of the routes whose requests are taken together */
    struct metrics *metrics;
    struct worker *network_worker;
    atomic_size_t in_flight; /* requests from their first byte seen here to their last byte sent */
    atomic_bool stopping;    /* every answer closes its connection */
};

struct daemon_settings {
    int fd; /* listening; stays the caller's */
    const struct http_route *const *routes;
    size_t first_route;  /* the number of routes of the daemons before this one, for the metrics */
    bool administrative; /* peers are users of this host, told by SO_PEERCRED */
    const uid_t *uids;   /* who may administer, besides root and the process's own user */
    size_t uid_count;
    const struct network *proxies; /* whose Forwarded is believed */
    size_t proxy_count;
    const char *tls_certificate, *tls_key; /* PEM texts; NULL: no TLS */
    unsigned threads, connection_limit, idle_seconds;
    unsigned per_address_limit; /* 0: none */
    unsigned request_seconds;   /* from the end of a request's head to that of its body */
};

/* HUFU_ERR_AWAY: it cannot start (logged). Settings are copied, shared is borrowed; the descriptor is the daemon's once it has
 * started, and daemon_free closes it. */
enum hufu_err daemon_start(struct daemon **daemon, const struct daemon_settings *settings,
                           struct daemon_shared *shared) HUFU_MUST_CHECK;
/* Accepts no more connections: from here on they are refused. */
void daemon_quiesce(struct daemon *daemon);
/* Closes every connection. No request may be with a worker. NULL is fine. */
void daemon_free(struct daemon *daemon);

/* A worker is done with a request of any daemon: send its reply (pool_done). */
void daemon_resume(struct http_request *request);

#endif
