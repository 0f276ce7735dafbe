/* SPDX-License-Identifier: Apache-2.0 */
/* What the service counts about itself, in Prometheus' text form. Adding is an atomic add: any thread, any
 * room. */
#ifndef HUFU_SERVER_METRICS_H
#define HUFU_SERVER_METRICS_H

#include <stddef.h>
#include <stdint.h>

struct metrics;

/* Counters without labels; names and help texts stand in metrics.c. */
enum metrics_counter {
    METRICS_COSIGNATURES,            /* digests co-signed and recorded */
    METRICS_DECRYPTIONS,             /* points answered and recorded */
    METRICS_PIN_FAILURES,            /* proofs refused and recorded */
    METRICS_PIN_LOCKS,               /* devices locked by wrong PINs */
    METRICS_REPLAYS,                 /* stored answers given again */
    METRICS_ACTIVATIONS,             /* codes redeemed */
    METRICS_ACTIVATIONS_REFUSED,     /* codes refused, unknown ones among them */
    METRICS_SESSIONS_REFUSED,        /* requests without a valid session */
    METRICS_CERTIFICATES,            /* certificates issued */
    METRICS_HSM_CONNECTS,            /* connections opened to hufu-hsm */
    METRICS_HSM_ERRORS,              /* calls that hufu-hsm did not answer, or not in form */
    METRICS_DATABASE_CONNECTS,       /* connections opened to PostgreSQL */
    METRICS_DATABASE_ERRORS,         /* statements that failed for another reason than a refusal */
    METRICS_QUEUE_REFUSED,           /* requests turned away because the queue was full */
    METRICS_GROUPS,                  /* times that a worker took the signature requests that waited */
    METRICS_NOTICES_POSTED,          /* put into the outbox */
    METRICS_NOTICES_DELIVERED,       /* taken by the outside service */
    METRICS_NOTICES_FAILED,          /* given up: refused by the service, or too old */
    METRICS_OUTSIDE_ERRORS,          /* calls that an outside service did not answer, or refused */
    METRICS_AUTHENTICATION_FAILURES, /* wrong passwords, codes and faces */
    METRICS_TRIES_REPELLED,          /* tries that were not looked at: there were too many */
    METRICS_REFUSALS_UNWRITTEN,      /* refusals of a token alone beyond those that the audit trail takes */
    METRICS_FORWARDED_IGNORED,       /* headers of trusted proxies that are malformed, or too long */
    METRICS_COUNTER_COUNT
};

enum metrics_gauge {
    METRICS_QUEUE_DEPTH,       /* requests that wait for a worker */
    METRICS_WORKERS_BUSY,      /* workers with a request in hand */
    METRICS_CONNECTIONS,       /* open HTTP connections */
    METRICS_READY,             /* 1 when the last readiness check succeeded */
    METRICS_KEY_PROCESSES_OUT, /* registered ones that were away or behind at that check */
    METRICS_NOTICES_WAITING,   /* in the outbox, of all servers */
    METRICS_GAUGE_COUNT
};

/* routes: how many are told apart by metrics_request. NULL without memory. */
struct metrics *metrics_new(size_t routes);
void metrics_free(struct metrics *metrics);

void metrics_add(struct metrics *metrics, enum metrics_counter counter, uint64_t n);
void metrics_set(struct metrics *metrics, enum metrics_gauge gauge, int64_t value);
void metrics_move(struct metrics *metrics, enum metrics_gauge gauge, int64_t by);

/* Names route number index for the report, before the threads start; the texts are kept, not copied. */
void metrics_route(struct metrics *metrics, size_t index, const char *method, const char *path);
/* One answered request: its route (or any number not below `routes` for "none"), HTTP status and duration. */
void metrics_request(struct metrics *metrics, size_t route, unsigned status, uint64_t microseconds);

/* The whole report; malloc'ed, NUL-terminated, NULL without memory. */
char *metrics_report(const struct metrics *metrics);

#endif
