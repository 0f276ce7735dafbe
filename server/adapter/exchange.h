/* SPDX-License-Identifier: Apache-2.0 */
/* One question to an outside service and its answer, over HTTP. exchange.c alone includes libcurl; what goes wrong is
 * translated, counted and logged there, once. */
#ifndef HUFU_SERVER_ADAPTER_EXCHANGE_H
#define HUFU_SERVER_ADAPTER_EXCHANGE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/adapter/outside.h"

struct worker;
struct exchange;

#define EXCHANGE_ANSWER_MAX 4096
#define EXCHANGE_CONNECT_MS 3000
#define EXCHANGE_RETRY_AFTER_MAX 86400 /* seconds; more is taken for this */

/* One worker's way out: a connection is kept for the next call. outside is borrowed. The first is made before any other
 * thread starts. NULL without memory. */
struct exchange *exchange_new(struct outside *outside);
void exchange_free(struct exchange *exchange);
/* From another thread: a call that waits ends within about a second, as if nobody were there, and so does every later
 * one. */
void exchange_stop(struct exchange *exchange);
struct outside *exchange_outside(const struct exchange *exchange);

struct exchange_call {
    enum outside_service service;
    const char *key;   /* Idempotency-Key; NULL: none */
    struct bytes body; /* JSON */
};

struct exchange_answer {
    int status;             /* of HTTP, whatever it is */
    uint32_t retry_after_s; /* 0: not said */
    size_t len;
    char body[EXCHANGE_ANSWER_MAX + 1]; /* with a final NUL */
};

/* HUFU_ERR_STATE: the service is not offered. HUFU_ERR_AWAY: no whole answer within time and size (redirects are not
 * followed, and a certificate that does not hold is nobody's). */
enum hufu_err exchange_post(struct worker *worker, const struct exchange_call *call,
                            struct exchange_answer *answer) HUFU_MUST_CHECK;
/* Counts and logs an answer that came and does not do: its status is a refusal, or its body is not of its form. */
void exchange_refused(struct worker *worker, enum outside_service service, int status);

#endif
