/* SPDX-License-Identifier: Apache-2.0 */
/* The route table: which handler answers which method and path, and who may call it. */
#ifndef HUFU_SERVER_HTTP_ROUTE_H
#define HUFU_SERVER_HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

struct http_request;
struct worker;

#define ROUTE_PARAMETERS_MAX 2
#define ROUTE_ALLOW_MAX 64

/* A handler is short: parse → check → permit → one core call → reply. It leaves exactly one reply on the
 * request (reply.h, problem.h); one that leaves none is answered 500. */
typedef void http_handler(struct http_request *request, struct worker *worker);

/* A ROUTE_GROUP handler gets several requests at once, linked by their `next`, and leaves a reply on each, which it may send at once
 * (reply_send); it takes them up in turn (worker_take_up). Their bodies have at most HTTP_TOGETHER_BODY_MAX bytes in all, unless it
 * is one alone. While another worker is at work the first in line waits for company, at most HTTP_GATHER_MS (queue.h). */
#define HTTP_TOGETHER_MAX 16
#define HTTP_TOGETHER_BODY_MAX 49152
#define HTTP_GATHER_MS 5

enum route_access {
    ROUTE_PUBLIC, /* no authentication: principal is PRINCIPAL_NONE */
    ROUTE_SESSION, /* a valid session token: principal is PRINCIPAL_DEVICE; its account is active, its device not frozen */
    ROUTE_SESSION_ANY, /* the same, whatever the two are: for their own state, and to sign out */
    ROUTE_TOKEN, /* a well-formed token, not looked up: the handler's own statement does that. PRINCIPAL_TOKEN */
    ROUTE_OPERATOR /* the administrative socket alone: principal is PRINCIPAL_OPERATOR */
};

enum route_thread {
    ROUTE_WORKER, /* may block: runs on a worker */
    ROUTE_GROUP, /* the same, of routes to which many come at the same time: a worker of theirs takes several at once */
    ROUTE_NETWORK /* never blocks: runs at once on a network thread, with a worker that has no connections */
};

/* Tables end with an entry whose method is NULL. */
struct http_route {
    const char *method; /* "GET", "POST", … */
    const char *path;   /* "/v1/keys/{id}/signatures": a segment in braces takes any non-empty segment */
    enum route_access access;
    enum route_thread thread;
    http_handler *handler;
};

/* A borrowed piece of the path, percent-decoding done. */
struct route_parameter {
    const char *text;
    size_t len;
};

struct route_match {
    const struct http_route *route;
    size_t index;                                            /* of the route, counted through all tables */
    struct route_parameter parameters[ROUTE_PARAMETERS_MAX]; /* in the order of the braces */
    char allow[ROUTE_ALLOW_MAX]; /* on HUFU_ERR_STATE: the methods that exist, "GET, POST" */
};

/* tables: ended by NULL. HUFU_ERR_NOT_FOUND: no such path; HUFU_ERR_STATE: the path exists, not with this
 * method. HEAD is answered by GET's route. */
enum hufu_err route_find(struct route_match *match, const struct http_route *const *tables,
                         const char *method, const char *path) HUFU_MUST_CHECK;

#endif
