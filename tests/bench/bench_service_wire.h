/* SPDX-License-Identifier: Apache-2.0 */
/* One keep-alive HTTP/1.1 connection to the service, with TLS where its address says https. Only as much of HTTP as a
 * load needs, so that little of what is measured is the load's own: a prepared request goes out in one piece, and the
 * answer must carry Content-Length. */
#ifndef HUFU_TESTS_BENCH_SERVICE_WIRE_H
#define HUFU_TESTS_BENCH_SERVICE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define WIRE_ANSWER_MAX 131072
#define WIRE_TIMEOUT_SECONDS 20

/* Where the service is; shared by all connections, constant once made. */
struct wire_service;

/* url: http[s]://ADDRESS:PORT, an IPv4 address. certificate: file (PEM) of what the server must show; NULL with http
 * alone. NULL when either is not usable. */
struct wire_service *wire_service_new(const char *url, const char *certificate);
void wire_service_free(struct wire_service *service);

struct wire;

/* The service must outlive it. Waits until it is open. HUFU_ERR_AWAY: nobody accepts, or the handshake failed. */
enum hufu_err wire_open(struct wire **wire, const struct wire_service *service) HUFU_MUST_CHECK;
void wire_close(struct wire *wire); /* NULL is fine */
/* What it runs on: "http", or "https TLSv1.3 TLS_AES_256_GCM_SHA384". Lives as long as the connection. */
const char *wire_transport(const struct wire *wire);
/* For poll and epoll (level-triggered), to wait for what wire_receive reads. Remains the connection's. */
int wire_fd(const struct wire *wire);

struct wire_answer {
    unsigned status;
    struct bytes body; /* in the connection's memory, until the next request */
};

/* After an error of these three the connection is of no more use; also when the server said that it closes it
 * (wire_ended). */

/* Sends the request as it stands; the answer to the one before must have been received. Waits while the socket is
 * full. HUFU_ERR_AWAY: the connection broke, or took nothing in WIRE_TIMEOUT_SECONDS. */
enum hufu_err wire_send(struct wire *wire, struct bytes request) HUFU_MUST_CHECK;
/* Reads what is there of the answer, without waiting; whole: that was the last of it. HUFU_ERR_AWAY: the connection
 * broke; HUFU_ERR_FORM: the answer is not of the form above. */
enum hufu_err wire_receive(struct wire *wire, struct wire_answer *answer, bool *whole) HUFU_MUST_CHECK;
/* Both, and waits for the answer. HUFU_ERR_AWAY also: nothing came in WIRE_TIMEOUT_SECONDS. */
enum hufu_err wire_exchange(struct wire *wire, struct bytes request,
                            struct wire_answer *answer) HUFU_MUST_CHECK;
bool wire_ended(const struct wire *wire);

/* Appends a whole POST of a JSON body. token: of the session, or NULL. HUFU_ERR_LIMIT: out is too small. */
enum hufu_err wire_post(struct buf *out, const char *path, const char *token,
                        struct bytes json) HUFU_MUST_CHECK;

#endif
